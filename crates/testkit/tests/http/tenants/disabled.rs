use std::time::Duration;

use horizon_auth_testkit::both_engines;
use serde_json::json;

use super::*;

both_engines! {
    a_disabled_tenant_is_shut_and_its_neighbour_is_not => |kind| async move {
        let app = start(kind, header_source(), Profile::Token, &Limits::OFF).await;
        let (acme, other) = (ana_of(&app, "acme").await, ana_of(&app, "other").await);
        let refresh = |cookie: &str| ask(Method::POST, "/auth/refresh").with("cookie", cookie);
        assert_eq!(profile(&acme.access_token()).of("acme").send(&app).await.status, 200);

        disable(&app, "acme").await;

        let known = profile(&acme.access_token()).of("acme").send(&app).await;
        assert_eq!(refusal(&known), refused(401, "token_revoked"));
        for shut in [
            login(ANA, PASSWORD),
            login(ANA, "a wrong guess"),
            register("bob@example.com"),
            refresh(&acme.cookie()),
            ask(Method::POST, "/auth/password-reset/request").json(json!({ "email": ANA })),
            ask(Method::POST, "/auth/verify-email/resend").json(json!({ "email": ANA })),
        ] {
            let (path, answer) = (shut.path, shut.of("acme").send(&app).await);
            assert_eq!(refusal(&answer), refused(403, "tenant_disabled"), "{path}");
        }
        let sent = app.engine.mailbox.all().len();
        app.engine.deliver_all().await;
        let sent = app.engine.mailbox.all().split_off(sent);
        assert!(sent.iter().all(|mail| mail.tenant.as_str() == "other"), "{sent:?}");
        assert_eq!(profile(&other.access_token()).of("other").send(&app).await.status, 200);
        assert_eq!(refresh(&other.cookie()).of("other").send(&app).await.status, 200);

        let client = app.engine.client();
        assert!(app.engine.auth.enable_tenant(&tenant("acme"), &client).await.unwrap());

        let still = profile(&acme.access_token()).of("acme").send(&app).await;
        assert_eq!(refusal(&still), refused(401, "token_revoked"), "nothing that ended begins again");
        let ended = refresh(&acme.cookie()).of("acme").send(&app).await;
        assert_eq!(refusal(&ended), refused(401, "session_ended"));
        let back = login(ANA, PASSWORD).of("acme").send(&app).await;
        assert_eq!(profile(&back.access_token()).of("acme").send(&app).await.status, 200);
        let rotated = refresh(&back.cookie()).of("acme").send(&app).await;
        assert_eq!(profile(&rotated.access_token()).of("acme").send(&app).await.status, 200);
        let bob = register("bob@example.com").of("acme").send(&app).await;
        assert_eq!(profile(&bob.access_token()).of("acme").send(&app).await.status, 200, "new people are not born dead");
    };

    session_cookies_of_a_disabled_tenant_are_dead_for_good => |kind| async move {
        let app = start(kind, header_source(), Profile::Session, &Limits::OFF).await;
        let cookie = ana_of(&app, "acme").await.cookie();
        let me = || ask(Method::GET, "/auth/me").with("cookie", &cookie).of("acme");
        assert_eq!(me().send(&app).await.status, 200);

        disable(&app, "acme").await;
        assert_eq!(refusal(&me().send(&app).await), refused(401, "session_ended"));

        let client = app.engine.client();
        app.engine.auth.enable_tenant(&tenant("acme"), &client).await.unwrap();
        assert_eq!(refusal(&me().send(&app).await), refused(401, "session_ended"));
    };

    what_another_program_disabled_is_shut_a_moment_later_and_begins_no_session_until_then => |kind| async move {
        let app = start(kind, header_source(), Profile::Token, &Limits::OFF).await;
        ana_of(&app, "acme").await;
        let outsider = app.engine.outsider();

        outsider.disable_tenant(&tenant("acme"), &app.engine.client()).await.unwrap();

        // This node still believes what it saw a moment ago; the database does not.
        let late = login(ANA, PASSWORD).of("acme").send(&app).await;
        assert_eq!(refusal(&late), refused(401, "invalid_credentials"));
        let late = register("bob@example.com").of("acme").send(&app).await;
        assert_eq!(refusal(&late), refused(403, "tenant_disabled"));
        assert_eq!(app.engine.database.number("SELECT COUNT(*) FROM users").await, 1);
        app.engine.clock.advance(Duration::from_secs(2));
        let later = login(ANA, PASSWORD).of("acme").send(&app).await;
        assert_eq!(refusal(&later), refused(403, "tenant_disabled"));
    };
}

#[tokio::test]
async fn the_default_tenant_and_one_in_the_place_of_the_public_url_are_refused() {
    let app = by_host().await;
    let (auth, client) = (&app.engine.auth, app.engine.client());

    let default = auth.disable_tenant(&tenant("default"), &client).await;
    let hidden = auth.create_tenant(&tenant("auth"), &client).await;
    let unknown = auth.disable_tenant(&tenant("nobody"), &client).await;
    let never = auth.enable_tenant(&tenant("nobody"), &client).await;

    assert_eq!(default.unwrap_err().code().wire(), "tenant_reserved");
    assert_eq!(hidden.unwrap_err().code().wire(), "tenant_reserved");
    assert_eq!(unknown.unwrap_err().code().wire(), "unknown_tenant");
    assert_eq!(never.unwrap_err().code().wire(), "unknown_tenant");
    assert!(
        !auth.create_tenant(&tenant("acme"), &client).await.unwrap(),
        "there already"
    );
    assert!(
        !auth.enable_tenant(&tenant("acme"), &client).await.unwrap(),
        "on already"
    );
    let names: Vec<String> = auth
        .list_tenants()
        .await
        .unwrap()
        .into_iter()
        .map(|tenant| tenant.id.as_str().to_owned())
        .collect();
    assert_eq!(names, ["acme", "default", "other"]);
}

#[tokio::test]
async fn what_is_done_to_a_tenant_is_noted_in_it() {
    let app = by_header().await;
    let (auth, client) = (&app.engine.auth, app.engine.client());
    disable(&app, "acme").await;
    auth.enable_tenant(&tenant("acme"), &client).await.unwrap();

    for event in ["tenant_created", "tenant_disabled", "tenant_enabled"] {
        let noted = match event {
            "tenant_created" => {
                "SELECT COUNT(*) FROM audit_events WHERE event = 'tenant_created' AND tenant_id = 'acme'"
            }
            "tenant_disabled" => {
                "SELECT COUNT(*) FROM audit_events WHERE event = 'tenant_disabled' AND tenant_id = 'acme'"
            }
            _ => "SELECT COUNT(*) FROM audit_events WHERE event = 'tenant_enabled' AND tenant_id = 'acme'",
        };
        assert_eq!(app.engine.database.number(noted).await, 1, "{event}");
    }
    let roles = "SELECT COUNT(*) FROM roles WHERE tenant_id = 'acme' AND name IN ('user', 'admin')";
    assert_eq!(app.engine.database.number(roles).await, 2);
}
