//! `/admin`: what administrators do within their tenant, and what they cannot do.

use axum::http::Method;
use horizon_auth_core::domain::ids::UserId;
use horizon_auth_core::domain::mail::MailKind;
use horizon_auth_core::domain::role::Role;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::error::Code;
use horizon_auth_testkit::{Answer, Kind, Setup, TestApp, both_engines};
use serde_json::{Value, json};

use crate::support::{
    ANA, PASSWORD, assert_problem, credentials, keys, login, messages, names, profile, refresh,
};

const BEN: &str = "ben@example.com";
const NOBODY: &str = "0192d3a0-7a10-7c1e-9d0b-000000000001";

/// An administrator, and somebody who is none.
struct Office {
    app: TestApp,
    /// The administrator's access token.
    admin: String,
    ana: Value,
    ben: Answer,
}

fn home() -> TenantId {
    TenantId::parse("default").unwrap()
}

fn user(answer: &Answer) -> UserId {
    answer.json()["user"]["id"].as_str().unwrap().parse().unwrap()
}

fn path_of(user: &Value) -> String {
    format!("/admin/users/{}/roles", user["id"].as_str().unwrap())
}

impl Office {
    async fn open(kind: Kind, admin_grants_admin: bool) -> Self {
        let setup = Setup::new(kind).policy(|policy| policy.roles.admin_grants_admin = admin_grants_admin);
        let app = TestApp::new(setup.start().await);
        let (t, client) = (&app.engine, app.engine.client());
        t.auth
            .create_role(&home(), &Role::parse("editor").unwrap(), &client)
            .await
            .unwrap();
        let ana = app.register(ANA).await;
        let ben = app.register(BEN).await;
        t.auth
            .grant_role(&home(), user(&ana), &Role::admin(), &client)
            .await
            .unwrap();
        let ana = login(&app, ANA).await;
        Self {
            admin: ana.access_token(),
            ana: ana.json()["user"].clone(),
            ben,
            app,
        }
    }

    fn ben(&self) -> Value {
        self.ben.json()["user"].clone()
    }

    async fn get(&self, path: &str) -> Answer {
        self.app.bearer(Method::GET, path, &self.admin).await
    }

    async fn put(&self, user: &Value, roles: Value) -> Answer {
        let body = json!({ "roles": roles });
        self.app
            .bearer_json(Method::PUT, &path_of(user), &self.admin, body)
            .await
    }
}

both_engines! {
    an_administrator_sees_the_roles_of_the_tenant_and_of_its_accounts => |kind: Kind| async move {
        let office = Office::open(kind, false).await;
        let roles = office.get("/admin/roles").await;
        assert_eq!(roles.status, 200, "{}", roles.text);
        let listed = roles.json()["roles"].as_array().unwrap().clone();
        assert!(listed.iter().all(|role| keys(role) == names(["name", "createdAt", "users"])));
        let found: Vec<_> = listed.iter().map(|role| (role["name"].as_str().unwrap(), &role["users"])).collect();
        assert_eq!(found, [("admin", &json!(1)), ("editor", &json!(0)), ("user", &json!(2))]);
        let of_ben = office.get(&path_of(&office.ben())).await;
        assert_eq!((of_ben.status.as_u16(), of_ben.json()), (200, json!({ "roles": ["user"] })));
    };

    a_grant_has_effect_at_once_and_the_session_goes_on => |kind: Kind| async move {
        let office = Office::open(kind, false).await;
        let before = office.ben.access_token();
        assert_eq!(profile(&office.app, &before).await.status, 200);

        let set = office.put(&office.ben(), json!(["user", "editor", "editor"])).await;

        assert_eq!((set.status.as_u16(), set.json()), (200, json!({ "roles": ["editor", "user"] })));
        assert_problem(&profile(&office.app, &before).await, Code::TokenRevoked, "/auth/profile");
        let after = refresh(&office.app, &office.ben.cookie()).await;
        assert_eq!(after.json()["user"]["roles"], json!(["editor", "user"]));
        let claims = office.app.engine.authenticate(&after.access_token()).await.unwrap();
        assert!(claims.has_role("editor"), "in the token too");

        let same = office.put(&office.ben(), json!(["user", "editor"])).await;
        assert_eq!(same.status, 200);
        assert_eq!(profile(&office.app, &after.access_token()).await.status, 200, "nothing changed, nothing is refused");
        let taken = office.put(&office.ben(), json!([])).await;
        assert_eq!(taken.json(), json!({ "roles": [] }));
        assert_problem(&profile(&office.app, &after.access_token()).await, Code::TokenRevoked, "/auth/profile");
        let told = "SELECT COUNT(*) FROM audit_events WHERE event = 'roles_changed' AND session_id IS NOT NULL";
        assert_eq!(office.app.engine.database.number(told).await, 2, "with the session of the administrator");
    };

    an_administrator_who_is_none_any_more_does_nothing_more => |kind: Kind| async move {
        let office = Office::open(kind, false).await;
        let (t, client) = (&office.app.engine, office.app.engine.client());
        let ana = office.ana["id"].as_str().unwrap().parse().unwrap();
        t.auth.revoke_role(&home(), ana, &Role::admin(), &client).await.unwrap();
        for answer in [office.get("/admin/roles").await, office.put(&office.ben(), json!(["editor"])).await] {
            assert_eq!(answer.code(), "token_revoked");
        }
        let fresh = login(&office.app, ANA).await.access_token();
        let refused = office.app.bearer(Method::GET, "/admin/roles", &fresh).await;
        assert_problem(&refused, Code::Forbidden, "/admin/roles");
    };

    nobody_makes_an_administrator_of_anybody_unless_that_is_switched_on => |kind: Kind| async move {
        let office = Office::open(kind, false).await;
        let path = path_of(&office.ben());
        assert_problem(&office.put(&office.ben(), json!(["user", "admin"])).await, Code::RoleReserved, &path);
        let cy = office.app.register("cy@example.com").await;
        let (t, client) = (&office.app.engine, office.app.engine.client());
        t.auth.grant_role(&home(), user(&cy), &Role::admin(), &client).await.unwrap();
        let cy = cy.json()["user"].clone();
        assert_problem(&office.put(&cy, json!(["user"])).await, Code::RoleReserved, &path_of(&cy));
        assert_eq!(office.put(&cy, json!(["admin", "editor"])).await.status, 200, "other roles of an administrator");

        let office = Office::open(kind, true).await;
        assert_eq!(office.put(&office.ben(), json!(["admin"])).await.status, 200);
        assert_eq!(office.put(&office.ben(), json!(["user"])).await.status, 200);
    };

    nobody_changes_the_own_roles => |kind: Kind| async move {
        for admin_grants_admin in [false, true] {
            let office = Office::open(kind, admin_grants_admin).await;
            for roles in [json!(["admin", "editor", "user"]), json!(["admin", "user"]), json!([])] {
                let answer = office.put(&office.ana, roles).await;
                assert_problem(&answer, Code::OwnRoles, &path_of(&office.ana));
            }
        }
    };

    an_account_of_another_tenant_is_not_there => |kind: Kind| async move {
        let office = Office::open(kind, true).await;
        let t = &office.app.engine;
        t.database.execute("INSERT INTO tenants (id, created_at) VALUES ('elsewhere', 1)").await;
        t.database.execute("INSERT INTO roles (tenant_id, name, created_at) VALUES ('elsewhere', 'secret', 1)").await;
        t.database.execute("UPDATE users SET tenant_id = 'elsewhere' WHERE email = 'ben@example.com'").await;
        t.database.execute("UPDATE user_roles SET tenant_id = 'elsewhere'
                             WHERE user_id = (SELECT id FROM users WHERE email = 'ben@example.com')").await;
        let ben = office.ben();
        let status = format!("/admin/users/{}/verification-status", ben["id"].as_str().unwrap());
        for user in [&ben, &json!({ "id": NOBODY }), &json!({ "id": "1" })] {
            assert_problem(&office.get(&path_of(user)).await, Code::NotFound, &path_of(user));
            assert_problem(&office.put(user, json!(["editor"])).await, Code::NotFound, &path_of(user));
        }
        assert_problem(&office.get(&status).await, Code::NotFound, &status);
        let body = json!({ "userIds": [ben["id"], office.ana["id"]] });
        let vouched =
            office.app.bearer_json(Method::POST, "/admin/verify-users", &office.admin, body).await;
        assert_problem(&vouched, Code::NotFound, "/admin/verify-users");
        let untouched = "SELECT COUNT(*) FROM users WHERE email_verified_at IS NOT NULL";
        assert_eq!(t.database.number(untouched).await, 0, "if one is missing, none is changed");
        assert!(!office.get("/admin/roles").await.text.contains("secret"), "and no role of it");
        let kept = "SELECT COUNT(*) FROM user_roles WHERE tenant_id = 'elsewhere' AND role = 'user'";
        assert_eq!(t.database.number(kept).await, 1);
    };

    an_administrator_vouches_for_addresses => |kind: Kind| async move {
        let office = Office::open(kind, false).await;
        let status = format!("/admin/users/{}/verification-status", office.ben()["id"].as_str().unwrap());
        let before = office.get(&status).await.json();
        assert_eq!(keys(&before), names(["id", "emailVerified", "emailVerifiedAt"]));
        assert_eq!((&before["emailVerified"], &before["emailVerifiedAt"]), (&json!(false), &Value::Null));

        let body = json!({ "userIds": [office.ben()["id"], office.ben()["id"]] });
        for expected in [1, 0] {
            let vouched = office
                .app
                .bearer_json(Method::POST, "/admin/verify-users", &office.admin, body.clone())
                .await;
            assert_eq!((vouched.status.as_u16(), vouched.json()), (200, json!({ "verified": expected })));
        }

        assert_eq!(office.get(&status).await.json()["emailVerified"], true);
        assert_eq!(profile(&office.app, &office.ben.access_token()).await.json()["emailVerified"], true);
        let told = "SELECT COUNT(*) FROM audit_events WHERE event = 'email_vouched_for'";
        assert_eq!(office.app.engine.database.number(told).await, 1);
    };
}

#[tokio::test]
async fn whoever_is_no_administrator_learns_nothing() {
    let office = Office::open(Kind::Sqlite, true).await;
    let token = office.ben.access_token();
    for (method, path) in [
        (Method::GET, "/admin/roles".to_owned()),
        (Method::GET, path_of(&office.ana)),
        (Method::PUT, path_of(&office.ana)),
        (Method::PUT, path_of(&office.ben())),
        (Method::PUT, path_of(&json!({ "id": NOBODY }))),
        (Method::GET, format!("/admin/users/{NOBODY}/verification-status")),
        (Method::POST, "/admin/verify-users".to_owned()),
    ] {
        for body in [json!({ "roles": ["admin"], "userIds": [NOBODY] }), json!({})] {
            let answer = office.app.bearer_json(method.clone(), &path, &token, body).await;
            assert_problem(&answer, Code::Forbidden, &path);
        }
        assert_problem(
            &office.app.bearer(method.clone(), &path, &token).await,
            Code::Forbidden,
            &path,
        );
        let nobody = crate::support::bare(
            &office.app,
            axum::http::Request::builder().method(method).uri(&path),
        )
        .await;
        assert_problem(&nobody, Code::TokenMissing, &path);
    }
}

#[tokio::test]
async fn what_is_no_list_of_roles_is_said_to_be_none() {
    let office = Office::open(Kind::Sqlite, false).await;
    let path = path_of(&office.ben());
    for (roles, rule) in [
        (json!("admin"), "must be a list of strings"),
        (json!([1]), "must be a list of strings"),
        (json!(["No Role"]), "must be 1 to 64 of"),
        (json!(vec!["editor"; 101]), "has too many entries"),
        (Value::Null, "must be a list of strings"),
    ] {
        let answer = office.put(&office.ben(), roles).await;
        assert_problem(&answer, Code::InvalidInput, &path);
        assert!(messages(&answer)[0].contains(rule), "{}", answer.text);
    }
    let answer = office.put(&office.ben(), json!(["nowhere"])).await;
    assert_problem(&answer, Code::UnknownRole, &path);
    assert_eq!(
        profile(&office.app, &office.ben.access_token()).await.status,
        200,
        "and nothing was changed"
    );
}

#[tokio::test]
async fn no_field_of_any_body_makes_anybody_an_administrator() {
    let office = Office::open(Kind::Sqlite, true).await;
    let app = &office.app;
    let more = json!({ "roles": ["admin"], "role": "admin", "isAdmin": true, "tenantId": "elsewhere" });
    let with = |body: Value| {
        let mut all = more.clone();
        all.as_object_mut()
            .unwrap()
            .extend(body.as_object().unwrap().clone());
        all
    };
    let mut token = office.ben.access_token();
    let verify = app.engine.mailed_token(BEN, MailKind::VerifyEmail).await;
    let answers = [
        app.post("/auth/register", with(credentials("dan@example.com", PASSWORD)))
            .await,
        app.post("/auth/login", with(credentials(BEN, PASSWORD))).await,
        app.post("/auth/account/reactivate", with(credentials(BEN, PASSWORD)))
            .await,
        app.bearer_json(
            Method::PATCH,
            "/auth/profile",
            &token,
            with(json!({ "fullName": "Ben" })),
        )
        .await,
        app.post("/auth/verify-email", with(json!({ "token": verify })))
            .await,
    ];
    for answer in answers {
        assert!(answer.status.is_success(), "{}", answer.text);
        assert!(!answer.text.contains("admin"), "{}", answer.text);
    }
    token = login(app, BEN).await.access_token();
    let change = with(json!({ "currentPassword": PASSWORD, "newPassword": "a wholly different password" }));
    let changed = app
        .bearer_json(Method::POST, "/auth/password/change", &token, change)
        .await;
    assert_eq!(
        (changed.status.as_u16(), &changed.json()["user"]["roles"]),
        (200, &json!(["user"]))
    );
    let admins = "SELECT COUNT(*) FROM user_roles WHERE role = 'admin'";
    assert_eq!(
        app.engine.database.number(admins).await,
        1,
        "still the first one alone"
    );
}
