//! Who may call a route: one of each kind, and what they bring.

use axum::body::Body;
use axum::http::Request;
use horizon_auth_core::domain::role::Role;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::flows::SessionOpened;
use horizon_auth_http::config::{HttpConfig, Profile};
use horizon_auth_http::{Route, Who};
use horizon_auth_testkit::{Answer, Kind, Setup, TestApp};

const ORIGIN: &str = "https://auth.example.com";
const USER: &str = "user@example.com";
const ADMIN: &str = "admin@example.com";

/// A kind of caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Nobody,
    User,
    Admin,
    /// An administrator, of another tenant.
    Stranger,
    /// A bearer token that nobody made.
    BadToken,
    /// The user's cookie with the token against cross-site requests.
    Cookie,
    /// The user's cookie alone.
    CookieAlone,
    /// The administrator's cookie with that token.
    AdminCookie,
    /// The administrator's cookie alone.
    AdminCookieAlone,
    /// A cookie that nobody was given.
    BadCookie,
}

impl Standing {
    pub(crate) const ALL: [Self; 10] = [
        Self::Nobody,
        Self::User,
        Self::Admin,
        Self::Stranger,
        Self::BadToken,
        Self::Cookie,
        Self::CookieAlone,
        Self::AdminCookie,
        Self::AdminCookieAlone,
        Self::BadCookie,
    ];

    pub(crate) const fn has_cookie(self) -> bool {
        matches!(
            self,
            Self::Cookie | Self::CookieAlone | Self::AdminCookie | Self::AdminCookieAlone | Self::BadCookie
        )
    }

    const fn is_admin(self) -> bool {
        matches!(self, Self::Admin | Self::AdminCookie | Self::AdminCookieAlone)
    }

    /// What becomes of this caller at a route; `None` is the handler's business.
    pub(crate) fn refusal(self, route: &Route, profile: Profile) -> Option<&'static str> {
        let is_safe = route.method == "GET";
        // Where cookies are not believed they are not looked at.
        let kind = if self.has_cookie() && !profile.has_sessions() {
            Self::Nobody
        } else {
            self
        };
        match route.who {
            Who::Anyone | Who::RefreshCookie | Who::Service => None,
            Who::User | Who::SessionCookie | Who::Admin => match kind {
                Self::Nobody => Some("token_missing"),
                Self::BadToken => Some("token_invalid"),
                Self::Stranger => Some("tenant_mismatch"),
                Self::BadCookie if is_safe => Some("session_invalid"),
                Self::BadCookie | Self::CookieAlone | Self::AdminCookieAlone if !is_safe => {
                    Some("csrf_invalid")
                }
                Self::User | Self::Admin if route.who == Who::SessionCookie => Some("token_missing"),
                _ if route.who == Who::Admin && !kind.is_admin() => Some("forbidden"),
                _ => None,
            },
        }
    }
}

/// An app with one of each kind.
pub(crate) struct Crowd {
    pub(crate) app: TestApp,
    elsewhere: TestApp,
}

impl Crowd {
    pub(crate) async fn gather(profile: Profile) -> Self {
        let config = HttpConfig {
            profile,
            ..HttpConfig::new(ORIGIN.into())
        };
        let engine = Setup::new(Kind::Sqlite).start().await;
        let other = Setup::new(Kind::Sqlite).policy(|policy| policy.default_tenant = elsewhere());
        let other = other.start_on(engine.database.shared()).await;
        for email in [USER, ADMIN] {
            engine.signed_in(email).await;
        }
        let admin = engine.login(ADMIN).await.unwrap().user;
        let client = engine.client();
        engine
            .auth
            .grant_role(&admin.tenant, admin.id, &Role::admin(), &client)
            .await
            .unwrap();
        let elsewhere = TestApp::new(other);
        let made = elsewhere.register(ADMIN).await;
        let id = made.json()["user"]["id"].as_str().unwrap().parse().unwrap();
        let auth = &elsewhere.engine.auth;
        auth.grant_role(&self::elsewhere(), id, &Role::admin(), &client)
            .await
            .unwrap();
        Self {
            app: TestApp::with_config(engine, config),
            elsewhere,
        }
    }

    /// What a caller of the kind gets from a route, with a session of its own for the occasion.
    pub(crate) async fn call(&self, kind: Standing, method: &str, path: &str) -> Answer {
        let t = &self.app.engine;
        let request = Request::builder().method(method).uri(path);
        let bearer = |token: String| ("authorization", format!("Bearer {token}"));
        let mut headers = Vec::new();
        match kind {
            Standing::Nobody => {}
            Standing::User => headers.push(bearer(t.login(USER).await.unwrap().access_token)),
            Standing::Admin => headers.push(bearer(t.login(ADMIN).await.unwrap().access_token)),
            Standing::Stranger => {
                let body = serde_json::json!({ "email": ADMIN, "password": "correct horse battery staple" });
                headers.push(bearer(
                    self.elsewhere.post("/auth/login", body).await.access_token(),
                ));
            }
            Standing::BadToken => headers.push(bearer("eyJhbGciOiJub25lIn0.e30.".to_owned())),
            Standing::BadCookie => {
                headers.push(("cookie", format!("__Host-session=hzs_{}", "A".repeat(43))));
            }
            Standing::Cookie | Standing::CookieAlone | Standing::AdminCookie | Standing::AdminCookieAlone => {
                let email = if kind.is_admin() { ADMIN } else { USER };
                let opened = t.login_with_cookie(email).await.unwrap();
                headers.push((
                    "cookie",
                    format!("__Host-session={}", opened.cookie.secret.reveal()),
                ));
                if matches!(kind, Standing::Cookie | Standing::AdminCookie) {
                    headers.push(("x-csrf-token", self.csrf(&opened)));
                }
            }
        }
        let request = headers
            .into_iter()
            .fold(request, |request, (name, value)| request.header(name, value));
        self.app.send(request.body(Body::empty()).unwrap()).await
    }

    fn csrf(&self, opened: &SessionOpened) -> String {
        let token = self.app.engine.auth.issue_csrf_token(&opened.cookie.secret, None);
        token.unwrap().reveal().to_owned()
    }
}

fn elsewhere() -> TenantId {
    TenantId::parse("elsewhere").unwrap()
}
