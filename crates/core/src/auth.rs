//! The handle that everything hangs on, and the steps that several flows share.

use std::fmt;
use std::sync::Arc;

use tokio::sync::Notify;
use tracing::Instrument as _;
use zeroize::Zeroizing;

use crate::counts::Counts;
use crate::crypto::access_token::AccessTokens;
use crate::crypto::password_hasher::PasswordHasher;
use crate::domain::audit::{AuditAddress, AuditRow, Event};
use crate::domain::client::Client;
use crate::domain::ids::{EventId, RequestId, UserId};
use crate::domain::policy::Policy;
use crate::domain::revocation::{Revocation, Revoked};
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::domain::token::{OneTime, Refresh, SECRET_BYTES, Secret, SessionCookie};
use crate::error::Error;
use crate::events::Events;
use crate::flights::Flights;
use crate::key_watch::KeyWatch;
use crate::life::Life;
use crate::outside::Outside;
use crate::ports::breaches::Breaches;
use crate::ports::cache::{CacheServer, Denylist, Limiter};
use crate::ports::clock::Clock;
use crate::ports::entropy::Entropy;
use crate::ports::mailer::{MailTemplates, Mailer};
use crate::ports::store::{Store, Tx};
use crate::session_cache::SessionCache;
use crate::stand_down::StandDown;
use crate::surveys::Surveys;
use crate::tenant_cache::TenantCache;

/// Everything an [`Auth`] is made of.
#[expect(
    missing_debug_implementations,
    reason = "holds keys; `Auth` has a Debug that shows nothing"
)]
pub struct Parts {
    /// The database.
    pub store: Arc<dyn Store>,
    /// Denied tokens.
    pub denylist: Arc<dyn Denylist>,
    /// Counted attempts.
    pub limiter: Arc<dyn Limiter>,
    /// The server behind these two, if nodes share one.
    pub cache: Option<Arc<dyn CacheServer>>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Unpredictable bytes.
    pub entropy: Arc<dyn Entropy>,
    /// The way out for mails.
    pub mailer: Arc<dyn Mailer>,
    /// The words of mails.
    pub templates: Arc<dyn MailTemplates>,
    /// The list of breached passwords, if one is asked.
    pub breaches: Option<Arc<dyn Breaches>>,
    /// Password hashing within its budget.
    pub hasher: PasswordHasher,
    /// Keys, issuer and audience.
    pub tokens: AccessTokens,
    /// The rules' settings.
    pub policy: Policy,
}

/// The authentication engine. Cheap to clone; every clone is the same engine.
///
/// Its methods are the use cases, one file each in `flows/`.
#[derive(Clone)]
pub struct Auth(Arc<Inner>);

struct Inner {
    parts: Parts,
    flights: Flights,
    sessions: SessionCache,
    keys: KeyWatch,
    life: Life,
    tenants: TenantCache,
    /// Rung when a mail was queued.
    mail_bell: Notify,
    outside: Outside,
    events: Events,
    counts: Counts,
    surveys: Surveys,
    stand_down: StandDown,
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Auth")
    }
}

impl Auth {
    /// Joins the parts. Call [`Auth::prepare`] before the first request.
    #[must_use]
    pub fn from_parts(parts: Parts) -> Self {
        Self::join(parts, false)
    }

    /// Joins the parts for a program that works beside the server, such as the command line.
    ///
    /// The server decides from its own memory. So revocations are noted in the database, where the server looks
    /// every second; [`Auth::is_in_effect`] tells when it has. This engine serves nobody: no [`Auth::prepare`].
    #[must_use]
    pub fn beside_server(parts: Parts) -> Self {
        Self::join(parts, true)
    }

    fn join(parts: Parts, is_outsider: bool) -> Self {
        Self(Arc::new(Inner {
            parts,
            flights: Flights::default(),
            sessions: SessionCache::default(),
            keys: KeyWatch::default(),
            life: Life::default(),
            tenants: TenantCache::default(),
            mail_bell: Notify::new(),
            outside: Outside::new(is_outsider),
            events: Events::default(),
            counts: Counts::default(),
            surveys: Surveys::default(),
            stand_down: StandDown::default(),
        }))
    }

    /// The settings in force.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.0.parts.policy
    }

    /// The engine's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.parts.clock.now()
    }

    /// A fresh id for a request that brought none.
    ///
    /// # Errors
    /// `internal` if the machine has no random bytes.
    pub fn fresh_request_id(&self) -> Result<RequestId, Error> {
        Ok(RequestId::mint(self.now(), self.random()?))
    }

    /// How busy the password hasher is.
    #[must_use]
    pub fn hasher(&self) -> &PasswordHasher {
        &self.0.parts.hasher
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.0.parts.store
    }

    pub(crate) fn denylist(&self) -> &dyn Denylist {
        self.0.stand_down.or(&*self.0.parts.denylist)
    }

    /// From now on this node answers `unavailable` wherever revocations matter, for good.
    ///
    /// For a process whose place at the database another one has taken: it cannot know any more
    /// what was revoked.
    pub fn stand_down(&self) {
        self.0.stand_down.give_up();
    }

    pub(crate) fn events(&self) -> &Events {
        &self.0.events
    }

    /// What this process has done since it started.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.0.counts
    }

    pub(crate) fn surveys(&self) -> &Surveys {
        &self.0.surveys
    }

    pub(crate) fn limiter(&self) -> &dyn Limiter {
        &*self.0.parts.limiter
    }

    pub(crate) fn cache(&self) -> Option<&dyn CacheServer> {
        self.0.parts.cache.as_deref()
    }

    pub(crate) fn outside(&self) -> &Outside {
        &self.0.outside
    }

    /// Resolves when [`Auth::heal`] should be called at once.
    pub async fn revocations_suspected(&self) {
        self.denylist().suspected().await;
    }

    pub(crate) fn mailer(&self) -> &dyn Mailer {
        &*self.0.parts.mailer
    }

    pub(crate) fn templates(&self) -> &dyn MailTemplates {
        &*self.0.parts.templates
    }

    pub(crate) fn breaches(&self) -> Option<&dyn Breaches> {
        self.0.parts.breaches.as_deref()
    }

    /// Resolves when a mail may wait in the outbox, for the worker that sends.
    pub async fn mail_queued(&self) {
        self.0.mail_bell.notified().await;
    }

    /// Tells the worker of this process that there is a mail to send. Call it after the commit.
    pub(crate) fn ring_mail_bell(&self) {
        self.0.mail_bell.notify_one();
    }

    pub(crate) fn tokens(&self) -> &AccessTokens {
        &self.0.parts.tokens
    }

    pub(crate) fn keys(&self) -> &KeyWatch {
        &self.0.keys
    }

    pub(crate) fn life(&self) -> &Life {
        &self.0.life
    }

    pub(crate) fn entropy(&self) -> &dyn Entropy {
        &*self.0.parts.entropy
    }

    pub(crate) fn flights(&self) -> &Flights {
        &self.0.flights
    }

    pub(crate) fn sessions(&self) -> &SessionCache {
        &self.0.sessions
    }

    pub(crate) fn tenants(&self) -> &TenantCache {
        &self.0.tenants
    }

    /// Random bytes for an id or a secret.
    pub(crate) fn random<const N: usize>(&self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        self.0.parts.entropy.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// A fresh refresh token.
    pub(crate) fn fresh_refresh_token(&self) -> Result<Secret<Refresh>, Error> {
        let bytes = Zeroizing::new(self.random::<SECRET_BYTES>()?);
        Ok(Secret::<Refresh>::from_random(&bytes))
    }

    /// A fresh session cookie.
    pub(crate) fn fresh_session_cookie(&self) -> Result<Secret<SessionCookie>, Error> {
        let bytes = Zeroizing::new(self.random::<SECRET_BYTES>()?);
        Ok(Secret::<SessionCookie>::from_random(&bytes))
    }

    /// A fresh one-time token.
    pub(crate) fn fresh_one_time_token(&self) -> Result<Secret<OneTime>, Error> {
        let bytes = Zeroizing::new(self.random::<SECRET_BYTES>()?);
        Ok(Secret::from_random_parts(self.random()?, &bytes))
    }

    /// An audit row about this request.
    pub(crate) fn event(
        &self,
        event: Event,
        tenant: &TenantId,
        client: &Client,
        now: Timestamp,
    ) -> Result<AuditRow, Error> {
        let row = AuditRow::new(EventId::mint(now, self.random()?), now, event, tenant, client);
        if !self.policy().hash_audit_addresses {
            return Ok(row);
        }
        let hash = self.hasher().peppers().hash_address(client.ip);
        Ok(AuditRow {
            ip: hash.map(AuditAddress::Hashed),
            ..row
        })
    }

    /// Writes an event that has no other transaction to belong to.
    pub(crate) async fn record(&self, row: AuditRow) -> Result<(), Error> {
        let tx = self.store().begin().await?;
        self.commit(tx, row).await
    }

    /// Writes an event about a user that has no other transaction to belong to. The event of a user
    /// who was deleted meanwhile names nobody, or it would bring the id back into the trail.
    pub(crate) async fn record_about_user(&self, mut row: AuditRow) -> Result<(), Error> {
        let mut tx = self.store().begin().await?;
        if let Some(user) = row.user
            && !tx.lock_user(&row.tenant, user).await?
        {
            (row.user, row.session) = (None, None);
        }
        self.commit(tx, row).await
    }

    /// Writes the event into the transaction, commits, and announces it.
    pub(crate) async fn commit(&self, mut tx: Box<dyn Tx>, row: AuditRow) -> Result<(), Error> {
        tx.insert_audit_event(&row).await?;
        tx.commit().await?;
        self.announce(&row);
        Ok(())
    }

    /// Like [`Auth::commit`], with revocations that must reach the denylist.
    ///
    /// Runs to its end even if the caller goes away: a client that hangs up
    /// between the commit and the denylist would otherwise keep a dead token
    /// alive on this node. If the commit's outcome is unknown, the denylist is
    /// suspect until it has been read again, and refuses meanwhile.
    pub(crate) async fn commit_revoking(
        &self,
        mut tx: Box<dyn Tx>,
        revocations: Vec<Revocation>,
        row: AuditRow,
    ) -> Result<(), Error> {
        let auth = self.clone();
        let work = async move {
            for revocation in &revocations {
                tx.insert_revocation(revocation, row.at).await?;
            }
            tx.insert_audit_event(&row).await?;
            // Last, because everybody's changes wait for this row.
            let noted = if auth.outside().is_outsider() {
                Some(tx.note_outside_change().await?)
            } else {
                None
            };
            if let Err(error) = tx.commit().await {
                auth.denylist().suspect();
                return Err(error.into());
            }
            if let Some(number) = noted {
                auth.outside().note(number);
            }
            let denied = auth.denylist().deny(&revocations).await;
            auth.announce(&row); // it was committed, whoever knows of it
            Ok(denied?)
        };
        tokio::spawn(work.in_current_span())
            .await
            .unwrap_or(Err(Error::Internal("a revocation panicked")))
    }

    /// Commits an event about a user together with the cut-off that kills the user's access tokens.
    pub(crate) async fn commit_cut_off(
        &self,
        tx: Box<dyn Tx>,
        user: UserId,
        min_epoch: i64,
        row: AuditRow,
    ) -> Result<(), Error> {
        let what = Revoked::User { user, min_epoch };
        let revocation = self.revocation(&row.tenant, what, row.at);
        self.commit_revoking(tx, vec![revocation], row).await
    }

    /// A revocation that outlives every token it can hit.
    pub(crate) fn revocation(&self, tenant: &TenantId, what: Revoked, now: Timestamp) -> Revocation {
        Revocation {
            tenant: tenant.clone(),
            what,
            expires_at: now + self.policy().revocation_ttl(),
        }
    }
}
