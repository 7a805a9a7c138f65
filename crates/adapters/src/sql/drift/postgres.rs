//! The schema as PostgreSQL tells it, and the expected one as temporary tables.

use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{Connection as _, Executor as _};

use super::super::migrate::{POSTGRES, unreadable};
use super::{Drift, FactRow, Schema, applied, differences, fact, fix, tables};
use crate::schema::{ListedMigration, MigrateError};

/// `$1`: of the temporary tables of this connection, rather than of its schema. `$2`: of these tables, or of all.
///
/// The server writes both in the same words, since it has made both. `pretty` (the last argument of `pg_get_…`)
/// leaves the schema out.
const FACTS: &str = "WITH t AS (
         SELECT c.oid, c.relname, c.relkind, c.relpersistence, c.relrowsecurity
           FROM pg_class c
          WHERE c.relnamespace = CASE WHEN $1 THEN pg_my_temp_schema()
                                      ELSE (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) END
            AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ($2::text[] IS NULL OR c.relname::text = ANY ($2))
     )
     SELECT t.relname::text AS of_table, 'table' AS kind, '' AS name,
            CASE t.relkind WHEN 'r' THEN 'TABLE' WHEN 'p' THEN 'PARTITIONED TABLE' ELSE 'VIEW OR FOREIGN TABLE' END
            || CASE t.relpersistence WHEN 'u' THEN ' UNLOGGED' ELSE '' END
            || CASE WHEN t.relrowsecurity THEN ' WITH ROW LEVEL SECURITY' ELSE '' END AS whole,
            FALSE AS is_required, NULL::text AS default_value, '' AS more
       FROM t
     UNION ALL
     SELECT t.relname::text, 'column', a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
            CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
            CASE WHEN a.attidentity <> '' THEN ' GENERATED AS IDENTITY' ELSE '' END
            || CASE WHEN a.attgenerated <> '' THEN ' GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ')'
                    ELSE '' END
            || CASE WHEN a.attcollation <> y.typcollation
                    THEN ' COLLATE ' || (SELECT collname FROM pg_collation WHERE oid = a.attcollation) ELSE '' END
       FROM t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
       JOIN pg_type y ON y.oid = a.atttypid
       LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     UNION ALL
     SELECT t.relname::text, 'constraint', k.conname::text, pg_get_constraintdef(k.oid, TRUE), FALSE, NULL, ''
       FROM t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype IN ('p', 'u', 'f', 'c', 'x')
     UNION ALL
     SELECT t.relname::text, 'index', x.relname::text,
            pg_get_indexdef(i.indexrelid, 0, TRUE) || CASE WHEN i.indisvalid THEN '' ELSE ' (INVALID)' END, FALSE, NULL, ''
       FROM t JOIN pg_index i ON i.indrelid = t.oid JOIN pg_class x ON x.oid = i.indexrelid
      WHERE NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
     UNION ALL
     SELECT t.relname::text, 'trigger', g.tgname::text, pg_get_triggerdef(g.oid, TRUE), FALSE, NULL, ''
       FROM t JOIN pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal";

pub(super) async fn list(pool: &PgPool, listed: &[ListedMigration]) -> Result<Vec<Drift>, MigrateError> {
    // Not one of the pool, where an application may have temporary tables of its own.
    let connecting = PgConnection::connect_with(&pool.connect_options()).await;
    let mut conn = connecting.map_err(unreadable)?;
    let expected = expected(&mut conn, listed).await.map_err(|error| match error {
        sqlx::Error::Database(_) => MigrateError::NoScratch(Box::new(error)),
        other => unreadable(other),
    })?;
    let found = read(&mut conn, Some(tables(&expected)))
        .await
        .map_err(unreadable)?;
    let _ = conn.close().await; // it has done its work
    Ok(differences(&expected, &found, fix::on_postgres))
}

/// What the migrations make. Nothing of it is committed.
async fn expected(conn: &mut PgConnection, listed: &[ListedMigration]) -> Result<Schema, sqlx::Error> {
    let mut tx = conn.begin().await?;
    tx.execute("SET LOCAL search_path = pg_temp").await?;
    for migration in applied(&POSTGRES, listed) {
        tx.execute(migration.sql.clone()).await?;
    }
    let schema = read(&mut tx, None).await?;
    tx.rollback().await?;
    Ok(schema)
}

/// `only`: these tables of the schema of the connection; without it, its temporary tables.
async fn read(conn: &mut PgConnection, only: Option<Vec<String>>) -> Result<Schema, sqlx::Error> {
    let rows: Vec<FactRow> = sqlx::query_as(FACTS)
        .bind(only.is_none())
        .bind(only)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().filter_map(fact).collect())
}
