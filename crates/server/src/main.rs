//! The program `horizon-auth`.

fn main() {}
