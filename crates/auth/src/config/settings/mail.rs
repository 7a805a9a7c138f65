//! Mail.

use super::{DAY, MINUTE};
use crate::config::kind::Kind;
use crate::config::setting::Fallback::{Is, Unset};
use crate::config::setting::{Setting, plain, setting};

#[rustfmt::skip] // a table: one blank line between settings, whatever their length
pub(super) const SETTINGS: &[Setting] = &[
    setting("mail.transport", Kind::Choice(&["none", "file", "smtp", "resend", "sendgrid", "custom"]), Unset("`file` in development; required in production"),
        "How mails are sent; `file` writes them into `mail.folder`, `none` keeps them in the outbox until they expire, \
         `custom` hands them to the mailer that the application brings.")
        .or(&[plain("MAIL_TRANSPORT")]),

    setting("mail.from", Kind::Sender, Unset("`auth@localhost` in development; required to send"),
        "Sender of all mails, such as `Example <auth@example.com>`.")
        .or(&[plain("MAIL_FROM"), plain("RESEND_EMAIL_FROM")]),

    setting("mail.product", Kind::Text, Is("Horizon Auth"),
        "Name of the product in subjects and texts."),

    setting("mail.locale", Kind::Locale, Is("en"),
        "Language of people who chose none."),

    setting("mail.templates", Kind::Path, Unset("none: the built-in ones"),
        "Folder whose files replace built-in templates of the same name."),

    setting("mail.folder", Kind::Path, Is("horizon-auth-mail"),
        "Where the transport `file` writes mails."),

    setting("mail.smtp_url", Kind::SmtpUrl, Unset("required for `smtp`"),
        "`smtps://` (TLS from the start) or `smtp://` (STARTTLS) with user, password, host and port; \
         `smtp+plain://` sends in clear and only to this machine.")
        .or(&[plain("SMTP_URL")]),

    setting("mail.smtp_url_file", Kind::Path, Unset("none"),
        "File that holds that URL instead; on Unix only its owner may have access to it.")
        .or(&[plain("SMTP_URL_FILE")]),

    setting("mail.smtp_ca_file", Kind::Path, Unset("the usual certificate authorities"),
        "PEM file of the certificate authority that signed the mail server's certificate."),

    setting("mail.api_key", Kind::Secret, Unset("required for `resend` and `sendgrid`"),
        "Key of the mail provider.")
        .or(&[plain("RESEND_API_KEY"), plain("SENDGRID_API_KEY")]),

    setting("mail.api_key_file", Kind::Path, Unset("none"),
        "File that holds the key instead; on Unix only its owner may have access to it.")
        .or(&[plain("RESEND_API_KEY_FILE"), plain("SENDGRID_API_KEY_FILE")]),

    setting("mail.api_url", Kind::Origin, Unset("the provider's own"),
        "Origin of the provider's interface, for a region of its own or for tests."),

    setting("mail.timeout", Kind::Duration { min: 1, max: MINUTE }, Is("10s"),
        "Longest time that one attempt to hand over a mail may take."),

    setting("mail.verification_ttl", Kind::Duration { min: 5 * MINUTE, max: 30 * DAY }, Is("24h"),
        "Life of the link that verifies a mail address."),

    setting("mail.reset_ttl", Kind::Duration { min: 5 * MINUTE, max: DAY }, Is("1h"),
        "Life of the link that resets a password."),

    setting("mail.email_change_ttl", Kind::Duration { min: 5 * MINUTE, max: DAY }, Is("1h"),
        "Life of the link that confirms a new address."),
];
