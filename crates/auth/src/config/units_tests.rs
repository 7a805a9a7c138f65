use super::*;

#[test]
fn durations_are_a_whole_number_and_a_unit() {
    for (text, seconds) in [
        ("0s", 0),
        ("90s", 90),
        ("15m", 900),
        ("12h", 43_200),
        ("7d", 604_800),
    ] {
        assert_eq!(
            duration(text, 0, 30 * DAY).unwrap(),
            Duration::from_secs(seconds),
            "{text}"
        );
    }
    for text in [
        "",
        "s",
        "1.5h",
        "-1s",
        "+1s",
        "1 h",
        "15min",
        "1h30m",
        "7D",
        "99999999999999999999s",
        "9999999999999999999d",
        " 1s",
        "١s",
    ] {
        assert!(duration(text, 0, u64::MAX).is_err(), "{text:?}");
    }
}

#[test]
fn a_number_without_a_unit_is_refused_with_ways_to_write_it() {
    assert_eq!(
        duration("900", 0, DAY).unwrap_err().fix,
        r#"write "900s" or "15m""#
    );
    assert_eq!(duration("45", 0, DAY).unwrap_err().fix, r#"write "45s" or "45m""#);
    assert_eq!(
        size("16384", 0, MIB).unwrap_err().fix,
        r#"write "16384B" or a size such as "16KiB""#
    );
}

#[test]
fn durations_keep_their_bounds() {
    assert!(duration("30s", 30, 60).is_ok());
    assert!(duration("1m", 30, 60).is_ok());
    assert_eq!(
        duration("29s", 30, 60).unwrap_err().what,
        r#"is "29s", outside 30s to 1m"#
    );
    assert!(duration("61s", 30, 60).is_err());
}

#[test]
fn sizes_are_binary() {
    for (text, bytes) in [("0B", 0), ("512B", 512), ("16KiB", 16_384), ("2MiB", 2_097_152)] {
        assert_eq!(size(text, 0, u64::MAX).unwrap(), bytes, "{text}");
    }
    for text in [
        "",
        "KiB",
        "16KB",
        "16kib",
        "16K",
        "1.5MiB",
        "-1B",
        "18446744073709551615KiB",
    ] {
        assert!(size(text, 0, u64::MAX).is_err(), "{text:?}");
    }
    assert!(size("2MiB", 0, MIB).is_err());
}

#[test]
fn rates_are_hits_within_a_window_or_off() {
    assert_eq!(rate("5/1m").unwrap(), Some(Rate::per_seconds(5, 60)));
    assert_eq!(
        rate("1000000/1d").unwrap(),
        Some(Rate::per_seconds(1_000_000, DAY))
    );
    assert_eq!(rate("off").unwrap(), None);
    for text in [
        "",
        "5",
        "/",
        "5/",
        "/1m",
        "0/1m",
        "5/0s",
        "5/2d",
        "-5/1m",
        "5/60",
        "5/1m/1m",
        "Off",
        "0",
        "1000001/1m",
    ] {
        assert!(rate(text).is_err(), "{text:?}");
    }
}

#[test]
fn every_duration_and_size_reads_back_as_it_is_written() {
    for count in [0, 1, 59, 60, 61, 3600, 5400, 86_400, 90_000] {
        assert_eq!(
            duration(&duration_text(count), 0, u64::MAX).unwrap().as_secs(),
            count
        );
        assert_eq!(size(&size_text(count), 0, u64::MAX).unwrap(), count);
    }
}
