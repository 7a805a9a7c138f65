//! What is accepted as a pepper, and what it makes of a password.

use super::*;

/// 32 bytes of 7, and 32 of 8.
const SEVENS: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
const EIGHTS: &str = "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=";

#[derive(Debug)]
struct Nines;

impl Entropy for Nines {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.fill(9);
        Ok(())
    }
}

fn refusal(text: &str) -> &'static str {
    Peppers::parse(text).unwrap_err().reason()
}

#[test]
fn versions_are_read_in_their_order_from_one_line_or_several() {
    for text in [
        format!("2:{EIGHTS},1:{SEVENS}"),
        format!("2:{EIGHTS}\n1:{SEVENS}\n"),
        format!("# made in May\n\n  2:{EIGHTS}\r\n1:{SEVENS} ,\n"),
    ] {
        let peppers = Peppers::parse(&text).unwrap();
        assert_eq!(peppers.current(), Some(2));
        assert_eq!(peppers.versions().collect::<Vec<_>>(), [2, 1]);
    }
    assert_eq!(Peppers::default().current(), None);
}

#[test]
fn the_password_is_replaced_by_its_hmac() {
    // RFC 4231, test case 1, with the key padded by the zeros that HMAC adds itself.
    let mut key = [0; 32];
    key[..20].fill(0x0b);
    let peppers = Peppers::parse(&format!("1:{}", STANDARD.encode(key))).unwrap();
    let mac = peppers.apply(1, b"Hi There").unwrap();
    assert_eq!(
        mac.as_slice(),
        [
            0xb0, 0x34, 0x4c, 0x61, 0xd8, 0xdb, 0x38, 0x53, 0x5c, 0xa8, 0xaf, 0xce, 0xaf, 0x0b, 0xf1, 0x2b,
            0x88, 0x1d, 0xc2, 0x00, 0xc9, 0x83, 0x3d, 0xa7, 0x26, 0xe9, 0x37, 0x6c, 0x2e, 0x32, 0xcf, 0xf7,
        ]
    );
    assert!(peppers.apply(2, b"Hi There").is_none());
}

#[test]
fn what_is_not_a_pepper_is_refused_without_being_repeated() {
    let short = STANDARD.encode([7; 31]);
    let long = STANDARD.encode([7; 129]);
    for (text, part) in [
        (String::new(), "no pepper"),
        ("\n# nothing\n,".to_owned(), "no pepper"),
        (SEVENS.to_owned(), "VERSION:BASE64"),
        (format!("1:{SEVENS}x"), "VERSION:BASE64"),
        (format!("1:{SEVENS}").replace('=', ""), "VERSION:BASE64"),
        (format!("0:{SEVENS}"), "1 to 65535"),
        (format!("01:{SEVENS}"), "1 to 65535"),
        (format!("+1:{SEVENS}"), "1 to 65535"),
        (format!(":{SEVENS}"), "1 to 65535"),
        (format!("65536:{SEVENS}"), "1 to 65535"),
        (format!("1:{short}"), "fewer than 32"),
        (format!("1:{long}"), "more than 128"),
        (format!("1:{SEVENS},1:{EIGHTS}"), "same version"),
        (
            (1..=65).fold(String::new(), |text, version| {
                text + &format!("{version}:{SEVENS}\n")
            }),
            "more than 64",
        ),
    ] {
        assert!(refusal(&text).contains(part), "{text}: {}", refusal(&text));
        assert!(!refusal(&text).contains("Bwc"), "{text}");
    }
}

#[test]
fn a_fresh_line_is_numbered_above_all_others() {
    let peppers = Peppers::parse(&format!("2:{EIGHTS},7:{SEVENS},1:{SEVENS}")).unwrap();
    let line = peppers.fresh_line(&Nines).unwrap();
    assert_eq!(Peppers::parse(&line).unwrap().current(), Some(8));
    assert!(Peppers::default().fresh_line(&Nines).unwrap().starts_with("1:"));
    let full = Peppers::parse(&format!("65535:{SEVENS}")).unwrap();
    assert!(full.fresh_line(&Nines).is_err());
}

#[test]
fn debug_output_shows_versions_and_no_key() {
    let peppers = Peppers::parse(&format!("2:{EIGHTS},1:{SEVENS}")).unwrap();
    assert_eq!(format!("{peppers:?}"), "Peppers [2, 1]");
}

#[test]
fn an_address_is_recognised_under_the_same_pepper_and_only_then() {
    let hash = |peppers: &str, address: &str| {
        Peppers::parse(peppers)
            .unwrap()
            .hash_address(address.parse().unwrap())
            .unwrap()
    };
    let (one, other) = (&format!("1:{SEVENS}"), &format!("1:{EIGHTS}"));
    assert_eq!(hash(one, "192.0.2.1"), hash(one, "::ffff:192.0.2.1"));
    assert_ne!(hash(one, "192.0.2.1"), hash(one, "192.0.2.2"));
    assert_ne!(hash(one, "192.0.2.1"), hash(other, "192.0.2.1"));
    assert_ne!(hash(one, "2001:db8::1"), hash(one, "2001:db8::2"));
    assert!(Peppers::default().hash_address([192, 0, 2, 1].into()).is_none());
}
