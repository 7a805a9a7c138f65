//! The routes below `/auth`.

mod account;
mod account_delete;
mod account_races;
mod email_change;
mod expiry;
mod login;
mod logout;
mod password_change;
mod password_reset;
mod password_reset_request;
mod prehijack;
mod profile;
mod refresh;
mod refresh_cookie;
mod refresh_origin;
mod refresh_reuse;
mod register;
mod register_private;
mod verify_email;
mod verify_email_proof;
mod walk;
