//! Who is calling, as far as the network can tell.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::ids::RequestId;

/// The caller of a flow. Built by the front end from trusted data only.
#[derive(Clone, Debug)]
pub struct Client {
    /// The address, after trusted proxies were looked through.
    pub ip: IpAddr,
    /// The `User-Agent` header, cut and cleaned.
    pub user_agent: Option<String>,
    /// The id that ties log lines, audit rows and the answer together.
    pub request: RequestId,
}

impl Client {
    /// Longest `User-Agent` kept, in characters.
    pub const MAX_USER_AGENT: usize = 256;

    /// A caller; control characters of the user agent are dropped so that it can be logged.
    #[must_use]
    pub fn new(ip: IpAddr, user_agent: Option<&str>, request: RequestId) -> Self {
        let clean = |text: &str| -> String {
            text.chars()
                .filter(|c| !c.is_control())
                .take(Self::MAX_USER_AGENT)
                .collect()
        };
        Self {
            ip: canonical(ip),
            user_agent: user_agent.map(clean).filter(|text| !text.is_empty()),
            request,
        }
    }

    /// The network that limits count: an IPv4 address, or the /64 of an IPv6
    /// address, because one household commands all of a /64 (decision D20).
    #[must_use]
    pub fn network(&self) -> IpAddr {
        match self.ip {
            IpAddr::V4(v4) => IpAddr::V4(v4),
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        }
    }

    /// A caller within the machine, for command-line tools and tests.
    #[must_use]
    pub fn local(request: RequestId) -> Self {
        Self::new(IpAddr::V4(Ipv4Addr::LOCALHOST), None, request)
    }
}

/// `::ffff:1.2.3.4` and `1.2.3.4` are one caller.
fn canonical(ip: IpAddr) -> IpAddr {
    ip.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;

    fn client(ip: &str, user_agent: &str) -> Client {
        let request = RequestId::mint(Timestamp::from_millis(0), [0; 10]);
        Client::new(ip.parse().unwrap(), Some(user_agent), request)
    }

    #[test]
    fn ipv6_callers_are_counted_by_their_64_bit_network() {
        assert_eq!(
            client("2001:db8::1", "").network(),
            client("2001:db8::ffff:1:2:3", "").network()
        );
        assert_ne!(
            client("2001:db8::1", "").network(),
            client("2001:db8:0:1::1", "").network()
        );
        assert_eq!(
            client("::ffff:192.0.2.1", "").network(),
            client("192.0.2.1", "").network()
        );
    }

    #[test]
    fn a_user_agent_cannot_break_a_log_line() {
        assert_eq!(
            client("::1", "a\r\nb\u{1b}[31m").user_agent.as_deref(),
            Some("ab[31m")
        );
        assert_eq!(client("::1", "\n").user_agent, None);
    }
}
