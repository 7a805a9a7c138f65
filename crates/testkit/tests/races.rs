//! Real concurrency on both engines: every state change that can race has one winner.

#[path = "races/roles.rs"]
mod roles;
#[path = "races/sessions.rs"]
mod sessions;

use std::sync::Arc;
use std::time::Duration;

use horizon_auth_core::domain::client::Client;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::ids::MailId;
use horizon_auth_core::domain::mail::{MailKind, NewMail};
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::error::Code;
use horizon_auth_core::flows::{RegisterCommand, Registered, SetPasswordCommand};
use horizon_auth_core::ports::store::Store as _;
use horizon_auth_testkit::{Setup, TestAuth, both_engines};
use tokio::task::JoinSet;

/// Runs `count` copies of a task that start together.
async fn together<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    count: usize,
    task: impl Fn(usize) -> F,
) -> Vec<T> {
    let gate = Arc::new(tokio::sync::Barrier::new(count));
    let mut tasks = JoinSet::new();
    for number in 0..count {
        let (gate, work) = (Arc::clone(&gate), task(number));
        tasks.spawn(async move {
            gate.wait().await;
            work.await
        });
    }
    tasks.join_all().await
}

both_engines! {
    fifty_parallel_refreshes_of_one_token_have_exactly_one_child => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        let first = t.signed_in("ana@example.com").await;
        let outcomes = together(50, |_| {
            let (t, token) = (Arc::clone(&t), first.refresh.secret.clone());
            async move { t.refreshed(&token, None).await }
        })
        .await;
        // Held until all are done: the whole burst is one flight, so nobody is a reuser.
        let children: Vec<_> =
            outcomes.iter().map(|outcome| outcome.as_ref().unwrap().logged_in.refresh.secret.digest()).collect();
        assert_eq!(children.len(), 50);
        assert!(children.windows(2).all(|pair| pair[0] == pair[1]), "everybody holds the same child");
        assert_eq!(t.database.number("SELECT COUNT(*) FROM refresh_tokens").await, 2);
        assert_eq!(t.database.number("SELECT COUNT(*) FROM refresh_tokens WHERE consumed_at IS NULL").await, 1);
        drop(outcomes);
        let child = t.database.number("SELECT COUNT(*) FROM sessions WHERE revoked_at IS NULL").await;
        assert_eq!(child, 1, "the session lives on");
    };

    logout_against_twenty_refreshes_leaves_nothing_alive => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        for round in 0..200 {
            let first = t.signed_in(&format!("ana{round}@example.com")).await;
            let (user, session) = (first.user.id, first.refresh.secret.clone());
            let outcomes = together(21, |number| {
                let (t, token, access) = (Arc::clone(&t), session.clone(), first.access_token.clone());
                async move {
                    if number == 10 {
                        // A refresh that was held up until all others had their answers is a reuse, and ends
                        // the sessions before the log-out does. What is asked here holds either way.
                        if let Err(error) = t.logout(&access).await {
                            assert_eq!(error.code(), Code::TokenRevoked);
                        }
                        return None;
                    }
                    t.refreshed(&token, None).await.ok().map(|refreshed| refreshed.logged_in)
                }
            })
            .await;
            let alive = t.auth.live_sessions(&first.user.tenant, user).await.unwrap();
            assert_eq!(alive, 0, "round {round}");
            for survivor in outcomes.into_iter().flatten() {
                let refreshed = t.refresh(&survivor.refresh.secret).await;
                assert!(refreshed.is_err(), "a child outlived the log-out in round {round}");
                let verified = t.authenticate(&survivor.access_token).await;
                assert_eq!(verified.unwrap_err().code(), Code::TokenRevoked, "round {round}");
            }
        }
    };

    fifty_parallel_registrations_of_one_address_make_one_account => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        let spellings = ["zoë@example.com", "ZOË@EXAMPLE.COM", "zoe\u{308}@example.com", " Zoe\u{308}@Example.com "];
        let outcomes = together(50, |number| {
            let t = Arc::clone(&t);
            let spelling = spellings[number % spellings.len()];
            async move {
                let cmd = RegisterCommand {
                    tenant: TenantId::parse("default").unwrap(),
                    email: Email::parse(spelling).unwrap(),
                    password: Password::new("correct horse battery staple").unwrap(),
                    full_name: None,
                    locale: None,
                    client: t.client(),
                };
                t.auth.register(cmd).await
            }
        })
        .await;
        let made = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Registered::LoggedIn(_)))).count();
        let taken = outcomes.iter().filter(|o| matches!(o, Err(e) if e.code() == Code::EmailTaken)).count();
        assert_eq!((made, taken), (1, 49));
        assert_eq!(t.database.number("SELECT COUNT(*) FROM users").await, 1);
        assert_eq!(t.database.number("SELECT COUNT(*) FROM passwords").await, 1);
    };

    a_login_with_the_old_password_against_a_password_change_leaves_no_live_session => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        for round in 0..60 {
            let email = format!("ana{round}@example.com");
            let ana = t.signed_in(&email).await.user;
            together(12, |number| {
                let (t, ana, email) = (Arc::clone(&t), ana.clone(), email.clone());
                async move {
                    if number == 6 {
                        let password = Password::new("a wholly different password").unwrap();
                        let client: Client = t.client();
                        let cmd = SetPasswordCommand { tenant: ana.tenant, user: ana.id, password, client };
                        t.auth.set_password(cmd).await.unwrap();
                    } else {
                        // Won or lost: what matters is what is alive afterwards.
                        let _ = t.login(&email).await;
                    }
                }
            })
            .await;
            let alive = t.auth.live_sessions(&ana.tenant, ana.id).await.unwrap();
            assert_eq!(alive, 0, "a session of the old password is alive in round {round}");
            assert_eq!(t.login(&email).await.unwrap_err().code(), Code::InvalidCredentials);
            assert!(t.login_with(&email, "a wholly different password").await.is_ok());
        }
    };

    twenty_parallel_completes_of_one_reset_link_set_exactly_one_password => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        t.signed_in("ana@example.com").await;
        let token = t.reset_token("ana@example.com").await;
        let outcomes = together(20, |number| {
            let (t, token) = (Arc::clone(&t), token.clone());
            async move { t.reset_password(&token, &format!("password number {number}")).await }
        })
        .await;
        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let refused = outcomes.iter().filter(|o| matches!(o, Err(e) if e.code() == Code::LinkInvalid)).count();
        assert_eq!((won, refused), (1, 19));
        assert_eq!(t.login("ana@example.com").await.unwrap_err().code(), Code::InvalidCredentials);
        let mut accepted = 0;
        for number in 0..20 {
            accepted += u32::from(t.login_with("ana@example.com", &format!("password number {number}")).await.is_ok());
        }
        assert_eq!(accepted, 1, "only the winner's password logs in");
        assert_eq!(t.database.number("SELECT COUNT(*) FROM passwords").await, 1);
        assert_eq!(t.database.number("SELECT COUNT(*) FROM outbox WHERE kind = 'password_changed'").await, 1);
        let noted = "SELECT COUNT(*) FROM audit_events WHERE event = 'password_reset'";
        assert_eq!(t.database.number(noted).await, 1);
    };

    twenty_parallel_links_of_every_kind_have_one_winner_and_nobody_waits_for_each_other_in_a_circle => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        for round in 0..10 {
            let email = format!("ana{round}@example.com");
            t.signed_in(&email).await;
            let mut links = vec![(true, t.mailed_token(&email, MailKind::VerifyEmail).await)];
            for number in 1..10 {
                let reset = number % 2 == 0;
                links.push(if reset {
                    (true, t.reset_token(&email).await)
                } else {
                    t.request_verification(&email).await.unwrap();
                    (false, t.mailed_token(&email, MailKind::VerifyEmail).await)
                });
            }
            links[0].0 = false;
            let outcomes = together(20, |number| {
                let t = Arc::clone(&t);
                let (reset, token) = links[number % links.len()].clone();
                async move {
                    if reset {
                        t.reset_password(&token, "a wholly different password").await
                    } else {
                        t.verify_email(&token).await
                    }
                }
            })
            .await;
            let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
            let refused = outcomes.iter().filter(|o| matches!(o, Err(e) if e.code() == Code::LinkInvalid)).count();
            assert_eq!((won, refused), (1, 19), "round {round}: {outcomes:?}");
        }
    };

    twenty_parallel_verifications_prove_the_address_once => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        t.signed_in("ana@example.com").await;
        let token = t.mailed_token("ana@example.com", MailKind::VerifyEmail).await;
        let outcomes = together(20, |_| {
            let (t, token) = (Arc::clone(&t), token.clone());
            async move { t.verify_email(&token).await }
        })
        .await;
        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let refused = outcomes.iter().filter(|o| matches!(o, Err(e) if e.code() == Code::LinkInvalid)).count();
        assert_eq!((won, refused), (1, 19));
        let noted = "SELECT COUNT(*) FROM audit_events WHERE event = 'email_verified'";
        assert_eq!(t.database.number(noted).await, 1);
        assert!(t.login("ana@example.com").await.unwrap().user.email_verified_at.is_some());
    };

    a_login_with_the_old_password_against_a_reset_leaves_no_live_session => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        for round in 0..40 {
            let email = format!("ana{round}@example.com");
            let first = t.signed_in(&email).await;
            let token = t.reset_token(&email).await;
            let outcomes = together(12, |number| {
                let (t, email, token) = (Arc::clone(&t), email.clone(), token.clone());
                let refresh = first.refresh.secret.clone();
                async move {
                    match number {
                        6 => {
                            t.reset_password(&token, "a wholly different password").await.unwrap();
                            None
                        }
                        3 => t.refresh(&refresh).await.ok(),
                        _ => t.login(&email).await.ok(),
                    }
                }
            })
            .await;
            let alive = t.auth.live_sessions(&first.user.tenant, first.user.id).await.unwrap();
            assert_eq!(alive, 0, "a session of the old password is alive in round {round}");
            for survivor in outcomes.into_iter().flatten() {
                let verified = t.authenticate(&survivor.access_token).await;
                assert_eq!(verified.unwrap_err().code(), Code::TokenRevoked, "round {round}");
            }
            assert_eq!(t.login(&email).await.unwrap_err().code(), Code::InvalidCredentials);
            assert!(t.login_with(&email, "a wholly different password").await.is_ok());
        }
    };

    a_reset_against_the_worker_that_mails_a_change_of_address_leaves_no_link_to_it => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        for round in 0..30 {
            let email = format!("ana{round}@example.com");
            let ana = t.signed_in(&email).await.user;
            let token = t.reset_token(&email).await;
            let now = t.auth.now();
            let mut tx = t.database.store.begin().await.unwrap();
            let change = NewMail {
                id: MailId::from_uuid(uuid::Uuid::now_v7()),
                tenant: ana.tenant,
                email: Email::parse("mallory@example.com").unwrap(),
                kind: MailKind::ConfirmEmailChange,
                user: Some(ana.id),
                locale: None,
                created_at: now,
                expires_at: now + Duration::from_secs(3600),
            };
            tx.insert_mail(&change).await.unwrap();
            tx.commit().await.unwrap();
            together(2, |number| {
                let (t, token) = (Arc::clone(&t), token.clone());
                async move {
                    if number == 0 {
                        t.reset_password(&token, "a wholly different password").await.unwrap();
                    } else {
                        t.deliver_all().await;
                    }
                }
            })
            .await;
            t.deliver_all().await;
            let links = t.database.number("SELECT COUNT(*) FROM one_time_tokens WHERE consumed_at IS NULL").await;
            assert_eq!(links, 0, "round {round}");
        }
    };

    parallel_reuse_and_refresh_never_leave_a_live_branch => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        for round in 0..40 {
            let first = t.signed_in(&format!("ana{round}@example.com")).await;
            let second = t.refresh(&first.refresh.secret).await.unwrap();
            // The thief replays the used token while the owner refreshes the live one.
            let outcomes = together(10, |number| {
                let t = Arc::clone(&t);
                let token = if number % 2 == 0 { first.refresh.secret.clone() } else { second.refresh.secret.clone() };
                async move { t.refreshed(&token, None).await.ok().map(|refreshed| refreshed.logged_in) }
            })
            .await;
            let alive = t.auth.live_sessions(&first.user.tenant, first.user.id).await.unwrap();
            assert_eq!(alive, 0, "round {round}");
            for survivor in outcomes.into_iter().flatten() {
                assert!(t.authenticate(&survivor.access_token).await.is_err(), "round {round}");
            }
        }
    };

    two_engines_on_one_database_replay_a_flight_only_where_the_clock_proves_it => |kind| async move {
        // PostgreSQL has one clock for all nodes; SQLite has one node. Here two
        // engines share the database, as two nodes would.
        let t = Arc::new(Setup::new(kind).start().await);
        let other = t.restarted().await;
        let first = t.signed_in("ana@example.com").await;
        let winner = t.refresh(&first.refresh.secret).await.unwrap();
        let late = horizon_auth_core::flows::RefreshCommand {
            tenant: first.user.tenant.clone(),
            token: first.refresh.secret.clone(),
            idempotency_key: None,
            client: t.client(),
        };
        assert_eq!(other.refresh(late).await.unwrap_err().code(), Code::RefreshReused);
        assert_eq!(t.refresh(&winner.refresh.secret).await.unwrap_err().code(), Code::SessionEnded);
    };
}
