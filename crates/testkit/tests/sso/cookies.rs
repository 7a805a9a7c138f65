//! An application on a sibling host that sees the session cookie and asks the server about it.

use axum::body::Body;
use axum::http::{Method, Request};
use horizon_auth_http::config::Profile;
use horizon_auth_testkit::{Answer, Kind, Setup};
use serde_json::json;

use crate::support::{ANA, Application, SECRET, Server, asks, told};

const OWN: &str = "http://app.dev.localhost";

struct Shared {
    server: Server,
    app: Application,
    cookies: String,
    csrf: String,
}

async fn shared() -> Shared {
    let server = Server::start(Setup::new(Kind::Sqlite), Profile::Session).await;
    let more = format!(
        "{}[http]\nprofile = \"session\"\n[cookie]\ndomain = \"dev.localhost\"",
        asks(SECRET)
    );
    let app = server.application(&more);
    let body = json!({ "email": ANA, "password": "correct horse battery staple" });
    let opened = server.app.post("/auth/register", body).await;
    let pairs: Vec<String> = opened
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|line| line.to_str().unwrap().split(';').next().unwrap().to_owned())
        .collect();
    let csrf = pairs
        .iter()
        .find_map(|pair| pair.strip_prefix("csrf="))
        .unwrap()
        .to_owned();
    Shared {
        server,
        app,
        cookies: pairs.join("; "),
        csrf,
    }
}

impl Shared {
    async fn send(&self, method: Method, origin: Option<&str>, csrf: Option<&str>) -> String {
        self.send_to("/me", method, origin, csrf).await
    }

    async fn send_to(&self, path: &str, method: Method, origin: Option<&str>, csrf: Option<&str>) -> String {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("cookie", &self.cookies);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        if let Some(csrf) = csrf {
            request = request.header("x-csrf-token", csrf);
        }
        told(&self.app.send(request.body(Body::empty()).unwrap()).await)
    }

    async fn log_out(&self) -> Answer {
        let request = Request::post("/auth/logout")
            .header("cookie", &self.cookies)
            .header("x-csrf-token", &self.csrf)
            .header("origin", OWN);
        self.server.app.send(request.body(Body::empty()).unwrap()).await
    }
}

#[tokio::test]
async fn one_session_is_good_on_both_hosts_and_ends_on_both() {
    let shared = shared().await;
    assert_eq!(shared.send(Method::GET, None, None).await, format!("200 {ANA}"));
    assert_eq!(shared.log_out().await.status, 204);
    assert_eq!(shared.send(Method::GET, None, None).await, "401 session_invalid");
}

#[tokio::test]
async fn unsafe_requests_need_the_applications_own_page_and_the_token() {
    let shared = shared().await;
    let csrf = shared.csrf.clone();
    let welcome = format!("200 {ANA}");
    assert_eq!(shared.send(Method::POST, Some(OWN), Some(&csrf)).await, welcome);
    assert_eq!(
        shared.send(Method::POST, Some(OWN), None).await,
        "403 csrf_invalid"
    );
    let forged = csrf.chars().rev().collect::<String>();
    assert_eq!(
        shared.send(Method::POST, Some(OWN), Some(&forged)).await,
        "403 csrf_invalid"
    );
    for foreign in ["null", "http://auth.dev.localhost", "http://evil.example"] {
        let answer = shared.send(Method::POST, Some(foreign), Some(&csrf)).await;
        assert_eq!(answer, "403 cross_site", "{foreign}");
    }
}

#[tokio::test]
async fn the_layer_for_routes_that_ask_nobody_who_calls_wants_the_same() {
    let shared = shared().await;
    let sign = async |origin: Option<&str>, csrf: Option<&str>| {
        shared.send_to("/guest-book", Method::POST, origin, csrf).await
    };
    assert_eq!(sign(Some(OWN), Some(&shared.csrf)).await, "200 thank you");
    assert_eq!(sign(Some(OWN), None).await, "403 csrf_invalid");
    assert_eq!(sign(Some(OWN), Some("forged")).await, "403 csrf_invalid");
    let foreign = sign(Some("http://evil.example"), Some(&shared.csrf)).await;
    assert_eq!(foreign, "403 cross_site");
}

#[tokio::test]
async fn each_tenant_has_a_page_of_its_own() {
    let server = Server::start(Setup::new(Kind::Sqlite), Profile::Session).await;
    let more = format!(
        "{}[http]\nprofile = \"session\"\n[tenant]\nsource = \"subdomain\"\nbase_domain = \"app.dev.localhost\"",
        asks(SECRET)
    );
    let app = server.application(&more);
    let sign = async |host: &str, origin: &str| {
        let request = Request::post("/guest-book")
            .header("host", host)
            .header("origin", origin);
        told(&app.send(request.body(Body::empty()).unwrap()).await)
    };
    let acme = "acme.app.dev.localhost";
    assert_eq!(sign(acme, &format!("http://{acme}")).await, "200 thank you");
    assert_eq!(sign(acme, OWN).await, "403 cross_site");
    assert_eq!(
        sign("app.dev.localhost", &format!("http://{acme}")).await,
        "403 cross_site"
    );
    let named = Request::get("/tenant").header("host", acme);
    let named = app.send(named.body(Body::empty()).unwrap()).await;
    assert_eq!(told(&named), "200 acme");
}

#[tokio::test]
async fn doubt_lets_nobody_in() {
    let shared = shared().await;
    shared.server.app.engine.auth.stand_down();
    assert_eq!(shared.send(Method::GET, None, None).await, "503 unavailable");
}
