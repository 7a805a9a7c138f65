//! Answers that are given at once if nothing has to be waited for, and how an identity looks.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use horizon_auth::CurrentUser;
use horizon_auth::types::{Identity as Person, VerifiedToken};
use napi::bindgen_prelude::{Either, Env, PromiseRaw, ToNapiValue, within_runtime_if_available};

use crate::shapes::Identity;

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

/// A caller as JavaScript sees it.
pub(crate) fn identity(user: &CurrentUser) -> Identity {
    match user.token() {
        Some(token) => of_token(token),
        None => person(user, "session"),
    }
}

/// The bearer of a token as JavaScript sees it.
pub(crate) fn of_token(token: &VerifiedToken) -> Identity {
    Identity {
        jti: Some(token.jti.to_string()),
        iss: Some(token.iss.clone()),
        aud: Some(token.aud.clone()),
        iat: Some(token.iat),
        exp: Some(token.exp),
        ..person(&token.identity, "token")
    }
}

fn person(person: &Person, kind: &'static str) -> Identity {
    Identity {
        sub: person.id.to_string(),
        email: person.email.clone(),
        tenant_id: person.tenant.as_str().to_owned(),
        roles: person.roles.iter().map(|role| role.as_str().to_owned()).collect(),
        sid: person.session.to_string(),
        kind,
        jti: None,
        iss: None,
        aud: None,
        iat: None,
        exp: None,
    }
}
