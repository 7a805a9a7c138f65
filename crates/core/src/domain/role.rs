//! Roles: names that an application gives meaning to.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::time::Timestamp;
use super::violation::Violation;

/// A role name: 1 to 64 of `a-z`, `0-9`, `-`, `_`, `:` and `.`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Role(String);

impl Role {
    /// Longest name, in bytes.
    pub const MAX_BYTES: usize = 64;

    /// Parses a role name.
    ///
    /// # Errors
    /// A [`Violation`] of the field `role`.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_:.".contains(c);
        if (1..=Self::MAX_BYTES).contains(&text.len()) && text.chars().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Violation::new(
                "role",
                "must be 1 to 64 of a-z, 0-9, '-', '_', ':' and '.'",
            ))
        }
    }

    /// The usual name of the administrators' role.
    #[must_use]
    pub fn admin() -> Self {
        Self("admin".to_owned())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Role {
    type Error = Violation;

    fn try_from(text: String) -> Result<Self, Violation> {
        Self::parse(&text)
    }
}

impl From<Role> for String {
    fn from(role: Role) -> Self {
        role.0
    }
}

/// A role of a tenant, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRole {
    /// Its name.
    pub role: Role,
    /// Since when it can be granted.
    pub created_at: Timestamp,
    /// How many accounts have it.
    pub holders: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_has_no_spaces_so_that_a_list_of_roles_can_be_joined_by_them() {
        assert!(Role::parse("tenant:admin").is_ok());
        for name in ["", "a b", "Admin", "a,b", &"x".repeat(65)] {
            assert!(Role::parse(name).is_err(), "{name}");
        }
    }
}
