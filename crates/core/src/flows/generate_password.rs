//! A password that nobody has to think of.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::auth::Auth;
use crate::error::Error;

/// 144 bits, 24 characters.
const BYTES: usize = 18;

impl Auth {
    /// A random password of 24 letters, digits, `-` and `_`. Show it once, to the one who asked.
    ///
    /// # Errors
    /// `internal` if the machine has no random bytes.
    pub fn generate_password(&self) -> Result<Zeroizing<String>, Error> {
        let bytes = Zeroizing::new(self.random::<BYTES>()?);
        Ok(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice())))
    }
}
