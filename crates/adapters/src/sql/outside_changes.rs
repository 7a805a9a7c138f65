use async_trait::async_trait;
use horizon_auth_core::ports::store::{OutsideChanges, Result};

use super::conn::{HasConn, Sql};

// One row for the whole database: it belongs to no tenant.
#[async_trait]
impl<C: HasConn> OutsideChanges for Sql<C> {
    async fn note_outside_change(&mut self) -> Result<i64> {
        let (made,) = sql!(
            fetch_one(i64,),
            self,
            "UPDATE outside_changes SET made = made + 1 WHERE topic = 'revocations' RETURNING made",
        )?;
        Ok(made)
    }

    async fn find_outside_changes(&mut self) -> Result<(i64, i64)> {
        sql!(
            fetch_one(i64, i64),
            self,
            "SELECT made, seen FROM outside_changes WHERE topic = 'revocations'",
        )
    }

    async fn mark_outside_changes_seen(&mut self, made: i64) -> Result<()> {
        sql!(
            execute,
            self,
            "UPDATE outside_changes SET seen = $1 WHERE topic = 'revocations' AND seen < $1",
            made,
        )?;
        Ok(())
    }
}
