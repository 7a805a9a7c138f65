use horizon_auth_core::auth::Auth;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::error::Code;
use horizon_auth_core::flows::{LoggedIn, SetPasswordCommand};
use horizon_auth_testkit::{TestAuth, both_engines};

use super::{home, role};

/// What takes something away from a person.
#[derive(Clone, Copy, Debug)]
enum Verb {
    Disable,
    EndSessions,
    Erase,
    SetPassword,
    SetRoles,
}

const VERBS: [Verb; 5] = [
    Verb::Disable,
    Verb::EndSessions,
    Verb::Erase,
    Verb::SetPassword,
    Verb::SetRoles,
];

impl Verb {
    async fn apply(self, auth: &Auth, t: &TestAuth, to: &LoggedIn) {
        let (tenant, user, client) = (home(), to.user.id, t.client());
        match self {
            Self::Disable => auth.disable_user(&tenant, user, &client).await.unwrap(),
            Self::EndSessions => {
                auth.end_user_sessions(&tenant, user, &client).await.unwrap();
            }
            Self::Erase => auth.erase_user(&tenant, user, &client).await.unwrap(),
            Self::SetPassword => {
                let password = Password::new("a wholly different password").unwrap();
                let cmd = SetPasswordCommand {
                    tenant,
                    user,
                    password,
                    client,
                };
                auth.set_password(cmd).await.unwrap();
            }
            Self::SetRoles => {
                let changed = auth.set_roles(&tenant, user, &[role("admin")], &client).await;
                assert!(changed.unwrap());
            }
        }
    }
}

async fn code(t: &TestAuth, person: &LoggedIn) -> Option<Code> {
    t.authenticate(&person.access_token)
        .await
        .err()
        .map(|error| error.code())
}

both_engines! {
    what_is_done_beside_the_server_is_in_effect_after_its_next_look => |kind| async move {
        let t = TestAuth::on(kind).await;
        for verb in VERBS {
            let ana = t.signed_in(&format!("{verb:?}@example.com")).await;
            let outsider = t.outsider();
            assert!(outsider.is_in_effect().await.unwrap(), "it has not done anything");

            verb.apply(&outsider, &t, &ana).await;
            assert!(!outsider.is_in_effect().await.unwrap(), "{verb:?}");
            t.auth.heal().await.unwrap();

            assert!(outsider.is_in_effect().await.unwrap(), "{verb:?}");
            assert_eq!(code(&t, &ana).await, Some(Code::TokenRevoked), "{verb:?}");
        }
    };

    a_server_that_knows_of_a_change_it_cannot_read_refuses_everybody => |kind| async move {
        let t = TestAuth::on(kind).await;
        let (ana, bob) = (t.signed_in("ana@example.com").await, t.signed_in("bob@example.com").await);
        let outsider = t.outsider();
        Verb::Disable.apply(&outsider, &t, &ana).await;
        t.database.execute("ALTER TABLE revocations RENAME TO revocations_away").await;

        assert!(t.auth.heal().await.is_err());

        assert_eq!(code(&t, &ana).await, Some(Code::Unavailable));
        assert_eq!(code(&t, &bob).await, Some(Code::Unavailable), "a 503, never a 401: the token may be good");
        assert!(!t.auth.health().await.is_ready());
        assert!(!outsider.is_in_effect().await.unwrap());

        t.database.execute("ALTER TABLE revocations_away RENAME TO revocations").await;
        t.auth.heal().await.unwrap();

        assert_eq!(code(&t, &ana).await, Some(Code::TokenRevoked));
        assert_eq!(code(&t, &bob).await, None);
        assert!(outsider.is_in_effect().await.unwrap());
    };

    a_server_that_starts_has_seen_everything => |kind| async move {
        let t = TestAuth::on(kind).await;
        let ana = t.signed_in("ana@example.com").await;
        let outsider = t.outsider();
        Verb::SetRoles.apply(&outsider, &t, &ana).await;

        let _server = t.restarted().await;

        assert!(outsider.is_in_effect().await.unwrap());
    };

    everybody_waits_for_changes_of_their_own => |kind| async move {
        let t = TestAuth::on(kind).await;
        let (ana, bob) = (t.signed_in("ana@example.com").await, t.signed_in("bob@example.com").await);
        let (early, late) = (t.outsider(), t.outsider());
        Verb::EndSessions.apply(&early, &t, &ana).await;
        t.auth.heal().await.unwrap();
        Verb::EndSessions.apply(&late, &t, &bob).await;

        assert!(early.is_in_effect().await.unwrap());
        assert!(!late.is_in_effect().await.unwrap());
        t.auth.heal().await.unwrap();
        assert!(late.is_in_effect().await.unwrap());
    };

    an_outsider_confirms_nothing_in_the_name_of_the_server => |kind| async move {
        let t = TestAuth::on(kind).await;
        let ana = t.signed_in("ana@example.com").await;
        let outsider = t.outsider();
        Verb::Disable.apply(&outsider, &t, &ana).await;

        outsider.heal().await.unwrap();

        assert!(!outsider.is_in_effect().await.unwrap());
    };

    what_was_refused_or_done_by_the_server_itself_is_no_outside_change => |kind| async move {
        let t = TestAuth::on(kind).await;
        let ana = t.signed_in("ana@example.com").await;
        let nobody = "01a20ae9-0fe4-73cd-a73d-431de9e62325".parse().unwrap();
        let outsider = t.outsider();

        let refused = outsider.disable_user(&home(), nobody, &t.client()).await.unwrap_err();
        Verb::Disable.apply(&t.auth, &t, &ana).await;

        assert_eq!(refused.code(), Code::NotFound);
        assert_eq!(t.database.number("SELECT made FROM outside_changes WHERE topic = 'revocations'").await, 0);
        assert_eq!(code(&t, &ana).await, Some(Code::TokenRevoked));
    };
}
