use proptest::prelude::*;

use super::*;

fn name(user_agent: &str) -> Option<String> {
    Device::of(user_agent).map(|device| device.to_string())
}

#[test]
fn the_browsers_of_today_are_called_what_people_call_them() {
    let gecko = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    let blink = |system: &str, more: &str| {
        format!("Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 {more}")
    };
    let webkit = |system: &str, more: &str| {
        format!("Mozilla/5.0 ({system}) AppleWebKit/605.1.15 (KHTML, like Gecko) {more} Safari/604.1")
    };
    let iphone = "iPhone; CPU iPhone OS 18_1 like Mac OS X";
    let mac = "Macintosh; Intel Mac OS X 10_15_7";
    let windows = "Windows NT 10.0; Win64; x64";
    for (user_agent, expected) in [
        (gecko.to_owned(), "Firefox on Linux"),
        ("Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0".to_owned(), "Firefox on Android"),
        (blink(windows, "Safari/537.36"), "Chrome on Windows"),
        (blink("Linux; Android 10; K", "Mobile Safari/537.36"), "Chrome on Android"),
        (blink("X11; CrOS x86_64 14541.0.0", "Safari/537.36"), "Chrome on ChromeOS"),
        (blink(windows, "Safari/537.36 Edg/142.0.0.0"), "Edge on Windows"),
        (blink(mac, "Safari/537.36 OPR/127.0.0.0"), "Opera on macOS"),
        (blink("X11; Linux x86_64", "Safari/537.36 Vivaldi/7.6"), "Vivaldi on Linux"),
        (
            "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 \
             Chrome/125.0.0.0 Mobile Safari/537.36"
                .to_owned(),
            "Samsung Internet on Android",
        ),
        (webkit(mac, "Version/18.1"), "Safari on macOS"),
        (webkit(iphone, "Version/18.1 Mobile/15E148"), "Safari on iOS"),
        (webkit(iphone, "CriOS/142.0.0.0 Mobile/15E148"), "Chrome on iOS"),
        (webkit(iphone, "FxiOS/145.0 Mobile/15E148"), "Firefox on iOS"),
        (webkit("iPad; CPU OS 17_7 like Mac OS X", "Version/17.7 Mobile/15E148"), "Safari on iPadOS"),
        ("Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko".to_owned(), "Internet Explorer on Windows"),
        ("curl/8.14.1".to_owned(), "curl"),
        ("okhttp/5.1.0".to_owned(), "OkHttp"),
        ("Dalvik/2.1.0 (Linux; U; Android 15; Pixel 9 Build/AP4A)".to_owned(), "Android"),
    ] {
        assert_eq!(name(&user_agent).as_deref(), Some(expected), "{user_agent}");
    }
}

#[test]
fn what_nobody_knows_has_no_name() {
    for user_agent in [
        "",
        "Mozilla/5.0",
        "my-app",
        "<script>alert(1)</script>",
        "Firefox",
        "curl",
    ] {
        assert_eq!(name(user_agent), None, "{user_agent}");
    }
}

#[test]
fn every_rule_is_one_and_every_name_fits() {
    assert!(RULES.is_some());
    let longest = |table: &[(&str, &str)]| table.iter().map(|(_, name)| name.chars().count()).max().unwrap();
    assert!(longest(BROWSERS) + " on ".len() + longest(SYSTEMS) <= Device::MAX_CHARS);
}

/// Text that is made of the words which rules look for, and of anything.
fn agents() -> impl Strategy<Value = String> {
    let words: Vec<String> = BROWSERS
        .iter()
        .chain(SYSTEMS)
        .map(|(_, name)| format!("{name}/1"))
        .chain(["Version/1", " Safari/", "Trident/7", "\u{0}", "\u{202e}", "\n"].map(str::to_owned))
        .collect();
    let piece = prop_oneof![proptest::sample::select(words), any::<String>()];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_name_is_short_and_clean_whatever_the_client_sends(user_agent in agents()) {
        if let Some(device) = Device::of(&user_agent) {
            let name = device.to_string();
            prop_assert!((1..=Device::MAX_CHARS).contains(&name.chars().count()));
            prop_assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || " .".contains(c)), "{name}");
        }
    }
}
