use super::super::finding::State;
use super::*;

fn server() -> RedisServerFacts {
    RedisServerFacts {
        name: String::new(),
        version: Some("7.0.15".into()),
        is_primary: true,
        eviction: Some("noeviction".into()),
        used_memory: Some(1024),
        max_memory: Some(0),
        appends: Some(true),
        saves: Some(String::new()),
        cannot_write: false,
        replicas: 0,
        min_replicas: Some(0),
    }
}

fn changed(change: impl FnOnce(&mut RedisServerFacts)) -> Vec<RedisServerFacts> {
    let mut server = server();
    change(&mut server);
    vec![server]
}

#[test]
fn a_policy_that_drops_keys_fails_on_any_server() {
    let evicts = changed(|server| server.eviction = Some("allkeys-lru".into()));
    let found = eviction(&[server(), evicts[0].clone()]);
    assert_eq!(found.state, State::Failed);
    assert!(
        found
            .fix
            .unwrap()
            .contains("CONFIG SET maxmemory-policy noeviction")
    );
    assert_eq!(
        eviction(&changed(|server| server.eviction = None)).state,
        State::Warning
    );
    assert_eq!(eviction(&[server()]).state, State::Ok);
}

#[test]
fn a_restart_that_forgets_is_told_and_a_full_disk_fails() {
    type Change = fn(&mut RedisServerFacts);
    let mode = RevocationMode::Replicated;
    let cases: [(Change, State); 4] = [
        (|_| {}, State::Ok),
        (|server| server.appends = Some(false), State::Warning),
        (
            |server| (server.appends, server.saves) = (Some(false), Some("3600 1".into())),
            State::Ok,
        ),
        (|server| server.cannot_write = true, State::Failed),
    ];
    for (change, state) in cases {
        assert_eq!(persistence(&changed(change), mode).state, state);
    }
}

#[test]
fn an_old_server_or_a_replica_is_no_place_to_write() {
    let facts = |servers| RedisFacts {
        servers,
        latency: Duration::ZERO,
        clock: None,
        cluster: None,
    };
    let old = changed(|server| server.version = Some("6.2.7".into()));
    assert_eq!(version(&facts(old)).state, State::Failed);
    assert_eq!(
        version(&facts(changed(|server| server.is_primary = false))).state,
        State::Failed
    );
    assert_eq!(
        version(&facts(changed(|server| server.version = None))).state,
        State::Ok
    );
}

#[test]
fn replicas_want_a_primary_that_waits_for_them() {
    assert_eq!(replicas(&[server()]).state, State::NotApplicable);
    assert_eq!(
        replicas(&changed(|server| server.replicas = 1)).state,
        State::Warning
    );
    let careful = changed(|server| (server.replicas, server.min_replicas) = (1, Some(1)));
    assert_eq!(replicas(&careful).state, State::Ok);
}

#[test]
fn memory_that_is_nearly_full_is_told() {
    let full = changed(|server| (server.used_memory, server.max_memory) = (Some(900), Some(1000)));
    assert_eq!(memory(&full).state, State::Warning);
    assert_eq!(memory(&[server()]).state, State::Ok);
}

#[test]
fn a_round_trip_must_fit_into_the_lease_several_times() {
    let text = "[database]\nurl = \"postgres://h/d\"\n[redis]\nhost = \"r\"\n[revocation]\nlease = \"1s\"\n";
    let config = Config::from_toml(text).unwrap();
    for (trip, state) in [(5, State::Ok), (150, State::Warning), (600, State::Failed)] {
        assert_eq!(
            latency(&config, Duration::from_millis(trip)).state,
            state,
            "{trip}"
        );
    }
}
