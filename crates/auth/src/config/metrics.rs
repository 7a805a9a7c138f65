//! Where numbers are served: never beside what strangers reach.

use std::net::SocketAddr;

use super::check::Checked;

/// Reports an address that the service itself listens on.
pub(super) fn apply(checked: &mut Checked) {
    let addresses = (
        checked.read::<SocketAddr>("metrics.listen"),
        checked.read::<SocketAddr>("listen"),
    );
    if let (Some(metrics), Some(service)) = addresses
        && overlap(metrics, service)
    {
        checked.report(
            "metrics.listen",
            "is where the service listens, which strangers can reach",
            "take another port, such as 127.0.0.1:9464",
        );
    }
}

/// Whether both cannot be listened on, or one is part of the other. Port 0 is another one each time.
fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    let same_host = one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() != 0 && one.port() == other.port() && same_host
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_holds_each_single_one() {
        let overlaps = |one: &str, other: &str| overlap(one.parse().unwrap(), other.parse().unwrap());
        assert!(overlaps("127.0.0.1:3000", "127.0.0.1:3000"));
        assert!(overlaps("127.0.0.1:3000", "0.0.0.0:3000"));
        assert!(overlaps("[::]:3000", "10.0.0.1:3000"));
        assert!(!overlaps("127.0.0.1:9464", "127.0.0.1:3000"));
        assert!(!overlaps("127.0.0.1:3000", "10.0.0.1:3000"));
        assert!(!overlaps("127.0.0.1:0", "0.0.0.0:0"));
    }
}
