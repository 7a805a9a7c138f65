use horizon_auth_core::domain::one_time::{NewOneTimeToken, OneTimeGrant, Purpose};
use horizon_auth_core::domain::token::OneTime;
use horizon_auth_testkit::both_engines;

use super::*;

const PURPOSES: [Purpose; 3] = [Purpose::VerifyEmail, Purpose::ResetPassword, Purpose::ChangeEmail];

/// Token `number` of person 1, who has the address that it proves.
fn token(number: u8, purpose: Purpose) -> NewOneTimeToken {
    NewOneTimeToken {
        digest: one_time(number),
        tenant: home(),
        user: user_id(1),
        purpose,
        email: email("Person1@Example.com"),
        created_at: NOW,
        expires_at: NOW + LIFE,
    }
}

fn one_time(number: u8) -> Digest<OneTime> {
    Digest::from_bytes([number; 32])
}

/// A person with some tokens.
async fn person_with(kind: Kind, tokens: &[NewOneTimeToken]) -> Database {
    let database = person(kind).await;
    for new in tokens {
        write(&database.store, async |tx| {
            tx.insert_one_time_token(new).await.unwrap();
        })
        .await;
    }
    database
}

async fn find(database: &Database, number: u8, purpose: Purpose, now: Timestamp) -> Option<OneTimeGrant> {
    let mut db = read(&database.store).await;
    db.find_one_time_grant(&one_time(number), purpose, now)
        .await
        .unwrap()
}

async fn consume(database: &Database, number: u8, purpose: Purpose, now: Timestamp) -> Option<OneTimeGrant> {
    write(&database.store, async |tx| {
        tx.consume_one_time_token(&one_time(number), purpose, now)
            .await
            .unwrap()
    })
    .await
}

async fn revoke(database: &Database, tenant: TenantId, purpose: Option<Purpose>, now: Timestamp) -> u64 {
    write(&database.store, async |tx| {
        tx.revoke_one_time_tokens(&tenant, user_id(1), purpose, now)
            .await
            .unwrap()
    })
    .await
}

both_engines! {
    a_one_time_token_is_stored_unused_with_its_purpose_and_address => |kind| async move {
        let database = person_with(kind, &[token(7, Purpose::VerifyEmail)]).await;

        let stored = database
            .number(
                "SELECT COUNT(*) FROM one_time_tokens WHERE tenant_id = 'home' AND purpose = 'verify_email'
                    AND email = 'person1@example.com' AND email_written = 'Person1@Example.com'
                    AND created_at = 1800000000000 AND expires_at = 1800003600000 AND consumed_at IS NULL",
            )
            .await;
        assert_eq!(stored, 1);
    };

    a_one_time_token_for_a_user_of_another_tenant_is_refused => |kind| async move {
        let database = person(kind).await;
        let foreign = NewOneTimeToken { tenant: elsewhere(), ..token(7, Purpose::VerifyEmail) };

        let mut tx = database.store.begin().await.unwrap();
        let error = tx.insert_one_time_token(&foreign).await.unwrap_err();
        drop(tx);

        assert!(error.is_corrupt(), "{error:?}");
        assert_eq!(database.number("SELECT COUNT(*) FROM one_time_tokens").await, 0);
    };

    a_grant_names_tenant_user_and_address_and_looking_at_it_uses_nothing_up => |kind| async move {
        let database = person_with(kind, &[token(7, Purpose::VerifyEmail)]).await;

        for _ in 0..2 {
            let grant = find(&database, 7, Purpose::VerifyEmail, NOW).await.unwrap();
            assert_eq!((grant.tenant, grant.user), (home(), user_id(1)));
            assert_eq!(grant.email.canonical(), "person1@example.com");
            assert_eq!(grant.email.written(), "Person1@Example.com");
        }
        assert_eq!(find(&database, 8, Purpose::VerifyEmail, NOW).await, None, "an unknown digest");
    };

    a_token_is_consumed_once_and_the_answer_is_its_grant => |kind| async move {
        let database = person_with(kind, &[token(7, Purpose::ResetPassword)]).await;
        let seen = find(&database, 7, Purpose::ResetPassword, NOW).await;

        assert_eq!(consume(&database, 7, Purpose::ResetPassword, NOW).await, seen);
        assert!(seen.is_some());
        assert_eq!(consume(&database, 7, Purpose::ResetPassword, NOW).await, None);
        assert_eq!(find(&database, 7, Purpose::ResetPassword, NOW).await, None);
        assert_eq!(consume(&database, 8, Purpose::ResetPassword, NOW).await, None, "an unknown digest");
    };

    a_token_that_was_consumed_in_a_dropped_transaction_still_works => |kind| async move {
        let database = person_with(kind, &[token(7, Purpose::ResetPassword)]).await;

        let mut tx = database.store.begin().await.unwrap();
        let grant = tx.consume_one_time_token(&one_time(7), Purpose::ResetPassword, NOW).await.unwrap();
        assert!(grant.is_some());
        drop(tx);

        assert!(consume(&database, 7, Purpose::ResetPassword, NOW).await.is_some());
    };

    a_token_works_for_its_own_purpose_only => |kind| async move {
        let tokens: Vec<_> = (0_u8..).zip(PURPOSES).map(|(number, purpose)| token(number, purpose)).collect();
        let database = person_with(kind, &tokens).await;

        for (number, own) in (0_u8..).zip(PURPOSES) {
            for foreign in PURPOSES.into_iter().filter(|purpose| *purpose != own) {
                assert_eq!(find(&database, number, foreign, NOW).await, None, "{own} as {foreign}");
                assert_eq!(consume(&database, number, foreign, NOW).await, None, "{own} as {foreign}");
            }
            assert!(find(&database, number, own, NOW).await.is_some());
            assert!(consume(&database, number, own, NOW).await.is_some());
        }
    };

    a_token_works_until_the_instant_of_its_end => |kind| async move {
        let database = person_with(kind, &[token(7, Purpose::VerifyEmail)]).await;
        let last = Timestamp::from_millis((NOW + LIFE).millis() - 1);

        assert_eq!(find(&database, 7, Purpose::VerifyEmail, NOW + LIFE).await, None);
        assert_eq!(consume(&database, 7, Purpose::VerifyEmail, NOW + LIFE).await, None);
        assert!(find(&database, 7, Purpose::VerifyEmail, last).await.is_some());
        assert!(consume(&database, 7, Purpose::VerifyEmail, last).await.is_some());
    };

    a_token_for_an_address_that_is_not_the_accounts_works_only_to_change_it => |kind| async move {
        let other = |number, purpose| NewOneTimeToken {
            email: email("other@example.com"),
            ..token(number, purpose)
        };
        let tokens: Vec<_> = (0_u8..).zip(PURPOSES).map(|(number, purpose)| other(number, purpose)).collect();
        let database = person_with(kind, &tokens).await;

        for (number, purpose) in (0_u8..).zip(PURPOSES) {
            let works = purpose == Purpose::ChangeEmail;
            assert_eq!(find(&database, number, purpose, NOW).await.is_some(), works, "{purpose}");
            assert_eq!(consume(&database, number, purpose, NOW).await.is_some(), works, "{purpose}");
        }
    };

    older_tokens_of_a_purpose_work_until_they_are_revoked => |kind| async move {
        let tokens = [
            token(1, Purpose::VerifyEmail),
            token(2, Purpose::VerifyEmail),
            token(3, Purpose::ResetPassword),
        ];
        let database = person_with(kind, &tokens).await;

        assert!(consume(&database, 2, Purpose::VerifyEmail, NOW).await.is_some());
        assert!(find(&database, 1, Purpose::VerifyEmail, NOW).await.is_some());
        assert_eq!(revoke(&database, home(), Some(Purpose::VerifyEmail), NOW).await, 1, "the used one does not count");
        assert_eq!(find(&database, 1, Purpose::VerifyEmail, NOW).await, None);
        assert!(find(&database, 3, Purpose::ResetPassword, NOW).await.is_some());
    };

    all_tokens_of_a_user_can_be_revoked_at_once_and_nobody_elses => |kind| async move {
        let tokens: Vec<_> = (0_u8..).zip(PURPOSES).map(|(number, purpose)| token(number, purpose)).collect();
        let database = person_with(kind, &tokens).await;
        write(&database.store, async |tx| {
            assert!(tx.insert_user(&new_user(2)).await.unwrap());
            let theirs = NewOneTimeToken {
                user: user_id(2),
                email: email("person2@example.com"),
                ..token(9, Purpose::ResetPassword)
            };
            tx.insert_one_time_token(&theirs).await.unwrap();
        })
        .await;

        assert_eq!(revoke(&database, elsewhere(), None, NOW).await, 0, "tenants are apart");
        assert_eq!(revoke(&database, home(), None, NOW + LIFE).await, 0, "dead tokens do not count");
        assert_eq!(revoke(&database, home(), None, NOW).await, 3);
        assert_eq!(revoke(&database, home(), None, NOW).await, 0);
        for (number, purpose) in (0_u8..).zip(PURPOSES) {
            assert_eq!(consume(&database, number, purpose, NOW).await, None, "{purpose}");
        }
        assert!(consume(&database, 9, Purpose::ResetPassword, NOW).await.is_some());
    };

    ten_transactions_that_consume_one_token_have_one_winner => |kind| async move {
        let database = person_with(kind, &[token(7, Purpose::ResetPassword)]).await;
        let mut attempts = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let store = database.store.clone();
            attempts.spawn(async move {
                let mut tx = store.begin().await.unwrap();
                let grant = tx.consume_one_time_token(&one_time(7), Purpose::ResetPassword, NOW).await.unwrap();
                tx.commit().await.unwrap();
                grant
            });
        }
        let won = attempts.join_all().await.into_iter().flatten().count();
        assert_eq!(won, 1);
    };
}
