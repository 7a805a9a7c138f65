//! Attacks by the payload, rightly signed.

use super::*;

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
        for (name, value) in [
            ("exp", late),
            ("exp", NOW + 1),
            ("iat", early),
            ("iat", NOW + 60),
            ("nbf", NOW),
        ] {
            let token = key.token(&key.header(), with_claim(name, &value.to_string()));
            assert!(tokens.verify(&token, now()).is_ok(), "{name} {value}");
        }
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
        let honest = honest_claims();
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
        refuses(tokens, &key.token(&header, honest_claims()), "deep header");
    });
}
