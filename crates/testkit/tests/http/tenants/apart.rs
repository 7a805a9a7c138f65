use std::time::Duration;

use horizon_auth_core::domain::limits::Rate;

use super::*;

fn limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::OFF;
    change(&mut limits);
    limits
}

async fn statuses(asks: impl IntoIterator<Item = Ask>, app: &TestApp) -> Vec<u16> {
    let mut seen = Vec::new();
    for ask in asks {
        seen.push(ask.send(app).await.status.as_u16());
    }
    seen
}

#[tokio::test]
async fn guesses_at_a_network_or_an_account_in_one_tenant_slow_nobody_in_another() {
    let rules: [fn(&mut Limits, Rate); 2] = [
        |limits, rate| limits.login = Some(rate),
        |limits, rate| limits.login_account = Some(rate),
    ];
    for rule in rules {
        let limits = limits(|limits| rule(limits, Rate::per_seconds(2, 600)));
        let app = start(Kind::Sqlite, header_source(), Profile::Token, &limits).await;
        ana_of(&app, "acme").await;
        ana_of(&app, "other").await;

        let guesses = (0..4).map(|_| login(ANA, "a wrong guess").of("acme"));
        let seen = statuses(guesses, &app).await;

        assert_eq!(seen[..2], [401, 401]);
        assert!(seen[2..].contains(&429), "{seen:?}");
        assert_eq!(login(ANA, PASSWORD).of("acme").send(&app).await.status, 429);
        assert_eq!(login(ANA, PASSWORD).of("other").send(&app).await.status, 200);
    }
}

#[tokio::test]
async fn made_up_tenants_are_counted_by_network_and_never_hold_up_a_real_one() {
    let limits = limits(|limits| {
        limits.unknown_tenant = Some(Rate::per_seconds(3, 60));
        limits.login = Some(Rate::per_seconds(100, 60));
    });
    let app = start(Kind::Sqlite, header_source(), Profile::Token, &limits).await;
    ana_of(&app, "acme").await;
    let made_up = |number: u32| login(ANA, PASSWORD).of(&format!("made-up-{number}"));

    assert_eq!(
        statuses((0..5).map(made_up), &app).await,
        [404, 404, 404, 429, 429]
    );

    assert_eq!(
        login(ANA, PASSWORD).of("acme").send(&app).await.status,
        200,
        "it is known by now"
    );
    let same = made_up(0).send(&app).await;
    assert_eq!(refusal(&same), refused(429, "rate_limited"));
    assert_eq!(
        login(ANA, PASSWORD).send(&app).await.status,
        401,
        "the default tenant"
    );
    app.engine.clock.advance(Duration::from_secs(60));
    assert_eq!(made_up(0).send(&app).await.status, 404);
    assert_eq!(
        login(ANA, PASSWORD).of("other").send(&app).await.status,
        401,
        "a first look that finds one"
    );
    let again = statuses((0..4).map(made_up), &app).await;
    assert_eq!(
        again,
        [404, 404, 404, 429],
        "whoever named a real one begins anew"
    );
}

#[tokio::test]
async fn a_token_that_was_verified_in_one_tenant_is_not_believed_in_another() {
    let app = by_header().await;
    let token = ana_of(&app, "acme").await.access_token();
    for _ in 0..2 {
        assert_eq!(profile(&token).of("acme").send(&app).await.status, 200);
        let elsewhere = profile(&token).of("other").send(&app).await;
        assert_eq!(refusal(&elsewhere), refused(403, "tenant_mismatch"));
    }
}

#[tokio::test]
async fn a_session_cookie_that_was_read_in_one_tenant_is_not_believed_in_another() {
    let app = start(Kind::Sqlite, header_source(), Profile::Session, &Limits::OFF).await;
    let cookie = ana_of(&app, "acme").await.cookie();
    let me = |name: &str| ask(Method::GET, "/auth/me").with("cookie", &cookie).of(name);
    for count in 1..=2 {
        assert_eq!(me("acme").send(&app).await.status, 200);
        let elsewhere = me("other").send(&app).await;
        assert_eq!(refusal(&elsewhere), refused(403, "tenant_mismatch"));
        let noted =
            "SELECT COUNT(*) FROM audit_events WHERE event = 'tenant_mismatch' AND tenant_id = 'acme'";
        assert_eq!(app.engine.database.number(noted).await, count);
    }
}

#[tokio::test]
async fn a_page_of_one_tenant_is_not_a_page_of_another() {
    let app = by_host().await;
    let cookie = register(ANA).at("acme.example.com").send(&app).await.cookie();
    let refresh = |origin: &str, host: &str| {
        ask(Method::POST, "/auth/refresh")
            .at(host)
            .with("cookie", &cookie)
            .with("sec-fetch-site", "same-site")
            .with("origin", origin)
    };
    for (origin, host) in [
        ("https://other.example.com", "acme.example.com"),
        (ORIGIN, "acme.example.com"),
        ("https://acme.example.com", "auth.example.com"),
        ("http://acme.example.com", "acme.example.com"),
        ("https://acme.example.com", "evil.example"),
    ] {
        let answer = refresh(origin, host).send(&app).await;
        assert_eq!(refusal(&answer), refused(403, "cross_site"), "{origin} to {host}");
    }
    let own = refresh("https://acme.example.com", "acme.example.com")
        .send(&app)
        .await;
    assert_eq!(own.status, 200, "{}", own.text);
}
