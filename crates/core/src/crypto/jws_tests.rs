use super::*;

fn ring() -> KeyRing {
    let made = SigningKey::generate(Algorithm::EdDsa).unwrap();
    KeyRing::new(Some(SigningKey::from_pem(&made.private_pem).unwrap()), vec![]).unwrap()
}

#[test]
fn an_object_has_no_duplicate_and_no_null_members() {
    assert!(Object::parse(br#" {"a":1,"b":[null]} "#).is_some());
    for wrong in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"a":null}"#,
        r#"["RS256","kid","at+jwt"]"#,
        r#""text""#,
        r#"{"a":1}{"#,
        r#"{"a":1} x"#,
        r#"{"a":1,}"#,
        "",
        "null",
        "\u{feff}{}",
    ] {
        assert!(Object::parse(wrong.as_bytes()).is_none(), "{wrong}");
    }
    assert!(Object::parse(b"{\"a\":\"\xff\"}").is_none());
}

#[test]
fn a_payload_survives_and_names_its_key() {
    let ring = ring();
    let token = encode(ring.signing().unwrap(), b"payload").unwrap();
    let (key, payload) = decode(&ring, &token).unwrap();
    assert_eq!(
        (key.kid(), payload.as_slice()),
        (ring.signing().unwrap().kid(), &b"payload"[..])
    );
}

#[test]
fn a_token_longer_than_what_is_accepted_is_never_issued() {
    let ring = ring();
    let key = ring.signing().unwrap();
    let longest = (1..MAX_TOKEN_BYTES)
        .rev()
        .find_map(|size| encode(key, &vec![b'x'; size]).ok())
        .unwrap();
    assert!(longest.len() > MAX_TOKEN_BYTES - 3);
    assert!(decode(&ring, &longest).is_some());
}

#[test]
fn the_type_may_be_written_in_every_way_that_rfc_9068_allows() {
    let ring = ring();
    let key = ring.signing().unwrap();
    let header = |typ: &str| format!(r#"{{"typ":"{typ}","alg":"EdDSA","kid":"{}"}}"#, key.kid());
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
        assert!(find_key(&ring, header(typ).as_bytes()).is_some(), "{typ}");
    }
    for typ in [
        "jwt",
        "JWT",
        "at+jwt ",
        "",
        "application/jwt",
        "text/at+jwt",
        "application/application/at+jwt",
    ] {
        assert!(find_key(&ring, header(typ).as_bytes()).is_none(), "{typ}");
    }
}
