//! Answers that are given at once if nothing has to be waited for, and how an identity looks.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use horizon_auth::types::{Identity as Person, Role, SessionId, TokenId, UserId, VerifiedToken};
use horizon_auth::{Code, CurrentUser, Error};
use napi::bindgen_prelude::{Either, Env, PromiseRaw, ToNapiValue, within_runtime_if_available};
use serde::Serialize;

/// A value, or the promise of one.
pub(crate) type Soon<'e, T> = Either<T, PromiseRaw<'e, T>>;

/// Looks once whether the future is ready. If it is not, it goes on within the runtime.
///
/// The first look has a waker that wakes nobody: the runtime looks again as soon as it has the future, which leaves
/// its own waker then.
pub(crate) fn at_once<T: ToNapiValue + Send + 'static>(
    env: &Env,
    future: impl Future<Output = napi::Result<T>> + Send + 'static,
) -> napi::Result<Soon<'_, T>> {
    let mut future: Pin<Box<dyn Future<Output = napi::Result<T>> + Send>> = Box::pin(future);
    let mut context = Context::from_waker(Waker::noop());
    // Within the runtime, because what is polled may start tasks and look at its clock.
    match within_runtime_if_available(|| future.as_mut().poll(&mut context)) {
        Poll::Ready(value) => Ok(Either::A(value?)),
        Poll::Pending => Ok(Either::B(env.spawn_future(future)?)),
    }
}

/// An identity as JavaScript sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Identity<'a> {
    sub: &'a UserId,
    email: &'a str,
    tenant_id: &'a str,
    roles: &'a [Role],
    sid: &'a SessionId,
    kind: &'static str,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    token: Option<Token<'a>>,
}

/// What only tokens say.
#[derive(Serialize)]
struct Token<'a> {
    jti: &'a TokenId,
    iss: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

/// A caller as JSON.
pub(crate) fn identity(user: &CurrentUser) -> Result<String, Error> {
    match user.token() {
        Some(token) => of_token(token),
        None => written(user, None),
    }
}

/// The bearer of a token as JSON.
pub(crate) fn of_token(token: &VerifiedToken) -> Result<String, Error> {
    let of = Token {
        jti: &token.jti,
        iss: &token.iss,
        aud: &token.aud,
        iat: token.iat,
        exp: token.exp,
    };
    written(&token.identity, Some(of))
}

fn written(person: &Person, token: Option<Token<'_>>) -> Result<String, Error> {
    let identity = Identity {
        sub: &person.id,
        email: &person.email,
        tenant_id: person.tenant.as_str(),
        roles: &person.roles,
        sid: &person.session,
        kind: if token.is_some() { "token" } else { "session" },
        token,
    };
    // Nothing in it can fail to be written; if it did, nobody would be let in.
    serde_json::to_string(&identity).map_err(|_| Code::Internal.into())
}
