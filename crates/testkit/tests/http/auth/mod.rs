//! The routes below `/auth`.

mod expiry;
mod login;
mod logout;
mod profile;
mod refresh;
mod refresh_cookie;
mod refresh_origin;
mod refresh_reuse;
mod register;
mod register_private;
mod walk;
