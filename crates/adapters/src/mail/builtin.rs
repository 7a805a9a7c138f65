//! The templates that come with the program, by name.

/// Name and text of a file below `templates/email/`.
pub(super) type Source = (&'static str, &'static str);

macro_rules! file {
    ($name:expr) => {
        ($name, include_str!(concat!("../../templates/email/", $name)))
    };
}

macro_rules! kinds {
    ($language:literal: $($kind:literal),+) => {
        &[
            file!(concat!($language, "/layout.txt")),
            file!(concat!($language, "/layout.html")),
            file!(concat!($language, "/duration.txt")),
            $(
                file!(concat!($language, "/", $kind, "/subject.txt")),
                file!(concat!($language, "/", $kind, "/body.txt")),
                file!(concat!($language, "/", $kind, "/body.html")),
            )+
        ]
    };
}

macro_rules! language {
    ($language:literal) => {
        kinds!(
            $language: "verify_email", "already_registered", "reset_password", "password_changed",
            "confirm_email_change", "email_change_requested", "email_changed", "account_deleted"
        )
    };
}

/// What all languages share.
const SHARED: &[Source] = &[file!("layout.txt"), file!("layout.html"), file!("link.html")];
const ENGLISH: &[Source] = language!("en");
const GERMAN: &[Source] = language!("de");
const HEBREW: &[Source] = language!("he");

/// Every template.
pub(super) fn builtin() -> impl Iterator<Item = Source> {
    [SHARED, ENGLISH, GERMAN, HEBREW].into_iter().flatten().copied()
}
