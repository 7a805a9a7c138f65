//! The program as a person or an init system meets it: started, talked to, stopped.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may panic like tests"
)]

#[path = "program/abuse.rs"]
mod abuse;
#[path = "program/audit.rs"]
mod audit;
#[path = "program/config.rs"]
mod config;
#[path = "program/dev.rs"]
mod dev;
#[path = "program/dev_sso.rs"]
mod dev_sso;
#[path = "program/doctor.rs"]
mod doctor;
#[path = "program/drain.rs"]
mod drain;
#[path = "program/health.rs"]
mod health;
#[path = "program/help.rs"]
mod help;
#[path = "program/keys.rs"]
mod keys;
#[path = "program/logs.rs"]
mod logs;
#[path = "program/mail.rs"]
mod mail;
#[path = "program/migrate.rs"]
mod migrate;
#[path = "program/nodes.rs"]
mod nodes;
#[path = "program/pepper.rs"]
mod pepper;
#[path = "program/routes.rs"]
mod routes;
#[path = "program/serve.rs"]
mod serve;
#[path = "program/support.rs"]
mod support;
#[path = "program/tenants.rs"]
mod tenants;
#[path = "program/users/mod.rs"]
mod users;
