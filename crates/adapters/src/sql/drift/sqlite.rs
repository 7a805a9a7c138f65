//! The schema as SQLite tells it, and the expected one in memory.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePool};
use sqlx::{Connection as _, Executor as _};

use super::super::migrate::{SQLITE, unreadable};
use super::{Drift, FactRow, Kind, Saying, Schema, Subject, applied, differences, fact, fix, tables};
use crate::schema::{ListedMigration, MigrateError};

/// Constraints have no names here: they go by what they say.
const FACTS: &str = "SELECT t.name AS of_table, 'table' AS kind, '' AS name,
            upper(l.type) || iif(l.strict, ' STRICT', '') || iif(l.wr, ' WITHOUT ROWID', '') AS whole,
            FALSE AS is_required, NULL AS default_value, '' AS more
       FROM sqlite_master t JOIN pragma_table_list l ON l.name = t.name AND l.schema = 'main'
      WHERE t.type IN ('table', 'view') AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
     UNION ALL
     SELECT t.name, 'column', c.name, c.type, c.\"notnull\" <> 0, c.dflt_value, iif(c.hidden = 0, '', ' GENERATED')
       FROM sqlite_master t, pragma_table_xinfo(t.name) c WHERE t.type = 'table'
     UNION ALL
     SELECT q.of_table, 'constraint', q.what, q.what, FALSE, NULL, ''
       FROM (SELECT t.name AS of_table, iif(i.origin = 'pk', 'PRIMARY KEY (', 'UNIQUE (')
                    || (SELECT group_concat(k.name || iif(k.\"desc\", ' DESC', '') || iif(k.coll = 'BINARY', '', ' COLLATE ' || k.coll),
                                            ', ' ORDER BY k.seqno) FROM pragma_index_xinfo(i.name) k WHERE k.key) || ')' AS what
               FROM sqlite_master t, pragma_index_list(t.name) i WHERE t.type = 'table' AND i.origin IN ('pk', 'u')) q
     UNION ALL
     SELECT q.of_table, 'constraint', q.what, q.what, FALSE, NULL, ''
       FROM (SELECT t.name AS of_table,
                    'FOREIGN KEY (' || group_concat(f.\"from\", ', ' ORDER BY f.seq) || ') REFERENCES ' || f.\"table\" || ' ('
                    || group_concat(f.\"to\", ', ' ORDER BY f.seq) || ') ON DELETE ' || f.on_delete || ' ON UPDATE ' || f.on_update
                    AS what
               FROM sqlite_master t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table' GROUP BY t.name, f.id) q
     UNION ALL
     SELECT m.tbl_name, m.type, m.name, m.sql, FALSE, NULL, ''
       FROM sqlite_master m WHERE m.type IN ('index', 'trigger') AND m.sql IS NOT NULL";

pub(super) async fn list(
    readers: &SqlitePool,
    listed: &[ListedMigration],
) -> Result<Vec<Drift>, MigrateError> {
    let expected = expected(listed)
        .await
        .map_err(|error| MigrateError::NoScratch(Box::new(error)))?;
    let found = async { read(&mut *readers.acquire().await?).await };
    let mut found = found.await.map_err(unreadable)?;
    let ours = tables(&expected);
    found.retain(|subject, _| ours.contains(&subject.table));
    Ok(differences(&expected, &found, fix::on_sqlite))
}

/// What the migrations make, in memory.
async fn expected(listed: &[ListedMigration]) -> Result<Schema, sqlx::Error> {
    let options = SqliteConnectOptions::new().in_memory(true);
    let mut conn = SqliteConnection::connect_with(&options).await?;
    for migration in applied(&SQLITE, listed) {
        conn.execute(migration.sql.clone()).await?;
    }
    read(&mut conn).await
}

async fn read(conn: &mut SqliteConnection) -> Result<Schema, sqlx::Error> {
    let rows: Vec<FactRow> = sqlx::query_as(FACTS).fetch_all(&mut *conn).await?;
    let mut schema: Schema = rows.into_iter().filter_map(fact).collect();
    // No pragma tells of these.
    let texts: Vec<(String, String)> =
        sqlx::query_as("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL")
            .fetch_all(conn)
            .await?;
    for (table, text) in texts {
        for check in checks(&text) {
            let subject = Subject {
                table: table.clone(),
                kind: Kind::Constraint,
                name: check.clone(),
            };
            let saying = Saying {
                whole: check,
                column: None,
            };
            schema.insert(subject, saying);
        }
    }
    Ok(schema)
}

/// The `CHECK (…)` of a table's text, with single spaces. Comments and quoted text are stepped over.
fn checks(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut check: Option<(usize, String)> = None;
    let mut word = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let mut piece = String::from(c);
        match c {
            '\'' | '"' | '`' => {
                for inner in rest.by_ref() {
                    piece.push(inner);
                    if inner == c {
                        break; // a doubled quote begins another piece, which comes to the same
                    }
                }
            }
            '-' if rest.peek() == Some(&'-') => {
                rest.by_ref().find(|inner| *inner == '\n');
                piece = String::from(' ');
            }
            '(' => {
                if word.eq_ignore_ascii_case("check") && check.is_none() {
                    check = Some((depth, String::from("CHECK ")));
                }
                depth += 1;
            }
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        // Spaces between a word and its bracket do not end it.
        let joins = c.is_whitespace() && !rest.peek().is_some_and(|next| next.is_alphanumeric());
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
        } else if !joins {
            word.clear();
        }
        if let Some((outside, said)) = &mut check {
            said.push_str(&piece);
            if c == ')' && depth == *outside {
                found.push(said.split_whitespace().collect::<Vec<_>>().join(" "));
                check = None;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_found_whatever_stands_around_them() {
        let text = "CREATE TABLE t (a TEXT CHECK (a IN ('x)', 'y')),  -- CHECK (no)\n \"check\" INTEGER,\n b INTEGER check(b >\n  (1 + 2)))";
        assert_eq!(checks(text), ["CHECK (a IN ('x)', 'y'))", "CHECK (b > (1 + 2))"]);
        assert!(checks("CREATE TABLE t (checked INTEGER, d TEXT DEFAULT 'CHECK (x)')").is_empty());
    }
}
