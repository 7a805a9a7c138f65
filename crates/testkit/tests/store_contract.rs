//! One contract for every method of every store port, on SQLite and PostgreSQL, through the port alone.

mod contract;
