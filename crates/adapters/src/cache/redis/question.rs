//! The question whether a token is denied, as keys in Redis answer it.

use horizon_auth_core::domain::revocation::{Revoked, TokenSubject};
use redis::{Cmd, Pipeline};

use super::link::{Link, LinkError};

/// A script that first finds out which life of the server this is: one that restarted without its last
/// writes, and a replica that took over without them, are lives of their own.
macro_rules! in_this_life {
    ($script:literal) => {
        concat!(
            "local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')\n",
            "local replication = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')\n",
            "local life = run .. '-' .. replication\n",
            $script
        )
    };
}
pub(super) use in_this_life;

/// Whether SQL has been written back since this server lost data.
const IS_LOADED: &str = in_this_life!("return redis.call('GET', KEYS[1]) == life and 1 or 0");

/// The value of a key that denies by being there.
type Denied = Option<String>;
/// The lowest epoch still accepted.
type CutOff = Option<i64>;
/// Of token, session, key, user and tenant, and whether they can be relied on.
type Answers = (Denied, Denied, Denied, CutOff, CutOff, bool);

impl Link {
    /// The marker that names the server's life in which SQL was written into it.
    // The braces put all of these on one server of a cluster.
    pub(super) fn loaded_key(&self) -> String {
        self.key("{rev}:loaded")
    }

    /// What the keys say about the token, and whether they can be relied on.
    pub(super) async fn ask_about(&self, subject: &TokenSubject) -> Result<(bool, bool), LinkError> {
        let get = |what| {
            let mut get = ::redis::cmd("GET");
            get.arg(self.denying_key(what));
            get
        };
        // A session cookie is neither a token nor signed: its session is asked about instead.
        let session = Revoked::Session(subject.session);
        let token = get(subject.token.map_or(session, Revoked::Token));
        let key = get(subject.key.map_or(session, Revoked::Key));
        let session = get(session);
        let user = get(Revoked::User {
            user: subject.user,
            min_epoch: 0,
        });
        let tenant = get(Revoked::Tenant {
            tenant: subject.tenant,
            min_epoch: 0,
        });
        // The marker last: what was answered before it came from the same life.
        let asked = [token, session, key, user, tenant];
        let (token, session, key, user, tenant, is_loaded): Answers = if self.is_cluster() {
            Box::pin(self.ask_servers(&asked)).await?
        } else {
            let mut all = Pipeline::with_capacity(asked.len() + 1);
            for command in asked {
                all.add_command(command);
            }
            all.cmd("EVAL_RO").arg(IS_LOADED).arg(1).arg(self.loaded_key());
            self.call_all(&all).await?
        };
        let is_cut_off = user.is_some_and(|min_epoch| subject.epoch < min_epoch)
            || tenant.is_some_and(|min_epoch| subject.tenant_epoch < min_epoch);
        let is_denied = token.is_some() || session.is_some() || key.is_some() || is_cut_off;
        Ok((is_denied, is_loaded))
    }

    /// Each key lives on a server of its own.
    async fn ask_servers(&self, asked: &[Cmd; 5]) -> Result<Answers, LinkError> {
        let [token, session, key, user, tenant] = asked;
        let (token, session, key, user, tenant) = tokio::try_join!(
            self.call(token),
            self.call(session),
            self.call(key),
            self.call(user),
            self.call(tenant)
        )?;
        Ok((token, session, key, user, tenant, self.is_loaded().await?))
    }

    /// Whether what SQL held has been written in this life of the server.
    pub(super) async fn is_loaded(&self) -> Result<bool, LinkError> {
        let mut command = ::redis::cmd("EVAL_RO");
        command.arg(IS_LOADED).arg(1).arg(self.loaded_key());
        self.call(&command).await
    }
}
