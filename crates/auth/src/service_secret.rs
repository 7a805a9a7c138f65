//! Secrets with which services prove which one they are.

use std::fmt::Write as _;

use horizon_auth_adapters::system::SystemEntropy;
use horizon_auth_core::error::Error;
use horizon_auth_core::ports::entropy::Entropy as _;
use zeroize::Zeroizing;

/// A fresh secret for an entry of `sso.clients`: 256 random bits in hexadecimal.
///
/// # Errors
/// `internal` if the machine has no random bytes.
pub fn make_service_secret() -> Result<Zeroizing<String>, Error> {
    let mut bytes = Zeroizing::new([0; 32]);
    SystemEntropy.fill(&mut *bytes)?;
    // Room first, so that growing leaves no copies behind.
    let mut text = Zeroizing::new(String::with_capacity(64));
    for byte in bytes.iter() {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_secret_is_another_one_that_a_server_takes() {
        let (one, other) = (make_service_secret().unwrap(), make_service_secret().unwrap());
        assert_ne!(*one, *other);
        assert_eq!(one.len(), 64);
        assert!(one.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
