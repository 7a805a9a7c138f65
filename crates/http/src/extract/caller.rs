//! Who is calling, from trusted data only (decision D20).

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use horizon_auth_core::domain::client::Client;
use horizon_auth_core::domain::ids::RequestId;
use horizon_auth_core::domain::time::Timestamp;
use ipnet::IpNet;

use crate::config::HttpConfig;
use crate::state::Http;

/// The caller, for flows.
pub(crate) struct Caller(pub(crate) Client);

impl Caller {
    pub(crate) fn of(parts: &Parts, http: &Http) -> Self {
        let ip = client_address(peer(parts), &parts.headers, &http.config.trusted_proxies);
        let agent = parts
            .headers
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok());
        Self(Client::new(ip, agent, request_id(&parts.extensions, http)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    Http: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts, &Http::from_ref(state)))
    }
}

/// Who holds the other end of the connection.
fn peer(parts: &Parts) -> IpAddr {
    let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    // Without an address everybody shares one limit: wrong, but never unlimited.
    info.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip())
}

/// Whether a proxy that is believed handed the request on.
pub(crate) fn is_from_proxy(parts: &Parts, config: &HttpConfig) -> bool {
    is_trusted(peer(parts), &config.trusted_proxies)
}

fn is_trusted(ip: IpAddr, trusted: &[IpNet]) -> bool {
    trusted.iter().any(|net| net.contains(&ip.to_canonical()))
}

/// The id given by the request layer; a fresh one where there is no such layer.
pub(crate) fn request_id(extensions: &Extensions, http: &Http) -> RequestId {
    let zeros = || RequestId::mint(Timestamp::from_millis(0), [0; 10]);
    extensions
        .get()
        .copied()
        .unwrap_or_else(|| http.auth.fresh_request_id().unwrap_or_else(|_| zeros()))
}

/// Walks `X-Forwarded-For` from the right through trusted proxies only: what
/// stands left of the first untrusted address was written by the caller.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    if !is_trusted(peer, trusted) {
        return peer;
    }
    let lines: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|line| line.to_str().ok())
        .collect();
    let mut client = peer;
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let Some(ip) = parse_hop(hop.trim()) else {
            return client;
        };
        client = ip;
        if !is_trusted(ip, trusted) {
            return client;
        }
    }
    client
}

/// An address, optionally with a port, as proxies write it.
fn parse_hop(text: &str) -> Option<IpAddr> {
    let unbracketed = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    unbracketed
        .parse()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let headers = forwarded
            .iter()
            .map(|line| {
                (
                    "x-forwarded-for".parse().unwrap(),
                    HeaderValue::from_str(line).unwrap(),
                )
            })
            .collect();
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a_forwarded_header_from_an_untrusted_peer_is_ignored() {
        assert_eq!(seen("192.0.2.9", &["203.0.113.1"], &[]), "192.0.2.9");
        assert_eq!(seen("192.0.2.9", &["203.0.113.1"], &["10.0.0.0/8"]), "192.0.2.9");
    }

    #[test]
    fn the_right_most_untrusted_address_is_the_caller_whatever_stands_left_of_it() {
        let trusted = ["10.0.0.0/8"];
        assert_eq!(
            seen("10.0.0.1", &["1.1.1.1, 203.0.113.7, 10.0.0.2"], &trusted),
            "203.0.113.7"
        );
        assert_eq!(
            seen("10.0.0.1", &["1.1.1.1", "203.0.113.7"], &trusted),
            "203.0.113.7"
        );
        assert_eq!(seen("10.0.0.1", &["203.0.113.7:5123"], &trusted), "203.0.113.7");
        assert_eq!(seen("10.0.0.1", &["[2001:db8::1]:443"], &trusted), "2001:db8::1");
        assert_eq!(seen("::ffff:10.0.0.1", &["203.0.113.7"], &trusted), "203.0.113.7");
    }

    #[test]
    fn garbage_ends_the_walk_at_the_last_proxy() {
        assert_eq!(
            seen("10.0.0.1", &["203.0.113.7, unknown"], &["10.0.0.0/8"]),
            "10.0.0.1"
        );
        assert_eq!(seen("10.0.0.1", &[], &["10.0.0.0/8"]), "10.0.0.1");
    }
}
