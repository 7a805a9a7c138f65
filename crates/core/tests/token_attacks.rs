//! Every forged, bent or foreign token is refused, and refused as `Invalid`.

mod support;

use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use horizon_auth_core::crypto::access_token::{AccessTokens, TokenFault};
use horizon_auth_core::crypto::keyring::KeyRing;
use horizon_auth_core::domain::key::Algorithm;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{AUDIENCE, ISSUER, KEYS, Key, NOW, claims, encode, now};

/// Each key with its verifier.
fn each(test: impl Fn(&Key, &AccessTokens)) {
    for key in KEYS.iter() {
        test(key, &key.tokens());
    }
}

fn refuses(tokens: &AccessTokens, token: &str, why: &str) {
    assert_eq!(
        tokens.verify(token, now()),
        Err(TokenFault::Invalid),
        "{why}: {token:.300}"
    );
}

fn payload() -> String {
    serde_json::to_string(&claims()).unwrap()
}

/// The claims with one member replaced, as text so that any JSON can stand there.
fn with_claim(name: &str, value: &str) -> String {
    let mut members = serde_json::to_value(claims()).unwrap();
    members.as_object_mut().unwrap().remove(name);
    let rest = members.to_string();
    format!(r#"{{"{name}":{value},{}"#, &rest[1..])
}

fn without_claim(name: &str) -> String {
    let mut members = serde_json::to_value(claims()).unwrap();
    members.as_object_mut().unwrap().remove(name).unwrap();
    members.to_string()
}

fn header(alg: &str, kid: &str, typ: &str) -> String {
    json!({"alg": alg, "kid": kid, "typ": typ}).to_string()
}

/// The honest header with one member more.
fn header_with(key: &Key, name: &str, value: &Value) -> String {
    let honest = key.header();
    format!(r#"{},"{name}":{value}}}"#, &honest[..honest.len() - 1])
}

#[test]
fn the_honest_token_of_these_tests_is_accepted() {
    each(|key, tokens| {
        let token = key.token(&key.header(), payload());
        assert_eq!(*tokens.verify(&token, now()).unwrap(), claims());
    });
}

#[test]
fn no_spelling_of_none_is_an_algorithm() {
    each(|key, tokens| {
        for alg in ["none", "None", "NONE", "nOnE", "", "null"] {
            let header = header(alg, &key.made.kid, "at+jwt");
            let signed = format!("{}.{}", encode(&header), encode(payload()));
            refuses(tokens, &format!("{signed}."), "no signature");
            refuses(tokens, &signed, "no third part");
            refuses(tokens, &key.token(&header, payload()), "a right signature");
        }
    });
}

#[test]
fn a_token_without_its_signature_is_refused() {
    each(|key, tokens| {
        let token = key.token(&key.header(), payload());
        let signed = token.rsplit_once('.').unwrap().0;
        for signature in ["", "AA", "AAAA", &"A".repeat(86), &"A".repeat(342)] {
            refuses(tokens, &format!("{signed}.{signature}"), "empty signature");
        }
    });
}

#[test]
fn the_public_key_is_no_hmac_secret() {
    each(|key, tokens| {
        let pem = key.made.public_pem.as_bytes();
        let der = key.public().spki_der().to_vec();
        let jwks = tokens.ring().jwks().body.clone();
        for secret in [
            pem,
            pem.trim_ascii(),
            &der,
            jwks.as_bytes(),
            key.made.kid.as_bytes(),
            b"",
        ] {
            for alg in ["HS256", "hs256", key.algorithm.as_str()] {
                let header = header(alg, &key.made.kid, "at+jwt");
                let signed = format!("{}.{}", encode(header), encode(payload()));
                let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
                refuses(tokens, &format!("{signed}.{}", encode(tag)), alg);
            }
        }
    });
}

#[test]
fn an_algorithm_other_than_that_of_the_key_is_refused_whatever_the_signature() {
    each(|key, tokens| {
        for alg in [
            "RS256", "ES256", "EdDSA", "PS256", "RS384", "RS512", "HS256", "Ed25519", "rs256", "eddsa",
            "RS256 ",
        ] {
            if alg != key.algorithm.as_str() {
                let header = header(alg, &key.made.kid, "at+jwt");
                refuses(tokens, &key.token(&header, payload()), alg);
            }
        }
    });
}

#[test]
fn a_key_that_the_token_brings_along_is_refused() {
    each(|key, tokens| {
        let attacker = Key::generate(if key.algorithm == Algorithm::Rs256 {
            Algorithm::EdDsa
        } else {
            key.algorithm
        });
        let jwk = serde_json::to_value(attacker.public().jwk()).unwrap();
        for (name, value) in [
            ("jwk", jwk),
            ("jku", json!("https://attacker.example/jwks.json")),
            ("x5u", json!("https://attacker.example/cert.pem")),
            ("x5c", json!([encode(attacker.public().spki_der())])),
            ("x5t", json!("AAAA")),
            ("x5t#S256", json!("AAAA")),
        ] {
            for kid in [&attacker.made.kid, &key.made.kid] {
                let mut bent: Value =
                    json!({"alg": attacker.algorithm.as_str(), "kid": kid, "typ": "at+jwt"});
                bent[name] = value.clone();
                refuses(tokens, &attacker.token(&bent.to_string(), payload()), name);
            }
            refuses(
                tokens,
                &key.token(&header_with(key, name, &value), payload()),
                name,
            );
        }
    });
}

#[test]
fn header_members_that_change_the_meaning_of_a_token_are_refused() {
    each(|key, tokens| {
        for (name, value) in [
            ("crit", json!(["exp"])),
            ("crit", json!([])),
            ("b64", json!(false)),
            ("b64", json!(true)),
            ("zip", json!("DEF")),
            ("cty", json!("JWT")),
            ("enc", json!("A256GCM")),
            ("exp", json!(NOW)),
            ("", json!("")),
            ("unknown", json!(null)),
        ] {
            refuses(
                tokens,
                &key.token(&header_with(key, name, &value), payload()),
                name,
            );
        }
    });
}

#[test]
fn only_the_exact_id_of_a_known_key_finds_it() {
    each(|key, tokens| {
        let kid = &key.made.kid;
        let foreign = &KEYS
            .iter()
            .find(|other| other.algorithm != key.algorithm)
            .unwrap()
            .made
            .kid;
        let alg = key.algorithm.as_str();
        for wrong in [
            "",
            "default",
            "../../../../dev/null",
            "/etc/passwd",
            "file:///etc/passwd",
            "' OR '1'='1",
            "x' UNION SELECT 'key'; --",
            "%00",
            "\0",
            "*",
            &format!("{kid} "),
            &format!("{kid}\0"),
            &format!("{kid}="),
            &kid[..42],
            &kid.to_uppercase(),
            foreign,
        ] {
            refuses(
                tokens,
                &key.token(&header(alg, wrong, "at+jwt"), payload()),
                "wrong kid",
            );
        }
        for bent in [
            format!(r#"{{"alg":"{alg}","typ":"at+jwt"}}"#),
            format!(r#"{{"alg":"{alg}","kid":null,"typ":"at+jwt"}}"#),
            format!(r#"{{"alg":"{alg}","kid":0,"typ":"at+jwt"}}"#),
            format!(r#"{{"alg":"{alg}","kid":["{kid}"],"typ":"at+jwt"}}"#),
            format!(r#"{{"alg":"{alg}","Kid":"{kid}","typ":"at+jwt"}}"#),
        ] {
            refuses(tokens, &key.token(&bent, payload()), &bent);
        }
    });
}

#[test]
fn a_header_with_a_member_twice_is_refused() {
    each(|key, tokens| {
        let (alg, kid) = (key.algorithm, &key.made.kid);
        for bent in [
            format!(r#"{{"alg":"{alg}","kid":"{kid}","kid":"{kid}","typ":"at+jwt"}}"#),
            format!(r#"{{"alg":"none","alg":"{alg}","kid":"{kid}","typ":"at+jwt"}}"#),
            format!(r#"{{"alg":"{alg}","alg":"none","kid":"{kid}","typ":"at+jwt"}}"#),
            format!(r#"{{"alg":"{alg}","kid":"{kid}","typ":"at+jwt","typ":"at+jwt"}}"#),
            format!(r#"{{"alg":"{alg}","kid":"{kid}","k\u0069d":"{kid}","typ":"at+jwt"}}"#),
        ] {
            refuses(tokens, &key.token(&bent, payload()), &bent);
        }
    });
}

#[test]
fn a_header_that_is_no_lone_json_object_is_refused() {
    each(|key, tokens| {
        let (alg, kid, honest) = (key.algorithm, &key.made.kid, key.header());
        for bent in [
            String::new(),
            "{}".to_owned(),
            "null".to_owned(),
            format!(r#"["{alg}","{kid}","at+jwt"]"#),
            format!("[{honest}]"),
            format!("{honest}{honest}"),
            format!("{honest}\0"),
            format!("\u{feff}{honest}"),
            honest[..honest.len() - 1].to_owned(),
            honest.replace('"', "'"),
        ] {
            refuses(tokens, &key.token(&bent, payload()), &bent);
        }
    });
}

#[test]
fn a_token_of_a_retired_key_is_refused() {
    each(|key, _| {
        let successor = Key::generate(Algorithm::EdDsa);
        refuses(
            &successor.tokens(),
            &key.token(&key.header(), payload()),
            "retired",
        );
        let ring = KeyRing::new(None, vec![successor.public(), key.public()]).unwrap();
        let both = AccessTokens::new(ring, ISSUER.to_owned(), AUDIENCE.to_owned(), Duration::ZERO);
        assert!(both.verify(&key.token(&key.header(), payload()), now()).is_ok());
    });
}

#[test]
fn tokens_of_another_type_are_refused() {
    each(|key, tokens| {
        let (alg, kid) = (key.algorithm.as_str(), &key.made.kid);
        for typ in [
            "JWT",
            "jwt",
            "",
            "at+jwt2",
            "rt+jwt",
            "logout+jwt",
            "id+jwt",
            "dpop+jwt",
            "application/jwt",
            " at+jwt",
        ] {
            refuses(tokens, &key.token(&header(alg, kid, typ), payload()), typ);
        }
        let untyped = format!(r#"{{"alg":"{alg}","kid":"{kid}"}}"#);
        refuses(tokens, &key.token(&untyped, payload()), "no type");
    });
}

#[test]
fn issuer_and_audience_must_be_exactly_ours() {
    each(|key, tokens| {
        for (name, ours) in [("iss", ISSUER), ("aud", AUDIENCE)] {
            let list = format!(r#"["{ours}"]"#);
            let longer = format!(r#""{ours}/""#);
            let upper = format!(r#""{}""#, ours.to_uppercase());
            let spaced = format!(r#"" {ours}""#);
            for value in [
                r#""other""#,
                r#""""#,
                "null",
                "0",
                "{}",
                "[]",
                &list,
                &longer,
                &upper,
                &spaced,
            ] {
                refuses(tokens, &key.token(&key.header(), with_claim(name, value)), name);
            }
            refuses(tokens, &key.token(&key.header(), without_claim(name)), name);
            let twice = with_claim(name, &format!(r#""{ours}","{name}":"{ours}""#));
            refuses(tokens, &key.token(&key.header(), twice), name);
        }
    });
}

#[test]
fn times_are_integers_and_can_be_true() {
    each(|key, tokens| {
        let (early, late) = (NOW - 10, NOW + 900);
        let huge = [
            "9223372036854775808",
            "9223372036854775807",
            "18446744073709551616",
            "253402300800",
            "1e400",
            "1e18",
        ];
        let negative = ["-1", "-9223372036854775808", "-9223372036854775809", "-0"];
        for name in ["exp", "iat", "nbf"] {
            let honest = if name == "exp" { late } else { early };
            let mut values = vec![
                "null".to_owned(),
                "true".to_owned(),
                r#""""#.to_owned(),
                "1e3".to_owned(),
            ];
            values.extend([
                format!(r#""{honest}""#),
                format!("{honest}.0"),
                format!("{honest}.5"),
                format!("[{honest}]"),
                format!(r#"{{"v":{honest}}}"#),
                format!("0{honest}"),
                format!("+{honest}"),
                format!("0x{honest:x}"),
                "NaN".to_owned(),
                format!(r#"{honest},"{name}":{honest}"#),
                format!(
                    r#"{honest},"\u00{:02x}{}":{honest}"#,
                    name.as_bytes()[0],
                    &name[1..]
                ),
            ]);
            values.extend(huge.iter().chain(&negative).map(|value| (*value).to_owned()));
            for value in values {
                refuses(tokens, &key.token(&key.header(), with_claim(name, &value)), name);
            }
        }
        for name in ["exp", "iat"] {
            refuses(tokens, &key.token(&key.header(), without_claim(name)), name);
        }
        for (name, value) in [
            ("exp", NOW),
            ("exp", NOW - 1),
            ("iat", NOW + 61),
            ("iat", late),
            ("nbf", NOW + 1),
        ] {
            refuses(
                tokens,
                &key.token(&key.header(), with_claim(name, &value.to_string())),
                name,
            );
        }
    });
}

#[test]
fn every_other_claim_is_needed_once_and_in_its_type() {
    each(|key, tokens| {
        for name in ["sub", "email", "tenantId", "roles", "jti", "sid", "epoch"] {
            refuses(tokens, &key.token(&key.header(), without_claim(name)), name);
            for value in ["null", "{}", "true", r#""../etc""#, "1.5"] {
                if name != "email" || !value.starts_with('"') {
                    refuses(tokens, &key.token(&key.header(), with_claim(name, value)), name);
                }
            }
            let honest = &serde_json::to_value(claims()).unwrap()[name];
            let twice = with_claim(name, &format!(r#"{honest},"{name}":{honest}"#));
            refuses(tokens, &key.token(&key.header(), twice), name);
        }
    });
}

#[test]
fn an_expired_token_is_called_expired_only_if_all_else_is_right() {
    each(|key, tokens| {
        let old = with_claim("iat", &(NOW - 1000).to_string())
            .replace(&(NOW + 900).to_string(), &(NOW - 1).to_string());
        let token = key.token(&key.header(), &old);
        assert_eq!(tokens.verify(&token, now()), Err(TokenFault::Expired));
        refuses(
            tokens,
            &key.token(&key.header(), old.replace(ISSUER, "other")),
            "issuer",
        );
        refuses(tokens, &token[..token.len() - 4], "signature");
        let attacker = Key::generate(Algorithm::EdDsa);
        refuses(tokens, &attacker.token(&key.header(), &old), "key");
    });
}

#[test]
fn a_payload_that_is_no_lone_json_object_is_refused() {
    each(|key, tokens| {
        let honest = payload();
        let list = serde_json::to_value(claims()).unwrap();
        let list: Vec<&Value> = list.as_object().unwrap().values().collect();
        for bent in [
            "null".to_owned(),
            "{}".to_owned(),
            serde_json::to_string(&list).unwrap(),
            format!("[{honest}]"),
            format!("{honest}{honest}"),
            format!("{honest},"),
            format!("{honest}\0"),
            format!("{honest} //"),
            format!("\u{feff}{honest}"),
            honest[..honest.len() - 1].to_owned(),
            json!(honest).to_string(),
        ] {
            refuses(tokens, &key.token(&key.header(), &bent), &bent);
        }
        let mut latin = honest.into_bytes();
        let place = latin.windows(3).position(|part| part == b"ana").unwrap();
        latin[place] = 0xe1;
        refuses(tokens, &key.token(&key.header(), latin), "not UTF-8");
    });
}

#[test]
fn claims_we_do_not_know_may_neither_repeat_nor_nest_deeply() {
    each(|key, tokens| {
        let extra = |value: &str| key.token(&key.header(), with_claim("later", value));
        assert!(tokens.verify(&extra(r#"{"a":[1,2]}"#), now()).is_ok());
        refuses(tokens, &extra(r#"1,"later":1"#), "twice");
        refuses(tokens, &extra("null"), "null");
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let deep = |levels| format!("{}1{}", open.repeat(levels), close.repeat(levels));
            refuses(tokens, &extra(&deep(500)), "deep");
            refuses(tokens, &extra(&open.repeat(800)), "deep and open");
        }
        let header = format!(
            r#"{},"x":{}{}}}"#,
            &key.header()[..key.header().len() - 1],
            "[".repeat(500),
            "]".repeat(500)
        );
        refuses(tokens, &key.token(&header, payload()), "deep header");
    });
}

#[test]
fn a_token_has_one_spelling() {
    each(|key, tokens| {
        let good = key.token(&key.header(), payload());
        let [head, body, signature]: [&str; 3] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
        let padding = "=".repeat((4 - signature.len() % 4) % 4).replace("====", "");
        for bent in [
            format!("{good}."),
            format!(".{good}"),
            format!("{good}.."),
            format!("{good}.AAAA"),
            format!("{head}.{body}.{body}.{signature}"),
            format!("{head}..{body}.{signature}"),
            format!("{head}..{signature}"),
            format!(".{body}.{signature}"),
            format!("{head}.{body}"),
            format!("{good} "),
            format!(" {good}"),
            format!("{good}\n"),
            format!("\t{good}"),
            format!("{good}\0"),
            format!("{head}. {body}.{signature}"),
            format!("{head}.{body}\n.{signature}"),
            format!("{good}{padding}="),
            format!("{head}=.{body}.{signature}"),
            format!("{head}.{body}=.{signature}"),
            format!("Bearer {good}"),
            format!("\u{200b}{good}"),
            good.to_uppercase(),
            good.replace('.', ","),
            ".".to_owned(),
            "..".to_owned(),
            "...".to_owned(),
            String::new(),
        ] {
            refuses(tokens, &bent, "another spelling");
        }
        if !padding.is_empty() {
            refuses(tokens, &format!("{good}{padding}"), "padding");
        }
        let standard = format!("{head}.{body}.{}", signature.replace('-', "+").replace('_', "/"));
        if standard != good {
            refuses(tokens, &standard, "the other alphabet");
        }
    });
}

#[test]
fn spare_bits_at_the_end_of_a_part_must_be_zero() {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    each(|key, tokens| {
        // Signed as spelt, so that only the spelling can be the reason.
        let twist = |part: &str| {
            let (rest, last) = part.split_at(part.len() - 1);
            let place = ALPHABET
                .iter()
                .position(|letter| *letter == last.as_bytes()[0])
                .unwrap();
            (part.len() % 4 != 0).then(|| format!("{rest}{}", char::from(ALPHABET[place ^ 1])))
        };
        let finish = |signed: String| format!("{signed}.{}", encode(key.sign(signed.as_bytes())));
        let mut seen = 0;
        for spaces in 0..3 {
            let head = encode(key.header() + &" ".repeat(spaces));
            let body = encode(payload() + &" ".repeat(spaces));
            let good = finish(format!("{head}.{body}"));
            assert!(tokens.verify(&good, now()).is_ok());
            let (signed, signature) = good.rsplit_once('.').unwrap();
            let bent = [
                twist(&head).map(|head| finish(format!("{head}.{body}"))),
                twist(&body).map(|body| finish(format!("{head}.{body}"))),
                twist(signature).map(|signature| format!("{signed}.{signature}")),
            ];
            for bent in bent.into_iter().flatten() {
                seen += 1;
                refuses(tokens, &bent, "spare bits");
            }
        }
        assert!(seen >= 4);
    });
}

#[test]
fn a_megabyte_is_refused_without_being_read() {
    each(|key, tokens| {
        let huge = key.token(
            &key.header(),
            with_claim("later", &format!("{:?}", "x".repeat(1 << 20))),
        );
        let dots = ".".repeat(1 << 20);
        let started = Instant::now();
        for _ in 0..1000 {
            for token in [&huge, &dots] {
                assert_eq!(tokens.verify(token, now()), Err(TokenFault::Invalid));
            }
        }
        // Hashing or decoding 2 GiB takes seconds; refusing by length takes microseconds.
        assert!(started.elapsed() < Duration::from_millis(200));
        let just_too_long = key.token(
            &key.header(),
            with_claim("later", &format!("{:?}", "x".repeat(8000))),
        );
        refuses(tokens, &just_too_long, "longer than 8192 bytes");
    });
}

#[test]
fn a_signature_of_another_key_or_of_another_payload_is_refused() {
    each(|key, tokens| {
        let attacker = Key::generate(if key.algorithm == Algorithm::Rs256 {
            Algorithm::EdDsa
        } else {
            key.algorithm
        });
        refuses(tokens, &attacker.token(&key.header(), payload()), "another key");
        let good = key.token(&key.header(), payload());
        let promoted = key.token(&key.header(), payload().replace("user", "root"));
        let (signed, signature) = (
            promoted.rsplit_once('.').unwrap().0,
            good.rsplit_once('.').unwrap().1,
        );
        refuses(tokens, &format!("{signed}.{signature}"), "another payload");
    });
}

#[test]
fn an_es256_signature_in_der_form_is_refused() {
    let key = KEYS.iter().find(|key| key.algorithm == Algorithm::Es256).unwrap();
    let pkcs8 = pem::parse(key.made.private_pem.as_bytes())
        .unwrap()
        .into_contents();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8).unwrap();
    let signed = format!("{}.{}", encode(key.header()), encode(payload()));
    let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
    refuses(&key.tokens(), &format!("{signed}.{}", encode(signature)), "DER");
}

#[test]
fn a_remembered_token_does_not_lend_its_signature_to_others() {
    each(|key, tokens| {
        let good = key.token(&key.header(), payload());
        assert!(tokens.verify(&good, now()).is_ok());
        let (signed, signature) = good.rsplit_once('.').unwrap();
        refuses(
            tokens,
            &format!("{signed}.{}", encode(vec![0; 64])),
            "same claims",
        );
        let promoted = encode(payload().replace("user", "root"));
        refuses(
            tokens,
            &format!("{}.{promoted}.{signature}", encode(key.header())),
            "same signature",
        );
        assert!(tokens.verify(&good, now()).is_ok());
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_token_with_any_bit_flipped_is_refused(place in any::<prop::sample::Index>(), bit in 0..7_u8) {
        for key in KEYS.iter() {
            let mut bytes = key.token(&key.header(), payload()).into_bytes();
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
            let bent = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(key.tokens().verify(&bent, now()), Err(TokenFault::Invalid));
        }
    }

    #[test]
    fn a_signature_with_any_bit_flipped_is_refused(place in any::<prop::sample::Index>(), bit in 0..8_u8) {
        for key in KEYS.iter() {
            let signed = format!("{}.{}", encode(key.header()), encode(payload()));
            let mut signature = key.sign(signed.as_bytes());
            let place = place.index(signature.len());
            signature[place] ^= 1 << bit;
            let bent = format!("{signed}.{}", encode(signature));
            prop_assert_eq!(key.tokens().verify(&bent, now()), Err(TokenFault::Invalid));
        }
    }

    #[test]
    fn noise_is_refused(noise in ".{0,200}", parts in prop::collection::vec("[A-Za-z0-9_-]{0,40}", 0..6)) {
        let tokens = KEYS[2].tokens();
        prop_assert_eq!(tokens.verify(&noise, now()), Err(TokenFault::Invalid));
        prop_assert_eq!(tokens.verify(&parts.join("."), now()), Err(TokenFault::Invalid));
    }
}
