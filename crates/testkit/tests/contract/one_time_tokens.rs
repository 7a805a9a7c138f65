use horizon_auth_core::domain::one_time::{NewOneTimeToken, Purpose};
use horizon_auth_testkit::both_engines;

use super::*;

fn token(tenant: TenantId, user: UserId) -> NewOneTimeToken {
    NewOneTimeToken {
        digest: Digest::from_bytes([7; 32]),
        tenant,
        user,
        purpose: Purpose::VerifyEmail,
        email: email("person1@example.com"),
        created_at: NOW,
        expires_at: NOW + LIFE,
    }
}

both_engines! {
    a_one_time_token_is_stored_unused_with_its_purpose_and_address => |kind| async move {
        let database = person(kind).await;

        write(&database.store, async |tx| {
            tx.insert_one_time_token(&token(home(), user_id(1))).await.unwrap();
        })
        .await;

        let stored = database
            .number(
                "SELECT COUNT(*) FROM one_time_tokens WHERE tenant_id = 'home' AND purpose = 'verify_email'
                    AND email = 'person1@example.com' AND created_at = 1800000000000
                    AND expires_at = 1800003600000 AND consumed_at IS NULL",
            )
            .await;
        assert_eq!(stored, 1);
    };

    a_one_time_token_for_a_user_of_another_tenant_is_refused => |kind| async move {
        let database = person(kind).await;

        let mut tx = database.store.begin().await.unwrap();
        let error = tx.insert_one_time_token(&token(elsewhere(), user_id(1))).await.unwrap_err();
        drop(tx);

        assert!(error.is_corrupt(), "{error:?}");
        assert_eq!(database.number("SELECT COUNT(*) FROM one_time_tokens").await, 0);
    };
}
