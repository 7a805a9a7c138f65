use axum::http::header::COOKIE;
use horizon_auth_core::domain::time::Timestamp;

use super::*;

fn cookies(secure: bool, domain: Option<&str>, same_site: SameSite) -> SessionCookies {
    let installation = CookieConfig {
        secure,
        domain: domain.map(str::to_owned),
    };
    let config = SessionCookieConfig {
        same_site,
        ..SessionCookieConfig::default()
    };
    SessionCookies::new(&installation, &config)
}

fn secret() -> Secret<SessionCookie> {
    Secret::<SessionCookie>::from_random(&[5; 32])
}

/// The line of the session cookie.
fn issued(cookies: &SessionCookies) -> String {
    let issued = IssuedCookie {
        secret: secret(),
        expires_at: Timestamp::from_millis(10_500),
        issued_at: Timestamp::from_millis(500),
    };
    let csrf = horizon_auth_core::crypto::csrf::mint(&secret(), [1; 16]).unwrap();
    let lines: Vec<_> = cookies.issue(&issued, &csrf).collect();
    assert!(lines.iter().all(HeaderValue::is_sensitive));
    let lines: Vec<_> = lines.iter().map(|line| line.to_str().unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[1].contains(csrf.reveal()) && !lines[1].contains("HttpOnly"));
    let same = |line: &str| line.split_once("; ").unwrap().1.replace("HttpOnly; ", "");
    assert_eq!(same(lines[0]), same(lines[1]), "but for HttpOnly they are alike");
    lines[0].replace(secret().reveal(), "SECRET")
}

fn headers(lines: &[&str]) -> HeaderMap {
    let line = |line: &&str| (COOKIE, HeaderValue::from_str(line).unwrap());
    lines.iter().map(line).collect()
}

#[test]
fn name_and_attributes_follow_the_installation() {
    use SameSite::{Lax, Strict};
    for (secure, domain, same_site, expected) in [
        (
            true,
            None,
            Strict,
            "__Host-session=SECRET; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=10",
        ),
        (
            true,
            None,
            Lax,
            "__Host-session=SECRET; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=10",
        ),
        (
            true,
            Some("example.com"),
            Strict,
            "__Secure-session=SECRET; Path=/; HttpOnly; SameSite=Strict; Secure; Domain=example.com; Max-Age=10",
        ),
        (
            false,
            None,
            Strict,
            "session=SECRET; Path=/; HttpOnly; SameSite=Strict; Max-Age=10",
        ),
    ] {
        let cookies = cookies(secure, domain, same_site);
        assert_eq!(issued(&cookies), expected);
        let cleared = expected.replace("SECRET", "").replace("Max-Age=10", "Max-Age=0");
        assert_eq!(cookies.clear().next().unwrap().to_str().unwrap(), cleared);
        assert_eq!(cookies.clear().count(), 2);
    }
}

#[test]
fn only_one_cookie_of_exactly_the_name_is_taken() {
    let cookies = cookies(true, None, SameSite::Strict);
    let pair = format!("__Host-session={}", secret().reveal());
    let read = |lines: &[&str]| cookies.read(&headers(lines)).map(|secret| secret.digest());
    assert_eq!(read(&["a=b", &format!("c; {pair}; d=e")]), Ok(secret().digest()));
    for lines in [
        vec![],
        vec![pair.replace("__Host", "__host")],
        vec![pair.replace("__Host-", "")],
    ] {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(read(&lines), Err(Code::TokenMissing), "{lines:?}");
    }
    let twice = format!("{pair}; {pair}");
    for lines in [
        vec![pair.as_str(), pair.as_str()],
        vec![twice.as_str()],
        vec!["__Host-session="],
        vec!["__Host-session=garbage"],
        vec![&pair[..pair.len() - 1]],
    ] {
        assert_eq!(read(&lines), Err(Code::SessionInvalid), "{lines:?}");
    }
}
