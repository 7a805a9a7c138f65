//! Somebody registers another person's address first, and that person then proves the mailbox (ADR 13).

use std::time::Duration;

use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::ids::MailId;
use horizon_auth_core::domain::mail::{MailKind, NewMail};
use horizon_auth_core::domain::one_time::{NewOneTimeToken, Purpose};
use horizon_auth_core::domain::policy::{Policy, VerificationProof};
use horizon_auth_core::domain::token::{OneTime, Secret};
use horizon_auth_core::ports::store::Store as _;
use horizon_auth_testkit::{Answer, Kind, Setup, TestApp, both_engines};
use serde_json::json;

use crate::support::{
    ANA, OTHER_PASSWORD, PASSWORD, UNKNOWN_TOKEN, assert_message, login, login_status, profile, refresh,
};

const VERIFY: &str = "/auth/verify-email";
const COMPLETE: &str = "/auth/password-reset/complete";
const LIVE_SESSIONS: &str = "SELECT COUNT(*) FROM sessions WHERE revoked_at IS NULL";
const OPEN_LINKS: &str = "SELECT COUNT(*) FROM one_time_tokens WHERE consumed_at IS NULL";
const OPEN_CHANGES: &str = "SELECT COUNT(*) FROM outbox WHERE kind = 'confirm_email_change'";

const MODES: [VerificationProof; 2] = [VerificationProof::Link, VerificationProof::Password];

/// What the attacker holds: two sessions with Ana's address, and a change of address under way.
struct Attacker {
    sessions: [Answer; 2],
}

impl Attacker {
    /// Registers Ana's address and settles in; the token is that of the mail which Ana finds.
    async fn arrive(app: &TestApp) -> (Self, String) {
        let sessions = [app.register(ANA).await, login(app, ANA).await];
        let token = app.engine.mailed_token(ANA, MailKind::VerifyEmail).await;
        let claims = app
            .engine
            .authenticate(&sessions[0].access_token())
            .await
            .unwrap();
        let now = app.engine.auth.now();
        let expires_at = now + Duration::from_secs(3600);
        let email = Email::parse("mallory@example.com").unwrap();
        let mut tx = app.engine.database.store.begin().await.unwrap();
        tx.insert_one_time_token(&NewOneTimeToken {
            digest: Secret::<OneTime>::parse(UNKNOWN_TOKEN).unwrap().digest(),
            tenant: claims.tenant.clone(),
            user: claims.id,
            purpose: Purpose::ChangeEmail,
            email: email.clone(),
            created_at: now,
            expires_at,
        })
        .await
        .unwrap();
        tx.insert_mail(&NewMail {
            id: MailId::mint(now, [7; 10]),
            tenant: claims.tenant.clone(),
            email,
            kind: MailKind::ConfirmEmailChange,
            user: Some(claims.id),
            locale: None,
            created_at: now,
            expires_at,
        })
        .await
        .unwrap();
        tx.commit().await.unwrap();
        (Self { sessions }, token)
    }

    /// No session, no access token, and nothing under way that would give the account another address.
    async fn assert_out(&self, app: &TestApp) {
        for session in &self.sessions {
            assert_eq!(
                profile(app, &session.access_token()).await.code(),
                "token_revoked"
            );
            assert_eq!(refresh(app, &session.cookie()).await.code(), "session_ended");
        }
        for nothing in [LIVE_SESSIONS, OPEN_LINKS, OPEN_CHANGES] {
            assert_eq!(app.engine.database.number(nothing).await, 0, "{nothing}");
        }
    }
}

async fn app(kind: Kind, change: impl FnOnce(&mut Policy)) -> TestApp {
    TestApp::new(Setup::new(kind).policy(change).start().await)
}

both_engines! {
    a_new_password_with_the_link_takes_sessions_password_and_plans_from_the_attacker => |kind: Kind| async move {
        for mode in MODES {
            let app = app(kind, |policy| policy.verification_proof = mode).await;
            let (attacker, token) = Attacker::arrive(&app).await;

            let body = json!({ "token": token, "newPassword": OTHER_PASSWORD });
            assert_message(&app.post(VERIFY, body).await);

            attacker.assert_out(&app).await;
            assert_eq!(login_status(&app, ANA, PASSWORD).await, 401, "{mode:?}");
            assert_eq!(login_status(&app, ANA, OTHER_PASSWORD).await, 200, "{mode:?}");
        }
    };

    a_reset_takes_sessions_password_and_plans_from_the_attacker => |kind: Kind| async move {
        for mode in MODES {
            let app = app(kind, |policy| policy.verification_proof = mode).await;
            let (attacker, _) = Attacker::arrive(&app).await;
            // With it goes the mail to the attacker, who now holds a second link.
            let token = app.engine.reset_token(ANA).await;
            let planned = app.engine.mailbox.token("mallory@example.com", MailKind::ConfirmEmailChange);

            let body = json!({ "token": token, "newPassword": OTHER_PASSWORD });
            assert_message(&app.post(COMPLETE, body).await);

            attacker.assert_out(&app).await;
            assert_eq!(login_status(&app, ANA, PASSWORD).await, 401, "{mode:?}");
            assert_eq!(login_status(&app, ANA, OTHER_PASSWORD).await, 200, "{mode:?}");
            for path in [VERIFY, COMPLETE] {
                let body = json!({ "token": planned, "newPassword": PASSWORD });
                assert_eq!(app.post(path, body).await.code(), "link_invalid");
            }
        }
    };

    a_click_alone_ends_the_attackers_sessions_and_plans_but_not_the_password => |kind: Kind| async move {
        let app = app(kind, |policy| policy.verification_proof = VerificationProof::Link).await;
        let (attacker, token) = Attacker::arrive(&app).await;

        assert_message(&app.post(VERIFY, json!({ "token": token })).await);

        attacker.assert_out(&app).await;
        // What the other mode is for: the link does not tell who chose the password.
        assert_eq!(login_status(&app, ANA, PASSWORD).await, 200);
    };

    where_a_password_is_asked_for_a_click_alone_gives_the_attacker_nothing => |kind: Kind| async move {
        let app = app(kind, |policy| {
            policy.verification_proof = VerificationProof::Password;
            policy.require_verified_email = true;
        })
        .await;
        assert_eq!(app.register(ANA).await.status, 202);
        let token = app.engine.mailed_token(ANA, MailKind::VerifyEmail).await;

        // Ana does not know the attacker's password.
        for body in [json!({ "token": token }), json!({ "token": token, "password": "my usual one" })] {
            assert!(app.post(VERIFY, body).await.status.is_client_error());
        }
        assert_eq!(login_status(&app, ANA, PASSWORD).await, 403, "nobody has proved the address");

        let body = json!({ "token": token, "newPassword": OTHER_PASSWORD });
        assert_message(&app.post(VERIFY, body).await);
        assert_eq!(login_status(&app, ANA, PASSWORD).await, 401);
        assert_eq!(login_status(&app, ANA, OTHER_PASSWORD).await, 200);
    };
}
