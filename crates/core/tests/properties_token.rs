//! Properties of access tokens, and agreement with another implementation.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like tests")]

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use horizon_auth_core::crypto::access_token::{AccessTokens, TokenFault};
use horizon_auth_core::domain::claims::AccessClaims;
use horizon_auth_core::domain::identity::Identity;
use horizon_auth_core::domain::ids::{SessionId, TokenId, UserId};
use horizon_auth_core::domain::key::Algorithm;
use horizon_auth_core::domain::role::Role;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::domain::time::Timestamp;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation};
use proptest::prelude::*;
use support::{AUDIENCE, ISSUER, KEYS, Key, encode};

/// Life of an access token in seconds (decision D6).
const LIFE: i64 = 15 * 60;

/// Any claims that the product could issue, and the instant of issue.
fn any_claims() -> impl Strategy<Value = AccessClaims> {
    let ids = (any::<[u8; 10]>(), any::<[u8; 10]>(), any::<[u8; 10]>());
    let roles = prop::collection::vec("[a-z0-9:._-]{1,64}", 0..6);
    // With quotes, backslashes, control characters and all of Unicode, although no address has them.
    let email = prop_oneof![
        "[a-z.]{1,20}@[a-z]{1,10}\\.example",
        "\\PC{0,60}",
        any::<String>()
    ];
    let tenant = "[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?";
    (ids, email, tenant, roles, 0..=4_000_000_000_i64, any::<i64>()).prop_map(
        |((sub, jti, sid), email, tenant, roles, iat, epoch)| {
            let at = Timestamp::from_millis(iat * 1000);
            AccessClaims {
                identity: Identity {
                    id: UserId::mint(at, sub),
                    email,
                    tenant: TenantId::parse(&tenant).unwrap(),
                    roles: roles.iter().map(|role| Role::parse(role).unwrap()).collect(),
                    session: SessionId::mint(at, sid),
                    epoch,
                    tenant_epoch: epoch / 2,
                },
                iat,
                exp: iat + LIFE,
                nbf: None,
                iss: ISSUER.to_owned(),
                aud: AUDIENCE.to_owned(),
                jti: TokenId::mint(at, jti),
                life: None,
            }
        },
    )
}

/// Where the `RSAPrivateKey` begins in a PKCS#8 document of 2048 bits.
const PKCS1_START: usize = 26;

fn issued(claims: &AccessClaims) -> Timestamp {
    Timestamp::from_millis(claims.iat * 1000)
}

/// The same key as the other implementation holds it.
struct Peer {
    algorithm: jsonwebtoken::Algorithm,
    private: EncodingKey,
    public: DecodingKey,
}

impl Peer {
    /// Takes the private key as DER and the public one from the key set that we publish.
    fn of(key: &Key) -> Self {
        let pkcs8 = pem::parse(key.made.private_pem.as_bytes())
            .unwrap()
            .into_contents();
        let published: JwkSet = serde_json::from_str(&key.tokens().ring().jwks().body).unwrap();
        let (algorithm, private) = match key.algorithm {
            Algorithm::Rs256 => (
                jsonwebtoken::Algorithm::RS256,
                EncodingKey::from_rsa_der(&pkcs8[PKCS1_START..]),
            ),
            Algorithm::Es256 => (jsonwebtoken::Algorithm::ES256, EncodingKey::from_ec_der(&pkcs8)),
            Algorithm::EdDsa => (jsonwebtoken::Algorithm::EdDSA, EncodingKey::from_ed_der(&pkcs8)),
        };
        let public = DecodingKey::from_jwk(published.find(&key.made.kid).unwrap()).unwrap();
        Self {
            algorithm,
            private,
            public,
        }
    }

    fn sign(&self, key: &Key, claims: &AccessClaims) -> String {
        let mut header = Header::new(self.algorithm);
        header.kid = Some(key.made.kid.clone());
        header.typ = Some("at+jwt".to_owned());
        jsonwebtoken::encode(&header, claims, &self.private).unwrap()
    }

    /// What it reads from a token; it would ask the machine for the time, so it does not check times.
    fn verify(&self, token: &str) -> Option<AccessClaims> {
        let mut rules = Validation::new(self.algorithm);
        rules.validate_exp = false;
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let read = jsonwebtoken::decode::<AccessClaims>(token, &self.public, &rules);
        read.ok().map(|token| token.claims)
    }
}

/// Every key with its verifier and its peer.
fn each(
    mut test: impl FnMut(&Key, &AccessTokens, &Peer) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    KEYS.iter()
        .try_for_each(|key| test(key, &key.tokens(), &Peer::of(key)))
}

/// A change that may or may not leave a token valid.
#[derive(Clone, Debug)]
enum Change {
    Replace(prop::sample::Index, char),
    Remove(prop::sample::Index),
    Insert(prop::sample::Index, char),
    Cut(prop::sample::Index),
    Append(String),
}

fn any_change() -> impl Strategy<Value = Change> {
    let letter = || {
        prop_oneof![
            prop::char::ranges(vec!['A'..='Z', 'a'..='z', '0'..='9'].into()),
            prop::sample::select(vec!['-', '_', '.', '=', '+', '/', ' ', '\n'])
        ]
    };
    let place = any::<prop::sample::Index>;
    prop_oneof![
        (place(), letter()).prop_map(|(place, letter)| Change::Replace(place, letter)),
        place().prop_map(Change::Remove),
        (place(), letter()).prop_map(|(place, letter)| Change::Insert(place, letter)),
        place().prop_map(Change::Cut),
        "[.=A-Za-z0-9_-]{0,5}".prop_map(Change::Append),
    ]
}

impl Change {
    fn apply(&self, token: &mut String) {
        if token.is_empty() {
            return;
        }
        match self {
            Self::Replace(place, letter) => {
                let place = place.index(token.len());
                token.replace_range(place..=place, letter.encode_utf8(&mut [0; 4]));
            }
            Self::Remove(place) => {
                token.remove(place.index(token.len()));
            }
            Self::Insert(place, letter) => token.insert(place.index(token.len()), *letter),
            Self::Cut(place) => token.truncate(place.index(token.len())),
            Self::Append(tail) => token.push_str(tail),
        }
    }
}

/// JSON texts of headers and payloads that are nearly right.
fn any_bent_json() -> impl Strategy<Value = (String, String)> {
    let claims = any_claims().prop_map(|claims| serde_json::to_string(&claims).unwrap());
    let tail = prop::sample::select(vec![
        "",
        " ",
        "\n",
        "}",
        "{}",
        "\0",
        ",",
        r#","nbf":1}"#,
        r#","nbf":null}"#,
        r#","exp":1e3}"#,
        r#","later":[[]]}"#,
        r#","iat":1}"#,
    ]);
    let head_tail = prop::sample::select(vec![
        "",
        "",
        "",
        " ",
        r#","cty":"JWT"}"#,
        r#","crit":[]}"#,
        r#","kid":"x"}"#,
        "}",
    ]);
    (head_tail, claims, tail).prop_map(|(head_tail, claims, tail)| {
        let tail_of = |json: String, tail: &str| match tail.strip_prefix(',') {
            Some(member) if !member.is_empty() => format!("{},{member}", &json[..json.len() - 1]),
            Some(_) | None => json + tail,
        };
        (head_tail.to_owned(), tail_of(claims, tail))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Feature: horizon-auth-npm-package, Property 3: JWT Signing Round-Trip
    #[test]
    fn a_signed_token_verifies_to_the_claims_it_was_made_of(claims in any_claims()) {
        each(|_, tokens, _| {
            let token = tokens.sign(&claims).unwrap();
            for _first_hand_and_from_memory in 0..2 {
                let read = tokens.verify(&token, issued(&claims)).unwrap();
                prop_assert_eq!(&read.claims, &claims);
            }
            let end = Timestamp::from_millis(claims.exp * 1000);
            prop_assert_eq!(tokens.verify(&token, end), Err(TokenFault::Expired));
            Ok(())
        })?;
    }

    /// Feature: horizon-auth-npm-package, Property 4: JWT Payload Structure
    #[test]
    fn a_payload_has_every_claim_of_the_design_and_lives_15_minutes(claims in any_claims()) {
        each(|key, tokens, _| {
            let token = tokens.sign(&claims).unwrap();
            let parts: Vec<&str> = token.split('.').collect();
            prop_assert_eq!(parts.len(), 3);
            prop_assert_eq!(parts[0], encode(key.header()));
            let payload: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
            let mut names: Vec<&str> = payload.as_object().unwrap().keys().map(String::as_str).collect();
            names.sort_unstable();
            prop_assert_eq!(
                names,
                ["aud", "email", "epoch", "exp", "iat", "iss", "jti", "roles", "sid", "sub", "tenantEpoch", "tenantId"]
            );
            for name in ["sub", "email", "tenantId", "iss", "aud", "jti", "sid"] {
                prop_assert!(payload[name].is_string(), "{name}");
            }
            prop_assert_eq!(&payload["sub"], &claims.id.to_string());
            prop_assert_eq!(payload["email"].as_str(), Some(claims.email.as_str()));
            prop_assert_eq!(payload["tenantId"].as_str(), Some(claims.tenant.as_str()));
            let roles: Vec<&str> = payload["roles"].as_array().unwrap().iter().filter_map(|role| role.as_str()).collect();
            prop_assert!(roles.iter().copied().eq(claims.roles.iter().map(Role::as_str)));
            prop_assert_eq!(payload["exp"].as_i64().unwrap() - payload["iat"].as_i64().unwrap(), LIFE);
            Ok(())
        })?;
    }

    #[test]
    fn what_another_implementation_signs_is_accepted_and_the_other_way_round(claims in any_claims()) {
        each(|key, tokens, peer| {
            let theirs = peer.sign(key, &claims);
            prop_assert_eq!(&tokens.verify(&theirs, issued(&claims)).unwrap().claims, &claims);
            let ours = tokens.sign(&claims).unwrap();
            prop_assert_eq!(peer.verify(&ours), Some(claims.clone()));
            Ok(())
        })?;
    }

    #[test]
    fn whatever_changed_token_is_accepted_another_implementation_accepts_too(
        claims in any_claims(),
        changes in prop::collection::vec(any_change(), 0..3),
    ) {
        each(|key, tokens, peer| {
            let mut token = peer.sign(key, &claims);
            for change in &changes {
                change.apply(&mut token);
            }
            if let Ok(read) = tokens.verify(&token, issued(&claims)) {
                prop_assert_eq!(peer.verify(&token), Some(read.claims.clone()), "{}", token);
            }
            Ok(())
        })?;
    }

    #[test]
    fn whatever_bent_and_rightly_signed_json_is_accepted_another_implementation_accepts_too(
        (head_tail, payload) in any_bent_json(),
        now in 0..=4_000_000_000_i64,
    ) {
        let issued = serde_json::from_str::<serde_json::Value>(&payload).ok().and_then(|claims| claims["iat"].as_i64());
        let now = Timestamp::from_millis(issued.unwrap_or(now) * 1000);
        each(|key, tokens, peer| {
            let honest = key.header();
            let header = match head_tail.strip_prefix(',') {
                Some(member) => format!("{},{member}", &honest[..honest.len() - 1]),
                None => honest + &head_tail,
            };
            let token = key.token(&header, &payload);
            if let Ok(read) = tokens.verify(&token, now) {
                prop_assert_eq!(peer.verify(&token), Some(read.claims.clone()), "{} {}", header, payload);
            }
            Ok(())
        })?;
    }
}
