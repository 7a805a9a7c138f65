//! Trading a refresh token for a new pair (decision D8, RFC 9700 section 4.14.2).

use crate::auth::Auth;
use crate::crypto::replay;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::limits::{Counted, Rule};
use crate::domain::policy::ReuseScope;
use crate::domain::refresh::{
    Plea, RETRY_WINDOW, Rotated, Rotation, RotationOutcome, TokenState, Verdict, judge,
};
use crate::domain::revocation::Revoked;
use crate::domain::session::EndReason;
use crate::domain::tenant::TenantId;
use crate::domain::time::Timestamp;
use crate::domain::token::{Refresh, Secret};
use crate::domain::violation::Violation;
use crate::error::{Code, Error};
use crate::flights::InFlight;
use crate::flows::begin_session::{IssuedRefresh, LoggedIn};
use crate::ports::store::Tx;

/// The `Idempotency-Key` of a request: 1 to 255 visible ASCII characters.
#[derive(Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Longest key, in bytes.
    pub const MAX_BYTES: usize = 255;

    /// Parses the header value.
    ///
    /// # Errors
    /// A [`Violation`] of `Idempotency-Key`.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        if (1..=Self::MAX_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Violation::new(
                "Idempotency-Key",
                "must be 1 to 255 visible ASCII characters",
            ))
        }
    }
}

impl std::fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdempotencyKey")
    }
}

/// What a refresh needs.
#[derive(Clone, Debug)]
pub struct RefreshCommand {
    /// The tenant of the request.
    pub tenant: TenantId,
    /// The token presented.
    pub token: Secret<Refresh>,
    /// Lets the same call be repeated safely for a minute.
    pub idempotency_key: Option<IdempotencyKey>,
    /// Who asks.
    pub client: Client,
}

/// A new pair. Keep `in_flight` until the answer has left: it tells parallel
/// requests with the same token from later ones.
#[derive(Debug)]
pub struct Refreshed {
    /// User and tokens.
    pub logged_in: LoggedIn,
    /// The request's place among parallel ones.
    pub in_flight: InFlight,
}

/// How often a rotation is tried again when the state changed between two looks.
const TRIES: usize = 3;

impl Auth {
    /// Trades a refresh token for a new pair. A token works once; using it
    /// again ends the user's sessions, except for the same request repeated:
    /// in parallel, with the same `Idempotency-Key`, or within the grace period.
    ///
    /// # Errors
    /// `rate_limited`, `refresh_invalid`, `refresh_expired`, `session_ended`, `refresh_reused`,
    /// `tenant_mismatch`, `unavailable`, `internal`.
    pub async fn refresh(&self, cmd: RefreshCommand) -> Result<Refreshed, Error> {
        let now = self.now();
        self.limit(
            Rule::Refresh,
            Counted::Network(&cmd.tenant, cmd.client.network()),
            now,
        )
        .await?;
        self.ready_to_sign().await?; // a parent that was traded for nothing is lost
        let child = self.fresh_refresh_token()?;
        let rotation = self.rotation(&cmd, &child, now)?;
        let mut in_flight = self.flights().join(rotation.parent, rotation.child);
        for _ in 0..TRIES {
            match self.store().rotate_refresh_token(&rotation).await? {
                RotationOutcome::Rotated(rotated) => {
                    in_flight.win();
                    self.announce(
                        &rotation
                            .audit
                            .clone()
                            .with_user(rotated.user.id)
                            .with_session(rotated.session),
                    );
                    let logged_in = self.pair(*rotated, child, now).await?;
                    return Ok(Refreshed { logged_in, in_flight });
                }
                RotationOutcome::Refused { asked_at } => {
                    if let Some(logged_in) = self
                        .refuse_or_replay(&cmd, &rotation, &in_flight, asked_at, now)
                        .await?
                    {
                        return Ok(Refreshed { logged_in, in_flight });
                    }
                }
            }
        }
        Err(Error::Internal("a usable refresh token would not rotate"))
    }

    fn rotation(
        &self,
        cmd: &RefreshCommand,
        child: &Secret<Refresh>,
        now: Timestamp,
    ) -> Result<Rotation, Error> {
        let policy = self.policy();
        let retry_tag = match &cmd.idempotency_key {
            Some(key) => Some(replay::retry_tag(&cmd.token, &key.0)?),
            None => None,
        };
        Ok(Rotation {
            parent: cmd.token.digest(),
            child: child.digest(),
            tenant: cmd.tenant.clone(),
            now,
            idle_expires_at: now + policy.refresh_idle_ttl,
            replay_box: replay::seal(&cmd.token, child)?,
            replay_until: now + policy.refresh_grace.max(RETRY_WINDOW),
            retry_tag,
            audit: self.event(Event::TokenRefreshed, &cmd.tenant, &cmd.client, now)?,
        })
    }

    async fn pair(
        &self,
        rotated: Rotated,
        secret: Secret<Refresh>,
        now: Timestamp,
    ) -> Result<LoggedIn, Error> {
        self.ready_to_sign().await?;
        let access_token = self.access_token(&rotated.user, rotated.session, now)?;
        let refresh = IssuedRefresh {
            secret,
            expires_at: rotated.expires_at,
            issued_at: now,
        };
        Ok(LoggedIn {
            user: rotated.user,
            access_token,
            refresh,
            session: rotated.session,
        })
    }

    /// Finds out why a token did not rotate. `Some` = the same child again,
    /// `None` = try to rotate once more. A reuse is committed before it is answered.
    async fn refuse_or_replay(
        &self,
        cmd: &RefreshCommand,
        rotation: &Rotation,
        in_flight: &InFlight,
        asked_at: Option<i64>,
        now: Timestamp,
    ) -> Result<Option<LoggedIn>, Error> {
        // A look without locks first: a token that we never issued must not make anybody wait.
        if self
            .store()
            .db()
            .await?
            .find_refresh_owner(&rotation.parent)
            .await?
            .is_none()
        {
            return Err(Code::RefreshInvalid.into());
        }
        let mut tx = self.store().begin().await?;
        tx.lock_refresh_family(&rotation.parent).await?;
        let Some(state) = tx.find_token_state(&rotation.parent).await? else {
            return Err(Code::RefreshInvalid.into());
        };
        let plea = Plea {
            same_flight: state.child.is_some_and(|child| in_flight.offered(&child.digest)),
            asked_at,
            retry_tag: rotation.retry_tag,
        };
        match judge(&state, &cmd.tenant, &plea, now, self.policy().refresh_grace) {
            Verdict::Retry => Ok(None),
            Verdict::Expired => Err(Code::RefreshExpired.into()),
            Verdict::SessionEnded => Err(Code::SessionEnded.into()),
            Verdict::OtherTenant => {
                let event = self.event(Event::TenantMismatch, &state.tenant, &cmd.client, now)?;
                self.commit(tx, event.with_user(state.user)).await?;
                Err(Code::TenantMismatch.into())
            }
            Verdict::Replay => self.replay(tx, cmd, rotation, state, now).await.map(Some),
            Verdict::Reused => self.end_after_reuse(tx, cmd, &state, now).await.map(|()| None),
        }
    }

    /// Hands out the stored child once more, with a fresh access token of the same session.
    async fn replay(
        &self,
        mut tx: Box<dyn Tx>,
        cmd: &RefreshCommand,
        rotation: &Rotation,
        state: TokenState,
        now: Timestamp,
    ) -> Result<LoggedIn, Error> {
        let (Some(sealed), Some(child)) = (state.replay_box, state.child) else {
            return Err(Error::Internal("a replay without a sealed child"));
        };
        let Some(mut user) = tx.find_user(&state.tenant, state.user).await? else {
            return Err(Code::SessionEnded.into());
        };
        user.tenant_epoch = state.tenant_epoch; // as in `begin_session.rs`
        tx.count_replay(&rotation.parent).await?;
        let event = self.event(Event::RefreshReplayed, &cmd.tenant, &cmd.client, now)?;
        self.commit(tx, event.with_user(state.user).with_session(state.session))
            .await?;
        let Some(secret) = replay::open(&cmd.token, &sealed)? else {
            return Err(Error::Internal("a sealed child does not open with its parent"));
        };
        let rotated = Rotated {
            session: state.session,
            user,
            expires_at: child.expires_at,
        };
        self.pair(rotated, secret, now).await
    }

    /// Somebody holds a used token: end what the policy says, permanently, then refuse.
    async fn end_after_reuse(
        &self,
        mut tx: Box<dyn Tx>,
        cmd: &RefreshCommand,
        state: &TokenState,
        now: Timestamp,
    ) -> Result<(), Error> {
        let what = match self.policy().reuse_scope {
            ReuseScope::User => {
                let Some(min_epoch) = tx.advance_token_epoch(&state.tenant, state.user, now).await? else {
                    return Err(Code::SessionEnded.into());
                };
                tx.revoke_user_sessions(&state.tenant, state.user, EndReason::Reuse, now)
                    .await?;
                Revoked::User {
                    user: state.user,
                    min_epoch,
                }
            }
            ReuseScope::Family => {
                tx.revoke_session(&state.tenant, state.user, state.session, EndReason::Reuse, now)
                    .await?;
                Revoked::Session(state.session)
            }
        };
        let event = self.event(Event::TokenReuseDetected, &cmd.tenant, &cmd.client, now)?;
        let event = event.with_user(state.user).with_session(state.session);
        self.commit_revoking(tx, vec![self.revocation(&state.tenant, what, now)], event)
            .await?;
        Err(Code::RefreshReused.into())
    }
}
