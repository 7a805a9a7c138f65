//! Keys by URL: answers that are not to be believed.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use horizon_auth_core::crypto::jwk_set::MAX_SET_BYTES;
use horizon_auth_core::error::Code;
use horizon_auth_core::verifier::RemoteKeys;
use horizon_auth_testkit::FixedClock;
use serde_json::{Value, json};

use crate::support::{Publisher, fresh_key, published, set_of, token_of, verdict};

#[tokio::test]
async fn what_is_no_key_set_is_no_answer_and_harms_no_set_that_is_held() {
    let (key, clock) = (fresh_key(), Arc::new(FixedClock::default()));
    let good = set_of(&[&key]);
    let padded = {
        let mut set: Value = serde_json::from_str(&good).unwrap();
        set["padding"] = json!("x".repeat(MAX_SET_BYTES));
        set.to_string()
    };
    let symmetric = json!({ "keys": [{ "kty": "oct", "alg": "HS256", "use": "sig", "k": "c2VjcmV0" }] });
    let bodies = [
        String::new(),
        "<html>".to_owned(),
        "{}".to_owned(),
        r#"{"keys":[]}"#.to_owned(),
        symmetric.to_string(),
        padded,
    ];
    let mut replies: Vec<Arc<dyn Fn() -> Response + Send + Sync>> = Vec::new();
    for body in bodies {
        replies.push(Arc::new(move || published(&body, 3600)));
    }
    for status in [204, 301, 403, 404, 500] {
        let good = good.clone();
        replies.push(Arc::new(move || {
            (StatusCode::from_u16(status).unwrap(), good.clone()).into_response()
        }));
    }
    let elsewhere = Publisher::of(good.clone()).await;
    let target = format!("http://{}/keys", elsewhere.address);
    replies.push(Arc::new(move || Redirect::temporary(&target).into_response()));

    for (number, reply) in replies.into_iter().enumerate() {
        let publisher = Publisher::start({
            let reply = Arc::clone(&reply);
            move || reply()
        })
        .await;
        let verifier = publisher.verifier(&clock);
        let token = token_of(&key, &clock);
        assert_eq!(
            verdict(&verifier, &token).await,
            Some(Code::Unavailable),
            "{number}"
        );
        publisher.now_publishes(good.clone());
        clock.advance(RemoteKeys::PAUSE);
        assert_eq!(verdict(&verifier, &token).await, None, "{number}");
        publisher.now_answers(move || reply());
        clock.advance(Duration::from_secs(3600));
        assert_eq!(
            verdict(&verifier, &token).await,
            None,
            "{number}: the last good set is kept"
        );
    }
    assert_eq!(elsewhere.asked(), 0, "nobody was followed");
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let (key, clock) = (fresh_key(), Arc::new(FixedClock::default()));
    // It takes connections and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut publisher = Publisher::of(String::new()).await;
    publisher.address = silent.local_addr().unwrap();
    let verifier = publisher.verifier(&clock);
    let verdict = verdict(&verifier, &token_of(&key, &clock)).await;
    assert_eq!(verdict, Some(Code::Unavailable));
}

#[tokio::test]
async fn a_token_is_not_believed_for_naming_a_key_or_bringing_one() {
    let (key, clock) = (fresh_key(), Arc::new(FixedClock::default()));
    let publisher = Publisher::of(set_of(&[&key])).await;
    let verifier = publisher.verifier(&clock);
    let good = token_of(&key, &clock);
    let forged = token_of(&fresh_key(), &clock);
    // The good header over the forged claims and signature.
    let header = good.split('.').next().unwrap();
    let disguised = format!("{header}.{}", forged.split_once('.').unwrap().1);
    let unsigned = format!("{}.", good.rsplit_once('.').unwrap().0);
    for token in [disguised.as_str(), unsigned.as_str(), "a.b.c", ""] {
        assert_eq!(
            verdict(&verifier, token).await,
            Some(Code::TokenInvalid),
            "{token}"
        );
    }
    assert_eq!(publisher.asked(), 1);
}
