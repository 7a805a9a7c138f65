//! What this process has done since it started, by kind.
//!
//! Every kind is a member of a closed set: nothing that a client sends can make a new one.

use crate::domain::audit::Event;
use crate::domain::limits::Rule;
use crate::domain::measure::Counter;
use crate::error::{Code, Error};

/// Counts since the start; all of them begin at zero.
#[derive(Debug)]
pub struct Counts {
    events: [Counter; Event::ALL.len()],
    limited: [Counter; Rule::ALL.len()],
    tokens: [Counter; Verdict::ALL.len()],
    cookies: [Counter; Verdict::ALL.len()],
    mails: [Counter; MailFate::ALL.len()],
    failures: [Counter; Chore::ALL.len()],
}

/// What was said about a credential that somebody presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is good.
    Accepted,
    /// It is not one of ours.
    Invalid,
    /// Its time is over.
    Expired,
    /// It was revoked, or its session has ended.
    Revoked,
    /// It belongs to another tenant than the request.
    OtherTenant,
    /// Nobody could tell: the request was refused for that.
    Unknown,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: &'static [Self] = &[
        Self::Accepted,
        Self::Invalid,
        Self::Expired,
        Self::Revoked,
        Self::OtherTenant,
        Self::Unknown,
    ];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Invalid => "invalid",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::OtherTenant => "other_tenant",
            Self::Unknown => "unknown",
        }
    }

    fn of<T>(outcome: &Result<T, Error>) -> Self {
        let Err(error) = outcome else {
            return Self::Accepted;
        };
        let code = error.code();
        if matches!(code, Code::TokenInvalid | Code::SessionInvalid) {
            Self::Invalid
        } else if matches!(code, Code::TokenRevoked | Code::SessionEnded) {
            Self::Revoked
        } else if code == Code::TokenExpired {
            Self::Expired
        } else if code == Code::TenantMismatch {
            Self::OtherTenant
        } else {
            Self::Unknown
        }
    }
}

/// What became of a mail that was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailFate {
    /// Handed over.
    Sent,
    /// Put back for later.
    Postponed,
    /// Given up.
    GivenUp,
    /// Pointless by now, and dropped.
    Dropped,
}

impl MailFate {
    /// Every fate.
    pub const ALL: &'static [Self] = &[Self::Sent, Self::Postponed, Self::GivenUp, Self::Dropped];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Postponed => "postponed",
            Self::GivenUp => "given_up",
            Self::Dropped => "dropped",
        }
    }
}

/// Work in the background that is tried again when it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chore {
    /// Following keys and revocations, and removing what has expired.
    Housekeeping,
    /// Sending mails.
    Mail,
}

impl Chore {
    /// Every chore.
    pub const ALL: &'static [Self] = &[Self::Housekeeping, Self::Mail];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Housekeeping => "housekeeping",
            Self::Mail => "mail",
        }
    }
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            events: zeros(),
            limited: zeros(),
            tokens: zeros(),
            cookies: zeros(),
            mails: zeros(),
            failures: zeros(),
        }
    }
}

fn zeros<const N: usize>() -> [Counter; N] {
    std::array::from_fn(|_| Counter::default())
}

// Each enum lists its members in the order in which it declares them; a test says so.
impl Counts {
    pub(crate) fn event(&self, event: Event) {
        self.events[event as usize].one();
    }

    pub(crate) fn limited(&self, rule: Rule) {
        self.limited[rule as usize].one();
    }

    pub(crate) fn token<T>(&self, outcome: &Result<T, Error>) {
        self.tokens[Verdict::of(outcome) as usize].one();
    }

    pub(crate) fn cookie<T>(&self, outcome: &Result<T, Error>) {
        self.cookies[Verdict::of(outcome) as usize].one();
    }

    pub(crate) fn mail(&self, fate: MailFate) {
        self.mails[fate as usize].one();
    }

    /// Notes that work in the background failed, for whoever runs it.
    pub fn failure(&self, chore: Chore) {
        self.failures[chore as usize].one();
    }

    /// Events that were committed, by kind.
    pub fn events(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let names = Event::ALL.iter().map(|event| event.row().0);
        names.zip(self.events.iter().map(Counter::read))
    }

    /// Attempts that were refused because there were too many, by rule.
    pub fn rate_limited(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let names = Rule::ALL.iter().map(|rule| rule.as_str());
        names.zip(self.limited.iter().map(Counter::read))
    }

    /// Access tokens that were presented, by what was said about them.
    pub fn tokens(&self) -> impl Iterator<Item = (&'static str, u64)> {
        verdicts(&self.tokens)
    }

    /// Session cookies that were presented, by what was said about them.
    pub fn cookies(&self) -> impl Iterator<Item = (&'static str, u64)> {
        verdicts(&self.cookies)
    }

    /// Mails that were due, by what became of them.
    pub fn mails(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let names = MailFate::ALL.iter().map(|fate| fate.as_str());
        names.zip(self.mails.iter().map(Counter::read))
    }

    /// Failures of work in the background, by chore.
    pub fn failures(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let names = Chore::ALL.iter().map(|chore| chore.as_str());
        names.zip(self.failures.iter().map(Counter::read))
    }
}

fn verdicts(counters: &[Counter]) -> impl Iterator<Item = (&'static str, u64)> {
    let names = Verdict::ALL.iter().map(|verdict| verdict.as_str());
    names.zip(counters.iter().map(Counter::read))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::cache::CacheError;

    #[test]
    fn lists_are_in_the_order_of_their_enums() {
        assert!(
            (0..)
                .zip(Event::ALL)
                .all(|(place, event)| *event as usize == place)
        );
        assert!((0..).zip(Rule::ALL).all(|(place, rule)| *rule as usize == place));
        assert!(
            (0..)
                .zip(Verdict::ALL)
                .all(|(place, verdict)| *verdict as usize == place)
        );
        assert!(
            (0..)
                .zip(MailFate::ALL)
                .all(|(place, fate)| *fate as usize == place)
        );
        assert!(
            (0..)
                .zip(Chore::ALL)
                .all(|(place, chore)| *chore as usize == place)
        );
    }

    #[test]
    fn a_count_stands_under_the_name_of_its_kind() {
        let counts = Counts::default();
        counts.event(Event::LoginFailed);
        counts.limited(Rule::ClientAuthentication);
        counts.mail(MailFate::GivenUp);

        let of = |all: &mut dyn Iterator<Item = (&'static str, u64)>| -> Vec<_> {
            all.filter(|(_, count)| *count > 0).collect()
        };

        assert_eq!(of(&mut counts.events()), [("login_failed", 1)]);
        assert_eq!(of(&mut counts.rate_limited()), [("client_authentication", 1)]);
        assert_eq!(of(&mut counts.mails()), [("given_up", 1)]);
    }

    #[test]
    fn a_verdict_that_nobody_could_reach_is_unknown() {
        let verdict = |error: Error| Verdict::of::<()>(&Err(error));
        assert_eq!(verdict(Code::TokenInvalid.into()), Verdict::Invalid);
        assert_eq!(verdict(Code::TokenExpired.into()), Verdict::Expired);
        assert_eq!(verdict(Code::SessionEnded.into()), Verdict::Revoked);
        assert_eq!(verdict(Code::TenantMismatch.into()), Verdict::OtherTenant);
        assert_eq!(verdict(CacheError("nobody knows").into()), Verdict::Unknown);
        assert_eq!(verdict(Error::Internal("a fault")), Verdict::Unknown);
        assert_eq!(Verdict::of(&Ok(())), Verdict::Accepted);
    }
}
