//! The groups of the document, in the order in which they are shown.

pub(super) const ACCESS: &str = "access";
pub(super) const SESSIONS: &str = "sessions";
pub(super) const MAIL: &str = "mail";
pub(super) const ACCOUNT: &str = "account";
pub(super) const ADMINISTRATION: &str = "administration";
pub(super) const MACHINES: &str = "machines";
pub(super) const PAGES: &str = "pages";

/// Each with what it holds.
pub(super) const ALL: [(&str, &str); 7] = [
    (ACCESS, "Register, log in, stay logged in, log out"),
    (SESSIONS, "Where somebody is logged in"),
    (MAIL, "What the links in mails are for"),
    (ACCOUNT, "One's own account"),
    (ADMINISTRATION, "For administrators of the tenant"),
    (MACHINES, "For verifiers, services and load balancers"),
    (
        PAGES,
        "Hosted pages for people without a page of the application's; they answer in HTML",
    ),
];
