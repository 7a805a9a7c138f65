//! What an application does for people whom it vouches for itself, and with tokens one by one.

use std::time::Duration;

use horizon_auth_core::domain::ids::UserId;
use horizon_auth_core::domain::limits::Rate;
use horizon_auth_core::domain::password::{Password, PasswordHash};
use horizon_auth_core::error::{Code, Error};
use horizon_auth_core::flows::{
    CountHitCommand, DenyTokenCommand, IssueAccessTokenCommand, MigratePasswordCommand, OpenSessionCommand,
};
use horizon_auth_testkit::{TestAuth, both_engines};

use super::{home, role};

fn token_of(t: &TestAuth, user: UserId) -> IssueAccessTokenCommand {
    IssueAccessTokenCommand {
        tenant: home(),
        user,
        roles: None,
        client: t.client(),
    }
}

fn session_of(t: &TestAuth, user: UserId) -> OpenSessionCommand {
    OpenSessionCommand {
        tenant: home(),
        user,
        client: t.client(),
    }
}

async fn code_of(t: &TestAuth, token: &str) -> Code {
    t.authenticate(token).await.unwrap_err().code()
}

both_engines! {
    a_denied_token_is_dead_everywhere_and_its_session_lives => |kind| async move {
        let t = TestAuth::on(kind).await;
        let ana = t.signed_in("ana@example.com").await;
        let claims = t.authenticate(&ana.access_token).await.unwrap();
        assert!(!t.auth.is_token_denied(claims.jti).await.unwrap());

        let cmd = DenyTokenCommand { tenant: home(), token: claims.jti, expires_at: None, client: t.client() };
        t.auth.deny_token(cmd).await.unwrap();

        assert_eq!(code_of(&t, &ana.access_token).await, Code::TokenRevoked);
        assert!(t.auth.is_token_denied(claims.jti).await.unwrap());
        let again = t.around(t.restarted().await);
        assert_eq!(code_of(&again, &ana.access_token).await, Code::TokenRevoked);
        let next = t.refresh(&ana.refresh.secret).await.unwrap();
        assert!(t.authenticate(&next.access_token).await.is_ok());
    };

    denying_a_token_that_has_expired_leaves_nothing => |kind| async move {
        let t = TestAuth::on(kind).await;
        let ana = t.signed_in("ana@example.com").await;
        let claims = t.authenticate(&ana.access_token).await.unwrap();
        let long_ago = t.auth.now() - Duration::from_secs(3600);
        let cmd = DenyTokenCommand { tenant: home(), token: claims.jti, expires_at: Some(long_ago), client: t.client() };
        t.auth.deny_token(cmd).await.unwrap();
        assert!(!t.auth.is_token_denied(claims.jti).await.unwrap());
    };

    a_token_without_a_session_is_as_mortal_as_the_others => |kind| async move {
        let t = TestAuth::on(kind).await;
        let ana = t.signed_in("ana@example.com").await;
        let token = t.auth.issue_access_token(token_of(&t, ana.user.id)).await.unwrap();
        let claims = t.authenticate(&token).await.unwrap();
        assert_eq!((claims.id, &claims.roles), (ana.user.id, &ana.user.roles));

        t.auth.end_user_sessions(&home(), ana.user.id, &t.client()).await.unwrap();

        assert_eq!(code_of(&t, &token).await, Code::TokenRevoked);
        let next = t.auth.issue_access_token(token_of(&t, ana.user.id)).await.unwrap();
        assert!(t.authenticate(&next).await.is_ok());
    };

    nobody_is_vouched_for_who_may_not_come_in => |kind| async move {
        let t = TestAuth::on(kind).await;
        let ana = t.signed_in("ana@example.com").await;
        let mut more = token_of(&t, ana.user.id);
        more.roles = Some(vec![role("admin")]);
        assert_eq!(t.auth.issue_access_token(more).await.unwrap_err().code(), Code::UnknownRole);

        t.auth.disable_user(&home(), ana.user.id, &t.client()).await.unwrap();

        let refused = t.auth.issue_access_token(token_of(&t, ana.user.id)).await;
        assert_eq!(refused.unwrap_err().code(), Code::Forbidden);
        let refused = t.auth.open_session(session_of(&t, ana.user.id)).await;
        assert_eq!(refused.unwrap_err().code(), Code::Forbidden);
        let refused = t.auth.open_session_with_cookie(session_of(&t, ana.user.id)).await;
        assert_eq!(refused.unwrap_err().code(), Code::Forbidden);
        let nobody = UserId::mint(t.auth.now(), [0; 10]);
        let refused = t.auth.open_session(session_of(&t, nobody)).await;
        assert_eq!(refused.unwrap_err().code(), Code::NotFound);
    };

    a_session_that_was_vouched_for_is_a_session => |kind| async move {
        let t = TestAuth::on(kind).await;
        let ana = t.signed_in("ana@example.com").await;
        let opened = t.auth.open_session(session_of(&t, ana.user.id)).await.unwrap();
        assert_eq!(t.auth.list_sessions(&home(), ana.user.id).await.unwrap().len(), 2);
        let next = t.refresh(&opened.refresh.secret).await.unwrap();
        assert!(t.authenticate(&next.access_token).await.is_ok());
    };

    a_session_with_a_cookie_that_was_vouched_for_is_a_session => |kind| async move {
        let t = TestAuth::on(kind).await;
        let ana = t.signed_in("ana@example.com").await;
        let opened = t.auth.open_session_with_cookie(session_of(&t, ana.user.id)).await.unwrap();
        let live = t.authenticate_cookie(&opened.cookie.secret).await.unwrap();
        assert_eq!((live.id, live.session), (ana.user.id, opened.session));
        t.auth.disable_user(&home(), ana.user.id, &t.client()).await.unwrap();
        let refused = t.authenticate_cookie(&opened.cookie.secret).await;
        assert_eq!(refused.unwrap_err().code(), Code::SessionEnded);
    };
}

#[tokio::test]
async fn hits_of_an_application_are_counted_by_rule_and_key() {
    let t = TestAuth::new().await;
    let hit = |rule: &'static str, key: &'static str| {
        let auth = t.auth.clone();
        async move {
            let rate = Rate::per_seconds(1, 60);
            auth.count_hit(CountHitCommand { rule, key, rate }).await
        }
    };
    hit("search", "ana").await.unwrap();
    let refused = hit("search", "ana").await.unwrap_err();
    assert!(matches!(refused, Error::RateLimited { retry_after } if retry_after <= Duration::from_secs(60)));
    hit("search", "bob").await.unwrap();
    hit("search\0ana", "").await.unwrap();
    t.clock.advance(Duration::from_secs(60));
    hit("search", "ana").await.unwrap();
}

#[tokio::test]
async fn a_hash_is_replaced_only_if_the_account_still_has_it() {
    let t = TestAuth::new().await;
    let ana = t.signed_in("ana@example.com").await;
    let password = Password::new("another password entirely").unwrap();
    let hash = t.auth.hasher().hash(&password).await.unwrap();
    let migrate = |password: &Password, hash: PasswordHash| MigratePasswordCommand {
        tenant: home(),
        user: ana.user.id,
        password: password.clone(),
        hash,
    };
    let done = t
        .auth
        .migrate_password(migrate(&password, hash.clone()))
        .await
        .unwrap();
    assert_eq!((done.matches, done.migrated), (true, false));
    let wrong = Password::new("not that one at all").unwrap();
    let done = t.auth.migrate_password(migrate(&wrong, hash)).await.unwrap();
    assert_eq!((done.matches, done.migrated), (false, false));
    assert!(t.login("ana@example.com").await.is_ok());
}
