use super::*;

const PEM: &str = "-----BEGIN PUBLIC KEY-----\nAQID\n-----END PUBLIC KEY-----\n";

fn block(tag: &str) -> String {
    write(tag, &[1, 2, 3]).to_string()
}

fn refusal(text: &str) -> KeyError {
    read(text).map(|(label, _)| label).unwrap_err()
}

#[test]
fn real_escaped_and_encoded_pem_all_read_the_same() {
    let unpadded = BASE64.encode(PEM).trim_end_matches('=').to_owned();
    let wrapped = BASE64.encode(PEM).replace('A', "A\n ");
    for text in [
        PEM.to_owned(),
        format!("  \n{PEM}\n\n"),
        PEM.replace('\n', "\r\n"),
        PEM.replace('\n', "\\n"),
        PEM.replace('\n', "\\r\\n"),
        BASE64.encode(PEM),
        unpadded,
        wrapped,
    ] {
        let (label, der) = read(&text).unwrap();
        assert_eq!(
            (label, der.as_slice()),
            (Label::Spki, [1, 2, 3].as_slice()),
            "{text}"
        );
    }
}

#[test]
fn what_is_not_pem_in_any_form_is_refused() {
    let base64_of_noise = BASE64.encode("no key in here");
    for text in [
        "",
        "   ",
        "secret",
        "AQID",
        "/run/secrets/key.pem",
        &base64_of_noise,
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\nAQID",
        "-----BEGIN PUBLIC KEY-----\nAQID\n-----END PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\nA*ID\n-----END PUBLIC KEY-----",
    ] {
        assert_eq!(refusal(text), KeyError::NotPem, "{text}");
    }
}

#[test]
fn a_written_block_is_read_back() {
    assert_eq!(block("PUBLIC KEY"), PEM);
    assert_eq!(normalize_pem(PEM).unwrap().as_str(), PEM.trim());
}

#[test]
fn the_curve_that_openssl_writes_before_an_ec_key_is_skipped() {
    let text = block("EC PARAMETERS") + &block("EC PRIVATE KEY");
    assert_eq!(read(&text).unwrap().0, Label::Sec1);
    assert_eq!(refusal(&block("EC PARAMETERS")), KeyError::NotPem);
}

#[test]
fn two_keys_in_one_text_are_refused() {
    let text = block("PRIVATE KEY") + &block("PUBLIC KEY");
    assert_eq!(refusal(&text), KeyError::SeveralBlocks);
}

#[test]
fn an_encrypted_key_is_named_as_such() {
    let legacy = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAQID\n-----END RSA PRIVATE KEY-----\n";
    assert_eq!(refusal(legacy), KeyError::Encrypted);
    assert_eq!(refusal(&block("ENCRYPTED PRIVATE KEY")), KeyError::Encrypted);
}

#[test]
fn other_blocks_are_named_in_the_refusal() {
    for (tag, name) in [
        ("CERTIFICATE", "a certificate"),
        ("OPENSSH PRIVATE KEY", "OpenSSH"),
        ("DSA PRIVATE KEY", "a PEM block of this kind"),
    ] {
        let message = refusal(&block(tag)).to_string();
        assert!(message.contains(name), "{message}");
    }
}

#[test]
fn every_refusal_names_the_problem_and_the_way_out() {
    for refusal in [
        KeyError::NotPem,
        KeyError::SeveralBlocks,
        KeyError::UnsupportedKind("a certificate"),
        KeyError::Encrypted,
        KeyError::Malformed,
        KeyError::RsaTooSmall { bits: 1024 },
        KeyError::RsaTooLarge { bits: 16384 },
        KeyError::WeakExponent,
        KeyError::PrivateExpected,
        KeyError::PublicExpected,
        KeyError::Mismatch,
        KeyError::DuplicateKid,
        KeyError::NoKey,
        KeyError::Library,
    ] {
        let message = refusal.to_string();
        assert!(message.contains(": "), "{message}");
        assert!(message.len() < 200, "{message}");
    }
}
