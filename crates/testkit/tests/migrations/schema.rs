//! A schema as sorted lines that read the same for both engines.

use std::collections::BTreeSet;

use horizon_auth_testkit::{Database, Kind};
use sqlx::Connection as _;

/// Tables, columns, keys, indexes and foreign keys; one line each, without names that dialects choose.
pub(crate) async fn describe(database: &Database) -> BTreeSet<String> {
    match database.kind {
        Kind::Sqlite => describe_sqlite(&database.url).await,
        Kind::Postgres => describe_postgres(&database.url).await,
    }
}

/// Primary keys, unique constraints, unique indexes and indexes by what they hold; partial ones
/// with their condition. The text of an index is all that SQLite keeps of its condition.
const SQLITE: &[&str] = &[
    "SELECT 'table ' || name FROM pragma_table_list
      WHERE type = 'table' AND schema = 'main' AND name NOT LIKE 'sqlite_%' AND name <> '_horizon_auth_migrations'",
    "SELECT 'column ' || t.name || '.' || c.name || ' ' || lower(c.type)
            || CASE WHEN c.\"notnull\" = 1 THEN ' not null' ELSE '' END
            || CASE WHEN c.dflt_value IS NULL THEN '' ELSE ' default ' || c.dflt_value END
       FROM sqlite_master t, pragma_table_xinfo(t.name) c
      WHERE t.type = 'table' AND t.name <> '_horizon_auth_migrations'",
    "SELECT CASE i.origin WHEN 'pk' THEN 'primary key ' ELSE iif(i.\"unique\", 'unique ', 'index ') END
            || t.name || ' (' || (SELECT group_concat(k.name, ', ' ORDER BY k.seqno) FROM pragma_index_info(i.name) k)
            || ')' || CASE i.partial WHEN 1 THEN ' where ' || (
                 SELECT lower(substr(m.sql, instr(m.sql, ' WHERE ') + 7)) FROM sqlite_master m WHERE m.name = i.name)
               ELSE '' END
       FROM sqlite_master t, pragma_index_list(t.name) i
      WHERE t.type = 'table' AND t.name <> '_horizon_auth_migrations'",
    "SELECT 'named index ' || name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "SELECT 'foreign key ' || t.name || ' (' || group_concat(f.\"from\", ', ' ORDER BY f.seq) || ') to ' || f.\"table\"
            || ' (' || group_concat(f.\"to\", ', ' ORDER BY f.seq) || ') on delete ' || lower(f.on_delete)
            || ' on update ' || lower(f.on_update)
       FROM sqlite_master t, pragma_foreign_key_list(t.name) f
      WHERE t.type = 'table' GROUP BY t.name, f.id",
    "SELECT type || ' ' || name FROM sqlite_master WHERE type NOT IN ('table', 'index')",
];

const POSTGRES: &[&str] = &[
    "SELECT 'table ' || table_name FROM information_schema.tables
      WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name <> '_horizon_auth_migrations'",
    "SELECT 'column ' || table_name || '.' || column_name || ' '
            || CASE data_type WHEN 'uuid' THEN 'blob' WHEN 'bytea' THEN 'blob' WHEN 'bigint' THEN 'integer'
                              ELSE data_type END
            || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
            || CASE WHEN column_default IS NULL THEN '' ELSE ' default ' || column_default END
       FROM information_schema.columns
      WHERE table_schema = current_schema() AND table_name <> '_horizon_auth_migrations'",
    "SELECT CASE WHEN i.indisprimary THEN 'primary key ' WHEN i.indisunique THEN 'unique ' ELSE 'index ' END
            || t.relname || ' (' || (
                 SELECT string_agg(a.attname, ', ' ORDER BY k.place)
                   FROM unnest(i.indkey) WITH ORDINALITY k (attnum, place)
                   JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum)
            || ')' || COALESCE(' where ' || lower(translate(pg_get_expr(i.indpred, i.indrelid), '()', '')), '')
       FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
      WHERE n.nspname = current_schema() AND t.relname <> '_horizon_auth_migrations'",
    // An index that a constraint made has the name of the constraint, which SQLite does not give.
    "SELECT 'named index ' || c.relname FROM pg_index i
       JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = current_schema() AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid
                                                            AND k.contype IN ('p', 'u'))",
    "SELECT 'foreign key ' || t.relname || ' (' || (
                 SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest(c.conkey) WITH ORDINALITY k (n, place)
                   JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n)
            || ') to ' || r.relname || ' (' || (
                 SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest(c.confkey) WITH ORDINALITY k (n, place)
                   JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.n)
            || ') on delete ' || CASE c.confdeltype WHEN 'c' THEN 'cascade' WHEN 'a' THEN 'no action'
                                                    WHEN 'n' THEN 'set null' ELSE c.confdeltype::text END
            || ' on update ' || CASE c.confupdtype WHEN 'c' THEN 'cascade' WHEN 'a' THEN 'no action'
                                                   WHEN 'n' THEN 'set null' ELSE c.confupdtype::text END
       FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class r ON r.oid = c.confrelid
       JOIN pg_namespace n ON n.oid = t.relnamespace
      WHERE c.contype = 'f' AND n.nspname = current_schema()",
    "SELECT 'check ' || c.conname FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
      WHERE c.contype NOT IN ('p', 'u', 'f', 'n') AND n.nspname = current_schema()",
    "SELECT 'trigger ' || g.tgname::text FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid
       JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = current_schema() AND NOT g.tgisinternal",
    "SELECT 'view ' || table_name FROM information_schema.views WHERE table_schema = current_schema()",
];

async fn describe_sqlite(url: &str) -> BTreeSet<String> {
    // Without tables there may be no file yet.
    let options: sqlx::sqlite::SqliteConnectOptions = url.parse().unwrap();
    let mut conn = sqlx::SqliteConnection::connect_with(&options.create_if_missing(true))
        .await
        .unwrap();
    let mut lines = BTreeSet::new();
    for sql in SQLITE {
        let found: Vec<String> = sqlx::query_scalar(*sql).fetch_all(&mut conn).await.unwrap();
        lines.extend(found);
    }
    lines
}

async fn describe_postgres(url: &str) -> BTreeSet<String> {
    let mut conn = sqlx::PgConnection::connect(url).await.unwrap();
    let mut lines = BTreeSet::new();
    for sql in POSTGRES {
        let found: Vec<String> = sqlx::query_scalar(*sql).fetch_all(&mut conn).await.unwrap();
        // PostgreSQL writes the type behind each text.
        lines.extend(found.iter().map(|line| line.replace("'::text", "'")));
    }
    lines
}
