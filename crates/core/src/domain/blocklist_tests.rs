//! What is refused, and what must not be.

use proptest::prelude::*;

use super::*;

fn weakness(password: &str, email: &str, words: &[&str]) -> Option<Violation> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let email = Email::parse(email).unwrap();
    find_weakness(&Password::new(password).unwrap(), &email, &words)
}

fn common(password: &str) -> bool {
    weakness(password, "zoe@site.example", &[]) == Some(IS_COMMON)
}

#[test]
fn the_list_is_sorted_folded_and_long_enough() {
    let lines: Vec<&str> = COMMON.lines().collect();
    assert!((5_000..=20_000).contains(&lines.len()), "{}", lines.len());
    assert!(lines.windows(2).all(|pair| pair[0] < pair[1]));
    for line in lines {
        assert_eq!(line.to_lowercase(), line);
        assert!(
            Password::new(line).is_ok(),
            "{line} is refused for its length anyway"
        );
    }
    assert!(COMMON.ends_with('\n'));
}

#[test]
fn every_listed_password_is_found_and_its_neighbours_are_not() {
    for line in COMMON.lines() {
        assert!(is_listed(line), "{line}");
        assert!(!is_listed(&format!("{line}\n")), "{line}");
    }
    assert!(!is_listed(""));
    assert!(!is_listed("\n"));
    assert!(!is_listed("~~~~~~~~~~~~~"));
    assert!(!is_listed("password\npassword1"));
}

#[test]
fn common_passwords_are_refused_in_any_capitals() {
    for password in ["password", "Password1", "PASSWORD123", "QwertyUIOP", "iloveyou"] {
        assert!(common(password), "{password}");
    }
}

#[test]
fn repetitions_and_runs_are_refused() {
    for password in [
        "zzzzzzzz",
        "--------",
        "ZzZzZzZz",
        "ééééééééé",
        "abcdefgh",
        "ijklmnopqr",
        "87654321",
        "zyxwvuts",
        "AbCdEfGhIj",
        "890123456",
        "2109876543",
        "абвгдежз",
    ] {
        assert!(common(password), "{password}");
    }
    for password in ["abcdefgi", "abcdabcd7", "11223344x", "zzzzzzzy"] {
        assert!(!common(password), "{password}");
    }
}

#[test]
fn passwords_made_of_the_address_are_refused() {
    for password in [
        "ana.lopez@acme.example",
        "Ana.Lopez",
        "analopez1",
        "ana-lopez-12",
        "lopez.ana.lopez",
        "123ANALOPEZ",
        "acme.2024".trim_end_matches('4'),
        "analopezanalopez",
    ] {
        let found = weakness(password, "Ana.Lopez@acme.example", &[]);
        if password == "lopez.ana.lopez" {
            assert_eq!(found, None, "the rest is long enough");
        } else {
            assert_eq!(found, Some(IS_CONTEXT), "{password}");
        }
    }
    assert_eq!(
        weakness("northwind!1", "a@mail.northwind.co.uk", &[]),
        Some(IS_CONTEXT)
    );
    assert_eq!(weakness("analopez-42-blue", "ana.lopez@acme.example", &[]), None);
}

#[test]
fn the_name_of_the_service_is_refused_with_and_without_spaces() {
    for password in ["horizon auth", "HorizonAuth1", "Horizon-Auth!", "horizonauth123"] {
        assert_eq!(
            weakness(password, "zoe@site.example", &["horizon auth"]),
            Some(IS_CONTEXT),
            "{password}"
        );
    }
    assert_eq!(
        weakness("horizonauth1234", "zoe@site.example", &["horizon auth"]),
        None
    );
}

#[test]
fn a_short_word_counts_only_as_the_whole_password() {
    assert_eq!(weakness("jo!!!!!!!", "jo@site.example", &[]), Some(IS_CONTEXT));
    assert_eq!(weakness("jo!!!!!!!7", "jo@site.example", &[]), None);
    assert_eq!(weakness("!!##!!##!!", "jo@site.example", &["--", "abcd"]), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_generated_password_passes(password in "[a-zA-Z0-9]{16,64}|[ -~]{20,100}|[^\\x00-\\x7f]{20,60}") {
        let Ok(password) = Password::new(&password) else { return Ok(()) };
        let email = Email::parse("ana.lopez@acme.example").unwrap();
        prop_assert_eq!(find_weakness(&password, &email, &["horizon auth".to_owned()]), None);
    }

    #[test]
    fn a_listed_password_is_refused_in_any_capitals(
        line in any::<prop::sample::Index>(),
        capitals in prop::collection::vec(any::<bool>(), 128),
    ) {
        let lines: Vec<&str> = COMMON.lines().collect();
        let line = lines[line.index(lines.len())];
        let written: String = line
            .chars()
            .zip(capitals)
            .map(|(letter, capital)| if capital { letter.to_ascii_uppercase() } else { letter })
            .collect();
        prop_assert!(common(&written), "{}", written);
    }

    /// The search agrees with a plain look at every line.
    #[test]
    fn the_search_finds_what_is_there_and_nothing_else(text in "[a-z0-9]{0,12}|pass.{0,5}|\\PC{0,10}") {
        prop_assert_eq!(is_listed(&text), COMMON.lines().any(|line| line == text));
    }
}
