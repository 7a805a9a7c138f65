//! One statement, two engines.

/// Runs one SQL literal on whichever engine the connection belongs to.
///
/// `sql!(fetch_optional Row, self, "…", args)` maps rows to `Row` (any
/// `FromRow`); `sql!(execute, self, "…", args)` gives the number of rows
/// touched. The text is a literal, so no statement is ever built from strings.
/// Where dialects differ: `postgres: "…", sqlite: "…"` in place of the literal.
macro_rules! sql {
    (execute, $db:expr, postgres: $pg:literal, sqlite: $lite:literal $(, $arg:expr)* $(,)?) => {{
        let timing = $crate::sql::meter::Timing::of_statement();
        let done = match $db.conn() {
            #[cfg(feature = "postgres")]
            $crate::sql::conn::Conn::Pg(conn) => {
                sqlx::query($pg)$(.bind($arg))*.execute(conn).await.map(|done| done.rows_affected())
            }
            #[cfg(feature = "sqlite")]
            $crate::sql::conn::Conn::Sqlite(conn) => {
                sqlx::query($lite)$(.bind($arg))*.execute(conn).await.map(|done| done.rows_affected())
            }
        };
        let done = done.map_err($crate::sql::error::store_error);
        timing.end(&$db.meter().statement, &done);
        done
    }};
    (execute, $db:expr, $text:literal $(, $arg:expr)* $(,)?) => {
        sql!(execute, $db, postgres: $text, sqlite: $text $(, $arg)*)
    };
    ($fetch:ident $row:ty, $db:expr, postgres: $pg:literal, sqlite: $lite:literal $(, $arg:expr)* $(,)?) => {{
        let timing = $crate::sql::meter::Timing::of_statement();
        let found = match $db.conn() {
            #[cfg(feature = "postgres")]
            $crate::sql::conn::Conn::Pg(conn) => {
                sqlx::query_as::<_, $row>($pg)$(.bind($arg))*.$fetch(conn).await
            }
            #[cfg(feature = "sqlite")]
            $crate::sql::conn::Conn::Sqlite(conn) => {
                sqlx::query_as::<_, $row>($lite)$(.bind($arg))*.$fetch(conn).await
            }
        };
        let found = found.map_err($crate::sql::error::store_error);
        timing.end(&$db.meter().statement, &found);
        found
    }};
    ($fetch:ident $row:ty, $db:expr, $text:literal $(, $arg:expr)* $(,)?) => {
        sql!($fetch $row, $db, postgres: $text, sqlite: $text $(, $arg)*)
    };
}

/// A struct that is read from the columns of the same names; a part behind `..` is a row of its own.
///
/// In place of sqlx's derive, for which a second copy of both drivers would have to be compiled.
macro_rules! row {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $($field_vis:vis $field:ident: $type:ty,)*
            $(..$part:ident: $part_type:ty,)?
        }
    ) => {
        $(#[$meta])*
        $vis struct $name {
            $($field_vis $field: $type,)*
            $($part: $part_type,)?
        }

        impl<'r, R: sqlx::Row> sqlx::FromRow<'r, R> for $name
        where
            &'static str: sqlx::ColumnIndex<R>,
            $($type: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,)*
            $($part_type: sqlx::FromRow<'r, R>,)?
        {
            fn from_row(row: &'r R) -> std::result::Result<Self, sqlx::Error> {
                Ok(Self {
                    $($field: row.try_get(stringify!($field))?,)*
                    $($part: <$part_type as sqlx::FromRow<'r, R>>::from_row(row)?,)?
                })
            }
        }
    };
}
