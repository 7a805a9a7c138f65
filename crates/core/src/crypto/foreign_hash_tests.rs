//! Known answers, what is accepted of other systems, and what is not.

use super::super::stored_hash::MAX_WORK_KIB;
use super::*;

const LIMITS: Limits = Limits {
    budget_kib: 65_536,
    work_kib: MAX_WORK_KIB,
    bcrypt: true,
    foreign: true,
};
const SALT_36: &str = "c2FsdFNBTFRzYWx0U0FMVHNhbHRTQUxUc2FsdFNBTFRzYWx0";
#[cfg(feature = "pbkdf2")]
const DJANGO: &str = "pbkdf2_sha256$600$seasalt2seasalt2$h121Zi02iSuiMdr1olwPxdVJRqbvQiePePkvv6M4EvE=";
const TAG_32: &str = "wKLPjjH51tEiT1Z0Ai0iVXqFbblw+1TqXHd+ayLW4mA";

#[cfg(any(feature = "pbkdf2", feature = "scrypt"))]
fn matches(text: &str, password: &str) -> bool {
    let Some(Ok(hash)) = Foreign::read(text, &LIMITS) else {
        panic!("refused {text}")
    };
    hash.verify(password.as_bytes()).unwrap()
}

fn refusal(text: &str) -> Option<Refusal> {
    Foreign::read(text, &LIMITS).and_then(Result::err)
}

/// The vector of RFC 6070 with 4096 iterations and a long salt, for SHA-256 and SHA-512.
#[cfg(feature = "pbkdf2")]
#[test]
fn pbkdf2_gives_the_known_answers() {
    let sha256 = format!(
        "$pbkdf2-sha256$i=4096,l=40${SALT_36}$NIyJ28vTKy8y2BS4EW6EzysXNH68GAAYHE4qH7jdU+HGNVGMfaxH6Q"
    );
    let sha512 = format!(
        "$pbkdf2-sha512$i=4096,l=64${SALT_36}$\
         jAUR9Mbll8asYxXY8DYuIl88UBSVuiO4aMAFF03E7nERW1n55gzZUy+jPg91rv4wIlxYOhhs2CvU2uqXJKPTuA"
    );
    for text in [sha256.replace(",l=40", ""), sha256, sha512] {
        assert!(matches(&text, "passwordPASSWORDpassword"), "{text}");
        assert!(!matches(&text, "passwordPASSWORDpasswore"), "{text}");
    }
    assert!(matches(DJANGO, "correct horse"));
    assert!(!matches(DJANGO, "correct horsf"));
}

/// RFC 7914, section 11.
#[cfg(feature = "pbkdf2")]
#[test]
fn pbkdf2_gives_the_answer_of_rfc_7914() {
    let hash = Foreign::Pbkdf2 {
        algorithm: pbkdf2::PBKDF2_HMAC_SHA256,
        iterations: NonZeroU32::MIN,
        salt: b"salt".to_vec(),
        tag: vec![
            0x55, 0xac, 0x04, 0x6e, 0x56, 0xe3, 0x08, 0x9f, 0xec, 0x16, 0x91, 0xc2, 0x25, 0x44, 0xb6, 0x05,
            0xf9, 0x41, 0x85, 0x21, 0x6d, 0xde, 0x04, 0x65, 0xe6, 0x8b, 0x9d, 0x57, 0xc2, 0x0d, 0xac, 0xbc,
            0x49, 0xca, 0x9c, 0xcc, 0xf1, 0x79, 0xb6, 0x45, 0x99, 0x16, 0x64, 0xb3, 0x9d, 0x77, 0xef, 0x31,
            0x7c, 0x71, 0xb8, 0x45, 0xb1, 0xe3, 0x0b, 0xd5, 0x09, 0x11, 0x20, 0x41, 0xd3, 0xa1, 0x97, 0x83,
        ],
    };
    assert!(hash.verify(b"passwd").unwrap());
    assert!(!hash.verify(b"passwe").unwrap());
}

/// RFC 7914, section 12: the first three vectors, of which the last is also read as text.
#[cfg(feature = "scrypt")]
#[test]
fn scrypt_gives_the_answers_of_rfc_7914() {
    let tag = |text: &str| -> Vec<u8> {
        (0..64)
            .map(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).unwrap())
            .collect()
    };
    for ((log_n, r, p), password, salt, expected) in [
        (
            (4, 1, 1),
            "",
            "",
            "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442\
             fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906",
        ),
        (
            (10, 8, 16),
            "password",
            "NaCl",
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162\
             2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
        ),
    ] {
        let hash = Foreign::Scrypt {
            params: scrypt::Params::new(log_n, r, p).unwrap(),
            salt: salt.as_bytes().to_vec(),
            tag: tag(expected),
        };
        assert!(hash.verify(password.as_bytes()).unwrap());
        assert!(!hash.verify(b"another").unwrap());
    }
    let text = "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$\
                cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw";
    assert!(matches(text, "pleaseletmein"));
    assert!(!matches(text, "pleaseletmeim"));
}

#[cfg(feature = "pbkdf2")]
#[test]
fn pbkdf2_beyond_the_bounds_is_refused_as_a_number() {
    let with = |params: &str| format!("$pbkdf2-sha256${params}${SALT_36}${TAG_32}");
    assert_eq!(refusal(&with("i=2000000,l=32")), None);
    assert_eq!(refusal(&DJANGO.replace("600", "2000000")), None);
    for text in [
        with("i=2000001"),
        with("i=4000000000"),
        DJANGO.replace("600", "4000000000"),
    ] {
        assert_eq!(refusal(&text), Some(Refusal::TooCostly), "{text}");
    }
    for text in [
        with("i=0"),
        with("i=01"),
        with("i=+1"),
        with("i="),
        with("i=4294967296"),
        with("i=1,l=31"),
        with("i=1,l="),
        with("i=1,l=32,x=1"),
        with("l=32,i=1"),
        with("1"),
        format!("$pbkdf2-sha256$i=1${SALT_36}"),
        format!("$pbkdf2-sha256$i=1${SALT_36}${TAG_32}$"),
        format!("$pbkdf2-sha256$i=1$c2FsdA${TAG_32}"),
        format!("$pbkdf2-sha256$i=1${SALT_36}$AAAA"),
        format!("$pbkdf2-sha256$i=1${SALT_36}${TAG_32}="),
        DJANGO.replace("600", "0600"),
        DJANGO.replace("600", "0"),
        DJANGO.replace("seasalt2seasalt2", "salt"),
        DJANGO.replace('=', ""),
        DJANGO.replace("seasalt2seasalt2", &"s".repeat(65)),
        "pbkdf2_sha256$".to_owned(),
    ] {
        assert_eq!(refusal(&text), Some(Refusal::Malformed), "{text}");
    }
}

#[cfg(feature = "scrypt")]
#[test]
fn scrypt_beyond_the_budget_is_refused_as_a_number() {
    let with = |params: &str| format!("$scrypt${params}$c29tZXNhbHQ${TAG_32}");
    for params in ["ln=15,r=8,p=16", "ln=1,r=1,p=1", "ln=4,r=8,p=1"] {
        assert_eq!(refusal(&with(params)), None, "{params}");
    }
    for params in [
        "ln=16,r=8,p=1",
        "ln=40,r=8,p=1",
        "ln=64,r=1,p=1",
        "ln=255,r=1,p=1",
        "ln=256,r=1,p=1",
        "ln=4294967295,r=1,p=1",
        "ln=1,r=4294967295,p=1",
        "ln=63,r=4294967295,p=4294967295",
        "ln=4,r=8,p=17",
        "ln=4,r=8,p=4294967295",
    ] {
        assert_eq!(refusal(&with(params)), Some(Refusal::TooCostly), "{params}");
    }
    for params in [
        "ln=0,r=8,p=1",
        "ln=4,r=0,p=1",
        "ln=4,r=8,p=0",
        "ln=04,r=8,p=1",
        "ln=4,r=8",
        "ln=4,r=8,p=1,x=1",
        "r=8,ln=4,p=1",
        "N=16,r=8,p=1",
        "ln=4294967296,r=1,p=1",
        "",
    ] {
        assert_eq!(refusal(&with(params)), Some(Refusal::Malformed), "{params}");
    }
    let short = with("ln=4,r=8,p=1").replace(TAG_32, "AAAA");
    assert_eq!(refusal(&short), Some(Refusal::Malformed));
}

#[cfg(feature = "scrypt")]
#[test]
fn scrypt_that_fits_into_memory_may_still_take_too_long() {
    let limits = Limits {
        budget_kib: 524_288,
        ..LIMITS
    };
    let refusal = |params: &str| {
        let text = format!("$scrypt${params}$c29tZXNhbHQ${TAG_32}");
        Foreign::read(&text, &limits).and_then(Result::err)
    };
    for params in ["ln=17,r=8,p=1", "ln=17,r=8,p=15", "ln=14,r=8,p=16"] {
        assert_eq!(refusal(params), None, "{params}");
    }
    for params in ["ln=18,r=8,p=16", "ln=19,r=4,p=16"] {
        assert_eq!(refusal(params), Some(Refusal::TooCostly), "{params}");
    }
}

#[cfg(feature = "scrypt")]
#[test]
fn scrypt_counts_its_memory_and_the_others_hardly_any() {
    let memory = |text: &str| Foreign::read(text, &LIMITS).unwrap().ok().unwrap().memory_kib();
    let scrypt = format!("$scrypt$ln=14,r=8,p=1$c29tZXNhbHQ${TAG_32}");
    assert_eq!(memory(&scrypt), 16 * 1024 + 3);
    assert!(memory("$2b$04$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie") < 64);
}

#[cfg(not(feature = "pbkdf2"))]
#[test]
fn without_the_feature_pbkdf2_is_refused() {
    let text = format!("$pbkdf2-sha256$i=1${SALT_36}${TAG_32}");
    assert_eq!(refusal(&text), Some(Refusal::NotBuiltIn));
}

#[cfg(not(feature = "scrypt"))]
#[test]
fn without_the_feature_scrypt_is_refused() {
    let text = format!("$scrypt$ln=4,r=8,p=1$c29tZXNhbHQ${TAG_32}");
    assert_eq!(refusal(&text), Some(Refusal::NotBuiltIn));
}

#[test]
fn other_texts_are_left_to_others() {
    for text in [
        "",
        "$",
        "$$",
        "plain",
        "$argon2id$v=19$",
        "$2x$04$",
        "2b$04$",
        "scrypt$ln=4",
        "$pbkdf2$i=1",
    ] {
        assert!(Foreign::read(text, &LIMITS).is_none(), "{text}");
    }
}
