//! `horizon-auth audit tail`.

use std::time::Duration;

use horizon_auth::AuthCore;
use horizon_auth::operator::{AuditRecord, AuditTail};

use super::{filter, header, line};
use crate::cli::TailArgs;
use crate::commands::serve::stop_signal;
use crate::commands::users::desk::explain;
use crate::ui::{self, Failure};

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) async fn run(auth: &AuthCore, args: &TailArgs) -> Result<(), Failure> {
    let wanted = filter::read(auth, &args.filter).await?;
    let stop = stop_signal()?;
    let lines = usize::try_from(args.lines).unwrap_or(usize::MAX);
    let (last, tail) = auth
        .tail_audit(wanted, lines)
        .await
        .map_err(|error| explain(&error))?;
    header(&args.filter);
    if !show(&last, args)? || !args.follow {
        return Ok(());
    }
    tokio::select! {
        () = stop => Ok(()),
        ended = follow(auth, tail, args) => ended,
    }
}

/// Ends when nobody reads on. A database that is away for a while is no reason to.
async fn follow(auth: &AuthCore, mut tail: AuditTail, args: &TailArgs) -> Result<(), Failure> {
    let mut is_away = false;
    loop {
        if !tail.is_behind() || is_away {
            tokio::time::sleep(PAUSE).await;
        }
        match auth.follow_audit(&mut tail).await {
            Ok(events) => {
                is_away = false;
                if !show(&events, args)? {
                    return Ok(());
                }
            }
            Err(error) if !is_away => {
                is_away = true;
                ui::complaint(&format!(
                    "{}\nit goes on when the database answers; nothing is missed",
                    explain(&error)
                ));
            }
            Err(_) => {}
        }
    }
}

/// Whether anybody still reads.
fn show(events: &[AuditRecord], args: &TailArgs) -> Result<bool, Failure> {
    for event in events {
        if ui::try_line(&line::text(event, args.filter.json)?).is_err() {
            return Ok(false);
        }
    }
    Ok(true)
}
