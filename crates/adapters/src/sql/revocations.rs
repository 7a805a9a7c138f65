use async_trait::async_trait;
use horizon_auth_core::domain::ids::{Fingerprint, SessionId, TokenId, UserId};
use horizon_auth_core::domain::revocation::{Revocation, Revoked};
use horizon_auth_core::domain::time::Timestamp;
use horizon_auth_core::ports::store::{Result, Revocations, StoreError};
use uuid::Uuid;

use super::conn::{HasConn, Sql};
use super::types::tenant;

const TOKEN: &str = "token";
const SESSION: &str = "session";
const USER: &str = "user";
const TENANT: &str = "tenant";
const KEY: &str = "key";

row! {
    struct RevocationRow {
        kind: String,
        subject: Uuid,
        min_epoch: i64,
        tenant_id: String,
        expires_at: i64,
    }
}

#[async_trait]
impl<C: HasConn> Revocations for Sql<C> {
    async fn insert_revocation(&mut self, revocation: &Revocation, now: Timestamp) -> Result<()> {
        let (kind, subject, min_epoch) = match revocation.what {
            Revoked::Token(token) => (TOKEN, token.uuid(), 0),
            Revoked::Session(session) => (SESSION, session.uuid(), 0),
            Revoked::User { user, min_epoch } => (USER, user.uuid(), min_epoch),
            Revoked::Tenant { tenant, min_epoch } => (TENANT, tenant.uuid(), min_epoch),
            Revoked::Key(key) => (KEY, key.uuid(), 0),
        };
        // The later end wins: an entry is never shortened. Only PostgreSQL serves several nodes, and only
        // there a look finds entries by the transaction that wrote them.
        sql!(
            execute,
            self,
            postgres: "INSERT INTO revocations (kind, subject, min_epoch, tenant_id, created_at, expires_at, txid)
             VALUES ($1, $2, $3, $4, $5, $6, pg_current_xact_id()::text::bigint)
             ON CONFLICT (kind, subject, min_epoch) DO UPDATE SET txid = excluded.txid, expires_at =
                CASE WHEN excluded.expires_at > revocations.expires_at
                     THEN excluded.expires_at ELSE revocations.expires_at END",
            sqlite: "INSERT INTO revocations (kind, subject, min_epoch, tenant_id, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (kind, subject, min_epoch) DO UPDATE SET expires_at =
                CASE WHEN excluded.expires_at > revocations.expires_at
                     THEN excluded.expires_at ELSE revocations.expires_at END",
            kind,
            subject,
            min_epoch,
            revocation.tenant.as_str(),
            now.millis(),
            revocation.expires_at.millis(),
        )?;
        Ok(())
    }

    async fn list_revocations(&mut self, now: Timestamp) -> Result<Vec<Revocation>> {
        let rows = sql!(
            fetch_all RevocationRow,
            self,
            "SELECT kind, subject, min_epoch, tenant_id, expires_at FROM revocations WHERE expires_at > $1",
            now.millis(),
        )?;
        rows.into_iter().map(Revocation::try_from).collect()
    }

    async fn list_revocations_since(&mut self, mark: i64, now: Timestamp) -> Result<(Vec<Revocation>, i64)> {
        // Before the entries are read: a transaction below this mark has ended by now, so the entries
        // hold what it wrote, and one that ends later is at or above it, whenever it began. Numbers and
        // times of rows would miss what is committed late. On SQLite every look finds everything.
        let (next,) = sql!(
            fetch_one (i64,),
            self,
            postgres: "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
            sqlite: "SELECT 0",
        )?;
        let rows = sql!(
            fetch_all RevocationRow,
            self,
            "SELECT kind, subject, min_epoch, tenant_id, expires_at FROM revocations
              WHERE txid >= $1 AND expires_at > $2",
            mark,
            now.millis(),
        )?;
        let entries = rows
            .into_iter()
            .map(Revocation::try_from)
            .collect::<Result<_>>()?;
        Ok((entries, next))
    }
}

impl TryFrom<RevocationRow> for Revocation {
    type Error = StoreError;

    fn try_from(row: RevocationRow) -> Result<Self> {
        let what = match row.kind.as_str() {
            TOKEN => Revoked::Token(TokenId::from_uuid(row.subject)),
            SESSION => Revoked::Session(SessionId::from_uuid(row.subject)),
            USER => Revoked::User {
                user: UserId::from_uuid(row.subject),
                min_epoch: row.min_epoch,
            },
            TENANT => Revoked::Tenant {
                tenant: Fingerprint::from_uuid(row.subject),
                min_epoch: row.min_epoch,
            },
            KEY => Revoked::Key(Fingerprint::from_uuid(row.subject)),
            _ => return Err(StoreError::corrupt("a revocation is of an unknown kind")),
        };
        Ok(Self {
            tenant: tenant(&row.tenant_id)?,
            what,
            expires_at: Timestamp::from_millis(row.expires_at),
        })
    }
}
