//! Keys by URL: when they are fetched, by how many, and how long they are kept.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use horizon_auth_core::error::Code;
use horizon_auth_core::verifier::RemoteKeys;
use horizon_auth_testkit::FixedClock;

use crate::support::{Publisher, fresh_key, published, set_of, token_of, verdict};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn keys_are_fetched_once_and_again_when_they_are_as_old_as_the_server_allows() {
    let (key, clock) = (fresh_key(), Arc::new(FixedClock::default()));
    let set = set_of(&[&key]);
    let publisher = Publisher::start(move || published(&set, 60)).await;
    let verifier = publisher.verifier(&clock);
    let token = token_of(&key, &clock);
    assert_eq!(
        publisher.asked(),
        0,
        "nobody is asked before there is something to verify"
    );
    for (passed, asked) in [(0, 1), (0, 1), (59, 1), (1, 2), (59, 2), (1, 3)] {
        clock.advance(passed * SECOND);
        assert_eq!(verdict(&verifier, &token).await, None);
        assert_eq!(publisher.asked(), asked);
    }
}

#[tokio::test]
async fn no_server_can_have_its_keys_kept_for_more_than_an_hour_or_fetched_all_the_time() {
    for (says, least, most) in [(86_400, 3599, 1), (0, 9, 1)] {
        let (key, clock) = (fresh_key(), Arc::new(FixedClock::default()));
        let set = set_of(&[&key]);
        let publisher = Publisher::start(move || published(&set, says)).await;
        let verifier = publisher.verifier(&clock);
        let token = token_of(&key, &clock);
        assert_eq!(verdict(&verifier, &token).await, None);
        clock.advance(least * SECOND);
        assert_eq!(verdict(&verifier, &token).await, None);
        assert_eq!(publisher.asked(), 1, "{says}");
        clock.advance(most * SECOND);
        assert_eq!(verdict(&verifier, &token).await, None);
        assert_eq!(publisher.asked(), 2, "{says}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_unknown_keys_at_once_are_one_fetch() {
    let (key, clock) = (fresh_key(), Arc::new(FixedClock::default()));
    let publisher = Publisher::of(set_of(&[&key])).await;
    let verifier = publisher.verifier(&clock);
    assert_eq!(verdict(&verifier, &token_of(&key, &clock)).await, None);
    clock.advance(RemoteKeys::PAUSE);
    let asking: Vec<_> = (0..50)
        .map(|_| {
            let (verifier, token) = (verifier.clone(), token_of(&fresh_key(), &clock));
            tokio::spawn(async move { verdict(&verifier, &token).await })
        })
        .collect();
    for asked in asking {
        assert_eq!(asked.await.unwrap(), Some(Code::TokenInvalid));
    }
    assert_eq!(publisher.asked(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_first_requests_at_once_are_one_fetch_and_all_are_served() {
    let (key, clock) = (fresh_key(), Arc::new(FixedClock::default()));
    let publisher = Publisher::of(set_of(&[&key])).await;
    let verifier = publisher.verifier(&clock);
    let token = token_of(&key, &clock);
    let asking: Vec<_> = (0..50)
        .map(|_| {
            let (verifier, token) = (verifier.clone(), token.clone());
            tokio::spawn(async move { verdict(&verifier, &token).await })
        })
        .collect();
    for asked in asking {
        assert_eq!(asked.await.unwrap(), None);
    }
    assert_eq!(publisher.asked(), 1);
}

#[tokio::test]
async fn a_new_key_is_believed_at_its_first_token_and_made_up_ones_cost_a_fetch_in_ten_seconds() {
    let (old, new, clock) = (fresh_key(), fresh_key(), Arc::new(FixedClock::default()));
    let publisher = Publisher::of(set_of(&[&old])).await;
    let verifier = publisher.verifier(&clock);
    let token = token_of(&new, &clock);
    assert_eq!(verdict(&verifier, &token).await, Some(Code::TokenInvalid));
    assert_eq!(publisher.asked(), 1, "the set was fetched a moment ago");
    publisher.now_publishes(set_of(&[&old, &new]));
    clock.advance(RemoteKeys::PAUSE.checked_sub(SECOND).unwrap());
    assert_eq!(verdict(&verifier, &token).await, Some(Code::TokenInvalid));
    assert_eq!(publisher.asked(), 1, "too early");
    clock.advance(SECOND);
    assert_eq!(verdict(&verifier, &token).await, None);
    assert_eq!(publisher.asked(), 2);
    assert_eq!(verdict(&verifier, &token_of(&old, &clock)).await, None);
    assert_eq!(publisher.asked(), 2);
}

#[tokio::test]
async fn a_withdrawn_key_is_forgotten_with_the_tokens_that_it_signed() {
    let (old, new, clock) = (fresh_key(), fresh_key(), Arc::new(FixedClock::default()));
    let publisher = Publisher::of(set_of(&[&old, &new])).await;
    let verifier = publisher.verifier(&clock);
    let token = token_of(&old, &clock);
    assert_eq!(verdict(&verifier, &token).await, None);
    publisher.now_publishes(set_of(&[&new]));
    clock.advance(3600 * SECOND);
    assert_eq!(verdict(&verifier, &token).await, Some(Code::TokenInvalid));
}

#[tokio::test]
async fn while_the_server_is_away_the_last_keys_are_kept_but_not_for_ever() {
    let (key, clock) = (fresh_key(), Arc::new(FixedClock::default()));
    let publisher = Publisher::of(set_of(&[&key])).await;
    let verifier = publisher.verifier(&clock);
    let token = token_of(&key, &clock);
    assert_eq!(verdict(&verifier, &token).await, None);
    publisher.now_answers(|| StatusCode::BAD_GATEWAY.into_response());
    clock.advance(RemoteKeys::LONGEST.checked_sub(SECOND).unwrap());
    assert_eq!(verdict(&verifier, &token).await, None);
    assert_eq!(publisher.asked(), 2);
    // A key that nobody here knows may be a new one: that cannot be told now.
    let unknown = token_of(&fresh_key(), &clock);
    assert_eq!(verdict(&verifier, &unknown).await, Some(Code::Unavailable));
    clock.advance(SECOND);
    assert_eq!(verdict(&verifier, &token).await, Some(Code::Unavailable));
    // It is asked at most every ten seconds, and believed again as soon as it answers.
    let asked = publisher.asked();
    assert_eq!(verdict(&verifier, &token).await, Some(Code::Unavailable));
    assert_eq!(publisher.asked(), asked);
    publisher.now_publishes(set_of(&[&key]));
    clock.advance(RemoteKeys::PAUSE);
    assert_eq!(verdict(&verifier, &token_of(&key, &clock)).await, None);
}

#[tokio::test]
async fn a_request_that_goes_away_takes_the_answer_from_nobody() {
    let (key, clock) = (fresh_key(), Arc::new(FixedClock::default()));
    let publisher = Publisher::of(set_of(&[&key])).await;
    let verifier = publisher.verifier(&clock);
    let token = token_of(&key, &clock);
    let mut first = Box::pin(verdict(&verifier, &token));
    // Polled once, so that it has begun, and dropped.
    std::future::poll_fn(|cx| {
        let _ = first.as_mut().poll(cx);
        std::task::Poll::Ready(())
    })
    .await;
    drop(first);
    assert_eq!(verdict(&verifier, &token).await, None);
    assert_eq!(publisher.asked(), 1);
}
