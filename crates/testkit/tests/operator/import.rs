use horizon_auth_core::domain::email::Email;
use horizon_auth_core::domain::ids::UserId;
use horizon_auth_core::domain::password::PasswordHash;
use horizon_auth_core::domain::tenant::TenantId;
use horizon_auth_core::error::{Code, Error};
use horizon_auth_core::flows::{ImportOutcome, ImportedUser, UserRef};
use horizon_auth_testkit::{TestAuth, both_engines};

use super::{home, role};

/// A bcrypt hash of `U*U`, from the test vectors of `crypt_blowfish`.
const BCRYPT: &str = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

fn person(email: &str) -> ImportedUser {
    ImportedUser {
        id: None,
        email: Email::parse(email).unwrap(),
        password: Some(PasswordHash::new(BCRYPT.into())),
        full_name: None,
        locale: None,
        email_verified_at: None,
        roles: None,
        created_at: None,
        disabled: false,
    }
}

fn with_id(email: &str, id: u128) -> ImportedUser {
    ImportedUser {
        id: Some(format!("{id:032x}").parse().unwrap()),
        ..person(email)
    }
}

async fn import(t: &TestAuth, users: Vec<ImportedUser>) -> Result<Vec<ImportOutcome>, Error> {
    t.auth.import_users(&home(), users, &t.client()).await
}

/// The field that a refusal names.
fn refused(outcome: &ImportOutcome) -> &'static str {
    match outcome {
        ImportOutcome::Refused(violation) => violation.field,
        other => panic!("{other:?}"),
    }
}

async fn count(t: &TestAuth) -> i64 {
    t.database.number("SELECT COUNT(*) FROM users").await
}

both_engines! {
    outcomes_are_in_the_order_of_the_accounts => |kind| async move {
        let t = TestAuth::on(kind).await;
        t.signed_in("known@example.com").await;
        let unreadable = ImportedUser { password: Some(PasswordHash::new("$1$x".into())), ..person("odd@example.com") };
        let batch = vec![
            person("ana@example.com"),
            person("known@example.com"),
            unreadable,
            person("ANA@example.com"),
            person("bob@example.com"),
        ];

        let outcomes = import(&t, batch).await.unwrap();

        assert!(matches!(outcomes[0], ImportOutcome::Imported(_)));
        assert_eq!(outcomes[1], ImportOutcome::AlreadyThere);
        assert_eq!(refused(&outcomes[2]), "passwordHash");
        assert_eq!(outcomes[3], ImportOutcome::AlreadyThere, "twice in one batch");
        assert!(matches!(outcomes[4], ImportOutcome::Imported(_)));
        assert_eq!(count(&t).await, 3);
        assert!(t.login_with("ana@example.com", "U*U").await.is_ok());
        assert!(t.login("known@example.com").await.is_ok(), "the password was not touched");
        assert_eq!(t.database.number("SELECT COUNT(*) FROM audit_events WHERE event = 'account_imported'").await, 2);
    };

    an_id_belongs_to_one_account_for_ever => |kind| async move {
        let t = TestAuth::on(kind).await;
        t.database.execute("INSERT INTO tenants (id, created_at) VALUES ('acme', 0)").await;
        let acme = TenantId::parse("acme").unwrap();
        let there = vec![with_id("ana@example.com", 7)];
        t.auth.import_users(&acme, there, &t.client()).await.unwrap();
        import(&t, vec![with_id("bob@example.com", 8)]).await.unwrap();

        let batch = vec![
            with_id("ana@example.com", 7),
            with_id("bob@example.com", 8),
            with_id("bob@example.com", 9),
            with_id("eve@example.com", 8),
            with_id("eve@example.com", 0),
            with_id("eve@example.com", 10),
            with_id("dan@example.com", 10),
        ];
        let outcomes = import(&t, batch).await.unwrap();

        assert_eq!(refused(&outcomes[0]), "id", "it is somebody's in another tenant");
        assert_eq!(outcomes[1], ImportOutcome::AlreadyThere);
        for number in [2, 3, 4, 6] {
            assert_eq!(refused(&outcomes[number]), "id", "{number}");
        }
        assert_eq!(outcomes[5], ImportOutcome::Imported(UserId::from_uuid(uuid::Uuid::from_u128(10))));
    };

    roles_are_those_of_the_file_or_of_a_new_user => |kind| async move {
        let t = TestAuth::on(kind).await;
        let batch = vec![
            person("usual@example.com"),
            ImportedUser { roles: Some(Vec::new()), ..person("none@example.com") },
            ImportedUser { roles: Some(vec![role("b"), role("a"), role("b")]), ..person("two@example.com") },
        ];
        import(&t, batch).await.unwrap();

        for (email, expected) in [
            ("usual@example.com", vec![role("user")]),
            ("none@example.com", vec![]),
            ("two@example.com", vec![role("a"), role("b")]),
        ] {
            let user = t.auth.find_user(&home(), &UserRef::parse(email).unwrap()).await.unwrap();
            assert_eq!(user.unwrap().roles, expected, "{email}");
        }
    };

    a_batch_that_fails_leaves_nothing => |kind| async move {
        let t = TestAuth::on(kind).await;
        t.database.execute("ALTER TABLE user_roles RENAME TO user_roles_away").await;

        assert!(import(&t, vec![person("ana@example.com"), person("bob@example.com")]).await.is_err());

        t.database.execute("ALTER TABLE user_roles_away RENAME TO user_roles").await;
        assert_eq!(count(&t).await, 0);
        import(&t, vec![person("ana@example.com"), person("bob@example.com")]).await.unwrap();
        assert_eq!(count(&t).await, 2);
    };

    a_rehearsal_says_the_same_and_leaves_nothing => |kind| async move {
        let t = TestAuth::on(kind).await;
        let batch = || vec![with_id("ana@example.com", 7), with_id("bob@example.com", 7), person("ana@example.com")];

        let rehearsed = t.auth.rehearse_import(&home(), batch(), &t.client()).await.unwrap();

        assert_eq!(count(&t).await, 0);
        assert_eq!(t.database.number("SELECT COUNT(*) FROM audit_events").await, 0);
        assert_eq!(import(&t, batch()).await.unwrap(), rehearsed);
    };

    a_batch_imported_by_two_at_once_is_there_once => |kind| async move {
        let t = TestAuth::on(kind).await;
        let other = t.outsider();
        let batch = || (0..200).map(|number| person(&format!("person{number}@example.com"))).collect::<Vec<_>>();
        let (client, tenant) = (t.client(), home());

        let (one, two) = tokio::join!(import(&t, batch()), other.import_users(&tenant, batch(), &client));

        let imported = |outcomes: Vec<ImportOutcome>| {
            outcomes.iter().filter(|outcome| matches!(outcome, ImportOutcome::Imported(_))).count()
        };
        assert_eq!(imported(one.unwrap()) + imported(two.unwrap()), 200);
        assert_eq!(count(&t).await, 200);
    };

    nobody_is_imported_into_a_tenant_that_does_not_exist => |kind| async move {
        let t = TestAuth::on(kind).await;
        let acme = TenantId::parse("acme").unwrap();

        let error = t.auth.import_users(&acme, vec![person("ana@example.com")], &t.client()).await.unwrap_err();

        assert_eq!(error.code(), Code::UnknownTenant);
    };

    a_disabled_account_stays_so_until_an_operator_says_otherwise => |kind| async move {
        let t = TestAuth::on(kind).await;
        import(&t, vec![ImportedUser { disabled: true, ..with_id("ana@example.com", 7) }]).await.unwrap();
        assert_eq!(t.login_with("ana@example.com", "U*U").await.unwrap_err().code(), Code::InvalidCredentials);

        let id = UserId::from_uuid(uuid::Uuid::from_u128(7));
        assert!(t.auth.enable_user(&home(), id, &t.client()).await.unwrap());

        assert!(t.login_with("ana@example.com", "U*U").await.is_ok());
    };
}
