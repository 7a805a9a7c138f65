//! Keys that say what is denied, for `per_request` and for verifiers that are not ours.
//!
//! `blacklist:{jti or sid}` exists while the token or session is denied; `cutoff:{user}` holds the lowest
//! `epoch` claim that is still accepted. A tenant (`cutoff:`, compared with `tenantEpoch`) and a key
//! (`blacklist:`) go by the first 16 bytes of the SHA-256 of `tenantId` and `kid`, written as a UUID. All end
//! with the last token that they can hit.

use horizon_auth_core::domain::revocation::{Revocation, Revoked};
use horizon_auth_core::domain::time::Timestamp;
use redis::{Cmd, Pipeline};

use super::link::{Link, LinkError};

/// Of two cut-offs the stricter one stays, and of two ends the later one.
const DENY: &str = r"
local value = math.max(tonumber(redis.call('GET', KEYS[1]) or '') or 0, tonumber(ARGV[1]))
local left = math.max(redis.call('PTTL', KEYS[1]), tonumber(ARGV[2]))
redis.call('SET', KEYS[1], string.format('%.0f', value), 'PX', string.format('%.0f', left))
return 1
";
/// Most keys that are written at once.
const BATCH: usize = 500;

impl Link {
    /// The key that denies this.
    pub(super) fn denying_key(&self, what: Revoked) -> String {
        match what {
            Revoked::Token(token) => self.key(&format!("blacklist:{token}")),
            Revoked::Session(session) => self.key(&format!("blacklist:{session}")),
            Revoked::User { user, .. } => self.key(&format!("cutoff:{user}")),
            Revoked::Tenant { tenant, .. } => self.key(&format!("cutoff:{tenant}")),
            Revoked::Key(key) => self.key(&format!("blacklist:{key}")),
        }
    }

    /// Writes the keys of these entries.
    pub(super) async fn write_keys(&self, entries: &[Revocation], now: Timestamp) -> Result<(), LinkError> {
        let living: Vec<Cmd> = entries
            .iter()
            .filter(|entry| entry.expires_at > now)
            .map(|entry| self.deny_command(entry, now))
            .collect();
        for batch in living.chunks(BATCH) {
            if self.is_cluster() {
                // Each key lives on a server of its own.
                for command in batch {
                    let _: i64 = self.call(command).await?;
                }
            } else {
                let mut commands = Pipeline::with_capacity(batch.len());
                for command in batch {
                    commands.add_command(command.clone());
                }
                let _: Vec<i64> = self.call_all(&commands).await?;
            }
        }
        Ok(())
    }

    fn deny_command(&self, entry: &Revocation, now: Timestamp) -> Cmd {
        let value = match entry.what {
            Revoked::Token(_) | Revoked::Session(_) | Revoked::Key(_) => 1,
            Revoked::User { min_epoch, .. } | Revoked::Tenant { min_epoch, .. } => min_epoch,
        };
        let mut command = ::redis::cmd("EVAL");
        command
            .arg(DENY)
            .arg(1)
            .arg(self.denying_key(entry.what))
            .arg(value)
            .arg(entry.expires_at.millis() - now.millis());
        command
    }
}
