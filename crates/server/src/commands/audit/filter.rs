//! What was typed, as the engine takes it.

use horizon_auth::AuthCore;
use horizon_auth::config::{nearest_name, parse_duration};
use horizon_auth::operator::{AuditFilter, AuditPerson, Event, Level, TenantId, Timestamp, User, UserRef};

use crate::cli::{FilterArgs, LevelArg};
use crate::commands::users::desk::explain;
use crate::ui::{self, Failure};

/// Reads the options; looks up whose an address is.
pub(super) async fn read(auth: &AuthCore, args: &FilterArgs) -> Result<AuditFilter, Failure> {
    let typed = args.tenant.as_deref().map(TenantId::parse).transpose();
    let tenant = typed.map_err(|violation| Failure::new(format!("--tenant {}", violation.rule)))?;
    if let Some(tenant) = &tenant {
        expect_tenant(auth, tenant).await?;
    }
    let named = args.user.as_deref().map(UserRef::parse).transpose();
    let named = named.map_err(|violation| Failure::new(format!("--user {}", violation.rule)))?;
    let (person, tenant) = match named {
        None => (None, tenant),
        Some(UserRef::Id(id)) => (Some(AuditPerson::Account(id)), tenant),
        Some(UserRef::Email(email)) => {
            // An address belongs to a tenant.
            let tenant = tenant.unwrap_or_else(|| auth.policy().default_tenant.clone());
            let found = auth.find_user(&tenant, &UserRef::Email(email.clone())).await;
            let account = found.map_err(|error| explain(&error))?.map(|user: User| user.id);
            if account.is_none() {
                ui::complaint(&format!(
                    "no account of the tenant {tenant} has this address: these are events with the same mask, {}",
                    email.masked()
                ));
            }
            (Some(AuditPerson::of_address(&email, account)), Some(tenant))
        }
    };
    Ok(AuditFilter {
        tenant,
        events: args
            .kind
            .iter()
            .map(|name| event(name))
            .collect::<Result<_, _>>()?,
        least: match args.level {
            None | Some(LevelArg::Info) => Level::Info,
            Some(LevelArg::Warn) => Level::Warn,
            Some(LevelArg::Error) => Level::Error,
        },
        person,
        session: args
            .session
            .as_deref()
            .map(|text| id("--session", text))
            .transpose()?,
        request: args
            .request_id
            .as_deref()
            .map(|text| id("--request-id", text))
            .transpose()?,
        network: args.ip.map(|ip| auth.audit_address(ip)),
    })
}

/// A misspelt name should not look like a tenant in which nothing ever happened. Makes none, unlike the desk.
async fn expect_tenant(auth: &AuthCore, tenant: &TenantId) -> Result<(), Failure> {
    let known = auth.list_tenants().await.map_err(|error| explain(&error))?;
    if known.iter().any(|known| known.id == *tenant) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "--tenant: there is no tenant {tenant} in this database; `horizon-auth tenants list` shows those there are"
    )))
}

/// An id that was typed.
pub(super) fn id<T: std::str::FromStr>(option: &str, text: &str) -> Result<T, Failure> {
    let wrong = |_| {
        Failure::new(format!(
            "{option} must be an id such as 0192d3a0-7a10-7c1e-9d0b-000000000001"
        ))
    };
    text.parse().map_err(wrong)
}

fn event(name: &str) -> Result<Event, Failure> {
    Event::parse(name).ok_or_else(|| {
        let known = Event::ALL.iter().map(|event| event.row().0);
        let meant = nearest_name(name, known);
        let meant = meant.map_or_else(String::new, |meant| format!("did you mean {meant}? "));
        Failure::new(format!(
            "--kind {name:?} is no event: {meant}docs/reference/events.md lists them"
        ))
    })
}

/// An instant, or how long ago it was.
pub(super) fn instant(text: &str, option: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    let day = || Timestamp::parse(&format!("{text}T00:00:00Z"));
    if let Some(at) = Timestamp::parse(text).or_else(day) {
        return Ok(at);
    }
    parse_duration(text).map(|ago| now - ago).map_err(|_| {
        Failure::new(format!(
            "{option} must be an instant such as 2026-01-15T10:30:00Z, a day such as 2026-01-15 (in UTC), \
             or how long ago, such as 30m, 2h or 7d"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_a_time_a_day_or_a_while_ago() {
        let now = Timestamp::parse("2026-01-15T10:30:00Z").unwrap();
        for (text, at) in [
            ("2026-01-14T10:30:00+01:00", "2026-01-14T09:30:00.000Z"),
            ("2026-01-14", "2026-01-14T00:00:00.000Z"),
            ("2h", "2026-01-15T08:30:00.000Z"),
            ("7d", "2026-01-08T10:30:00.000Z"),
        ] {
            assert_eq!(instant(text, "--since", now).unwrap().to_string(), at, "{text}");
        }
        for text in ["", "yesterday", "2h30m", "-2h", "2026-13-01"] {
            let error = instant(text, "--until", now).unwrap_err();
            assert!(error.to_string().starts_with("--until must be"), "{text}");
        }
    }

    #[test]
    fn an_unknown_event_is_answered_with_the_nearest_one() {
        let error = event("login_fail").unwrap_err().to_string();
        assert!(error.contains("did you mean login_failed?"), "{error}");
        assert!(event("login_failed").is_ok());
    }
}
