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
}
