use super::super::tests::problem;
use super::*;
use crate::config::{Config, ConfigErrors};

fn with(toml: &str) -> Result<Config, ConfigErrors> {
    Config::from_toml(&format!(
        "[database]\nurl = \"postgres://localhost/auth\"\n{toml}"
    ))
}

#[cfg(feature = "redis")]
fn redis(toml: &str) -> RedisSettings {
    with(&format!("[redis]\n{toml}")).unwrap().redis.unwrap()
}

#[cfg(feature = "redis")]
fn at(host: &str, port: u16) -> Server {
    Server {
        host: host.to_owned(),
        port,
    }
}

#[test]
fn without_a_server_there_is_no_redis() {
    let config = with("[redis]\nport = 7000\npassword = \"hush\"").unwrap();
    assert!(config.redis.is_none());
    assert_eq!(config.revocation.mode, RevocationMode::Replicated);
    assert_eq!(config.revocation.lease, Duration::from_secs(1));
}

#[cfg(feature = "redis")]
#[test]
fn a_url_says_everything() {
    let all = redis("url = \"rediss://me:p%40ss%2F@cache.example:7000/3\"");
    assert_eq!(all.servers, RedisServers::Single(at("cache.example", 7000)));
    assert_eq!((all.tls, all.database), (true, 3));
    assert_eq!(all.username.as_deref(), Some("me"));
    assert_eq!(all.password.unwrap().reveal(), "p@ss/");

    let least = redis("url = \"redis://[::1]\"");
    assert_eq!(least.servers, RedisServers::Single(at("::1", 6379)));
    assert_eq!((least.tls, least.database), (false, 0));
    assert!(least.password.is_none() && least.username.is_none());
    assert_eq!(
        (least.prefix.as_str(), least.timeout),
        ("auth:", Duration::from_secs(1))
    );
}

#[cfg(feature = "redis")]
#[test]
fn the_plain_variables_of_the_design_are_enough() {
    let variables = [
        ("DATABASE_URL", "postgres://localhost/auth"),
        ("REDIS_HOST", "redis_1"),
        ("REDIS_PORT", "7001"),
        ("REDIS_PASSWORD", "hush"),
        ("REDIS_DB", "2"),
    ];
    let config = Config::load(crate::config::Sources {
        env: variables
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        ..Default::default()
    });
    let config = config.unwrap();
    let redis = config.redis.as_ref().unwrap();
    assert_eq!(redis.servers, RedisServers::Single(at("redis_1", 7001)));
    assert_eq!(redis.database, 2);
    assert_eq!(redis.password.as_ref().unwrap().reveal(), "hush");
    assert!(!format!("{config:?}").contains("hush"));
}

#[cfg(feature = "redis")]
#[test]
fn sentinels_and_clusters_are_lists_with_the_usual_ports() {
    let sentinel = redis("sentinels = [\"a\", \"b:7000\"]\nprimary = \"mymaster\"\ntls = true");
    let expected = RedisServers::Sentinel {
        sentinels: vec![at("a", 26379), at("b", 7000)],
        primary: "mymaster".to_owned(),
    };
    assert_eq!((sentinel.servers, sentinel.tls), (expected, true));
    let cluster = redis("cluster = [\"a\", \"[2001:db8::1]:7000\"]");
    assert_eq!(
        cluster.servers,
        RedisServers::Cluster(vec![at("a", 6379), at("2001:db8::1", 7000)])
    );
}

#[cfg(feature = "redis")]
#[test]
fn what_does_not_fit_is_reported_and_no_password_is_shown() {
    for (toml, words) in [
        ("url = \"http://u:hush@h\"", "redis.url is not the URL of a Redis"),
        ("url = \"redis://u:hush@\"", "redis.url is not the URL of a Redis"),
        (
            "url = \"redis://u:hush@h/first\"",
            "redis.url is not the URL of a Redis",
        ),
        (
            "url = \"redis://u:hush@h?a=b\"",
            "redis.url is not the URL of a Redis",
        ),
        ("host = \"a b\"", "redis.host holds"),
        ("host = \"h:0\"", "redis.host holds"),
        (
            "url = \"redis://h\"\nhost = \"h\"",
            "redis.url is given as well as redis.host",
        ),
        (
            "url = \"redis://u:hush@h\"\npassword = \"hush\"",
            "redis.password is given in redis.url as well",
        ),
        (
            "url = \"redis://h/1\"\ndatabase = 2",
            "redis.database is given in redis.url as well",
        ),
        (
            "url = \"redis://h\"\ntls = true",
            "redis.tls is not what the scheme",
        ),
        (
            "url = \"redis://h\"\nca_file = \"ca.pem\"",
            "redis.ca_file is given, but no TLS",
        ),
        ("sentinels = [\"h\"]", "redis.primary is missing"),
        ("host = \"h\"\nprimary = \"p\"", "redis.primary is given without"),
        ("cluster = []", "redis.cluster is an empty list"),
        (
            "cluster = [\"h\"]\ndatabase = 1",
            "redis.database is given, but a cluster",
        ),
        ("host = \"h\"\nprefix = \"{auth}\"", "redis.prefix has a brace"),
        (
            "host = \"h\"\n[revocation]\nlease = \"400ms\"",
            "revocation.lease is",
        ),
        (
            "host = \"h\"\n[revocation]\nlease = \"11s\"",
            "revocation.lease is",
        ),
    ] {
        let line = problem(with(&format!("[redis]\n{toml}")));
        assert!(line.starts_with(words), "{line}");
        assert!(!line.contains("hush"), "{line}");
    }
}

#[cfg(feature = "redis")]
#[test]
fn several_mistakes_are_reported_at_once() {
    let errors = with("[redis]\nurl = \"redis://h\"\nhost = \"h\"\nprefix = \"{\"\ntls = true").unwrap_err();
    assert_eq!(errors.problems().len(), 3, "{errors}");
}

#[cfg(feature = "redis")]
#[test]
fn one_file_of_sqlite_is_served_by_one_process() {
    let line = problem(Config::from_toml(
        "[database]\nurl = \"sqlite:auth.db\"\n[redis]\nurl = \"redis://u:hush@h\"",
    ));
    assert!(
        line.starts_with("redis.url is given, but one process serves one SQLite file"),
        "{line}"
    );
    assert!(!line.contains("hush"), "{line}");
}

#[cfg(not(feature = "redis"))]
#[test]
fn a_program_without_redis_says_so() {
    let line = problem(with("[redis]\nhost = \"h\""));
    assert!(
        line.starts_with("redis.host is given, but this program was built without Redis"),
        "{line}"
    );
}

#[test]
fn nobody_can_be_asked_per_request_without_redis() {
    let line = problem(with("[revocation]\nmode = \"per_request\""));
    assert!(
        line.starts_with("revocation.mode is \"per_request\", but there is no Redis"),
        "{line}"
    );
}
