use super::*;

/// The settings of a front end in development: the usual ones, and the document is served.
pub(super) fn documented(origin: &str) -> HttpConfig {
    HttpConfig {
        openapi: true,
        ..HttpConfig::new(origin.to_owned())
    }
}

#[test]
fn the_document_is_served_in_development_unless_told_otherwise() {
    let production = "environment = \"production\"\npublic_url = \"https://auth.example.com\"\n[database]\nurl = \
                      \"sqlite:auth.db\"\n[mail]\ntransport = \"custom\"\nfrom = \"a@example.com\"\n";
    let development = "[database]\nurl = \"sqlite:auth.db\"\n";
    let served = |toml: &str, http: &str| {
        Config::from_toml(&format!("{toml}{http}")).map(|config| config.http.openapi)
    };
    assert!(served(development, "").unwrap());
    assert!(!served(development, "[http]\nopenapi = \"off\"\n").unwrap());
    assert!(!served(production, "").unwrap());
    let on = served(production, "[http]\nopenapi = \"on\"\n");
    if cfg!(feature = "openapi") {
        assert!(on.unwrap());
    } else {
        assert!(on.unwrap_err().to_string().contains("the feature `openapi`"));
    }
}
