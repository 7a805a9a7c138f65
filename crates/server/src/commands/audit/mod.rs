//! `horizon-auth audit`: what happened, to whom, from where. Reads only, also beside a running server.

mod filter;
mod line;
mod tail;

use horizon_auth::operator::{AuditOrder, AuditSpan};
use horizon_auth::{AuthCore, Engine};

use super::block_on;
use super::users::desk::{expect_schema, explain};
use crate::cli::{AuditCommand, FilterArgs, SearchArgs};
use crate::load_config;
use crate::ui::{self, Failure};

/// Events read at once.
const PAGE: u64 = 500;

pub(super) fn run(command: &AuditCommand) -> Result<(), Failure> {
    block_on(async {
        let args = match command {
            AuditCommand::Search(args) => &args.filter,
            AuditCommand::Tail(args) => &args.filter,
        };
        let config = load_config::load(&args.config)?;
        let engine = Engine::open_beside_server(&config)
            .map_err(|error| Failure::because("the engine cannot start", &error))?;
        expect_schema(&engine).await?;
        let done = work(engine.auth(), command).await;
        engine.close().await;
        done
    })
}

async fn work(auth: &AuthCore, command: &AuditCommand) -> Result<(), Failure> {
    match command {
        AuditCommand::Search(args) => search(auth, args).await,
        AuditCommand::Tail(args) => tail::run(auth, args).await,
    }
}

async fn search(auth: &AuthCore, args: &SearchArgs) -> Result<(), Failure> {
    let now = auth.now();
    let instant = |typed: &Option<String>, option| {
        let typed = typed.as_deref();
        typed.map(|text| filter::instant(text, option, now)).transpose()
    };
    let mut span = AuditSpan::of(instant(&args.since, "--since")?, instant(&args.until, "--until")?);
    let order = if args.oldest_first {
        AuditOrder::OldestFirst
    } else {
        AuditOrder::NewestFirst
    };
    if let Some(text) = &args.cursor {
        let event = filter::id("--cursor", text)?;
        span = match order {
            AuditOrder::NewestFirst => span.before(event),
            AuditOrder::OldestFirst => span.after(event),
        };
    }
    let wanted = filter::read(auth, &args.filter).await?;
    let (mut left, mut last) = (args.limit, None);
    header(&args.filter);
    while left > 0 {
        let limit = usize::try_from(left.min(PAGE)).unwrap_or(usize::MAX);
        let page = auth.search_audit(&wanted, span, order, limit).await;
        let page = page.map_err(|error| explain(&error))?;
        for event in &page.events {
            if ui::try_line(&line::text(event, args.filter.json)?).is_err() {
                return Ok(()); // nobody reads on
            }
        }
        last = page.events.last().map(|event| event.id).or(last);
        left = left.saturating_sub(page.events.len() as u64);
        match page.rest {
            Some(rest) => span = rest,
            None => return Ok(()),
        }
    }
    if let Some(id) = last {
        ui::complaint(&format!(
            "there may be more: the same with --cursor {id}, or a higher --limit"
        ));
    }
    Ok(())
}

/// The names of the columns, for people.
fn header(args: &FilterArgs) {
    if !args.json {
        ui::line(&line::header());
    }
}
