use super::super::finding::State;
use super::*;

fn web(public_url: &str) -> Web<'_> {
    Web {
        public_url,
        secure: public_url.starts_with("https"),
        domain: None,
        listen: "127.0.0.1:3000".parse().unwrap(),
        proxies: 1,
        trusts_everyone: false,
        is_shared: false,
    }
}

#[test]
fn secure_cookies_go_with_https() {
    for (url, is_secure, state) in [
        ("https://auth.example.com", true, State::Ok),
        ("https://auth.example.com", false, State::Warning),
        ("http://auth.example.com", true, State::Failed),
        ("http://auth.example.com", false, State::Warning),
        ("http://localhost:3000", true, State::Ok),
        ("http://app.localhost", false, State::Ok),
        ("http://127.0.0.1:3000", false, State::Ok),
    ] {
        let web = Web {
            secure: is_secure,
            ..web(url)
        };
        assert_eq!(secure(&web).state, state, "{url} {is_secure}");
    }
}

#[test]
fn a_domain_holds_the_host_and_does_not_belong_to_everybody() {
    let url = "https://auth.shop.co.uk";
    for (name, state) in [
        (None, State::Ok),
        (Some("shop.co.uk"), State::Ok),
        (Some("auth.shop.co.uk"), State::Ok),
        (Some("co.uk"), State::Failed),
        (Some("other.co.uk"), State::Failed),
        (Some("hop.co.uk"), State::Failed),
    ] {
        let web = Web {
            domain: name,
            ..web(url)
        };
        assert_eq!(domain(&web).state, state, "{name:?}");
    }
    let shared = Web {
        is_shared: true,
        ..web(url)
    };
    assert_eq!(domain(&shared).state, State::Warning);
}

#[test]
fn behind_https_there_is_a_proxy_to_trust() {
    let url = "https://auth.example.com";
    assert_eq!(proxies(&web(url)).state, State::Ok);
    let none = Web {
        proxies: 0,
        ..web(url)
    };
    assert_eq!(proxies(&none).state, State::Warning);
    let plain = Web {
        proxies: 0,
        ..web("http://localhost:3000")
    };
    assert_eq!(proxies(&plain).state, State::Ok);
    let everyone = Web {
        trusts_everyone: true,
        ..web(url)
    };
    assert_eq!(proxies(&everyone).state, State::Warning);
}
