//! Services that may ask about tokens, and how they prove which one they are (RFC 6749 section 2.3.1).

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A service with a secret, of which only the SHA-256 is kept: it is random, so that suffices.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceClient {
    id: String,
    secret: [u8; 32],
}

/// A service cannot be called so, or its secret is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientRule {
    /// The name.
    #[error("the name must be 1 to 64 letters, digits, \"-\", \"_\" and \".\"")]
    Id,
    /// The secret. Characters that RFC 6749 would have encoded are not among those allowed.
    #[error("the secret must be 32 to 256 letters, digits, \"-\", \"_\", \".\" and \"~\"")]
    Secret,
}

impl ServiceClient {
    /// A service of that name.
    ///
    /// # Errors
    /// [`ClientRule`].
    pub fn new(id: &str, secret: &str) -> Result<Self, ClientRule> {
        let simple = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if !(1..=64).contains(&id.len()) || !id.bytes().all(simple) {
            return Err(ClientRule::Id);
        }
        if !(32..=256).contains(&secret.len()) || !secret.bytes().all(|byte| simple(byte) || byte == b'~') {
            return Err(ClientRule::Secret);
        }
        Ok(Self {
            id: id.to_owned(),
            secret: hash(secret),
        })
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Debug for ServiceClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceClient")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Which of the services sends a request, if one of them does.
pub(crate) fn authenticate<'a>(
    clients: &'a [ServiceClient],
    headers: &HeaderMap,
) -> Option<&'a ServiceClient> {
    let (id, secret) = basic(headers)?;
    let secret = hash(&secret);
    let mut found = None;
    // All of them are compared: the time tells nothing about who there is.
    for client in clients {
        let fits = verify_slices_are_equal(&client.secret, &secret).is_ok();
        if fits && client.id == id {
            found = Some(client);
        }
    }
    found
}

/// RFC 7617: one header, the scheme in any case, `id:secret` in base64.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let mut lines = headers.get_all(AUTHORIZATION).iter();
    let (line, None) = (lines.next()?, lines.next()) else {
        return None;
    };
    let (scheme, encoded) = line.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

fn hash(text: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn sent(line: &str) -> HeaderMap {
        HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(line).unwrap())])
    }

    fn known(text: &str) -> bool {
        let clients = [
            ServiceClient::new("shop", SECRET).unwrap(),
            ServiceClient::new("blog", &SECRET.replace('0', "z")).unwrap(),
        ];
        let headers = sent(&format!("Basic {}", STANDARD.encode(text)));
        authenticate(&clients, &headers).is_some()
    }

    #[test]
    fn only_the_right_secret_of_the_right_service_is_believed() {
        assert!(known(&format!("shop:{SECRET}")));
        for wrong in [
            format!("blog:{SECRET}"),
            format!("Shop:{SECRET}"),
            format!("shop:{}", &SECRET[1..]),
            format!("shop:{SECRET} "),
            format!("shop{SECRET}"),
            format!(":{SECRET}"),
            "shop:".to_owned(),
            ":".to_owned(),
            String::new(),
        ] {
            assert!(!known(&wrong), "{wrong}");
        }
    }

    #[test]
    fn other_schemes_and_doubled_headers_are_not_read() {
        let encoded = STANDARD.encode(format!("shop:{SECRET}"));
        assert!(basic(&sent(&format!("basic {encoded}"))).is_some());
        assert!(basic(&sent(&format!("Bearer {encoded}"))).is_none());
        assert!(basic(&sent(&encoded)).is_none());
        assert!(basic(&sent("Basic ###")).is_none());
        let mut twice = sent(&format!("Basic {encoded}"));
        twice.append(AUTHORIZATION, HeaderValue::from_static("Basic eA=="));
        assert!(basic(&twice).is_none());
    }

    #[test]
    fn names_and_secrets_have_a_form_and_the_secret_never_shows() {
        let long = "x".repeat(257);
        for (id, secret) in [
            ("", SECRET),
            ("a:b", SECRET),
            ("shop", "short"),
            ("shop", &SECRET.replace('0', "+")),
            ("shop", &long),
        ] {
            assert!(ServiceClient::new(id, secret).is_err(), "{id} {secret}");
        }
        let shown = format!("{:?}", ServiceClient::new("shop", SECRET).unwrap());
        assert!(shown.contains("shop") && !shown.contains("0123"), "{shown}");
    }
}
