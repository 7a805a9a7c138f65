use horizon_auth_core::domain::password::PasswordHash;
use horizon_auth_testkit::both_engines;

use super::*;

both_engines! {
    a_user_is_found_as_inserted => |kind| async move {
        let database = tenants(kind).await;
        let new = NewUser { full_name: Some("Zoë \"Ω\" O'Neil".into()), ..new_user(1) };

        let inserted = write(&database.store, async |tx| tx.insert_user(&new).await.unwrap()).await;

        assert!(inserted);
        let found = read(&database.store).await.find_user(&home(), user_id(1)).await.unwrap();
        assert_eq!(found, Some(new.into_user(Vec::new())));
    };

    the_written_form_of_an_address_survives => |kind| async move {
        let database = tenants(kind).await;
        let new = NewUser { email: email(" Zoe\u{308}.Ångström@Exämple.Example "), ..new_user(1) };

        write(&database.store, async |tx| tx.insert_user(&new).await.unwrap()).await;

        let found = read(&database.store).await.find_user(&home(), user_id(1)).await.unwrap().unwrap();
        assert_eq!(found.email.written(), "Zoë.Ångström@Exämple.Example");
        assert_eq!(found.email.canonical(), "zoë.ångström@exämple.example");
    };

    a_taken_address_is_refused_and_changes_nothing => |kind| async move {
        let database = person(kind).await;
        let second = NewUser {
            email: email("PERSON1@EXAMPLE.COM"),
            full_name: Some("Mallory".into()),
            ..new_user(2)
        };

        let inserted = write(&database.store, async |tx| tx.insert_user(&second).await.unwrap()).await;

        assert!(!inserted);
        let mut db = read(&database.store).await;
        assert_eq!(db.find_user(&home(), user_id(2)).await.unwrap(), None);
        let first = db.find_user(&home(), user_id(1)).await.unwrap();
        assert_eq!(first, Some(new_user(1).into_user(Vec::new())));
        assert_eq!(database.number("SELECT COUNT(*) FROM users").await, 1);
    };

    one_address_may_have_an_account_in_every_tenant => |kind| async move {
        let database = person(kind).await;
        let other = NewUser { tenant: elsewhere(), email: new_user(1).email, ..new_user(2) };

        let inserted = write(&database.store, async |tx| tx.insert_user(&other).await.unwrap()).await;

        assert!(inserted);
        let mut db = read(&database.store).await;
        let address = new_user(1).email;
        assert_eq!(db.find_user_id(&home(), &address).await.unwrap(), Some(user_id(1)));
        assert_eq!(db.find_user_id(&elsewhere(), &address).await.unwrap(), Some(user_id(2)));
    };

    a_user_of_no_tenant_cannot_be_inserted => |kind| async move {
        let database = tenants(kind).await;
        let nowhere = NewUser { tenant: TenantId::parse("nowhere").unwrap(), ..new_user(1) };

        let mut tx = database.store.begin().await.unwrap();
        let error = tx.insert_user(&nowhere).await.unwrap_err();

        assert!(error.is_corrupt(), "{error:?}");
    };

    an_id_that_is_taken_is_corrupt_and_not_a_taken_address => |kind| async move {
        let database = person(kind).await;
        let same_id = NewUser { email: email("other@example.com"), ..new_user(1) };

        let mut tx = database.store.begin().await.unwrap();
        let error = tx.insert_user(&same_id).await.unwrap_err();

        assert!(error.is_corrupt(), "{error:?}");
    };

    a_user_is_found_by_any_spelling_of_the_address => |kind| async move {
        let database = person(kind).await;
        let mut db = read(&database.store).await;

        for spelling in ["person1@example.com", "PERSON1@EXAMPLE.COM", " Person1@Example.com"] {
            let found = db.find_user_id(&home(), &email(spelling)).await.unwrap();
            assert_eq!(found, Some(user_id(1)), "{spelling}");
        }
        assert_eq!(db.find_user_id(&home(), &email("person2@example.com")).await.unwrap(), None);
    };

    a_login_without_a_password_has_no_hash => |kind| async move {
        let database = person(kind).await;

        let login = read(&database.store).await.find_login(&home(), &new_user(1).email).await.unwrap().unwrap();

        assert_eq!((login.user, login.cred_version), (user_id(1), 1));
        assert!(login.password.is_none() && !login.email_verified && login.disabled.is_none());
    };

    a_login_shows_hash_version_verification_and_disabling => |kind| async move {
        let database = person(kind).await;
        let hash = PasswordHash::new("$argon2id$first".into());
        write(&database.store, async |tx| {
            tx.put_password(&home(), user_id(1), &hash, NOW).await.unwrap();
            tx.advance_credentials(&home(), user_id(1), NOW).await.unwrap();
        })
        .await;
        database.execute("UPDATE users SET email_verified_at = 5, disabled_at = 6").await;

        let login = read(&database.store).await.find_login(&home(), &new_user(1).email).await.unwrap().unwrap();

        assert!(login.password == Some(hash) && login.email_verified && login.disabled.is_some());
        assert_eq!(login.cred_version, 2);
        let user = read(&database.store).await.find_user(&home(), user_id(1)).await.unwrap().unwrap();
        assert_eq!(user.email_verified_at, Some(Timestamp::from_millis(5)));
        assert_eq!(user.disabled_at, Some(Timestamp::from_millis(6)));
    };

    no_look_up_crosses_tenants => |kind| async move {
        let database = person(kind).await;
        let mut db = read(&database.store).await;
        let address = new_user(1).email;

        assert_eq!(db.find_user(&elsewhere(), user_id(1)).await.unwrap(), None);
        assert_eq!(db.find_user_id(&elsewhere(), &address).await.unwrap(), None);
        assert!(db.find_login(&elsewhere(), &address).await.unwrap().is_none());
    };

    an_epoch_advances_by_one_and_leaves_the_credentials_alone => |kind| async move {
        let database = person(kind).await;
        let later = NOW + LIFE;

        let epochs = write(&database.store, async |tx| {
            let first = tx.advance_token_epoch(&home(), user_id(1), NOW).await.unwrap();
            (first, tx.advance_token_epoch(&home(), user_id(1), later).await.unwrap())
        })
        .await;

        assert_eq!(epochs, (Some(2), Some(3)));
        let user = read(&database.store).await.find_user(&home(), user_id(1)).await.unwrap().unwrap();
        assert_eq!((user.token_epoch, user.cred_version, user.updated_at), (3, 1, later));
        assert_eq!(user.created_at, NOW);
    };

    new_credentials_advance_version_and_epoch => |kind| async move {
        let database = person(kind).await;
        let later = NOW + LIFE;

        let epoch = write(&database.store, async |tx| {
            tx.advance_credentials(&home(), user_id(1), later).await.unwrap()
        })
        .await;

        assert_eq!(epoch, Some(2));
        let user = read(&database.store).await.find_user(&home(), user_id(1)).await.unwrap().unwrap();
        assert_eq!((user.token_epoch, user.cred_version, user.updated_at), (2, 2, later));
    };

    nobody_advances_a_user_of_another_tenant => |kind| async move {
        let database = person(kind).await;

        write(&database.store, async |tx| {
            assert_eq!(tx.advance_token_epoch(&elsewhere(), user_id(1), NOW + LIFE).await.unwrap(), None);
            assert_eq!(tx.advance_credentials(&elsewhere(), user_id(1), NOW + LIFE).await.unwrap(), None);
            assert_eq!(tx.advance_token_epoch(&home(), user_id(9), NOW + LIFE).await.unwrap(), None);
            assert_eq!(tx.advance_credentials(&home(), user_id(9), NOW + LIFE).await.unwrap(), None);
        })
        .await;

        let user = read(&database.store).await.find_user(&home(), user_id(1)).await.unwrap();
        assert_eq!(user, Some(new_user(1).into_user(Vec::new())));
    };
}
