//! When it cannot be known whether a token was revoked, it is not accepted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use horizon_auth_core::error::Code;
use horizon_auth_core::flows::{LogoutCommand, LogoutScope};
use horizon_auth_testkit::{Kind, TestAuth, both_engines};

const FAIL: &str = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the disk is on fire'; END $$";
/// Deferred: every statement succeeds, the commit fails. SQLite has no such trigger.
const AT_COMMIT: &str = "CREATE CONSTRAINT TRIGGER refuse_at_commit AFTER INSERT ON revocations
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()";
const MEND: &str = "DROP TRIGGER refuse_at_commit ON revocations";

#[tokio::test]
async fn after_a_log_out_whose_commit_failed_nothing_is_accepted_until_the_truth_has_been_read() {
    let t = TestAuth::on(Kind::Postgres).await;
    let ana = t.signed_in("ana@example.com").await;
    t.database.execute(FAIL).await;
    t.database.execute(AT_COMMIT).await;

    assert!(t.logout(&ana.access_token).await.is_err());

    let unsure = t.authenticate(&ana.access_token).await.unwrap_err();
    assert_eq!(
        unsure.code(),
        Code::Unavailable,
        "a 503, never a 401: the token may be good"
    );
    assert!(unsure.retry_after().is_some());
    assert!(!t.auth.health().await.is_ready());

    t.auth.heal().await.unwrap();
    assert!(
        t.authenticate(&ana.access_token).await.is_ok(),
        "the log-out did not happen"
    );
    assert!(t.auth.health().await.is_ready());

    t.database.execute(MEND).await;
    t.logout(&ana.access_token).await.unwrap();
    let revoked = t.authenticate(&ana.access_token).await.unwrap_err();
    assert_eq!(revoked.code(), Code::TokenRevoked);
}

#[tokio::test]
async fn after_a_log_out_whose_commit_failed_a_remembered_cookie_is_not_believed_either() {
    let t = TestAuth::on(Kind::Postgres).await;
    t.signed_in("ana@example.com").await;
    let cookie = t
        .login_with_cookie("ana@example.com")
        .await
        .unwrap()
        .cookie
        .secret;
    let caller = t.authenticate_cookie(&cookie).await.unwrap();
    t.database.execute(FAIL).await;
    t.database.execute(AT_COMMIT).await;
    let cmd = || LogoutCommand {
        caller: &caller,
        scope: LogoutScope::Session,
        client: t.client(),
    };

    assert!(t.auth.logout(cmd()).await.is_err());

    let unsure = t.authenticate_cookie(&cookie).await.unwrap_err();
    assert_eq!(unsure.code(), Code::Unavailable, "the session may be good");
    t.auth.heal().await.unwrap();
    assert!(
        t.authenticate_cookie(&cookie).await.is_ok(),
        "the log-out did not happen"
    );
    t.database.execute(MEND).await;
    t.auth.logout(cmd()).await.unwrap();
    let ended = t.authenticate_cookie(&cookie).await.unwrap_err();
    assert_eq!(ended.code(), Code::SessionEnded);
}

#[tokio::test]
async fn a_reuse_whose_commit_failed_is_not_answered_as_if_it_had_ended_the_sessions() {
    let t = TestAuth::on(Kind::Postgres).await;
    let first = t.signed_in("ana@example.com").await;
    t.refresh(&first.refresh.secret).await.unwrap();
    t.database.execute(FAIL).await;
    t.database.execute(AT_COMMIT).await;

    let refused = t.refresh(&first.refresh.secret).await.unwrap_err();

    assert_ne!(refused.code(), Code::RefreshReused, "nothing was ended");
    assert!(refused.code().status() >= 500);
    t.database.execute(MEND).await;
    t.auth.heal().await.unwrap();
    assert_eq!(
        t.refresh(&first.refresh.secret).await.unwrap_err().code(),
        Code::RefreshReused
    );
    assert_eq!(
        t.auth
            .live_sessions(&first.user.tenant, first.user.id)
            .await
            .unwrap(),
        0
    );
}

both_engines! {
    a_client_that_hangs_up_during_a_log_out_never_parts_the_memory_from_the_database => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        for round in 0..120_u32 {
            let ana = t.signed_in(&format!("ana{round}@example.com")).await;
            let (tenant, user, token) = (ana.user.tenant.clone(), ana.user.id, ana.access_token.clone());
            let logout = tokio::spawn({
                let (t, token) = (Arc::clone(&t), token.clone());
                async move { t.logout(&token).await }
            });
            // Hang up after a different number of steps in every round.
            for _ in 0..round * 5 {
                tokio::task::yield_now().await;
            }
            logout.abort();
            let _ = logout.await;

            // What had begun to commit runs to its end; what had not leaves nothing behind.
            let deadline = Instant::now() + Duration::from_secs(10);
            loop {
                let ended = t.auth.live_sessions(&tenant, user).await.unwrap() == 0;
                let denied = t.authenticate(&token).await.is_err();
                if ended == denied {
                    break;
                }
                assert!(Instant::now() < deadline, "round {round}: ended in SQL {ended}, denied in memory {denied}");
                tokio::task::yield_now().await;
            }
        }
    };
}
