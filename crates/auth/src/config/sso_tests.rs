use super::super::tests::problem;
use super::*;
use crate::config::{Config, ConfigErrors};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn server(toml: &str) -> Result<Config, ConfigErrors> {
    Config::from_toml(&format!(
        "mode = \"sso_server\"\n{toml}\n[database]\nurl = \"sqlite:auth.db\""
    ))
}

fn client(toml: &str) -> Result<Config, ConfigErrors> {
    Config::from_toml(&format!("mode = \"sso_client\"\n{toml}"))
}

#[test]
fn the_settings_of_one_mode_are_mistakes_in_another() {
    let errors = Config::from_toml(
        "[database]\nurl = \"sqlite:a.db\"\n[sso]\nallowed_origins = [\"https://a.example\"]\nauth_url = \"https://b.example\"",
    )
    .unwrap_err();
    let text = errors.to_string();
    assert_eq!(errors.problems().len(), 2, "{text}");
    assert!(
        text.contains("sso.allowed_origins is given, but only mode = \"sso_server\" looks at it"),
        "{text}"
    );
    assert!(
        text.contains("sso.auth_url is given, but only mode = \"sso_client\" looks at it"),
        "{text}"
    );
}

#[cfg(feature = "http")]
mod of_a_server {
    use horizon_auth_http::sso::ServiceClient;

    use super::*;

    const APP: &str = "[sso]\nallowed_origins = [\"https://App.example.com:443/\"]";

    #[test]
    fn shares_with_exactly_the_origins_that_are_listed() {
        let config = server(APP).unwrap();
        assert_eq!(config.mode, Mode::SsoServer);
        let sso = config.http.sso.unwrap();
        assert!(sso.allows_origin("https://app.example.com"));
        assert!(!sso.allows_origin("http://app.example.com"));
        assert!(sso.return_to("https://app.example.com/x").is_some());
        assert_eq!(sso.redirects.len(), 1);
        assert!(sso.clients.is_empty());
    }

    #[test]
    fn is_patient_with_browsers_unless_told_otherwise() {
        let grace = |toml: &str| server(toml).unwrap().policy.refresh_grace.as_secs();
        assert_eq!(grace(APP), 10);
        assert_eq!(grace(&format!("{APP}\n[refresh]\npreset = \"strict\"")), 0);
        assert_eq!(grace(&format!("{APP}\n[refresh]\ngrace = \"3s\"")), 3);
        let embedded = Config::from_toml("[database]\nurl = \"sqlite:a.db\"").unwrap();
        assert_eq!(embedded.policy.refresh_grace.as_secs(), 0);
    }

    #[test]
    fn refuses_what_is_no_exact_origin() {
        assert!(problem(server("")).starts_with("sso.allowed_origins is missing"));
        for wrong in [
            "*",
            "https://*.example.com",
            "https://a.example/path",
            "https://u@a.example",
            "null",
            "a.example",
        ] {
            let line = problem(server(&format!("[sso]\nallowed_origins = [{wrong:?}]")));
            assert!(line.starts_with("sso.allowed_origins is "), "{line}");
        }
        let line = problem(server(&format!("{APP}\nredirects = [\"https://a.example/?q\"]")));
        assert!(
            line.starts_with("sso.redirects holds what is no address to trust"),
            "{line}"
        );
    }

    #[test]
    fn in_production_takes_https_only_and_trusts_no_developer() {
        let production = |sso: &str| {
            server(&format!(
                "environment = \"production\"\npublic_url = \"https://auth.example.com\"\n{}\n[sso]\n{sso}",
                super::super::super::tests::MAILER
            ))
        };
        let good = "allowed_origins = [\"https://a.example\"]";
        assert!(production(good).is_ok());
        for (wrong, path) in [
            ("allowed_origins = [\"http://a.example\"]", "sso.allowed_origins"),
            (
                "allowed_origins = [\"https://a.example\"]\nredirects = [\"http://a.example\"]",
                "sso.redirects",
            ),
            (
                "allowed_origins = [\"https://a.example\"]\ntrust_dev_localhost = true",
                "sso.trust_dev_localhost",
            ),
        ] {
            assert!(problem(production(wrong)).starts_with(path), "{wrong}");
        }
    }

    #[test]
    fn trusts_developers_only_below_their_zone() {
        let trusting = |url: &str| {
            server(&format!(
                "public_url = \"{url}\"\n[sso]\ntrust_dev_localhost = true"
            ))
        };
        let config = trusting("http://auth.dev.localhost:3000").unwrap();
        assert!(config.http.sso.unwrap().allows_origin("http://x.dev.localhost:1"));
        assert!(
            problem(trusting("http://localhost:3000")).starts_with("sso.trust_dev_localhost is true, but")
        );
    }

    #[test]
    fn needs_a_domain_where_applications_must_see_the_cookie() {
        let with = |domain: &str| {
            server(&format!(
                "public_url = \"https://auth.example.com\"\n{APP}\n[http]\nprofile = \"session\"\n{domain}"
            ))
        };
        assert!(problem(with("")).starts_with("cookie.domain is missing"));
        assert!(with("[cookie]\ndomain = \"example.com\"").is_ok());
    }

    #[test]
    fn knows_services_by_name_and_secret_and_repeats_no_secret() {
        let with = |clients: &str| server(&format!("{APP}\nclients = {clients}"));
        let config = with(&format!("[\"shop:{SECRET}\", \"blog: {SECRET}x\"]")).unwrap();
        assert!(!format!("{config:?}").contains(SECRET));
        let sso = config.http.sso.unwrap();
        assert_eq!(
            sso.clients.iter().map(ServiceClient::id).collect::<Vec<_>>(),
            ["shop", "blog"]
        );
        for (wrong, says) in [
            (format!("[\"shop{SECRET}\"]"), "no colon"),
            (format!("[\"shop:{}\"]", &SECRET[1..]), "32 to 256"),
            (format!("[\"sh op:{SECRET}\"]"), "1 to 64"),
            (format!("[\"shop:{SECRET}\", \"shop:{SECRET}\"]"), "shop twice"),
            (format!("\"shop:{SECRET}\""), "is text"),
        ] {
            let line = problem(with(&wrong));
            assert!(line.starts_with("sso.clients ") && line.contains(says), "{line}");
            assert!(!line.contains("0123456789"), "{line}");
        }
    }
}

#[test]
fn an_application_says_at_once_all_that_it_lacks() {
    let errors = client("").unwrap_err().to_string();
    #[cfg(feature = "sso-client")]
    assert_eq!(
        errors.lines().filter(|line| line.contains(" is missing")).count(),
        2,
        "{errors}"
    );
    assert!(errors.contains("sso.auth_url is missing"), "{errors}");
    assert!(errors.contains("sso.revocation is missing"), "{errors}");
    assert!(!errors.contains("database.url"), "{errors}");
    let errors = client("[sso]\nrevocation = \"introspection\"")
        .unwrap_err()
        .to_string();
    for path in ["sso.auth_url", "sso.client_id", "sso.client_secret"] {
        assert!(errors.contains(&format!("{path} is missing")), "{errors}");
    }
}

#[cfg(feature = "sso-client")]
mod of_an_application {
    use super::*;

    const ASKS: &str = "[sso]\nauth_url = \"https://auth.example.com\"\nrevocation = \"introspection\"\nclient_id = \"shop\"\n\
                        client_secret = \"hush-hush\"";
    const SIGNATURE_ONLY: &str =
        "[sso]\nauth_url = \"https://auth.example.com\"\nrevocation = \"signature_only\"";

    #[test]
    fn needs_no_database_no_key_and_no_mailer_even_in_production() {
        let config = client(&format!("environment = \"production\"\n{ASKS}")).unwrap();
        let sso = config.sso_client.as_ref().unwrap();
        assert_eq!(
            sso.jwks_url.as_deref(),
            Some("https://auth.example.com/.well-known/jwks.json")
        );
        let SsoRevocation::Introspection {
            url,
            client_id,
            cache,
            ..
        } = &sso.revocation
        else {
            panic!("{sso:?}");
        };
        assert_eq!(url, "https://auth.example.com/auth/introspect");
        assert_eq!((client_id.as_str(), cache.as_secs()), ("shop", 0));
        assert!(!format!("{config:?}").contains("hush"));
    }

    #[test]
    fn never_signs() {
        let line = problem(client(&format!(
            "{SIGNATURE_ONLY}\n[jwt]\nprivate_key = \"a key\""
        )));
        assert!(line.starts_with("jwt.private_key is given, but"), "{line}");
    }

    #[test]
    fn asks_nobody_in_clear_who_is_elsewhere() {
        for (url, is_fine) in [
            ("https://auth.example.com", true),
            ("http://127.0.0.1:3000", true),
            ("http://localhost:3000", true),
            ("http://auth.dev.localhost:3000", true),
            ("http://auth.example.com", false),
            ("http://10.0.0.1", false),
        ] {
            let given = SIGNATURE_ONLY.replace("https://auth.example.com", url);
            assert_eq!(client(&given).is_ok(), is_fine, "{url}");
            let given = format!("{SIGNATURE_ONLY}\njwks_url = \"{url}/keys\"");
            assert_eq!(client(&given).is_ok(), is_fine, "{url}");
        }
    }

    #[test]
    fn believes_a_configured_key_without_an_address() {
        let config = client("[sso]\nrevocation = \"signature_only\"\n[jwt]\npublic_key = \"a key\"").unwrap();
        assert_eq!(config.sso_client.unwrap().jwks_url, None);
    }

    #[test]
    fn needs_the_servers_redis_where_it_looks_there() {
        let redis = "[sso]\nauth_url = \"https://auth.example.com\"\nrevocation = \"redis\"";
        assert!(problem(client(redis)).starts_with("redis.url is missing"));
        #[cfg(feature = "redis")]
        assert!(
            client(&format!(
                "{redis}\n[redis]\nhost = \"cache\"\n[database]\nurl = \"sqlite:own.db\""
            ))
            .is_ok()
        );
    }

    #[test]
    fn believes_cookies_only_if_it_asks_and_knows_its_own_pages() {
        let sessions = "[http]\nprofile = \"session\"";
        assert!(problem(client(&format!("{ASKS}\n{sessions}"))).starts_with("public_url is missing"));
        let own = "public_url = \"https://shop.example.com\"";
        assert!(client(&format!("{own}\n{ASKS}\n{sessions}")).is_ok());
        assert!(
            problem(client(&format!("{own}\n{SIGNATURE_ONLY}\n{sessions}"))).starts_with("http.profile lets")
        );
    }
}

#[cfg(feature = "sqlite")]
#[tokio::test]
async fn an_application_opens_no_engine() {
    let given = "[sso]\nauth_url = \"https://auth.example.com\"\nrevocation = \"signature_only\"";
    if let Ok(config) = client(given) {
        let refused = crate::Engine::open(&config).unwrap_err();
        assert!(refused.to_string().starts_with("mode is \"sso_client\""));
    }
}
