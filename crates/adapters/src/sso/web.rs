//! What both questions share: a careful client.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use horizon_auth_core::ports::cache::CacheError;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use url::{Host, Url};

/// The address of a server cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ServerUrlError {
    /// It is none.
    #[error("is no URL of a web server")]
    Unreadable,
    /// Whoever is on the way could answer in its place.
    #[error("must begin with https://, unless the server is on this machine")]
    Plain,
    /// This machine cannot make HTTPS requests.
    #[error("HTTPS requests cannot be made")]
    Client,
}

/// A client for one URL, and that URL.
pub(super) fn client(url: &str, timeout: Duration) -> Result<(Client, Url), ServerUrlError> {
    let url = Url::parse(url).map_err(|_| ServerUrlError::Unreadable)?;
    let known = matches!(url.scheme(), "https" | "http") && url.has_host();
    if !known || !url.username().is_empty() || url.password().is_some() {
        return Err(ServerUrlError::Unreadable);
    }
    if url.scheme() == "http" && !is_this_machine(&url) {
        return Err(ServerUrlError::Plain);
    }
    let mut builder = Client::builder()
        .user_agent(concat!("horizon-auth/", env!("CARGO_PKG_VERSION")))
        .timeout(timeout)
        // Whoever answers in the server's place shall not be believed for pointing elsewhere.
        .redirect(Policy::none());
    if let Some(name) = url.host_str().filter(|name| is_localhost(name)) {
        // These names are this machine's (RFC 6761 section 6.3), whether or not its resolver knows.
        let here = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        builder = builder.resolve(name, here);
    }
    let client = builder.build().map_err(|_| ServerUrlError::Client)?;
    Ok((client, url))
}

/// The body of a 200, if it is not too large.
pub(super) async fn body(mut response: Response, largest: usize) -> Result<Vec<u8>, CacheError> {
    if response.status() != StatusCode::OK {
        return Err(match response.status().as_u16() {
            401 => CacheError("the authentication server does not accept sso.client_id and its secret"),
            404 => CacheError("the authentication server has no such route"),
            _ => CacheError("the authentication server answered with an error"),
        });
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| reason(&error))? {
        if body.len() + chunk.len() > largest {
            return Err(CacheError("the authentication server's answer is too large"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// In our words: those of the library hold the URL.
pub(super) fn reason(error: &reqwest::Error) -> CacheError {
    CacheError(if error.is_timeout() {
        "the authentication server did not answer in time"
    } else if error.is_connect() {
        "the authentication server cannot be reached"
    } else {
        "the conversation with the authentication server broke off"
    })
}

fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_localhost(name),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_elsewhere_is_asked_under_https_only() {
        let open = |url| client(url, Duration::from_secs(1)).map(|(_, url)| url.to_string());
        for good in [
            "https://auth.example.com/x",
            "http://127.0.0.1:1/x",
            "http://[::1]:1/x",
            "http://localhost:1/x",
            "http://auth.dev.localhost:1/x",
        ] {
            assert_eq!(open(good).unwrap(), good);
        }
        for plain in [
            "http://auth.example.com/x",
            "http://10.0.0.1/x",
            "http://localhost.example.com/x",
            "http://notlocalhost/x",
        ] {
            assert!(matches!(open(plain), Err(ServerUrlError::Plain)), "{plain}");
        }
        for wrong in [
            "",
            "x",
            "ftp://localhost/",
            "https://u:p@auth.example.com/",
            "file:///x",
        ] {
            assert!(matches!(open(wrong), Err(ServerUrlError::Unreadable)), "{wrong}");
        }
    }
}
