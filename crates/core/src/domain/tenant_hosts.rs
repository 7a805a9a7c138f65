//! Hosts of tenants, each one label below a common domain, and the origins that links to them begin with.

use super::tenant::TenantId;
use super::violation::Violation;

/// Where the tenants are found: `acme.example.com` is the tenant `acme` of the domain `example.com`.
///
/// The domain itself and the host of the public URL name no tenant. Scheme and port are those of the public URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantHosts {
    domain: String,
    scheme: String,
    public_host: String,
    /// With its colon; empty where the scheme says it.
    port: String,
}

impl TenantHosts {
    /// Hosts below `domain`, a DNS name in lower case, of an installation with this checked origin.
    #[must_use]
    pub fn below(domain: &str, public_url: &str) -> Self {
        let (scheme, authority) = public_url.split_once("://").unwrap_or(("https", public_url));
        let host = without_port(authority);
        Self {
            domain: domain.to_owned(),
            scheme: scheme.to_owned(),
            public_host: host.to_owned(),
            port: authority.strip_prefix(host).unwrap_or("").to_owned(),
        }
    }

    /// The origin of a tenant, without a trailing slash.
    #[must_use]
    pub fn origin(&self, tenant: &TenantId) -> String {
        format!("{}://{tenant}.{}{}", self.scheme, self.domain, self.port)
    }

    /// The tenant that a host names, with or without a port, in any case, absolute or not; `None` if it names none.
    ///
    /// # Errors
    /// A [`Violation`] if it is none of our hosts.
    pub fn tenant_of(&self, host: &str) -> Result<Option<TenantId>, Violation> {
        let name = without_port(host);
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        if name == self.domain || name == self.public_host {
            return Ok(None);
        }
        let label = name
            .strip_suffix(&self.domain)
            .and_then(|rest| rest.strip_suffix('.'));
        // A name has no dots, so what stands deeper is refused with everything else that cannot be a name.
        let label = label.ok_or(Violation::new("host", "must be the one of a tenant"))?;
        TenantId::parse(label).map(Some)
    }

    /// Whether the public URL stands where the host of this tenant would be.
    #[must_use]
    pub fn hides(&self, tenant: &TenantId) -> bool {
        self.public_host == format!("{tenant}.{}", self.domain)
    }
}

/// A host as it stands before a port. What is not a port stays, and makes no valid name.
fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(name: &str) -> TenantId {
        TenantId::parse(name).unwrap()
    }

    /// The tenant, nothing, or `invalid!`, which no tenant is called.
    fn named(host: &str) -> String {
        let hosts = TenantHosts::below("example.com", "https://auth.example.com");
        match hosts.tenant_of(host) {
            Ok(found) => found.map_or(String::new(), |tenant| tenant.as_str().to_owned()),
            Err(_) => "invalid!".to_owned(),
        }
    }

    #[test]
    fn one_label_below_the_domain_is_the_tenant_however_the_host_is_written() {
        for host in [
            "acme.example.com",
            "ACME.Example.COM",
            "acme.example.com.",
            "acme.example.com:8443",
            "acme.example.com.:443",
        ] {
            assert_eq!(named(host), "acme", "{host}");
        }
    }

    #[test]
    fn the_domain_and_the_public_host_name_no_tenant() {
        for host in [
            "example.com",
            "example.com.:443",
            "auth.example.com",
            "AUTH.example.com:443",
        ] {
            assert_eq!(named(host), "", "{host}");
        }
    }

    #[test]
    fn every_other_host_is_refused() {
        for host in [
            "",
            ".example.com",
            "a.b.example.com",
            "acme.example.com..",
            "-.example.com",
            "a_b.example.com",
            "acmeexample.com",
            "acme.example.org",
            "acme.example.com.evil.example",
            "com",
            "192.0.2.1",
            "[::1]:3000",
            "acme.example.com:x",
            "acme.example.com:80:80",
            "evil@acme.example.com",
        ] {
            assert_eq!(named(host), "invalid!", "{host}");
        }
    }

    #[test]
    fn origins_have_the_scheme_and_the_port_of_the_public_url() {
        for (public_url, origin) in [
            ("https://auth.example.com", "https://acme.example.org"),
            ("http://localhost:3000", "http://acme.example.org:3000"),
            ("http://[::1]:3000", "http://acme.example.org:3000"),
        ] {
            let hosts = TenantHosts::below("example.org", public_url);
            assert_eq!(hosts.origin(&tenant("acme")), origin);
            assert_eq!(
                hosts.tenant_of(origin.split_once("://").unwrap().1),
                Ok(Some(tenant("acme")))
            );
        }
    }

    #[test]
    fn a_tenant_below_the_public_url_would_never_be_reached() {
        let hosts = TenantHosts::below("example.com", "https://auth.example.com");
        assert!(hosts.hides(&tenant("auth")));
        assert!(!hosts.hides(&tenant("acme")));
    }
}
