//! Fixtures: a whole engine on a real database, with a clock that tests can move.
//!
//! There are no mocks. SQLite runs on a temporary file with the settings of
//! production, PostgreSQL in a schema of its own on a real server.

mod app;
mod clock;
mod contract;
mod cookie;
mod database;
mod engine;
mod example;
mod exposition;
mod links;
mod login;
mod mail_server;
mod mailbox;
mod node;
mod proxy;
mod redis;

pub use app::{Answer, TestApp};
pub use clock::FixedClock;
pub use database::{Database, Held, Kind};
pub use engine::{Setup, TestAuth};
pub use example::{Example, Visitor, coverage_file};
pub use exposition::Exposition;
pub use login::Login;
pub use mail_server::{MailServer, mail_header};
pub use mailbox::{Mailbox, Mood, PlainWords};
pub use node::SharedRedis;
pub use proxy::{Proxy, Wire, Wires};
pub use redis::{RedisServer, free_port};

/// Runs a test on SQLite and on PostgreSQL.
///
/// `both_engines!(a_rule_holds, |kind| async move { … });` makes a module with one test for each.
#[macro_export]
macro_rules! both_engines {
    ($($(#[$attribute:meta])* $name:ident => $body:expr;)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "not every test needs everything")]
            use super::*;

            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn sqlite() {
                let test = $body;
                test($crate::Kind::Sqlite).await;
            }

            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn postgres() {
                let test = $body;
                test($crate::Kind::Postgres).await;
            }
        }
    )+};
}
