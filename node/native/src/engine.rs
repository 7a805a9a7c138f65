//! The class `Engine`.
//!
//! Its methods take what they need on the thread of JavaScript and hand the rest to the runtime, so that calls stand in
//! the order in which they were made.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::Uri;
use horizon_auth::Code;
use horizon_auth::commands::CountHitCommand;
use horizon_auth::types::Rate;
use napi::bindgen_prelude::{Env, PromiseRaw};
use napi::{Error, Status};
use napi_derive::napi;

use crate::admit::{Soon, at_once, of_token};
use crate::calls;
use crate::events::EventFunction;
use crate::fault::Moment;
use crate::mailer::MailFunction;
use crate::open::{Functions, open};
use crate::request::{self, RawRequest};
use crate::service::{Service, root};
use crate::shapes::{Answer, Facts, Outcome, Problem, outcome};

/// Why an application without an engine cannot do something.
const ELSEWHERE: &str = "there are no accounts here: with ssoMode the engine is elsewhere";

/// Functions of the application that the engine calls.
#[napi(object, object_to_js = false)]
pub struct Hooks {
    pub send_mail: Option<MailFunction>,
    pub on_event: Option<EventFunction>,
}

/// A running engine.
#[napi]
pub struct Engine(pub(crate) Arc<Service>);

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Engine")
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hooks")
    }
}

#[napi]
impl Engine {
    /// Starts an engine, or what verifies for one.
    #[napi(catch_unwind)]
    pub fn open(
        env: &Env,
        options: String,
        folder: String,
        hooks: Hooks,
    ) -> napi::Result<PromiseRaw<'_, Engine>> {
        let functions = Functions {
            send_mail: hooks.send_mail,
            on_event: hooks.on_event,
        };
        env.spawn_future(async move {
            let opened = open(options, PathBuf::from(folder), functions).await;
            let service = opened.map_err(|message| Error::new(Status::InvalidArg, message))?;
            Ok(Self(Arc::new(service)))
        })
    }

    /// A request through the router.
    #[napi(catch_unwind)]
    pub fn handle<'e>(
        &self,
        env: &'e Env,
        method: String,
        uri: String,
        headers: String,
        lines: u32,
        body: Option<&[u8]>,
        ip: Option<String>,
        tenant_id: Option<String>,
        is_late: Option<bool>,
    ) -> napi::Result<Soon<'e, Answer>> {
        let service = Arc::clone(&self.0);
        let begun = service.begin();
        let body = body.map(Bytes::copy_from_slice).unwrap_or_default();
        let request = RawRequest {
            method,
            uri,
            headers,
            lines,
            ip,
            tenant: tenant_id,
            is_late: is_late.unwrap_or(false),
        };
        at_once(env, async move {
            let (response, _under_way) = match begun {
                Ok(under_way) => (service.handle(request, body).await, Some(under_way)),
                Err(closed) => (service.refuse(closed, &place(&request.uri)), None),
            };
            Ok(Answer::of(response).await)
        })
    }

    /// Who sends a request.
    #[napi(catch_unwind)]
    pub fn admit<'e>(
        &self,
        env: &'e Env,
        method: String,
        uri: String,
        headers: String,
        lines: u32,
        ip: Option<String>,
        tenant_id: Option<String>,
    ) -> napi::Result<Soon<'e, Outcome>> {
        let service = Arc::clone(&self.0);
        let begun = service.begin();
        let request = RawRequest {
            method,
            uri,
            headers,
            lines,
            ip,
            tenant: tenant_id,
            is_late: false,
        };
        at_once(env, async move {
            Ok(outcome(match begun {
                Ok(_under_way) => service.admit(request).await,
                Err(closed) => Err(request::problem(service.gate(), closed, &place(&request.uri))),
            }))
        })
    }

    /// Whether a page of the application itself can have caused a request, on routes that ask nobody who calls.
    #[napi(catch_unwind)]
    pub fn expect_own_page(
        &self,
        method: String,
        uri: String,
        headers: String,
        lines: u32,
        ip: Option<String>,
        tenant_id: Option<String>,
    ) -> Option<Problem> {
        let at = place(&uri);
        let request = RawRequest {
            method,
            uri,
            headers,
            lines,
            ip,
            tenant: tenant_id,
            is_late: false,
        };
        let gate = self.0.gate();
        let checked = self.0.begin().and_then(|_under_way| {
            let parts = request.parts()?;
            gate.expect_own_page(&parts)
        });
        checked.err().map(|error| request::problem(gate, error, &at))
    }

    /// An access token alone, with revocation.
    #[napi(catch_unwind)]
    pub fn verify_access_token<'e>(
        &self,
        env: &'e Env,
        token: String,
        tenant_id: Option<String>,
    ) -> napi::Result<Soon<'e, Outcome>> {
        let service = Arc::clone(&self.0);
        let begun = service.begin();
        at_once(env, async move {
            let verified = match begun {
                Ok(_under_way) => service.verify(&token, tenant_id.as_deref()).await,
                Err(closed) => Err(closed),
            };
            Ok(outcome(verified.map_err(|error| {
                request::problem(service.gate(), error, &root())
            })))
        })
    }

    /// Signature, times, issuer and audience alone.
    #[napi(catch_unwind)]
    pub fn verify_access_token_sync(&self, token: String) -> Outcome {
        let verified = self
            .0
            .begin()
            .and_then(|_under_way| self.0.verify_signature(&token));
        outcome(
            verified
                .and_then(|token| of_token(&token))
                .map_err(|error| request::problem(self.0.gate(), error, &root())),
        )
    }

    /// Counts a hit of the host's own rule.
    #[napi(catch_unwind)]
    pub fn limit<'e>(
        &self,
        env: &'e Env,
        rule: String,
        key: String,
        limit: u32,
        seconds: u32,
        uri: String,
    ) -> napi::Result<PromiseRaw<'e, Option<Problem>>> {
        let service = Arc::clone(&self.0);
        let begun = service.begin();
        let rate = rate(limit, seconds)?;
        env.spawn_future(async move {
            let cmd = CountHitCommand {
                rule: &rule,
                key: &key,
                rate,
            };
            let counted = match begun {
                Ok(_under_way) => service.count_hit(cmd).await,
                Err(closed) => Err(closed),
            };
            Ok(counted
                .err()
                .map(|error| request::problem(service.gate(), error, &place(&uri))))
        })
    }

    /// A service call: JSON in, JSON out.
    #[napi(catch_unwind)]
    pub fn call<'e>(&self, env: &'e Env, name: String, args: String) -> napi::Result<PromiseRaw<'e, String>> {
        let service = Arc::clone(&self.0);
        let begun = service.begin();
        env.spawn_future(async move {
            service.fault.meet(Moment::Work);
            match (begun, service.auth()) {
                (Ok(_under_way), Some(auth)) => calls::call(auth, service.gate(), &name, &args)
                    .await
                    .map_err(|what| Error::new(Status::InvalidArg, what)),
                (Ok(_), None) => Err(Error::new(Status::InvalidArg, ELSEWHERE)),
                (Err(closed), _) => Ok(calls::refused(service.gate(), closed).to_string()),
            }
        })
    }

    /// What a front end must know of the settings.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn facts(&self) -> Facts {
        self.0.facts.clone()
    }

    /// The refusal for a code.
    #[napi(catch_unwind)]
    pub fn problem(&self, code: String, uri: String) -> napi::Result<Problem> {
        Ok(request::problem(self.0.gate(), known(&code)?, &place(&uri)))
    }

    /// The answer for a code, as the router would give it.
    #[napi(catch_unwind)]
    pub fn answer(&self, code: String, uri: String) -> napi::Result<Problem> {
        Ok(request::in_memory(self.0.refuse(known(&code)?, &place(&uri))))
    }

    /// Lets what is under way finish, and ends the engine.
    #[napi(catch_unwind)]
    pub fn close<'e>(&self, env: &'e Env) -> napi::Result<PromiseRaw<'e, ()>> {
        let service = Arc::clone(&self.0);
        let is_first = service.refuse_from_now();
        env.spawn_future(async move {
            service.close(is_first).await;
            Ok(())
        })
    }
}

/// A code of the catalogue.
fn known(code: &str) -> napi::Result<Code> {
    let known = Code::ALL.iter().copied().find(|known| known.wire() == code);
    known.ok_or_else(|| {
        let what = "there is no such code in docs/reference/errors.md";
        Error::new(Status::InvalidArg, what)
    })
}

/// A rate that can be counted.
fn rate(limit: u32, seconds: u32) -> napi::Result<Rate> {
    const MOST_HITS: u32 = 100_000;
    const DAY: u32 = 24 * 60 * 60;
    if !(1..=MOST_HITS).contains(&limit) || !(1..=DAY).contains(&seconds) {
        let what = "a limit is 1 to 100000 hits within 1 to 86400 seconds";
        return Err(Error::new(Status::InvalidArg, what));
    }
    Ok(Rate::per_seconds(limit, u64::from(seconds)))
}

/// A request for an address, or for the root if it is none.
fn place(uri: &str) -> axum::http::request::Parts {
    request::blank(uri.parse().unwrap_or_else(|_| Uri::from_static("/")))
}
