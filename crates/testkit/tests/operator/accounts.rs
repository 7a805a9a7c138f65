use std::sync::Arc;

use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::error::Code;
use horizon_auth_core::flows::{CreateUserCommand, ExportUsersCommand};
use horizon_auth_testkit::{TestAuth, both_engines};
use tokio::task::JoinSet;

use super::{home, role};

fn create(t: &TestAuth, email: &str) -> CreateUserCommand {
    CreateUserCommand {
        tenant: home(),
        email: Email::parse(email).unwrap(),
        full_name: None,
        locale: None,
        roles: None,
        password: None,
        email_verified: false,
        invite: false,
        client: t.client(),
    }
}

/// Makes roles that can be granted.
async fn make(t: &TestAuth, names: &[&str]) {
    for name in names {
        assert!(
            t.auth
                .create_role(&home(), &role(name), &t.client())
                .await
                .unwrap()
        );
    }
}

both_engines! {
    other_roles_are_in_the_next_token_and_no_old_one_is_accepted => |kind| async move {
        let t = TestAuth::on(kind).await;
        let ana = t.signed_in("ana@example.com").await;
        make(&t, &["a", "b"]).await;

        t.auth.set_roles(&home(), ana.user.id, &[role("b"), role("a"), role("b")], &t.client()).await.unwrap();

        assert_eq!(t.authenticate(&ana.access_token).await.unwrap_err().code(), Code::TokenRevoked);
        let refreshed = t.refresh(&ana.refresh.secret).await.unwrap();
        let claims = t.authenticate(&refreshed.access_token).await.unwrap();
        assert_eq!(claims.roles, [role("a"), role("b")]);
    };

    no_token_with_old_roles_survives_a_change_of_roles_in_a_crowd => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        make(&t, &["guest"]).await;
        for round in 0..30 {
            let email = format!("ana{round}@example.com");
            let ana = t.signed_in(&email).await;
            let gate = Arc::new(tokio::sync::Barrier::new(9));
            let mut crowd = JoinSet::new();
            for number in 0..9 {
                let (t, gate, email) = (Arc::clone(&t), Arc::clone(&gate), email.clone());
                let (user, token) = (ana.user.id, ana.refresh.secret.clone());
                crowd.spawn(async move {
                    gate.wait().await;
                    match number {
                        4 => {
                            t.auth.set_roles(&home(), user, &[role("guest")], &t.client()).await.unwrap();
                            None
                        }
                        0 => t.refresh(&token).await.ok(),
                        _ => t.login(&email).await.ok(),
                    }
                });
            }
            for logged_in in crowd.join_all().await.into_iter().flatten() {
                if let Ok(claims) = t.authenticate(&logged_in.access_token).await {
                    assert_eq!(claims.roles, [role("guest")], "round {round}");
                }
            }
        }
    };

    an_invited_person_sets_a_password_and_has_proved_the_address => |kind| async move {
        let t = TestAuth::on(kind).await;
        let cmd = CreateUserCommand { invite: true, ..create(&t, "ana@example.com") };
        t.auth.create_user(cmd).await.unwrap();
        assert_eq!(t.login("ana@example.com").await.unwrap_err().code(), Code::InvalidCredentials);

        let token = t.mailed_token("ana@example.com", MailKind::ResetPassword).await;
        t.reset_password(&token, "correct horse battery staple").await.unwrap();

        let ana = t.login("ana@example.com").await.unwrap().user;
        assert!(ana.email_verified_at.is_some());
    };

    an_operator_makes_no_second_account_and_none_in_an_unknown_tenant => |kind| async move {
        let t = TestAuth::on(kind).await;
        t.signed_in("ana@example.com").await;

        let taken = t.auth.create_user(create(&t, "ANA@example.com")).await.unwrap_err();
        let acme = CreateUserCommand { tenant: TenantId::parse("acme").unwrap(), ..create(&t, "bob@example.com") };
        let unknown = t.auth.create_user(acme).await.unwrap_err();

        assert_eq!((taken.code(), unknown.code()), (Code::EmailTaken, Code::UnknownTenant));
        assert_eq!(t.database.number("SELECT COUNT(*) FROM users").await, 1);
    };

    an_export_has_everybody_once_and_notes_hashes_once => |kind| async move {
        let t = TestAuth::on(kind).await;
        for number in 0..5 {
            t.signed_in(&format!("person{number}@example.com")).await;
        }
        for with_hashes in [false, true] {
            let mut cmd =
                ExportUsersCommand { tenant: home(), after: None, limit: 2, with_hashes, client: t.client() };
            let mut seen = Vec::new();
            loop {
                let page = t.auth.export_users(&cmd).await.unwrap();
                let Some(last) = page.last() else { break };
                cmd.after = Some(last.user.id);
                assert!(page.iter().all(|exported| exported.password.is_some() == with_hashes));
                seen.extend(page.into_iter().map(|exported| exported.user.id));
            }
            assert_eq!(seen.len(), 5);
            assert!(seen.is_sorted() && seen.windows(2).all(|pair| pair[0] != pair[1]));
        }
        assert_eq!(t.database.number("SELECT COUNT(*) FROM audit_events WHERE event = 'hashes_exported'").await, 1);
    };
}
