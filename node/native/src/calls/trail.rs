//! The trail of events, read.

use std::net::IpAddr;

use horizon_auth::operator::{
    AuditFilter, AuditOrder, AuditPerson, AuditRecord, AuditSpan, Email, Event, Level, Timestamp, UserRef,
};
use horizon_auth::types::Violation;
use horizon_auth::{Auth, Error};
use serde_json::{Map, Value, json};

use super::args::Args;

/// Events of one answer, if nobody says how many.
const USUAL: u64 = 100;
/// And at most.
const MOST: u64 = 1000;

/// Some events of the trail.
pub(super) async fn search(auth: &Auth, args: &Args) -> Result<Value, Error> {
    let order = match args.get("oldestFirst") {
        Some(Value::Bool(true)) => AuditOrder::OldestFirst,
        None | Some(Value::Bool(false)) => AuditOrder::NewestFirst,
        Some(_) => return Err(Violation::new("oldestFirst", "must be true or false").into()),
    };
    let limit = match args.get("limit") {
        None => USUAL,
        Some(number) => {
            let number = number.as_u64().filter(|number| (1..=MOST).contains(number));
            number.ok_or(Violation::new("limit", "must be a whole number from 1 to 1000"))?
        }
    };
    let mut span = AuditSpan::of(instant(args, "since")?, instant(args, "until")?);
    if args.get("cursor").is_some() {
        span = match order {
            AuditOrder::NewestFirst => span.before(args.id("cursor")?),
            AuditOrder::OldestFirst => span.after(args.id("cursor")?),
        };
    }
    let filter = filter(auth, args).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let page = auth.search_audit(&filter, span, order, limit).await?;
    let cursor = page
        .rest
        .and(page.events.last())
        .map(|event| event.id.to_string());
    let events: Vec<Value> = page.events.iter().map(record).collect();
    Ok(json!({ "events": events, "cursor": cursor }))
}

async fn filter(auth: &Auth, args: &Args) -> Result<AuditFilter, Error> {
    let tenant = args.tenant(auth).await?;
    let person = match (args.get("userId"), args.optional("email")?) {
        (Some(_), _) => Some(AuditPerson::Account(args.id("userId")?)),
        (None, Some(_)) => {
            let email = args.parsed("email", Email::parse)?;
            let account = auth.find_user(&tenant, &UserRef::Email(email.clone())).await?;
            Some(AuditPerson::of_address(&email, account.map(|user| user.id)))
        }
        (None, None) => None,
    };
    let known = |name: &str| {
        Event::parse(name).ok_or(Violation::new(
            "kinds",
            "names no event of docs/reference/events.md",
        ))
    };
    Ok(AuditFilter {
        tenant: Some(tenant),
        events: args.list("kinds", known)?.unwrap_or_default(),
        least: match args.optional("level")? {
            None | Some("info") => Level::Info,
            Some("warn") => Level::Warn,
            Some("error") => Level::Error,
            Some(_) => return Err(Violation::new("level", "must be info, warn or error").into()),
        },
        person,
        session: args.get("sessionId").map(|_| args.id("sessionId")).transpose()?,
        request: args.get("requestId").map(|_| args.id("requestId")).transpose()?,
        network: match args.optional("network")? {
            None => None,
            Some(text) => {
                let ip = text.parse::<IpAddr>();
                let ip = ip.map_err(|_| Violation::new("network", "must be an IP address"))?;
                Some(auth.audit_address(ip))
            }
        },
    })
}

fn instant(args: &Args, name: &'static str) -> Result<Option<Timestamp>, Error> {
    let Some(text) = args.optional(name)? else {
        return Ok(None);
    };
    let at = Timestamp::parse(text);
    at.map(Some)
        .ok_or_else(|| Violation::new(name, "must be an instant in ISO 8601").into())
}

/// The fields of `horizon-auth audit search --json`.
fn record(event: &AuditRecord) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), Value::String(value));
        }
    };
    put("timestamp", Some(event.at.to_string()));
    put("level", Some(event.level.clone()));
    put("event", Some(event.event.clone()));
    put("tenantId", Some(event.tenant.clone()));
    put("userId", event.user.map(|id| id.to_string()));
    put("sessionId", event.session.map(|id| id.to_string()));
    put("email", event.email.clone());
    put("ip", event.ip.clone());
    put("userAgent", event.user_agent.clone());
    put("requestId", Some(event.request.to_string()));
    put("id", Some(event.id.to_string()));
    Value::Object(fields)
}
