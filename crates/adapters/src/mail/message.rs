use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::mail::{OutgoingMail, Sender};
use horizon_auth_core::ports::mailer::MailError;
use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};

/// Tells machines not to answer (RFC 3834 section 5): name and value of the header.
pub(super) const AUTOMATIC: (&str, &str) = ("Auto-Submitted", "auto-generated");

/// A mail in the form in which it travels (RFC 5322): headers, and the same
/// words as plain text and as HTML.
pub(super) fn message(mail: &OutgoingMail, from: &Sender) -> Result<Message, MailError> {
    let (name, value) = AUTOMATIC;
    let automatic = HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
    Message::builder()
        .from(sender(from)?)
        .to(Mailbox::new(None, address(&mail.to)?))
        .subject(mail.words.subject.as_str())
        .message_id(Some(message_id(mail)))
        .raw_header(automatic)
        .multipart(MultiPart::alternative_plain_html(
            mail.words.text.clone(),
            mail.words.html.clone(),
        ))
        .map_err(|_| refused("the mail cannot be put into its form"))
}

/// `Message-ID` as a header has it: the same in every attempt.
pub(super) fn message_id(mail: &OutgoingMail) -> String {
    format!("<{}>", mail.message_id)
}

/// The sender's name and address.
pub(super) fn sender(from: &Sender) -> Result<Mailbox, MailError> {
    let name = from.name.as_ref().map(|name| name.as_str().to_owned());
    Ok(Mailbox::new(name, address(&from.email)?))
}

/// The address as it was written, with its domain as the name service knows it (RFC 5891).
pub(super) fn address(email: &Email) -> Result<Address, MailError> {
    let (local, domain) = email
        .written()
        .rsplit_once('@')
        .ok_or_else(|| refused("the address has no domain"))?;
    let domain =
        idna::domain_to_ascii(domain).map_err(|_| refused("the domain of the address is no domain name"))?;
    Address::new(local, domain).map_err(|_| refused("the address is none that mail servers know"))
}

fn refused(why: &str) -> MailError {
    MailError::Permanent(why.to_owned())
}
