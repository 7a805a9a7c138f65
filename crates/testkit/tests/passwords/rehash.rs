//! Old hashes give way to new ones when their owners log in, and never to the detriment of a new password.

use std::time::Duration;

use horizon_auth_core::crypto::pepper::Peppers;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::policy::Argon2Cost;
use horizon_auth_core::flows::SetPasswordCommand;
use horizon_auth_testkit::{Kind, Setup, TestAuth, both_engines};

use super::{ANA, PASSWORD, put_hash, stored_hash};

/// [`PASSWORD`] at cost 5.
const BCRYPT: &str = "$2b$05$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS";
const SEVENS: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
const EIGHTS: &str = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";

/// Waits for the work that log-ins left behind: it ends on its own, the time only ends a broken test.
async fn settled(tasks: usize) {
    let metrics = tokio::runtime::Handle::current().metrics();
    let rest = async {
        while metrics.num_alive_tasks() > tasks {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), rest).await.unwrap();
}

fn alive() -> usize {
    tokio::runtime::Handle::current().metrics().num_alive_tasks()
}

async fn set_password(t: &TestAuth, user: &horizon_auth_core::domain::user::User, password: &str) {
    let cmd = SetPasswordCommand {
        tenant: user.tenant.clone(),
        user: user.id,
        password: Password::new(password).unwrap(),
        client: t.client(),
    };
    t.auth.set_password(cmd).await.unwrap();
}

both_engines! {
    a_hash_of_another_system_is_replaced_by_the_log_in_of_its_owner => |kind: Kind| async move {
        let t = TestAuth::on(kind).await;
        let ana = t.signed_in(ANA).await.user;
        for text in [
            BCRYPT,
            "pbkdf2_sha256$1000$seasalt2seasalt2$zU5AZO+q3BQs8wjYk63K6MkmzA8pgpmxuE/RgiDJYnM=",
            "$scrypt$ln=10,r=8,p=1$c29tZXNhbHQxMjM0NTY3OA$GOpT4/N4G/ymVYrPE9DBnUz1zx3mO/tA5U4qhD8jGmc",
        ] {
            put_hash(&t, ana.id, text).await;
            let tasks = alive();
            assert!(t.login_with(ANA, "not her password").await.is_err());
            settled(tasks).await;
            assert_eq!(stored_hash(&t, ANA).await, text, "a failed log-in replaces nothing");

            t.login(ANA).await.unwrap();
            settled(tasks).await;
            let replaced = stored_hash(&t, ANA).await;
            assert!(replaced.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{text}");

            t.login(ANA).await.unwrap();
            settled(tasks).await;
            assert_eq!(stored_hash(&t, ANA).await, replaced, "once is enough");
        }
    };

    a_hash_of_lesser_cost_or_an_older_pepper_is_replaced => |kind: Kind| async move {
        let first = TestAuth::on(kind).await;
        first.signed_in(ANA).await;
        let mut database = first.database;
        for (cost, peppers, expected) in [
            (2, String::new(), "$argon2id$v=19$m=64,t=2,p=1$"),
            (2, format!("1:{SEVENS}"), "$argon2id$v=19$m=64,t=2,p=1,keyid=MQ$"),
            (2, format!("2:{EIGHTS},1:{SEVENS}"), "$argon2id$v=19$m=64,t=2,p=1,keyid=Mg$"),
        ] {
            let mut setup = Setup::new(kind);
            setup.hashing.cost = Argon2Cost { passes: cost, ..setup.hashing.cost };
            if !peppers.is_empty() {
                setup.peppers = Peppers::parse(&peppers).unwrap();
            }
            let t = setup.start_on(database).await;
            let tasks = alive();
            t.login(ANA).await.unwrap();
            settled(tasks).await;
            let stored = stored_hash(&t, ANA).await;
            assert!(stored.starts_with(expected), "{expected}: {:.50}", stored);
            t.login(ANA).await.unwrap();
            database = t.database;
        }
    };

    a_password_that_changes_during_a_rehash_is_not_undone => |kind: Kind| async move {
        let t = TestAuth::on(kind).await;
        for round in 0..40 {
            let email = format!("ana{round}@example.com");
            let ana = t.signed_in(&email).await.user;
            put_hash(&t, ana.id, BCRYPT).await;
            let tasks = alive();
            // In the even rounds the rehash is already on its way.
            if round % 2 == 0 {
                t.login(&email).await.unwrap();
                set_password(&t, &ana, "a wholly different password").await;
            } else {
                let _ = tokio::join!(t.login(&email), set_password(&t, &ana, "a wholly different password"));
            }
            settled(tasks).await;
            assert!(t.login_with(&email, "a wholly different password").await.is_ok(), "round {round}");
            assert!(t.login_with(&email, PASSWORD).await.is_err(), "round {round}: the old password is back");
        }
    };
}
