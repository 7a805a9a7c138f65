//! The routes below `/auth`.

mod expiry;
mod login;
mod logout;
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
