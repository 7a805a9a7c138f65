//! The examples of docs/guide/migration.md are hashes that can be imported.
