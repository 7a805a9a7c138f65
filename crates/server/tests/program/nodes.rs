//! Two servers on one PostgreSQL and one Redis.

use std::time::{Duration, Instant};

use horizon_auth_testkit::{Database, Kind, RedisServer};

use crate::support::{ANA, Installation, PATIENCE, Running, program, stderr};

fn is_ready(running: &Running) {
    let since = Instant::now();
    while running.get("/health/ready", "").status() != 200 {
        assert!(since.elapsed() < PATIENCE, "{}", running.log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn profile(running: &Running, token: &str) -> u16 {
    let header = format!("authorization: Bearer {token}\r\n");
    running.get("/auth/profile", &header).status()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_that_share_redis_are_one_service() {
    let (redis, database) = (RedisServer::start(), Database::fresh(Kind::Postgres).await);
    // They count in one window too, and this is not about that.
    let shared = format!(
        "rate_limit.register = \"off\"\n[redis]\nurl = \"redis://127.0.0.1:{}\"\n",
        redis.port
    );
    for mode in ["replicated", "per_request"] {
        let settings = format!("{shared}[revocation]\nmode = \"{mode}\"\n");
        let installation = Installation::on(&database.url, &settings);
        let (one, other) = (installation.serve(), installation.serve());
        is_ready(&one);
        is_ready(&other);

        let ana = one.post("/auth/register", "", &ANA.replace("ana", mode));
        assert_eq!(ana.status(), 201, "{ana:?}");
        let token = ana.access_token();
        assert_eq!(profile(&other, &token), 200);
        let bearer = format!("authorization: Bearer {token}\r\n");
        assert_eq!(one.post("/auth/logout", &bearer, "{}").status() / 100, 2);
        assert_eq!((profile(&one, &token), profile(&other, &token)), (401, 401));

        let checks = one.get("/health/ready", "").json();
        assert_eq!(checks["checks"]["redis"]["status"], "healthy", "{checks}");

        // Somebody who shares nothing would accept what these revoke.
        let alone = installation.beside("");
        let refused = program(alone.path())
            .args(["serve", "--config", "horizon-auth.toml"])
            .output()
            .unwrap();
        assert!(!refused.status.success());
        assert!(
            stderr(&refused).contains("share one Redis"),
            "{}",
            stderr(&refused)
        );

        // What the command line takes away is gone from both.
        let bob = other.post("/auth/register", "", &ANA.replace("ana", &format!("bob-{mode}")));
        let token = bob.access_token();
        let address = format!("bob-{mode}@example.com");
        let disabled = installation.run(&["users", "disable", &address]);
        assert!(disabled.status.success(), "{}", stderr(&disabled));
        assert_eq!((profile(&one, &token), profile(&other, &token)), (401, 401));
    }
}
