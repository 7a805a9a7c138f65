use std::borrow::Cow;
use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use url::Url;
use zeroize::Zeroizing;

/// How the conversation with the server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protection {
    /// TLS from the first byte.
    Tls,
    /// TLS after `STARTTLS`, or nothing is sent.
    StartTls,
    /// None: only to this machine.
    Plain,
}

/// Where mails are handed over.
pub(super) struct Server {
    pub(super) protection: Protection,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) login: Option<(String, Zeroizing<String>)>,
}

/// Reads `smtps://USER:PASSWORD@HOST:PORT` and its relatives. Errors quote nothing: there is a password in it.
pub(super) fn parse(text: &str) -> Result<Server, &'static str> {
    let url = Url::parse(text).map_err(|_| {
        "is no URL; write smtps://USER:PASSWORD@HOST:PORT, with special characters of the password as %40 and the like"
    })?;
    let (protection, usual_port) = match url.scheme() {
        "smtps" => (Protection::Tls, 465),
        "smtp" => (Protection::StartTls, 587),
        "smtp+plain" => (Protection::Plain, 25),
        _ => return Err("must begin with smtps://, smtp:// or smtp+plain://"),
    };
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err("must end after host and port");
    }
    let host = url
        .host_str()
        .filter(|host| !host.is_empty())
        .ok_or("names no host")?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if protection == Protection::Plain && !is_this_machine(host) {
        return Err("sends in clear, which is allowed to this machine only; use smtps:// or smtp://");
    }
    Ok(Server {
        protection,
        host: host.to_owned(),
        port: url.port().unwrap_or(usual_port),
        login: login(&url)?,
    })
}

fn login(url: &Url) -> Result<Option<(String, Zeroizing<String>)>, &'static str> {
    const WRONG: &str = "has a user or a password that is not percent-encoded UTF-8";
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().map(Cow::into_owned);
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err("must name both a user and a password, or neither"),
        (user, Some(password)) => {
            let user = decoded(user).map_err(|_| WRONG)?;
            let password = Zeroizing::new(decoded(password).map_err(|_| WRONG)?);
            Ok(Some((user, password)))
        }
    }
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_has_its_protection_and_its_usual_port() {
        let forms = [
            (
                "smtps://mail.example.com",
                Protection::Tls,
                "mail.example.com",
                465,
            ),
            (
                "smtp://mail.example.com",
                Protection::StartTls,
                "mail.example.com",
                587,
            ),
            (
                "smtp://mail.example.com:2525/",
                Protection::StartTls,
                "mail.example.com",
                2525,
            ),
            ("smtp+plain://localhost", Protection::Plain, "localhost", 25),
            (
                "smtp+plain://127.0.0.1:1025",
                Protection::Plain,
                "127.0.0.1",
                1025,
            ),
            ("smtp+plain://[::1]:1025", Protection::Plain, "::1", 1025),
        ];
        for (text, protection, host, port) in forms {
            let server = parse(text).map_err(|why| format!("{text}: {why}")).unwrap();
            assert_eq!(
                (server.protection, &*server.host, server.port),
                (protection, host, port)
            );
            assert!(server.login.is_none());
        }
    }

    #[test]
    fn user_and_password_are_percent_decoded() {
        for text in ["smtps://ana%40x:let%20me%2Fin@h", "smtps://ana%40x:let me%2Fin@h"] {
            let (user, password) = parse(text).ok().and_then(|server| server.login).unwrap();
            assert_eq!((&*user, &**password), ("ana@x", "let me/in"));
        }
    }

    #[test]
    fn mistakes_are_named_without_the_password() {
        let wrong = [
            "smtps://",
            "mail.example.com",
            "https://u:s3cret@h",
            "smtps://u:s3cret@h/path",
            "smtps://u:s3cret@h?tls=no",
            "smtps://u@h",
            "smtps://:s3cret@h",
            "smtps://u:s3cret%ff@h",
            "smtps://u:s3cret@h:99999",
            "smtp+plain://mail.example.com",
            "smtp+plain://10.0.0.1",
            "smtp+plain://localhost.example.com",
        ];
        for text in wrong {
            let error = parse(text).err().unwrap_or_else(|| panic!("{text} was accepted"));
            assert!(!error.contains("s3cret"));
        }
    }
}
