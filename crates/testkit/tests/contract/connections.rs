use std::time::Instant;

use horizon_auth_adapters::sql::{ClaimError, Nodes, SqlConfig, SqlStore, UrlError};
use horizon_auth_core::ports::store::StoreError;
use horizon_auth_testkit::both_engines;

use super::*;

fn store(url: &str) -> Result<SqlStore, UrlError> {
    SqlStore::new(&SqlConfig {
        url: url.to_owned(),
        max_connections: 2,
    })
}

/// A port on this machine at which nobody listens.
fn closed_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

async fn is_unavailable(store: &SqlStore) {
    let trade = rotation(1, 2);
    let (db, tx, ping, rotated) = tokio::join!(
        store.db(),
        store.begin(),
        store.ping(),
        store.rotate_refresh_token(&trade)
    );
    let errors = [db.err(), tx.err(), ping.err(), rotated.err()];
    for error in errors {
        let error = error.expect("nothing is reached");
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_unavailable_and_not_corrupt() {
    let started = std::time::Instant::now();

    is_unavailable(&store(&format!("postgres://nobody@127.0.0.1:{}/none", closed_port())).unwrap()).await;

    assert!(
        started.elapsed() < Duration::from_secs(15),
        "the longest wait is five seconds"
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_is_unavailable_and_not_corrupt() {
    let folder = tempfile::tempdir().unwrap();

    is_unavailable(&store(&format!("sqlite:{}/missing/a.db", folder.path().display())).unwrap()).await;
}

#[test]
fn an_error_about_a_url_never_repeats_it() {
    for url in [
        "mysql://ana:secret@host/db",
        "secret",
        "postgres://ana:secret@host:port/db",
    ] {
        let error = store(url).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret"), "{url}");
    }
    let config = SqlConfig {
        url: "postgres://ana:secret@host/db".into(),
        max_connections: 1,
    };
    assert!(!format!("{config:?}").contains("secret"));
}

#[tokio::test]
async fn a_read_connection_of_sqlite_cannot_write() {
    let database = person(Kind::Sqlite).await;

    let error = read(&database.store)
        .await
        .insert_user(&new_user(2))
        .await
        .unwrap_err();

    assert!(format!("{error:?}").contains("readonly"), "{error:?}");
    assert_eq!(database.number("SELECT COUNT(*) FROM users").await, 1);
}

both_engines! {
    a_ping_is_answered_and_leaves_no_transaction => |kind| async move {
        let database = person(kind).await;

        for _ in 0..20 {
            assert!(database.store.ping().await.unwrap() < Duration::from_secs(5));
        }

        let writes = write(&database.store, async |tx| tx.insert_user(&new_user(2)).await.unwrap()).await;
        assert!(writes);
    };

    a_reopened_database_is_readable_before_anybody_writes => |kind| async move {
        let database = person(kind).await;
        database.store.close().await;

        let reopened = database.another_store();

        assert!(read(&reopened).await.find_user(&home(), user_id(1)).await.unwrap().is_some());
    };

    a_closed_store_is_unavailable => |kind| async move {
        let database = person(kind).await;

        database.store.close().await;

        is_unavailable(&database.store).await;
    };

    a_table_that_is_missing_is_no_corrupt_row => |kind| async move {
        let database = Database::empty(kind).await;

        let mut tx = database.store.begin().await.unwrap();
        let error = tx.find_tenant(&home()).await.unwrap_err();

        assert!(matches!(error, StoreError::Unavailable(_)), "an unfinished deployment may pass: {error:?}");
    };

    a_database_is_claimed_by_one_process_at_a_time => |kind| async move {
        let database = Database::empty(kind).await;
        let other = database.another_store();

        let claim = database.store.claim(Nodes::One).await.unwrap();
        assert!(matches!(other.claim(Nodes::One).await, Err(ClaimError::Taken)));

        drop(claim);
        // PostgreSQL frees the lock when it notices that the connection is gone.
        let deadline = Instant::now() + Duration::from_secs(10);
        while other.claim(Nodes::One).await.is_err() {
            assert!(Instant::now() < deadline, "the claim of an ended process is never freed");
            tokio::task::yield_now().await;
        }
    };
}

#[tokio::test]
async fn nodes_that_share_redis_live_together_and_with_nobody_else() {
    let database = Database::empty(Kind::Postgres).await;
    let [second, third] = [database.another_store(), database.another_store()];

    let one = database.store.claim(Nodes::Many).await.unwrap();
    let two = second.claim(Nodes::Many).await.unwrap();
    assert!(matches!(third.claim(Nodes::One).await, Err(ClaimError::Taken)));
    one.release().await;
    assert!(matches!(third.claim(Nodes::One).await, Err(ClaimError::Taken)));
    two.release().await;

    let alone = third.claim(Nodes::One).await.unwrap();
    assert!(matches!(
        second.claim(Nodes::Many).await,
        Err(ClaimError::TakenByOne)
    ));
    assert!(matches!(second.claim(Nodes::One).await, Err(ClaimError::Taken)));
    alone.release().await;
    second.claim(Nodes::Many).await.unwrap();
}
