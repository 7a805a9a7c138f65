//! `Debug` prints: what a careless `{:?}` would write into a log.

use horizon_auth::Engine;
use horizon_auth::config::Config;
use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::password::Password;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::token::{OneTime, Secret};
use horizon_auth_core::flows::{
    AuthenticateCommand, EndSessionCommand, IdempotencyKey, LoginCommand, RefreshCommand, RegisterCommand,
    Registered, RequestPasswordResetCommand, RequestVerificationCommand, ResetPasswordCommand,
    SetPasswordCommand, VerifyEmailCommand,
};
use horizon_auth_testkit::TestAuth;

const MARKER: &str = "canary-4711";

#[tokio::test]
async fn commands_and_outcomes_print_no_secret_and_no_address() {
    let t = TestAuth::new().await;
    let ana = t.signed_in("canary-4711@example.com").await;
    let (tenant, client) = (TenantId::parse("default").unwrap(), t.client());
    let email = Email::parse("canary-4711@example.com").unwrap();
    let password = Password::new("password canary-4711").unwrap();
    let refreshed = t.refreshed(&ana.refresh.secret, Some(MARKER)).await.unwrap();
    let claims = t.authenticate(&ana.access_token).await.unwrap();
    let prints = [
        format!(
            "{:?}",
            RegisterCommand {
                tenant: tenant.clone(),
                email: email.clone(),
                password: password.clone(),
                full_name: None,
                locale: None,
                client: client.clone(),
            }
        ),
        format!(
            "{:?}",
            LoginCommand {
                tenant: tenant.clone(),
                email,
                password: password.clone(),
                client: client.clone(),
            }
        ),
        format!(
            "{:?}",
            SetPasswordCommand {
                tenant: tenant.clone(),
                user: ana.user.id,
                password,
                client: client.clone(),
            }
        ),
        format!(
            "{:?}",
            RefreshCommand {
                tenant: tenant.clone(),
                token: ana.refresh.secret.clone(),
                idempotency_key: Some(IdempotencyKey::parse(MARKER).unwrap()),
                client: client.clone(),
            }
        ),
        format!(
            "{:?}",
            EndSessionCommand {
                tenant: tenant.clone(),
                token: ana.refresh.secret.clone(),
                client: client.clone(),
            }
        ),
        format!(
            "{:?}",
            AuthenticateCommand {
                token: &ana.access_token,
                tenant: &tenant,
                client: &client,
            }
        ),
        format!("{refreshed:?}"),
        format!("{:?}", Registered::LoggedIn(Box::new(ana.clone()))),
        format!("{ana:?}"),
        format!("{claims:?}"),
        format!("{:?}", t.auth),
    ];
    for print in prints {
        for secret in [
            MARKER,
            ana.refresh.secret.reveal(),
            refreshed.logged_in.refresh.secret.reveal(),
            ana.access_token.as_str(),
            refreshed.logged_in.access_token.as_str(),
        ] {
            assert!(!print.contains(secret), "{secret:.12}… in {print}");
        }
    }
}

#[tokio::test]
async fn what_has_to_do_with_mailed_links_prints_no_secret_and_no_address() {
    let t = TestAuth::new().await;
    let written = "canary-4711@example.com";
    t.signed_in(written).await;
    let text = t.reset_token(written).await;
    let token = Secret::<OneTime>::parse(&text).unwrap();
    let (tenant, client) = (TenantId::parse("default").unwrap(), t.client());
    let email = Email::parse(written).unwrap();
    let password = Password::new("password canary-4711").unwrap();
    let reset = ResetPasswordCommand {
        tenant: Some(tenant.clone()),
        token: token.clone(),
        new_password: password.clone(),
        client: client.clone(),
    };
    let verify = VerifyEmailCommand {
        tenant: Some(tenant.clone()),
        token: token.clone(),
        password: Some(password.clone()),
        new_password: Some(password),
        client: client.clone(),
    };
    let request_reset = RequestPasswordResetCommand {
        tenant: tenant.clone(),
        email: email.clone(),
        client: client.clone(),
    };
    let request_verification = RequestVerificationCommand {
        tenant,
        email,
        client,
    };
    let prints = [
        format!("{reset:?}"),
        format!("{verify:?}"),
        format!("{request_reset:?}"),
        format!("{request_verification:?}"),
        format!("{token:?}"),
        format!("{:?}", t.mailbox.all()),
    ];
    let (visible, secret) = text.split_once('.').unwrap();
    for print in prints {
        for hidden in [MARKER, visible, secret] {
            assert!(!print.contains(hidden), "{hidden:.12}… in {print}");
        }
    }
}

#[test]
fn a_configuration_prints_neither_passwords_nor_keys() {
    let key = horizon_auth::SigningKey::generate(horizon_auth::Algorithm::Es256).unwrap();
    let pem = key.private_pem.to_string();
    let toml = format!(
        "[database]\nurl = 'postgres://horizon:{MARKER}@localhost/x'\n[jwt]\nprivate_key = '''\n{pem}'''\n"
    );
    let config = Config::from_toml(&toml).unwrap();
    let print = format!("{config:?}");
    assert!(!print.contains(MARKER), "{print}");
    for line in pem.lines().filter(|line| !line.starts_with("---")) {
        assert!(!print.contains(line), "{print}");
    }
}

#[test]
fn sealing_keys_are_never_printed_nor_complained_about() {
    let key = horizon_auth::fresh_sealing_key().unwrap();
    let toml = |key: &str| format!("[database]\nurl = 'sqlite:x'\n[jwt]\nsealing_key = '{key}'\n");
    let config = Config::from_toml(&toml(key.trim())).unwrap();
    assert!(!format!("{config:?}").contains(key.trim()));
    let complaint = Config::from_toml(&toml(MARKER)).unwrap_err();
    assert!(complaint.to_string().contains("jwt.sealing_key "), "{complaint}");
    assert!(!format!("{complaint} {complaint:?}").contains(MARKER));
}

#[test]
fn complaints_about_a_configuration_do_not_repeat_secrets() {
    for toml in [
        format!("[database]\nurl = 'mysql://horizon:{MARKER}@localhost/x'"),
        format!("[database]\nurl = 'postgres://horizon:{MARKER}@local host:x/x'"),
        format!("[database]\nurl = 'sqlite:x'\n[jwt]\nprivate_key = '{MARKER}'"),
        format!("[database]\nurl = 'sqlite:x'\n[jwt]\nprivate_key = ['{MARKER}']"),
        format!("[database]\nurl = 'sqlite:x'\n[jwt]\nprivate_key = '''{MARKER}"),
    ] {
        let complaint = match Config::from_toml(&toml) {
            Err(errors) => format!("{errors} {errors:?}"),
            Ok(config) => {
                let error = Engine::open(&config).unwrap_err();
                format!("{error} {error:?}")
            }
        };
        assert!(!complaint.contains(MARKER), "{complaint}");
    }
}
