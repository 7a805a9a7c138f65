//! What is believed of stored hashes, and what is not.

use super::*;

const LIMITS: Limits = Limits {
    budget_kib: 65_536,
    work_kib: MAX_WORK_KIB,
    bcrypt: true,
    foreign: true,
};
const SALT: &str = "c29tZXNhbHQ";
const TAG: &str = "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
const BCRYPT: &str = "$2b$04$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie";

fn refusal(text: &str) -> Option<Refusal> {
    StoredHash::read(text, &LIMITS).err()
}

fn with_cost(cost: &str) -> String {
    format!("$argon2id$v=19${cost}${SALT}${TAG}")
}

#[test]
fn a_hash_is_read_and_written_back_unchanged() {
    let text = with_cost("m=65536,t=2,p=1");
    let Ok(StoredHash::Argon2(phc)) = StoredHash::read(&text, &LIMITS) else {
        panic!("refused")
    };
    assert_eq!(phc.salt, b"somesalt");
    assert_eq!(phc.tag.len(), 32);
    assert_eq!(
        phc.cost,
        Argon2Cost {
            memory_kib: 65_536,
            passes: 2,
            lanes: 1
        }
    );
    assert_eq!(phc.to_string(), text);
}

#[test]
fn hashes_at_the_bounds_are_accepted() {
    let longest = STANDARD_NO_PAD.encode([7; 64]);
    let shortest = STANDARD_NO_PAD.encode([7; 16]);
    for text in [
        with_cost("m=65536,t=20,p=16"),
        with_cost("m=8,t=1,p=1"),
        with_cost("m=128,t=1,p=16"),
        format!("$argon2id$v=19$m=64,t=1,p=1${longest}${longest}"),
        format!("$argon2id$v=19$m=64,t=1,p=1${SALT}${shortest}"),
        BCRYPT.to_owned(),
        BCRYPT.replace("$2b$04", "$2a$14"),
        BCRYPT.replace("$2b$", "$2y$"),
    ] {
        assert_eq!(refusal(&text), None, "{text}");
    }
}

#[test]
fn costs_beyond_the_bounds_are_refused_as_numbers() {
    for text in [
        with_cost("m=65537,t=1,p=1"),
        with_cost("m=4194304,t=1,p=1"),
        with_cost("m=4294967295,t=1,p=1"),
        with_cost("m=64,t=21,p=1"),
        with_cost("m=64,t=4294967295,p=1"),
        with_cost("m=4096,t=1,p=17"),
        with_cost("m=64,t=1,p=4294967295"),
        BCRYPT.replace("$04$", "$15$"),
        BCRYPT.replace("$04$", "$31$"),
        BCRYPT.replace("$04$", "$03$"),
    ] {
        assert_eq!(refusal(&text), Some(Refusal::TooCostly), "{text}");
    }
}

#[test]
fn what_fits_into_memory_may_still_take_too_long() {
    let limits = Limits {
        budget_kib: 4_194_304,
        ..LIMITS
    };
    let refusal = |text: &str| StoredHash::read(text, &limits).err();
    assert_eq!(refusal(&with_cost("m=2097152,t=1,p=1")), None);
    assert_eq!(refusal(&with_cost("m=524288,t=4,p=1")), None);
    assert_eq!(refusal(&with_cost("m=524288,t=5,p=1")), Some(Refusal::TooCostly));
    assert_eq!(refusal(&with_cost("m=4194304,t=1,p=1")), Some(Refusal::TooCostly));
}

#[test]
fn anything_but_a_canonical_argon2id_string_is_refused() {
    let short = STANDARD_NO_PAD.encode([7; 7]);
    let long = STANDARD_NO_PAD.encode([7; 65]);
    let good = with_cost("m=64,t=1,p=1");
    for text in [
        String::new(),
        "$".to_owned(),
        "$argon2id$".to_owned(),
        "plain".to_owned(),
        "x".repeat(1 << 20),
        format!("{good}$"),
        format!("{good}\n"),
        format!(" {good}"),
        good.replace("argon2id", "argon2i"),
        good.replace("argon2id", "argon2d"),
        good.replace("v=19", "v=16"),
        good.replace("$v=19", ""),
        with_cost("m=7,t=1,p=1"),
        with_cost("m=64,t=0,p=1"),
        with_cost("m=64,t=1,p=0"),
        with_cost("m=64,t=1,p=9"),
        with_cost("m=0,t=0,p=0"),
        with_cost("m=064,t=1,p=1"),
        with_cost("m=+64,t=1,p=1"),
        with_cost("m=-64,t=1,p=1"),
        with_cost("m=,t=1,p=1"),
        with_cost("m=4294967296,t=1,p=1"),
        with_cost("m=99999999999999999999,t=1,p=1"),
        with_cost("t=1,m=64,p=1"),
        with_cost("m=64,t=1,p=1,data=AAAA"),
        with_cost("m=64,t=1"),
        format!("$argon2id$v=19$m=64,t=1,p=1${short}${TAG}"),
        format!("$argon2id$v=19$m=64,t=1,p=1${SALT}${short}"),
        format!("$argon2id$v=19$m=64,t=1,p=1${SALT}${long}"),
        format!("$argon2id$v=19$m=64,t=1,p=1${SALT}=${TAG}"),
        format!("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHR${TAG}"),
        format!("$argon2id$v=19$m=64,t=1,p=1$c29t-XNhbHQ${TAG}"),
        format!("$argon2id$v=19$m=64,t=1,p=1$ßßßßßßßß${TAG}"),
        "$2b$".to_owned(),
        "$2b$é4$".to_owned(),
        BCRYPT.replace("$04$", "$+4$"),
        BCRYPT.replace("$2b$", "$2x$"),
        format!("{BCRYPT}x"),
        BCRYPT.replace("EGdr", "EG!r"),
    ] {
        assert_eq!(refusal(&text), Some(Refusal::Malformed), "{text:.80}");
    }
}

#[test]
fn a_pepper_is_named_after_the_lanes_and_in_one_way_only() {
    let keyid = |text: &str| with_cost(&format!("m=64,t=1,p=1,keyid={}", STANDARD_NO_PAD.encode(text)));
    for (written, version) in [("1", 1), ("12", 12), ("65535", 65_535)] {
        let text = keyid(written);
        let Ok(StoredHash::Argon2(phc)) = StoredHash::read(&text, &LIMITS) else {
            panic!("refused {text}")
        };
        assert_eq!(phc.keyid, Some(version));
        assert_eq!(phc.to_string(), text);
    }
    for text in [
        keyid(""),
        keyid("0"),
        keyid("01"),
        keyid("+1"),
        keyid("-1"),
        keyid("1 "),
        keyid("x"),
        keyid("\u{661}"),
        keyid("65536"),
        with_cost("m=64,t=1,p=1,keyid"),
        with_cost("m=64,t=1,p=1,keyid=MQ=="),
        with_cost("m=64,t=1,p=1,keyid=M!"),
        with_cost("m=64,t=1,p=1,keyid=MQ,keyid=MQ"),
        with_cost("m=64,t=1,p=1,keyid=MQ,data=AAAA"),
        with_cost("keyid=MQ,m=64,t=1,p=1"),
        with_cost("m=64,t=1,keyid=MQ,p=1"),
    ] {
        assert_eq!(refusal(&text), Some(Refusal::Malformed), "{text}");
    }
}

#[test]
fn the_longest_hash_with_a_pepper_is_accepted() {
    let (longest, keyid) = (STANDARD_NO_PAD.encode([7; 64]), STANDARD_NO_PAD.encode("65535"));
    let text = format!("$argon2id$v=19$m=4194304,t=20,p=16,keyid={keyid}${longest}${longest}");
    let limits = Limits {
        budget_kib: 4_194_304,
        work_kib: u64::MAX,
        ..LIMITS
    };
    assert!(text.len() <= MAX_TEXT);
    assert!(StoredHash::read(&text, &limits).is_ok());
}

#[test]
fn hashes_of_other_systems_are_read_only_where_they_are_wanted() {
    let limits = Limits {
        bcrypt: false,
        foreign: false,
        ..LIMITS
    };
    let refused = |text: &str| StoredHash::read(text, &limits).err();
    assert_eq!(refused(BCRYPT), Some(Refusal::BcryptOff));
    for text in [
        "$pbkdf2-sha256$",
        "$pbkdf2-sha512$x",
        "pbkdf2_sha256$x",
        "$scrypt$x",
    ] {
        assert_eq!(refused(text), Some(Refusal::ForeignOff), "{text}");
    }
}

#[test]
fn a_refusal_says_nothing_about_the_hash() {
    for refusal in [
        Refusal::Malformed,
        Refusal::TooCostly,
        Refusal::BcryptOff,
        Refusal::ForeignOff,
        Refusal::NotBuiltIn,
        Refusal::NoPepper,
    ] {
        assert!(!refusal.reason().contains('$'));
    }
}
