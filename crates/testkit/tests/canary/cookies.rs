//! Session cookies, and the tokens against cross-site requests that belong to them.

use axum::http::request::Builder;
use horizon_auth_http::config::{HttpConfig, Profile};

use super::*;

/// A hunt with both profiles.
async fn start(kind: Kind) -> Hunt {
    let mut hunt = Hunt::start(Setup::new(kind)).await;
    let config = HttpConfig {
        profile: Profile::Both,
        ..HttpConfig::new("http://localhost:3000".into())
    };
    let engine = hunt.app.engine.twin().await;
    hunt.app = TestApp::with_config(engine, config);
    hunt
}

impl Hunt {
    /// Both values that a log-in sets; the first is kept as a secret by [`Hunt::keep`].
    fn csrf(&mut self, answer: &Answer) -> String {
        let lines = answer.headers.get_all("set-cookie").iter();
        let line = lines
            .map(|line| line.to_str().unwrap())
            .find(|line| line.starts_with("csrf="));
        let token = line.unwrap().split(['=', ';']).nth(1).unwrap().to_owned();
        self.secrets.push(token.clone());
        token
    }
}

fn unsafe_request(path: &str, cookie: &str, token: &str) -> Builder {
    Request::post(path)
        .header("cookie", cookie)
        .header("x-csrf-token", token)
}

both_engines! {
    no_cookie_leaves_its_place => |kind: Kind| async move {
        let mut hunt = start(kind).await;
        let (email, password) = (hunt.email("ana"), hunt.secret("password"));
        let person = json!({ "email": email, "password": password });
        let first = hunt.post("/session/auth/register", person.clone()).await;
        assert_eq!(first.status, 201, "{}", first.text);
        let second = hunt.post("/session/auth/login", person).await;
        let (first, token) = (first.cookie(), hunt.csrf(&second));
        let second = second.cookie();
        for path in ["/session/auth/me", "/session/sessions", "/auth/account/export"] {
            let answer = hunt.app.cookie(Method::GET, path, &first).await;
            assert_eq!(answer.status, 200, "{path}");
            hunt.keep(answer);
        }
        // Its answer carries the token, so it is not kept.
        hunt.app.cookie(Method::GET, "/session/auth/csrf", &second).await;
        let bent = hunt.secret("bent-token");
        for (path, cookie, token, status) in [
            ("/session/auth/logout", &first, &token, 403),
            ("/session/auth/logout", &second, &bent, 403),
            ("/session/auth/logout", &format!("session={bent}"), &token, 401),
            ("/session/sessions/revoke-others", &second, &token, 200),
            ("/session/auth/logout", &second, &token, 204),
            ("/session/auth/logout", &second, &token, 401),
        ] {
            let answer = hunt.send(unsafe_request(path, cookie, token), String::new()).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.text);
        }
        hunt.finish().await;
    };
}
