//! The example of docs/guide/sessions.md, request by request.

use std::path::Path;

use axum::http::Method;
use serde_json::Value;

use super::{ana, app};

/// What stands between `start` and `end`, from there on.
fn between<'a>(text: &'a str, start: &str, end: &str) -> (&'a str, &'a str) {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start}"));
    rest.split_once(end).unwrap_or_else(|| panic!("no {end}"))
}

#[tokio::test]
async fn the_example_of_the_guide_does_what_it_says() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/sessions.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (script, _) = between(&page, "```js\n", "```");
    let (field, rest) = between(script, "const { ", " }");
    let (asked, rest) = between(rest, "fetch(\"", "\"");
    let (path, rest) = between(rest, "fetch(\"", "\"");
    let (method, rest) = between(rest, "method: \"", "\"");
    let (headers, rest) = between(rest, "headers: { ", " }");
    let (body, _) = between(rest, "JSON.stringify(", ")");

    let app = app().await;
    let mut ana = ana(&app).await;
    let token = ana.get(&app, asked).await.json()[field]
        .as_str()
        .unwrap()
        .to_owned();
    ana.token = None;
    let mut request = ana.request(method.parse::<Method>().unwrap(), path);
    for header in headers.split(", ") {
        let (name, value) = header.split_once(": ").unwrap();
        let value = if value == field {
            &token
        } else {
            value.trim_matches('"')
        };
        request = request.header(name.trim_matches('"'), value);
    }
    let answer = ana
        .send(&app, request.body(body.to_owned().into()).unwrap())
        .await;

    assert_eq!(answer.status, 200, "{}", answer.text);
    let sent: Value = serde_json::from_str(body).unwrap();
    assert_eq!(answer.json()["fullName"], sent["fullName"]);
}
