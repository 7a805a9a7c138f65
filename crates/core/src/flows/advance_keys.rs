//! Housekeeping of keys: the step that is due, taken by whichever node comes first.

use crate::auth::Auth;
use crate::domain::audit::Event;
use crate::domain::client::Client;
use crate::domain::key::Algorithm;
use crate::domain::key_state::{KeyState, KeyStep, KeyTimes};
use crate::domain::time::Timestamp;
use crate::error::Error;
use crate::ports::store::Tx;

impl Auth {
    /// Takes the steps of keys that are due. Only nodes that can open them take part.
    ///
    /// # Errors
    /// `unavailable`, `internal`; what is due stays so.
    pub(super) async fn advance_keys(&self) -> Result<(), Error> {
        let now = self.now();
        if self.tokens().sealing_keys().is_empty() {
            return Ok(());
        }
        while let Some(step) = self.due_step(now).await {
            match step {
                KeyStep::Renew { algorithm } => self.renew(algorithm, now).await?,
                KeyStep::Promote { .. } | KeyStep::Forget { .. } => self.take_step(&step, now).await?,
            }
            self.follow_keys().await?;
        }
        Ok(())
    }

    /// What is due as far as this node knows, and can be done by it.
    async fn due_step(&self, now: Timestamp) -> Option<KeyStep> {
        let known = self.keys().turn().await;
        let step = KeyStep::due(&known.stored, &KeyTimes::of(self.policy()), now)?;
        if let KeyStep::Promote { next, .. } = &step {
            let next = known.stored.iter().find(|key| key.kid == *next)?;
            // The key would be nobody's. Its own sealing key may be on another node.
            self.open_key(next)?;
        }
        Some(step)
    }

    /// Takes a step if it is still due by what SQL says now. The row that is locked first makes one node
    /// after the other judge, each by what the one before has committed.
    async fn take_step(&self, step: &KeyStep, now: Timestamp) -> Result<(), Error> {
        let client = Client::local(self.fresh_request_id()?);
        let mut tx = self.store().begin().await?;
        tx.lock_key_set().await?;
        let stored = tx.list_signing_keys().await?;
        if KeyStep::due(&stored, &KeyTimes::of(self.policy()), now).as_ref() != Some(step) {
            return Ok(());
        }
        let event = match step {
            KeyStep::Promote { next, active } => {
                self.promote(&mut *tx, next, active.as_deref(), now).await?;
                Event::KeyRotated
            }
            KeyStep::Forget { kid } => {
                expect(
                    tx.change_key_state(kid, KeyState::Retiring, KeyState::Gone, now)
                        .await?,
                )?;
                tracing::info!(kid, "a key is gone: its last tokens have expired");
                Event::KeyRetired
            }
            KeyStep::Renew { .. } => return Ok(()),
        };
        let row = self.event(event, &self.policy().default_tenant, &client, now)?;
        self.commit(tx, row).await
    }

    /// The next key signs, and the active one retires. In this order: there is never more than one.
    pub(super) async fn promote(
        &self,
        tx: &mut dyn Tx,
        next: &str,
        active: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Error> {
        if let Some(active) = active {
            expect(
                tx.change_key_state(active, KeyState::Active, KeyState::Retiring, now)
                    .await?,
            )?;
        }
        expect(
            tx.change_key_state(next, KeyState::Next, KeyState::Active, now)
                .await?,
        )?;
        tracing::info!(kid = next, "signing with this key from now on");
        Ok(())
    }

    /// Publishes another key because the active one is old.
    async fn renew(&self, algorithm: Algorithm, now: Timestamp) -> Result<(), Error> {
        let client = Client::local(self.fresh_request_id()?);
        match self.insert_next(algorithm, &client, now).await {
            // Another node has done it.
            Ok(_) | Err(Error::Keys(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Under the lock, what was just read is so.
fn expect(changed: bool) -> Result<(), Error> {
    if changed {
        Ok(())
    } else {
        Err(Error::Internal(
            "a key changed its state while the key set was locked",
        ))
    }
}
