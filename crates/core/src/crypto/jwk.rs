//! Public keys as JSON (RFC 7517), their ids (RFC 7638) and the published set.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use super::key_pem::KeyError;
use crate::domain::key::Algorithm;

/// A public key as JSON. There is no member that could hold a private part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Jwk {
    /// Kind and numbers of the key.
    #[serde(flatten)]
    pub parameters: JwkParameters,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub usage: &'static str,
    /// The only algorithm that the key is used with.
    pub alg: &'static str,
    /// RFC 7638 thumbprint.
    pub kid: String,
}

/// The members that depend on `kty`, base64url without padding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kty")]
pub enum JwkParameters {
    /// RSA (RFC 7518 section 6.3).
    #[serde(rename = "RSA")]
    Rsa {
        /// Modulus.
        n: String,
        /// Exponent.
        e: String,
    },
    /// Elliptic curve (RFC 7518 section 6.2).
    #[serde(rename = "EC")]
    Ec {
        /// Curve.
        crv: &'static str,
        /// First coordinate.
        x: String,
        /// Second coordinate.
        y: String,
    },
    /// Octet key pair (RFC 8037 section 2).
    #[serde(rename = "OKP")]
    Okp {
        /// Curve.
        crv: &'static str,
        /// The key.
        x: String,
    },
}

impl Jwk {
    pub(super) fn new(algorithm: Algorithm, parameters: JwkParameters) -> Self {
        Self {
            kid: parameters.thumbprint(),
            parameters,
            usage: "sig",
            alg: algorithm.as_str(),
        }
    }
}

impl JwkParameters {
    pub(super) fn rsa(n: &[u8], e: &[u8]) -> Self {
        let (n, e) = (URL_SAFE_NO_PAD.encode(n), URL_SAFE_NO_PAD.encode(e));
        Self::Rsa { n, e }
    }

    pub(super) fn p256(x: &[u8], y: &[u8]) -> Self {
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        Self::Ec { crv: "P-256", x, y }
    }

    pub(super) fn ed25519(x: &[u8]) -> Self {
        let x = URL_SAFE_NO_PAD.encode(x);
        Self::Okp { crv: "Ed25519", x }
    }

    /// SHA-256 thumbprint: the required members in order of their names, no spaces (RFC 7638 section 3).
    #[must_use]
    pub fn thumbprint(&self) -> String {
        // Every value is base64url or a fixed name, so nothing needs escaping.
        let members = match self {
            Self::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
            Self::Ec { crv, x, y } => format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#),
            Self::Okp { crv, x } => format!(r#"{{"crv":"{crv}","kty":"OKP","x":"{x}"}}"#),
        };
        URL_SAFE_NO_PAD.encode(digest(&SHA256, members.as_bytes()))
    }
}

/// The published key set, rendered once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwks {
    /// `{"keys":[…]}`.
    pub body: String,
    /// Strong entity tag of the body, with its quotes.
    pub etag: String,
}

impl Jwks {
    pub(super) fn render<'a>(keys: impl Iterator<Item = &'a Jwk>) -> Result<Self, KeyError> {
        #[derive(Serialize)]
        struct Set<'a> {
            keys: Vec<&'a Jwk>,
        }
        let keys = keys.collect();
        let body = serde_json::to_string(&Set { keys }).map_err(|_| KeyError::Library)?;
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(digest(&SHA256, body.as_bytes())));
        Ok(Self { body, etag })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7638_has_the_thumbprint_that_the_rfc_gives() {
        let example = JwkParameters::Rsa {
            n: concat!(
                "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCi",
                "FV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb",
                "9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls",
                "1jF44-csFCur-kEgU8awapJzKnqDKgw"
            )
            .to_owned(),
            e: "AQAB".to_owned(),
        };
        assert_eq!(
            example.thumbprint(),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
    }

    #[test]
    fn the_example_of_rfc_8037_has_the_thumbprint_that_the_rfc_gives() {
        let example = JwkParameters::Okp {
            crv: "Ed25519",
            x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned(),
        };
        assert_eq!(
            example.thumbprint(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }
}
