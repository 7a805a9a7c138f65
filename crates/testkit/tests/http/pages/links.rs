//! What a link shows, what its button does, and that only the button does it.

use axum::http::Request;
use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_core::domain::policy::VerificationProof;
use horizon_auth_testkit::{Kind, TestApp, TestAuth, both_engines};

use super::{RESET, UNVERIFIED, VERIFY, assert_page, form, has_form, verification};
use crate::support::{ANA, OTHER_PASSWORD, PASSWORD, app, app_with, bare, headers, login_status, profile};

both_engines! {
    a_verification_page_confirms_with_its_button_and_not_before => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        let token = verification(&app).await;
        let link = app.engine.mailbox.to(ANA)[0].link.clone().unwrap();
        let path = link.strip_prefix("http://localhost:3000").unwrap();
        let before = app.engine.database.dump().await;

        // Scanners follow links, some of them often and from many places.
        for _ in 0..5 {
            let page = app.open(path).await;
            assert_page(&page, 200);
            assert!(has_form(&page, "token") && page.text.contains(&token));
            assert_page(&bare(&app, Request::head(path)).await, 200);
        }
        assert_eq!(app.engine.database.dump().await, before, "looking changes nothing at all");
        assert_eq!(profile(&app, &ana.access_token()).await.status, 200);

        let done = form(&app, VERIFY, &[("token", &token)]).await;
        assert_page(&done, 200);
        assert!(done.text.contains("Your e-mail address is confirmed"));
        assert!(!done.text.contains(&token));
        assert_eq!(app.engine.database.number(UNVERIFIED).await, 0);
        assert_eq!(profile(&app, &ana.access_token()).await.code(), "token_revoked");
        assert_page(&form(&app, VERIFY, &[("token", &token)]).await, 400);
    };

    a_reset_page_sets_the_password_with_its_button_and_not_before => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        let token = app.engine.reset_token(ANA).await;
        let before = app.engine.database.dump().await;
        let page = app.open(&format!("{RESET}?token={token}")).await;
        assert_page(&page, 200);
        assert!(has_form(&page, "newPassword") && page.text.contains(&token));
        assert_eq!(app.engine.database.dump().await, before);

        let chosen = "Zoë & <b>\"100% + 1 = 2\"</b>";
        let done = form(&app, RESET, &[("token", &token), ("newPassword", chosen)]).await;
        assert_page(&done, 200);
        assert!(done.text.contains("Your password has been replaced"));
        assert_eq!(profile(&app, &ana.access_token()).await.code(), "token_revoked");
        assert_eq!(login_status(&app, ANA, PASSWORD).await, 401);
        assert_eq!(login_status(&app, ANA, chosen).await, 200, "a form and JSON mean the same password");
        assert_page(&form(&app, RESET, &[("token", &token), ("newPassword", chosen)]).await, 400);
    };
}

#[tokio::test]
async fn a_page_without_a_token_asks_for_the_address_and_answers_everybody_alike() {
    let app = app().await;
    app.register(ANA).await;
    app.engine.deliver_all().await;
    for (path, kind) in [(VERIFY, MailKind::VerifyEmail), (RESET, MailKind::ResetPassword)] {
        let page = app.open(path).await;
        assert_page(&page, 200);
        assert!(has_form(&page, "email") && page.text.contains(&format!(r#"action="{path}""#)));

        let before = app.engine.mailbox.all().len();
        let known = form(&app, path, &[("email", ANA)]).await;
        let unknown = form(&app, path, &[("email", "nobody@example.com")]).await;
        assert_page(&known, 200);
        assert_eq!((&known.text, headers(&known)), (&unknown.text, headers(&unknown)));
        assert!(!known.text.contains(ANA));
        app.engine.deliver_all().await;
        let sent: Vec<_> = app.engine.mailbox.all()[before..]
            .iter()
            .map(|mail| mail.kind)
            .collect();
        assert_eq!(sent, [kind]);
    }
}

#[tokio::test]
async fn a_refused_password_shows_the_form_again_and_never_the_password() {
    let app = app().await;
    app.register(ANA).await;
    for (path, token) in [
        (VERIFY, verification(&app).await),
        (RESET, app.engine.reset_token(ANA).await),
    ] {
        let page = form(&app, path, &[("token", &token), ("newPassword", "s3cret!")]).await;
        assert_page(&page, 400);
        assert!(
            page.text.contains("New password must be at least 8 characters"),
            "{}",
            page.text
        );
        assert!(page.text.contains(r#"role="alert""#) && has_form(&page, "newPassword"));
        assert!(!page.text.contains("s3cret!"));
        assert!(page.text.contains(&token), "the form can be sent again");
        let twice = [
            ("token", token.as_str()),
            ("newPassword", OTHER_PASSWORD),
            ("newPassword", PASSWORD),
        ];
        assert_page(&form(&app, path, &twice).await, 400);
    }
    let token = app.engine.reset_token(ANA).await;
    assert_page(&form(&app, RESET, &[("token", &token)]).await, 400);
    assert_page(
        &form(&app, RESET, &[("token", &token), ("newPassword", OTHER_PASSWORD)]).await,
        200,
    );
}

#[tokio::test]
async fn the_verification_page_asks_for_the_password_where_the_policy_does() {
    let app = app_with(|policy| policy.verification_proof = VerificationProof::Password).await;
    app.register(ANA).await;
    let token = verification(&app).await;
    let page = app.open(&format!("{VERIFY}?token={token}")).await;
    assert_page(&page, 200);
    assert!(has_form(&page, "password") && has_form(&page, "newPassword"));

    assert_page(&form(&app, VERIFY, &[("token", &token)]).await, 400);
    let wrong = form(&app, VERIFY, &[("token", &token), ("password", "a guess")]).await;
    assert_page(&wrong, 403);
    assert!(wrong.text.contains("password is not correct") && !wrong.text.contains("a guess"));
    assert_eq!(app.engine.database.number(UNVERIFIED).await, 1);
    assert_page(
        &form(&app, VERIFY, &[("token", &token), ("password", PASSWORD)]).await,
        200,
    );
    assert_eq!(app.engine.database.number(UNVERIFIED).await, 0);
}

#[tokio::test]
async fn the_other_way_of_the_verification_page_takes_the_account_over() {
    let app = app().await;
    app.register(ANA).await;
    let token = verification(&app).await;
    let page = app.open(&format!("{VERIFY}?token={token}")).await;
    assert!(page.text.contains("I did not create this account") && has_form(&page, "newPassword"));
    let done = form(
        &app,
        VERIFY,
        &[("token", &token), ("newPassword", OTHER_PASSWORD)],
    )
    .await;
    assert_page(&done, 200);
    assert_eq!(login_status(&app, ANA, PASSWORD).await, 401);
    assert_eq!(login_status(&app, ANA, OTHER_PASSWORD).await, 200);
}
