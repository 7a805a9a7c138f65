//! A used refresh token that comes back.

use std::time::Duration;

use horizon_auth_core::domain::policy::ReuseScope;
use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Kind, Setup, TestApp, TestAuth, both_engines};

use crate::support::{ANA, assert_pair, assert_problem, login, profile, refresh};

const PATH: &str = "/auth/refresh";

both_engines! {
    it_ends_all_sessions_of_the_user => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let (laptop, phone) = (app.register(ANA).await, login(&app, ANA).await);
        let ben = app.register("ben@example.com").await;
        let child = refresh(&app, &laptop.cookie()).await;

        assert_problem(&refresh(&app, &laptop.cookie()).await, Code::RefreshReused, PATH);

        for device in [&child, &phone] {
            assert_problem(&refresh(&app, &device.cookie()).await, Code::SessionEnded, PATH);
            let seen = profile(&app, &device.access_token()).await;
            assert_problem(&seen, Code::TokenRevoked, "/auth/profile");
            assert_eq!(seen.header("www-authenticate"), r#"Bearer error="invalid_token""#);
        }
        assert_problem(&refresh(&app, &laptop.cookie()).await, Code::SessionEnded, PATH);
        assert_pair(&refresh(&app, &ben.cookie()).await, 200, "ben@example.com");
        assert_pair(&login(&app, ANA).await, 200, ANA);
    };

    with_scope_family_it_spares_the_other_session => |kind: Kind| async move {
        let setup = Setup::new(kind).policy(|policy| policy.reuse_scope = ReuseScope::Family);
        let app = TestApp::new(setup.start().await);
        let (laptop, phone) = (app.register(ANA).await, login(&app, ANA).await);
        let child = refresh(&app, &laptop.cookie()).await;

        assert_problem(&refresh(&app, &laptop.cookie()).await, Code::RefreshReused, PATH);

        assert_problem(&refresh(&app, &child.cookie()).await, Code::SessionEnded, PATH);
        assert_problem(&profile(&app, &child.access_token()).await, Code::TokenRevoked, "/auth/profile");
        assert_eq!(profile(&app, &phone.access_token()).await.status, 200);
        assert_pair(&refresh(&app, &phone.cookie()).await, 200, ANA);
    };

    within_the_grace_of_the_browser_preset_it_returns_the_same_child => |kind: Kind| async move {
        let setup = Setup::new(kind).policy(|policy| policy.refresh_grace = Duration::from_secs(10));
        let app = TestApp::new(setup.start().await);
        let tab = app.register(ANA).await;
        let first = refresh(&app, &tab.cookie()).await;
        app.engine.clock.advance(Duration::from_millis(9_999));
        let second = refresh(&app, &tab.cookie()).await;
        assert_eq!(second.status, 200, "{}", second.text);
        assert_eq!(second.cookie(), first.cookie());

        app.engine.clock.advance(Duration::from_millis(1));
        assert_problem(&refresh(&app, &tab.cookie()).await, Code::RefreshReused, PATH);
        assert_problem(&refresh(&app, &first.cookie()).await, Code::SessionEnded, PATH);
    };

    grace_ends_when_the_child_has_been_used => |kind: Kind| async move {
        let setup = Setup::new(kind).policy(|policy| policy.refresh_grace = Duration::from_secs(10));
        let app = TestApp::new(setup.start().await);
        let tab = app.register(ANA).await;
        let child = refresh(&app, &tab.cookie()).await;
        assert_eq!(refresh(&app, &child.cookie()).await.status, 200);
        assert_problem(&refresh(&app, &tab.cookie()).await, Code::RefreshReused, PATH);
    };

    strict_forgives_nothing_once_the_answer_has_left => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        assert_eq!(refresh(&app, &ana.cookie()).await.status, 200);
        assert_problem(&refresh(&app, &ana.cookie()).await, Code::RefreshReused, PATH);
    };

    two_refreshes_under_way_together_share_one_child => |kind: Kind| async move {
        let app = TestApp::new(TestAuth::on(kind).await);
        let ana = app.register(ANA).await;
        // The first answer is held, as on a slow connection, until the second has been given.
        let token = ana.cookie().split_once('=').unwrap().1.to_owned();
        let secret = horizon_auth_core::domain::token::Secret::<horizon_auth_core::domain::token::Refresh>::parse(&token).unwrap();
        let held = app.engine.refreshed(&secret, None).await.unwrap();
        let second = refresh(&app, &ana.cookie()).await;
        assert_eq!(second.status, 200, "{}", second.text);
        assert_eq!(second.cookie().split_once('=').unwrap().1, held.logged_in.refresh.secret.reveal());
        drop(held);
        assert_problem(&refresh(&app, &ana.cookie()).await, Code::RefreshReused, PATH);
    };
}
