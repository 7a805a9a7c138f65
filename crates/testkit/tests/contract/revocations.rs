use horizon_auth_core::domain::ids::TokenId;
use horizon_auth_core::domain::revocation::{Revocation, Revoked};
use horizon_auth_testkit::both_engines;

use super::*;

fn revocation(what: Revoked, expires_at: Timestamp) -> Revocation {
    Revocation {
        tenant: home(),
        what,
        expires_at,
    }
}

async fn insert(database: &Database, entry: &Revocation) {
    write(&database.store, async |tx| {
        tx.insert_revocation(entry, NOW).await.unwrap();
    })
    .await;
}

async fn list(database: &Database, now: Timestamp) -> Vec<Revocation> {
    read(&database.store).await.list_revocations(now).await.unwrap()
}

both_engines! {
    every_kind_of_revocation_comes_back_as_inserted => |kind| async move {
        let database = Database::fresh(kind).await;
        let entries = [
            revocation(Revoked::Token(TokenId::mint(NOW, [1; 10])), NOW + IDLE),
            revocation(Revoked::Session(session_id(1)), NOW + IDLE),
            revocation(Revoked::User { user: user_id(1), min_epoch: 2 }, NOW + IDLE),
            Revocation { tenant: elsewhere(), ..revocation(Revoked::Session(session_id(2)), NOW + LIFE) },
        ];

        for entry in &entries {
            insert(&database, entry).await;
        }

        let listed = list(&database, NOW).await;
        assert_eq!(listed.len(), entries.len());
        assert!(entries.iter().all(|entry| listed.contains(entry)), "{listed:?}");
    };

    an_entry_is_lengthened_but_never_shortened => |kind| async move {
        let database = Database::fresh(kind).await;
        let what = Revoked::Session(session_id(1));

        for (end, kept) in [(IDLE, IDLE), (MILLISECOND, IDLE), (LIFE, LIFE), (IDLE, LIFE)] {
            insert(&database, &revocation(what, NOW + end)).await;
            assert_eq!(list(&database, NOW).await, [revocation(what, NOW + kept)]);
        }
    };

    cut_offs_of_one_user_are_entries_of_their_own => |kind| async move {
        let database = Database::fresh(kind).await;
        let cut_off = |min_epoch| Revoked::User { user: user_id(1), min_epoch };

        insert(&database, &revocation(cut_off(2), NOW + LIFE)).await;
        insert(&database, &revocation(cut_off(3), NOW + IDLE)).await;

        let listed = list(&database, NOW).await;
        assert_eq!(listed.len(), 2);
        assert!(listed.contains(&revocation(cut_off(3), NOW + IDLE)), "{listed:?}");
    };

    one_id_may_name_a_token_and_a_session => |kind| async move {
        let database = Database::fresh(kind).await;
        let token = TokenId::from_uuid(session_id(1).uuid());

        insert(&database, &revocation(Revoked::Session(session_id(1)), NOW + IDLE)).await;
        insert(&database, &revocation(Revoked::Token(token), NOW + IDLE)).await;

        assert_eq!(list(&database, NOW).await.len(), 2);
    };

    an_entry_is_listed_until_the_instant_of_its_end => |kind| async move {
        let database = Database::fresh(kind).await;
        insert(&database, &revocation(Revoked::Session(session_id(1)), NOW + IDLE)).await;

        assert_eq!(list(&database, NOW + IDLE - MILLISECOND).await.len(), 1);
        assert!(list(&database, NOW + IDLE).await.is_empty());
    };

    an_entry_of_an_unknown_kind_is_corrupt => |kind| async move {
        let database = Database::fresh(kind).await;
        insert(&database, &revocation(Revoked::Session(session_id(1)), NOW + IDLE)).await;

        database.execute("UPDATE revocations SET kind = 'planet'").await;

        let error = read(&database.store).await.list_revocations(NOW).await.unwrap_err();
        assert!(error.is_corrupt(), "{error:?}");
    };

    a_look_finds_what_was_written_since_the_last_one => |kind| async move {
        let database = Database::fresh(kind).await;
        let (first, second) = (
            revocation(Revoked::Session(session_id(1)), NOW + IDLE),
            revocation(Revoked::Session(session_id(2)), NOW + IDLE),
        );
        insert(&database, &first).await;

        let (all, mark) = look(&database, 0).await;
        assert_eq!(all, std::slice::from_ref(&first));
        insert(&database, &second).await;
        assert!(look(&database, mark).await.0.contains(&second));

        let longer = revocation(first.what, NOW + LIFE);
        let (_, mark) = look(&database, mark).await;
        insert(&database, &longer).await;
        assert!(look(&database, mark).await.0.contains(&longer), "a later end is a change");
    };

    a_look_passes_over_what_has_ended => |kind| async move {
        let database = Database::fresh(kind).await;
        insert(&database, &revocation(Revoked::Session(session_id(1)), NOW)).await;

        assert!(look(&database, 0).await.0.is_empty());
    };
}

async fn look(database: &Database, mark: i64) -> (Vec<Revocation>, i64) {
    let mut db = read(&database.store).await;
    db.list_revocations_since(mark, NOW).await.unwrap()
}

#[tokio::test]
async fn what_is_committed_late_is_found_by_the_look_after_it() {
    let database = Database::fresh(Kind::Postgres).await;
    let [late, soon, none] =
        [1, 2, 3].map(|number| revocation(Revoked::Session(session_id(number)), NOW + IDLE));
    let mut slow = database.store.begin().await.unwrap();
    slow.insert_revocation(&late, NOW).await.unwrap();
    insert(&database, &soon).await;

    let (found, mark) = look(&database, 0).await;
    assert_eq!(found, [soon]);
    slow.commit().await.unwrap();
    let (found, mark) = look(&database, mark).await;

    assert!(
        found.contains(&late),
        "it began before the look and ended after it: {found:?}"
    );
    let mut undone = database.store.begin().await.unwrap();
    undone.insert_revocation(&none, NOW).await.unwrap();
    drop(undone);
    assert!(!look(&database, mark).await.0.contains(&none));
}
