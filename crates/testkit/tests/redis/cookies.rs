//! Cookies on two nodes: the promise is that of access tokens.

use std::sync::Arc;

use horizon_auth_core::domain::live_session::LiveSession;
use horizon_auth_core::domain::role::Role;
use horizon_auth_core::error::{Code, Error};
use horizon_auth_core::flows::{LoggedIn, LogoutCommand, LogoutScope, SessionOpened};

use crate::nodes::{MODES, Nodes, VERBS, Verb, home};
use crate::support::wait_until;

impl Nodes {
    async fn cookie_on_one(&self, opened: &SessionOpened) -> Result<Arc<LiveSession>, Error> {
        self.one.authenticate_cookie(&opened.cookie.secret).await
    }

    async fn cookie_on_other(&self, opened: &SessionOpened) -> Result<Arc<LiveSession>, Error> {
        self.one
            .authenticate_cookie_on(&self.other, &opened.cookie.secret)
            .await
    }

    /// Somebody with tokens and a cookie, which both nodes have in memory.
    async fn with_both(&self, email: &str) -> (LoggedIn, SessionOpened) {
        let person = self.one.signed_in(email).await;
        let opened = self.one.login_with_cookie(email).await.unwrap();
        for _ in 0..2 {
            self.cookie_on_one(&opened).await.unwrap();
            self.cookie_on_other(&opened).await.unwrap();
        }
        (person, opened)
    }
}

fn code<T>(outcome: Result<T, Error>) -> Option<Code> {
    outcome.err().map(|error| error.code())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_one_node_ends_is_refused_by_the_other_when_the_call_returns() {
    for mode in MODES {
        let nodes = Nodes::start(mode).await;
        for verb in VERBS {
            // These end the session of the tokens alone, or none at all.
            if matches!(verb, Verb::LogoutSession | Verb::EndSession | Verb::SetRoles) {
                continue;
            }
            let (person, opened) = nodes.with_both(&format!("{verb:?}@example.com")).await;

            verb.apply(&nodes.one, &nodes.one.auth, &person).await;

            let erased = matches!(verb, Verb::Erase);
            let expected = if erased {
                Code::SessionInvalid
            } else {
                Code::SessionEnded
            };
            assert_eq!(
                code(nodes.cookie_on_other(&opened).await),
                Some(expected),
                "{verb:?}"
            );
            assert_eq!(
                code(nodes.cookie_on_one(&opened).await),
                Some(expected),
                "{verb:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_log_out_of_one_cookie_is_felt_on_the_other_node_and_by_no_other_session() {
    for mode in MODES {
        let nodes = Nodes::start(mode).await;
        let (person, opened) = nodes.with_both("ana@example.com").await;
        let second = nodes.one.login_with_cookie("ana@example.com").await.unwrap();
        let caller = nodes.cookie_on_one(&opened).await.unwrap();

        let cmd = LogoutCommand {
            caller: &caller,
            scope: LogoutScope::Session,
            client: nodes.one.client(),
        };
        nodes.one.auth.logout(cmd).await.unwrap();

        assert_eq!(
            code(nodes.cookie_on_other(&opened).await),
            Some(Code::SessionEnded)
        );
        assert!(nodes.cookie_on_other(&second).await.is_ok());
        assert!(nodes.one.authenticate(&person.access_token).await.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn other_roles_are_in_force_on_the_other_node_when_the_call_returns() {
    for mode in MODES {
        let nodes = Nodes::start(mode).await;
        let (_, opened) = nodes.with_both("ana@example.com").await;
        for admin in [true, false, true] {
            let roles = if admin { vec![Role::admin()] } else { Vec::new() };
            let client = nodes.one.client();
            nodes
                .one
                .auth
                .set_roles(&home(), opened.user.id, &roles, &client)
                .await
                .unwrap();
            let live = nodes.cookie_on_other(&opened).await.unwrap();
            assert_eq!(live.has_role("admin"), admin);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_node_that_cannot_know_answers_neither_yes_nor_no() {
    for mode in MODES {
        let nodes = Nodes::start(mode).await;
        let (_, opened) = nodes.with_both("ana@example.com").await;

        nodes.proxy.black_hole();

        wait_until("the node behind the proxy has noticed", async || {
            code(nodes.cookie_on_one(&opened).await) == Some(Code::Unavailable)
        })
        .await;
        assert!(
            nodes.cookie_on_other(&opened).await.is_ok(),
            "the other one decides"
        );
        nodes.proxy.mend();
        wait_until("it decides again", async || {
            nodes.cookie_on_one(&opened).await.is_ok()
        })
        .await;
    }
}
