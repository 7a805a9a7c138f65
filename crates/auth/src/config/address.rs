//! Origins, cookie domains and networks: the parts of the Internet a configuration names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv6Net};

use super::error::{Fault, shown};

/// `https://host` or `http://host:port`, in lower case and without the default port, as browsers send it.
pub(super) fn origin(text: &str) -> Result<String, Fault> {
    let fault = || {
        Fault::new(
            format!("is {}, not a web origin", shown(text)),
            "write scheme, host and perhaps a port, such as \"https://auth.example.com\"",
        )
    };
    let lower = text.to_ascii_lowercase();
    let (scheme, rest) = lower.split_once("://").ok_or_else(fault)?;
    let default_port = match scheme {
        "https" => 443,
        "http" => 80,
        _ => return Err(fault()),
    };
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = split_port(authority).ok_or_else(fault)?;
    let known = host_name(host) || host.parse::<Ipv4Addr>().is_ok() || bracketed_ipv6(host);
    if !known {
        return Err(fault());
    }
    Ok(match port.filter(|&port| port != default_port) {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

/// `https://host/path`, in the spelling of browsers.
pub(super) fn web(text: &str) -> Result<String, Fault> {
    let url = url::Url::parse(text).ok().filter(|url| {
        let is_web = matches!(url.scheme(), "https" | "http") && url.has_host();
        is_web && url.username().is_empty() && url.password().is_none()
    });
    url.map(String::from).ok_or_else(|| {
        Fault::new(
            format!("is {}, not the address of something on the web", shown(text)),
            "write it like \"https://auth.example.com/keys.json\", without user and password",
        )
    })
}

/// The host of a checked origin.
pub(super) fn host_of(origin: &str) -> &str {
    let authority = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    split_port(authority).map_or(authority, |(host, _)| host)
}

/// Whether a checked origin is on this machine, so that nobody is on the way to it.
pub(super) fn is_loopback(origin: &str) -> bool {
    let host = host_of(origin);
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    // The colons inside an IPv6 address come before its bracket.
    let after_address = authority.rfind(']').map_or(0, |at| at + 1);
    let Some(colon) = authority.get(after_address..)?.find(':') else {
        return Some((authority, None));
    };
    let (host, port) = authority.split_at(after_address + colon);
    let port = super::units::number(port.get(1..)?)?;
    Some((host, Some(u16::try_from(port).ok().filter(|&port| port > 0)?)))
}

fn bracketed_ipv6(host: &str) -> bool {
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .is_some_and(|host| host.parse::<Ipv6Addr>().is_ok())
}

fn host_name(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // A name whose last label is a number is a mistyped address (WHATWG URL, "ends in a number").
    let numeric = host
        .rsplit('.')
        .next()
        .is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    host.len() <= 253 && host.split('.').all(label) && !numeric
}

/// A cookie domain of at least two labels; browsers refuse single ones such as `localhost`.
pub(super) fn cookie_domain(text: &str) -> Result<String, Fault> {
    // RFC 6265 section 5.2.3 ignores one leading dot; so do we.
    let domain = text.strip_prefix('.').unwrap_or(text).to_ascii_lowercase();
    if !host_name(&domain) {
        return Err(Fault::new(
            format!("is {}, not a domain name", shown(text)),
            "write a domain such as \"example.com\"",
        ));
    }
    if !domain.contains('.') {
        return Err(Fault::new(
            format!(
                "is {}, which browsers refuse as the domain of a cookie",
                shown(text)
            ),
            "use a domain of two or more labels, such as \"example.com\" or \"dev.localhost\"",
        ));
    }
    Ok(domain)
}

/// A prefix such as `__Host-` would make browsers refuse the cookie, or say twice what is said by itself.
pub(super) fn cookie_name(text: &str) -> Result<String, Fault> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if (1..=64).contains(&text.len()) && text.chars().all(allowed) && !text.starts_with("__") {
        Ok(text.to_owned())
    } else {
        Err(Fault::new(
            format!("is {}", shown(text)),
            "write 1 to 64 letters, digits, \"-\", \"_\" and \".\", without a prefix such as \"__Host-\"",
        ))
    }
}

/// Whether a cookie set by `host` may carry `domain`.
pub(super) fn domain_covers(domain: &str, host: &str) -> bool {
    host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// An address or a network in CIDR form.
pub(super) fn network(text: &str) -> Result<IpNet, Fault> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(IpNet::from(address));
    }
    let net: IpNet = text.parse().map_err(|_| {
        Fault::new(
            format!("holds {}, neither an address nor a network", shown(text)),
            "write addresses such as \"10.0.0.5\" or networks such as \"10.0.0.0/8\"",
        )
    })?;
    if net.trunc() != net {
        return Err(Fault::new(
            format!("holds {}, an address with the size of a network", shown(text)),
            format!(
                "write \"{}\" for the host or \"{}\" for the network",
                net.addr(),
                net.trunc()
            ),
        ));
    }
    Ok(net)
}

/// Whether the networks together hold every IPv4 or every IPv6 address, however it was written.
pub(super) fn hold_everyone(networks: &[IpNet]) -> bool {
    /// `::ffff:0:0/96`, IPv4 as an IPv6 socket sees it.
    const MAPPED_IPV4: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96);
    IpNet::aggregate(&networks.to_vec())
        .iter()
        .any(|net| net.prefix_len() == 0 || net.contains(&IpNet::V6(MAPPED_IPV4)))
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
