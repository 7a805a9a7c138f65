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
/// 72 times the letter a at cost 5, which is also the hash of 80 times.
const BCRYPT_OF_72: &str = "$2b$05$abcdefghijklmnopqrstuuGUnCqbfgs3htOkLrFduUjAyLBw1Rq/u";
const SEVENS: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
const EIGHTS: &str = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";

/// Waits for something that happens on its own; the time only ends a broken test.
async fn until(mut happened: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !happened().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), wait).await.unwrap();
}

/// Tasks that are always there: the fewest seen while nothing is asked for.
async fn idle_tasks() -> usize {
    let mut fewest = alive();
    for _ in 0..1000 {
        tokio::task::yield_now().await;
        fewest = fewest.min(alive());
    }
    fewest
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
            assert!(t.login_with(ANA, "not her password").await.is_err());
            assert_eq!(stored_hash(&t, ANA).await, text);

            t.login(ANA).await.unwrap();
            until(async || stored_hash(&t, ANA).await != text).await;
            let replaced = stored_hash(&t, ANA).await;
            assert!(replaced.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{text}");
            assert!(t.login(ANA).await.is_ok(), "the new hash is of the same password");
            assert!(t.login_with(ANA, "not her password").await.is_err());
        }
    };

    a_password_longer_than_bcrypt_could_see_counts_in_full_afterwards => |kind: Kind| async move {
        let t = TestAuth::on(kind).await;
        let ana = t.signed_in(ANA).await.user;
        put_hash(&t, ana.id, BCRYPT_OF_72).await;
        assert!(t.login_with(ANA, &"a".repeat(71)).await.is_err());

        t.login_with(ANA, &"a".repeat(80)).await.unwrap();
        until(async || stored_hash(&t, ANA).await != BCRYPT_OF_72).await;

        for (length, opens) in [(80, true), (72, false), (79, false), (81, false)] {
            let login = t.login_with(ANA, &"a".repeat(length)).await;
            assert_eq!(login.is_ok(), opens, "{length} letters");
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
            t.login(ANA).await.unwrap();
            until(async || stored_hash(&t, ANA).await.starts_with(expected)).await;
            assert!(t.login(ANA).await.is_ok(), "{expected}");
            assert!(t.login_with(ANA, "not her password").await.is_err(), "{expected}");
            database = t.database;
        }
    };

    a_password_that_changes_during_a_rehash_is_not_undone => |kind: Kind| async move {
        let t = TestAuth::on(kind).await;
        t.signed_in(ANA).await;
        let idle = idle_tasks().await;
        for round in 0..40 {
            let email = format!("ana{round}@example.com");
            let ana = t.signed_in(&email).await.user;
            put_hash(&t, ana.id, BCRYPT).await;
            // In the even rounds the rehash is already on its way.
            if round % 2 == 0 {
                t.login(&email).await.unwrap();
                set_password(&t, &ana, "a wholly different password").await;
            } else {
                let _ = tokio::join!(t.login(&email), set_password(&t, &ana, "a wholly different password"));
            }
            until(async || alive() <= idle).await;
            assert!(t.login_with(&email, "a wholly different password").await.is_ok(), "round {round}");
            assert!(t.login_with(&email, PASSWORD).await.is_err(), "round {round}: the old password is back");
        }
    };
}
