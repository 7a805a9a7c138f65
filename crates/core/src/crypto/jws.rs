//! Compact JWS (RFC 7515), strictly.
