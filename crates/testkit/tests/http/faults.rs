//! Faults of ours: no room to hash, a database that fails, rows that cannot be read.

use std::time::Duration;

use horizon_auth_core::domain::policy::Argon2Cost;
use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Kind, Setup, TestApp, TestAuth, both_engines};

use crate::support::{ANA, assert_pair, assert_problem, login, profile, refresh};

#[tokio::test]
async fn a_full_hasher_refuses_with_503_and_serves_again_when_it_is_free() {
    let mut setup = Setup::new(Kind::Sqlite);
    setup.hashing.cost = Argon2Cost {
        memory_kib: 16 * 1024,
        passes: 3,
        lanes: 1,
    };
    setup.hashing.max_parallel = 1;
    setup.hashing.max_queue = 0;
    setup.hashing.queue_deadline = Duration::from_secs(1);
    let app = TestApp::new(setup.start().await);
    let names: Vec<String> = (0..4).map(|number| format!("u{number}@example.com")).collect();
    // One thread: all four have asked for a hash before the first one can be done.
    let (a, b, c, d) = tokio::join!(
        app.register(&names[0]),
        app.register(&names[1]),
        app.register(&names[2]),
        app.register(&names[3])
    );
    let (served, refused): (Vec<_>, Vec<_>) =
        [a, b, c, d].into_iter().partition(|answer| answer.status == 201);
    assert_eq!(served.len(), 1);
    for answer in refused {
        assert_problem(&answer, Code::Overloaded, "/auth/register");
        assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
    }
    assert_pair(&app.register(ANA).await, 201, ANA);
}

both_engines! {
    a_database_that_fails_is_503_without_a_word_about_it => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        app.engine.database.execute("DROP TABLE refresh_tokens").await;
        for (answer, path) in [
            (login(&app, ANA).await, "/auth/login"),
            (refresh(&app, &ana.cookie()).await, "/auth/refresh"),
            (app.register("ben@example.com").await, "/auth/register"),
        ] {
            assert_problem(&answer, Code::Unavailable, path);
            assert_eq!(answer.header("retry-after"), "1");
            assert!(!answer.text.contains("refresh_tokens"), "{}", answer.text);
            assert!(!answer.headers.contains_key("set-cookie"), "the token may still be good");
        }
        let left = app.engine.database.number("SELECT COUNT(*) FROM users").await;
        assert_eq!(left, 1, "the failed registration left nothing behind");
    };

    a_row_that_cannot_be_read_is_500_without_a_word_about_it => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        app.engine.database.execute("UPDATE user_roles SET role = 'not a role!'").await;
        let answer = profile(&app, &ana.access_token()).await;
        assert_problem(&answer, Code::Internal, "/auth/profile");
        assert!(!answer.text.contains("role"), "{}", answer.text);
    };
}
