//! The key ring: one signing key, several verifying keys.
