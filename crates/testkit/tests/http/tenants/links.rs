use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_testkit::both_engines;
use serde_json::json;

use super::*;
use crate::support::OTHER_PASSWORD;

/// The links of a kind that were mailed to Ana, oldest first.
async fn links(app: &TestApp, kind: MailKind) -> Vec<(String, String)> {
    app.engine.deliver_all().await;
    let mails = app.engine.mailbox.to(ANA);
    mails
        .into_iter()
        .filter(|mail| mail.kind == kind)
        .map(|mail| (mail.tenant.as_str().to_owned(), mail.link.unwrap()))
        .collect()
}

fn token_of(link: &str) -> &str {
    link.split_once("?token=").unwrap().1
}

fn forgotten() -> Ask {
    ask(Method::POST, "/auth/password-reset/request").json(json!({ "email": ANA }))
}

fn complete(token: &str) -> Ask {
    let body = json!({ "token": token, "newPassword": OTHER_PASSWORD });
    ask(Method::POST, "/auth/password-reset/complete").json(body)
}

both_engines! {
    the_same_address_in_two_tenants_is_two_people_down_to_their_reset_links => |kind| async move {
        let app = start(kind, header_source(), Profile::Token, &Limits::OFF).await;
        let (acme, other) = (ana_of(&app, "acme").await, ana_of(&app, "other").await);
        assert_ne!(acme.json()["user"]["id"], other.json()["user"]["id"]);
        let taken = register(ANA).of("acme").send(&app).await;
        assert_eq!(refusal(&taken), refused(409, "email_taken"));

        assert_eq!(forgotten().of("acme").send(&app).await.status, 200);
        let mailed = links(&app, MailKind::ResetPassword).await;
        let [(name, link)] = mailed.as_slice() else { panic!("{mailed:?}") };
        assert_eq!(name, "acme");
        let foreign = complete(token_of(link)).of("other").send(&app).await;
        assert_eq!(refusal(&foreign), refused(400, "link_invalid"));
        assert_eq!(complete(token_of(link)).of("acme").send(&app).await.status, 200);

        for (name, old, new) in [("acme", 401, 200), ("other", 200, 401), ("default", 401, 401)] {
            assert_eq!(login(ANA, PASSWORD).of(name).send(&app).await.status, old, "{name}");
            assert_eq!(login(ANA, OTHER_PASSWORD).of(name).send(&app).await.status, new, "{name}");
        }
        let dead = profile(&acme.access_token()).of("acme").send(&app).await;
        assert_eq!(refusal(&dead), refused(401, "token_revoked"));
        assert_eq!(profile(&other.access_token()).of("other").send(&app).await.status, 200);
    };
}

#[tokio::test]
async fn a_link_knows_its_tenant_where_a_page_cannot_send_a_header() {
    let app = by_header().await;
    ana_of(&app, "acme").await;
    forgotten().of("acme").send(&app).await;
    let mailed = links(&app, MailKind::ResetPassword).await;
    let link = &mailed[0].1;
    assert!(
        link.starts_with(&format!("{ORIGIN}/reset-password?token=")),
        "{link}"
    );

    let opened = app.open(link.strip_prefix(ORIGIN).unwrap()).await;
    assert_eq!(opened.status, 200);
    let form = format!(
        "token={}&newPassword={}",
        token_of(link),
        OTHER_PASSWORD.replace(' ', "+")
    );
    let sent = app.form("/reset-password", &form).await;

    assert_eq!(sent.status, 200, "{}", sent.text);
    assert_eq!(login(ANA, OTHER_PASSWORD).of("acme").send(&app).await.status, 200);
    assert_eq!(app.form("/reset-password", &form).await.status, 400, "once");
}

#[tokio::test]
async fn the_json_routes_of_links_need_no_name_either() {
    let app = by_header().await;
    ana_of(&app, "acme").await;
    let mailed = links(&app, MailKind::VerifyEmail).await;
    let verify = |token: &str| ask(Method::POST, "/auth/verify-email").json(json!({ "token": token }));
    let token = token_of(&mailed[0].1);

    for (name, status, code) in [
        ("other", 400, "link_invalid"),
        ("nobody", 404, "unknown_tenant"),
        ("A B", 400, "tenant_invalid"),
    ] {
        let answer = verify(token).of(name).send(&app).await;
        assert_eq!(refusal(&answer), refused(status, code), "{name}");
    }
    assert_eq!(verify(token).send(&app).await.status, 200);
    let proved = "SELECT COUNT(*) FROM users WHERE email_verified_at IS NOT NULL AND tenant_id = 'acme'";
    assert_eq!(app.engine.database.number(proved).await, 1);
}

#[tokio::test]
async fn with_hosts_of_their_own_links_lead_to_the_tenant() {
    let app = by_host().await;
    register(ANA).at("acme.example.com").send(&app).await;
    register(ANA).at("auth.example.com").send(&app).await;

    let mailed = links(&app, MailKind::VerifyEmail).await;

    let mut begun: Vec<_> = mailed
        .iter()
        .map(|(name, link)| (name.as_str(), link.split_once("/verify").unwrap().0))
        .collect();
    begun.sort_unstable();
    assert_eq!(begun, [("acme", "https://acme.example.com"), ("default", ORIGIN)]);
    let (_, link) = mailed.iter().find(|(name, _)| name == "acme").unwrap();
    let submit = async |host: &str| {
        let request = Request::post("/verify-email")
            .header("host", host)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(format!("token={}", token_of(link))));
        app.send(request.unwrap()).await.status.as_u16()
    };
    assert_eq!(
        submit("other.example.com").await,
        400,
        "not the link of this tenant"
    );
    assert_eq!(submit("acme.example.com").await, 200);
}

#[tokio::test]
async fn where_the_tenant_is_fixed_a_link_of_another_does_not_work() {
    let app = by_header().await;
    ana_of(&app, "acme").await;
    forgotten().of("acme").send(&app).await;
    let mailed = links(&app, MailKind::ResetPassword).await;
    let fixed = TestApp::with_config(app.engine, HttpConfig::new(ORIGIN.into()));

    let answer = complete(token_of(&mailed[0].1)).send(&fixed).await;

    assert_eq!(refusal(&answer), refused(400, "link_invalid"));
}
