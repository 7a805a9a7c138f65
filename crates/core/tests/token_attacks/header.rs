//! Attacks by the header.

use super::*;

#[test]
fn no_spelling_of_none_is_an_algorithm() {
    each(|key, tokens| {
        for alg in ["none", "None", "NONE", "nOnE", "", "null"] {
            let header = header_of(alg, &key.made.kid, "at+jwt");
            let signed = format!("{}.{}", encode(&header), encode(honest_claims()));
            refuses(tokens, &format!("{signed}."), "no signature");
            refuses(tokens, &signed, "no third part");
            refuses(tokens, &key.token(&header, honest_claims()), "a right signature");
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
                let header = header_of(alg, &key.made.kid, "at+jwt");
                refuses(tokens, &key.token(&header, honest_claims()), alg);
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
        let jwk = serde_json::to_value(public_of(&attacker).jwk()).unwrap();
        for (name, value) in [
            ("jwk", jwk),
            ("jku", json!("https://attacker.example/jwks.json")),
            ("x5u", json!("https://attacker.example/cert.pem")),
            ("x5c", json!([encode(public_of(&attacker).spki_der())])),
            ("x5t", json!("AAAA")),
            ("x5t#S256", json!("AAAA")),
        ] {
            for kid in [&attacker.made.kid, &key.made.kid] {
                let mut bent: Value =
                    json!({"alg": attacker.algorithm.as_str(), "kid": kid, "typ": "at+jwt"});
                bent[name] = value.clone();
                refuses(tokens, &attacker.token(&bent.to_string(), honest_claims()), name);
            }
            refuses(
                tokens,
                &key.token(&header_with(key, name, &value), honest_claims()),
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
                &key.token(&header_with(key, name, &value), honest_claims()),
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
                &key.token(&header_of(alg, wrong, "at+jwt"), honest_claims()),
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
            refuses(tokens, &key.token(&bent, honest_claims()), &bent);
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
            refuses(tokens, &key.token(&bent, honest_claims()), &bent);
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
            refuses(tokens, &key.token(&bent, honest_claims()), &bent);
        }
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
            refuses(
                tokens,
                &key.token(&header_of(alg, kid, typ), honest_claims()),
                typ,
            );
        }
        let untyped = format!(r#"{{"alg":"{alg}","kid":"{kid}"}}"#);
        refuses(tokens, &key.token(&untyped, honest_claims()), "no type");
    });
}
