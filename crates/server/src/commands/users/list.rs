//! `horizon-auth users list`.

use super::account::{Account, roles, state};
use super::desk::{Desk, explain, json};
use crate::ui::{self, Failure};

/// Accounts read at once.
const PAGE: u32 = 500;

pub(super) async fn run(desk: &Desk) -> Result<(), Failure> {
    let (mut after, mut header) = (None, !desk.json);
    loop {
        let page = desk.auth().list_users(&desk.tenant, after, PAGE).await;
        let page = page.map_err(|error| explain(&error))?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.id);
        // As wide as the page needs: nobody waits for the longest address of all.
        let width = page
            .iter()
            .map(|user| user.email.canonical().chars().count())
            .max();
        let width = width.unwrap_or(0).max("ADDRESS".len());
        if std::mem::take(&mut header) {
            let line = format!(
                "{:36}  {:11}  {:10}  {:width$}  ROLES",
                "ID", "STATE", "CREATED", "ADDRESS"
            );
            ui::line(&line);
        }
        for user in &page {
            let line = if desk.json {
                json(&Account::new(user, None))?
            } else {
                let day: String = user.created_at.to_string().chars().take(10).collect();
                let address = user.email.canonical();
                format!(
                    "{}  {:11}  {day}  {address:width$}  {}",
                    user.id,
                    state(user),
                    roles(user)
                )
            };
            if ui::try_line(&line).is_err() {
                return Ok(()); // nobody reads on
            }
        }
    }
}
