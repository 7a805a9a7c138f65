//! Cookies and proxies: what browsers and rate limits depend on.

use std::net::SocketAddr;

use horizon_auth::config::{Config, Mode, hold_everyone, host_of};

use super::finding::Finding;

/// Domains of which everybody may have a part. Browsers refuse cookies for them; these are the most frequent of
/// the public suffix list.
const PUBLIC_SUFFIXES: [&str; 34] = [
    "ac.uk",
    "appspot.com",
    "azurewebsites.net",
    "cloudfront.net",
    "co.id",
    "co.il",
    "co.in",
    "co.jp",
    "co.ke",
    "co.kr",
    "co.nz",
    "co.th",
    "co.uk",
    "co.za",
    "com.ar",
    "com.au",
    "com.br",
    "com.cn",
    "com.mx",
    "com.sg",
    "com.tr",
    "com.tw",
    "fly.dev",
    "github.io",
    "gitlab.io",
    "gov.uk",
    "herokuapp.com",
    "ne.jp",
    "netlify.app",
    "onrender.com",
    "or.jp",
    "org.uk",
    "pages.dev",
    "vercel.app",
];

/// What matters of the configuration.
struct Web<'a> {
    public_url: &'a str,
    secure: bool,
    domain: Option<&'a str>,
    listen: SocketAddr,
    proxies: usize,
    trusts_everyone: bool,
    is_shared: bool,
}

impl Web<'_> {
    fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Browsers take `localhost` for safe without TLS.
    fn is_local(&self) -> bool {
        let host = host_of(self.public_url);
        host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || host.starts_with("127.")
    }
}

/// Everything about cookies and proxies.
pub(super) fn judge(config: &Config) -> Vec<Finding> {
    if config.mode == Mode::SsoClient {
        return vec![Finding::not_applicable(
            "cookies.secure",
            "mode is \"sso_client\": no cookie is set here",
        )];
    }
    let http = &config.http;
    let web = Web {
        public_url: &config.public_url,
        secure: http.cookie.secure,
        domain: http.cookie.domain.as_deref(),
        listen: config.listen,
        proxies: http.trusted_proxies.len(),
        trusts_everyone: hold_everyone(&http.trusted_proxies),
        is_shared: http.sso.is_some(),
    };
    vec![secure(&web), domain(&web), proxies(&web)]
}

fn secure(web: &Web<'_>) -> Finding {
    const CHECK: &str = "cookies.secure";
    let url = web.public_url;
    match (web.secure, web.is_https()) {
        (true, true) => Finding::ok(CHECK, "Secure, HttpOnly"),
        (false, true) => Finding::warning(
            CHECK,
            format!("cookies are not Secure, and {url} is https"),
            "remove cookie.secure",
        ),
        (true, false) if web.is_local() => Finding::ok(CHECK, "Secure, which browsers take from localhost"),
        (true, false) => Finding::failed(
            CHECK,
            format!("cookies are Secure, and {url} is not https: browsers drop them"),
            "serve public_url under https",
        ),
        (false, false) if web.is_local() => Finding::ok(CHECK, "not Secure, on this machine"),
        (false, false) => Finding::warning(
            CHECK,
            format!("cookies travel in clear to {url}"),
            "serve public_url under https",
        ),
    }
}

fn domain(web: &Web<'_>) -> Finding {
    const CHECK: &str = "cookies.domain";
    let host = host_of(web.public_url);
    match web.domain {
        None if web.is_shared => Finding::warning(
            CHECK,
            format!(
                "cookies are only for {host}, and mode is \"sso_server\": applications elsewhere never get them"
            ),
            "name the domain that they share with public_url in cookie.domain, unless they only use redirects",
        ),
        None => Finding::ok(CHECK, format!("only for {host}")),
        Some(domain) if PUBLIC_SUFFIXES.contains(&domain) => Finding::failed(
            CHECK,
            format!("{domain} belongs to everybody: browsers refuse cookies for it"),
            "name your own domain below it",
        ),
        Some(domain) if host != domain && !host.ends_with(&format!(".{domain}")) => Finding::failed(
            CHECK,
            format!("{domain} does not hold {host}, the host of public_url: browsers refuse the cookies"),
            "name the domain that the applications share with public_url",
        ),
        Some(domain) => Finding::ok(
            CHECK,
            format!("for {domain} and everything below it: trust all of that"),
        ),
    }
}

fn proxies(web: &Web<'_>) -> Finding {
    const CHECK: &str = "proxies.trusted";
    if web.trusts_everyone {
        return Finding::warning(
            CHECK,
            "everybody is trusted: anybody can choose the address that rate limits count",
            "list the addresses of the proxies only in http.trusted_proxies",
        );
    }
    if web.proxies > 0 {
        return Finding::ok(CHECK, format!("{} networks are trusted", web.proxies));
    }
    if web.is_https() {
        // This program speaks no TLS, so somebody else does, and everybody seems to be that one.
        return Finding::warning(
            CHECK,
            format!(
                "{} is https, so a proxy stands before {}, and none is trusted: rate limits count all people as one",
                web.public_url, web.listen
            ),
            "write the address of the proxy into http.trusted_proxies",
        );
    }
    Finding::ok(CHECK, "none, and none is needed")
}

#[cfg(test)]
#[path = "web_tests.rs"]
mod tests;
