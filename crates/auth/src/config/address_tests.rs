use super::*;

#[test]
fn an_origin_is_written_as_browsers_send_it() {
    for (text, canonical) in [
        ("https://auth.example.com", "https://auth.example.com"),
        ("https://auth.example.com/", "https://auth.example.com"),
        ("HTTPS://Auth.Example.com:443", "https://auth.example.com"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
    ] {
        assert_eq!(origin(text).unwrap(), canonical, "{text}");
    }
}

#[test]
fn an_origin_has_no_path_user_or_odd_characters() {
    for text in [
        "",
        "localhost",
        "https://",
        "ftp://a.example",
        "https://a.example/auth",
        "https://u:p@a.example",
        "https://a.example?x",
        "https://a.example#x",
        "https://a b",
        "https://a.example:",
        "https://a.example:0",
        "https://a.example:65536",
        "https://-a.example",
        "https://a..example",
        "https://ä.example",
        "https://1.2.3.400",
        "https://[::1",
        "https://::1",
        "https://a.example\r\nx: y",
        "javascript://x",
    ] {
        assert!(origin(text).is_err(), "{text:?}");
    }
}

#[test]
fn the_host_of_an_origin_has_no_port() {
    assert_eq!(host_of("https://a.example:8443"), "a.example");
    assert_eq!(host_of("https://a.example"), "a.example");
    assert_eq!(host_of("http://[::1]:80"), "[::1]");
}

#[test]
fn a_cookie_domain_has_two_labels_and_no_attributes() {
    assert_eq!(cookie_domain("Example.com").unwrap(), "example.com");
    assert_eq!(cookie_domain(".example.com").unwrap(), "example.com");
    for text in [
        "",
        ".",
        "localhost",
        ".localhost",
        "a.example; Secure",
        "a.example,b",
        "10.0.0.1",
        "a.example:80",
    ] {
        assert!(cookie_domain(text).is_err(), "{text:?}");
    }
}

#[test]
fn a_cookie_domain_covers_its_own_hosts_only() {
    assert!(domain_covers("example.com", "example.com"));
    assert!(domain_covers("example.com", "auth.example.com"));
    assert!(!domain_covers("example.com", "badexample.com"));
    assert!(!domain_covers("auth.example.com", "example.com"));
}

#[test]
fn networks_are_addresses_or_whole_networks() {
    assert_eq!(network("10.0.0.5").unwrap().to_string(), "10.0.0.5/32");
    assert_eq!(network("fd00::/8").unwrap().to_string(), "fd00::/8");
    assert_eq!(
        network("10.0.0.5/8").unwrap_err().fix,
        r#"write "10.0.0.5" for the host or "10.0.0.0/8" for the network"#
    );
    for text in ["", "localhost", "10.0.0.0/33", "10.0.0", "*"] {
        assert!(network(text).is_err(), "{text:?}");
    }
}

#[test]
fn everyone_is_recognised_in_any_spelling() {
    let nets = |texts: &[&str]| {
        texts
            .iter()
            .map(|text| network(text).unwrap())
            .collect::<Vec<_>>()
    };
    for everyone in [
        &["0.0.0.0/0"][..],
        &["::/0"],
        &["10.0.0.0/8", "0.0.0.0/0"],
        &["0.0.0.0/1", "128.0.0.0/1"],
        &["::ffff:0:0/96"],
    ] {
        assert!(hold_everyone(&nets(everyone)), "{everyone:?}");
    }
    for some in [
        &[][..],
        &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8"],
        &["::1"],
    ] {
        assert!(!hold_everyone(&nets(some)), "{some:?}");
    }
}
