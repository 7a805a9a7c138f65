//! Every route of every profile against every kind of caller: what a route says about itself is what it does.

#[path = "matrix/callers.rs"]
mod callers;
#[path = "matrix/lists.rs"]
mod lists;
#[path = "matrix/routes.rs"]
mod routes;
