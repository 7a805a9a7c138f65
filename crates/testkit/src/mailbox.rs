//! A way out for mails that keeps them for tests to read.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use horizon_auth_core::domain::mail::{HeaderText, MailContext, MailKind, OutgoingMail, RenderedMail};
use horizon_auth_core::ports::mailer::{MailError, MailTemplates, Mailer};

/// What the mailbox does with the next mails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// It takes them.
    #[default]
    Open,
    /// It asks to try again later.
    Busy,
    /// It refuses them for good.
    Closed,
}

/// Takes every mail and keeps it.
#[derive(Debug, Default)]
pub struct Mailbox {
    mails: Mutex<Vec<OutgoingMail>>,
    mood: Mutex<Mood>,
}

impl Mailbox {
    /// Everything that was sent, oldest first.
    #[must_use]
    pub fn all(&self) -> Vec<OutgoingMail> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was sent to an address, oldest first.
    #[must_use]
    pub fn to(&self, email: &str) -> Vec<OutgoingMail> {
        let mut mails = self.all();
        mails.retain(|mail| mail.to.canonical() == email);
        mails
    }

    /// The kinds of mails to an address, oldest first.
    #[must_use]
    pub fn kinds_to(&self, email: &str) -> Vec<MailKind> {
        self.to(email).iter().map(|mail| mail.kind).collect()
    }

    /// The token of the newest mail of a kind to an address.
    #[must_use]
    pub fn token(&self, email: &str, kind: MailKind) -> String {
        let mails = self.to(email);
        let mail = mails.iter().rev().find(|mail| mail.kind == kind);
        let token = mail.and_then(|mail| mail.token.clone());
        token.expect("a mail with a token").reveal().to_owned()
    }

    /// Changes what happens to the next mails.
    pub fn set_mood(&self, mood: Mood) {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner) = mood;
    }
}

#[async_trait]
impl Mailer for Mailbox {
    async fn send(&self, mail: &OutgoingMail) -> Result<(), MailError> {
        match *self.mood.lock().unwrap_or_else(PoisonError::into_inner) {
            Mood::Open => {}
            Mood::Busy => return Err(MailError::Temporary("busy".into())),
            Mood::Closed => return Err(MailError::Permanent("no such mailbox".into())),
        }
        self.mails
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(mail.clone());
        Ok(())
    }
}

/// The least words a mail can have.
#[derive(Clone, Copy, Debug)]
pub struct PlainWords;

impl MailTemplates for PlainWords {
    fn render(&self, context: &MailContext) -> Result<RenderedMail, MailError> {
        let text = context.link.clone().unwrap_or_default();
        Ok(RenderedMail {
            subject: HeaderText::parse(context.kind.as_str()).expect("a header"),
            html: text.clone(),
            text,
        })
    }
}
