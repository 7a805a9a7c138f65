//! One file per route: parse, call the flow, render.

pub(crate) mod health;
pub(crate) mod jwks;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod profile;
pub(crate) mod refresh;
pub(crate) mod register;
