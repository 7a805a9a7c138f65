//! Sessions that begin and end at the same time.

use horizon_auth_core::domain::session::EndReason;
use horizon_auth_core::flows::EndOneSessionCommand;

use super::*;

const ANA: &str = "ana@example.com";

both_engines! {
    twenty_parallel_log_ins_never_leave_more_sessions_than_are_allowed => |kind| async move {
        let setup = Setup::new(kind).policy(|policy| policy.max_sessions = Some(3));
        let t = Arc::new(setup.start().await);
        let ana = t.signed_in(ANA).await.user;
        for round in 0..5 {
            together(20, |number| {
                let t = Arc::clone(&t);
                async move {
                    if number % 2 == 0 {
                        t.login(ANA).await.map(|_| ())
                    } else {
                        t.login_with_cookie(ANA).await.map(|_| ())
                    }
                }
            })
            .await
            .into_iter()
            .for_each(|outcome| outcome.expect("nobody is refused for it"));
            let alive = t.auth.live_sessions(&ana.tenant, ana.id).await.unwrap();
            assert_eq!(alive, 3, "round {round}");
            let listed = t.auth.list_sessions(&ana.tenant, ana.id).await.unwrap();
            assert_eq!(listed.len(), 3, "round {round}");
        }
    };

    whoever_ends_all_others_leaves_none_that_began_before => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        for round in 0..20 {
            let email = format!("ana{round}@example.com");
            let keeper = t.signed_in(&email).await;
            let mut before = Vec::new();
            for _ in 0..4 {
                before.push(t.login_with_cookie(&email).await.unwrap());
            }
            let caller = t.authenticate(&keeper.access_token).await.unwrap();
            let outcomes = together(9, |number| {
                let (t, email, caller) = (Arc::clone(&t), email.clone(), Arc::clone(&caller));
                async move {
                    if number == 4 {
                        t.auth.end_other_sessions(&caller, &t.client()).await.unwrap();
                        return None;
                    }
                    Some(t.login_with_cookie(&email).await.unwrap())
                }
            })
            .await;
            for opened in &before {
                let refused = t.authenticate_cookie(&opened.cookie.secret).await.unwrap_err();
                assert_eq!(refused.code(), Code::SessionEnded, "round {round}");
            }
            assert!(t.authenticate(&keeper.access_token).await.is_ok(), "the one that asks stays");
            // Of the others each came before or after; memory and database agree which it was.
            let listed = t.auth.list_sessions(&caller.tenant, caller.id).await.unwrap();
            for opened in outcomes.into_iter().flatten() {
                let stored = listed.iter().any(|session| session.id == opened.session);
                let believed = t.authenticate_cookie(&opened.cookie.secret).await.is_ok();
                assert_eq!(stored, believed, "round {round}");
            }
        }
    };

    of_twenty_who_end_a_session_one_has_done_it => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        let ana = t.signed_in(ANA).await;
        let outcomes = together(20, |_| {
            let t = Arc::clone(&t);
            let cmd = EndOneSessionCommand {
                tenant: ana.user.tenant.clone(),
                user: ana.user.id,
                session: ana.session,
                reason: EndReason::Logout,
                client: t.client(),
            };
            async move { t.auth.end_one_session(cmd).await }
        })
        .await;
        let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let late = outcomes.iter().filter(|o| matches!(o, Err(e) if e.code() == Code::NotFound)).count();
        assert_eq!((done, late), (1, 19));
        let noted = "SELECT COUNT(*) FROM audit_events WHERE event = 'session_ended'";
        assert_eq!(t.database.number(noted).await, 1);
    };

    a_cookie_that_is_read_while_its_session_ends_is_never_believed_afterwards => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        let ana = t.signed_in(ANA).await.user;
        for round in 0..60 {
            let opened = t.login_with_cookie(ANA).await.unwrap();
            together(8, |number| {
                let (t, secret) = (Arc::clone(&t), opened.cookie.secret.clone());
                let cmd = EndOneSessionCommand {
                    tenant: ana.tenant.clone(),
                    user: ana.id,
                    session: opened.session,
                    reason: EndReason::Logout,
                    client: t.client(),
                };
                async move {
                    if number == 3 {
                        t.auth.end_one_session(cmd).await.unwrap();
                        let refused = t.authenticate_cookie(&secret).await.unwrap_err();
                        assert_eq!(refused.code(), Code::SessionEnded, "the call has returned");
                    } else {
                        // Before or after: what it left in memory is what matters.
                        let _ = t.authenticate_cookie(&secret).await;
                    }
                }
            })
            .await;
            let refused = t.authenticate_cookie(&opened.cookie.secret).await.unwrap_err();
            assert_eq!(refused.code(), Code::SessionEnded, "round {round}");
        }
    };
}
