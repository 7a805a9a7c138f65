use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn json(line: &str) -> Result<ImportedUser, Fault> {
    Reader::new(FileFormat::Jsonl, NOW).read(line)
}

fn csv(header: &str, line: &str) -> Result<ImportedUser, Fault> {
    let mut reader = Reader::new(FileFormat::Csv, NOW);
    reader.read_header(header)?;
    reader.read(line)
}

fn rule(read: Result<ImportedUser, Fault>) -> (&'static str, String) {
    let fault = read.unwrap_err();
    (fault.field, fault.rule)
}

#[test]
fn a_value_of_another_type_is_refused_by_its_field() {
    for (line, field, expected) in [
        (r#"{"email":1}"#, "email", "must be a string"),
        (
            r#"{"email":"a@b.cd","disabled":"true"}"#,
            "disabled",
            "must be true or false",
        ),
        (
            r#"{"email":"a@b.cd","emailVerified":1}"#,
            "emailVerified",
            "must be true or false",
        ),
        (
            r#"{"email":"a@b.cd","roles":"admin"}"#,
            "roles",
            "must be a list of role names",
        ),
        (
            r#"{"email":"a@b.cd","roles":["admin",1]}"#,
            "roles",
            "must be a list of role names",
        ),
        (r#"{"email":"a@b.cd","id":"7"}"#, "id", "must be a UUID"),
        (
            r#"{"email":"a@b.cd","passwordHash":{}}"#,
            "passwordHash",
            "must be a string",
        ),
    ] {
        assert_eq!(rule(json(line)), (field, expected.to_owned()), "{line}");
    }
    let (field, _) = rule(json(r#"{"email":"a@b.cd","roles":["Not A Role"]}"#));
    assert_eq!(field, "roles");
}

#[test]
fn nothing_given_is_nothing_set() {
    let user = json(r#"{"email":"a@b.cd","id":null,"roles":null,"fullName":"","disabled":null}"#).unwrap();
    assert!(user.id.is_none() && user.roles.is_none() && user.full_name.is_none() && !user.disabled);
    assert!(user.email_verified_at.is_none() && user.created_at.is_none() && user.password.is_none());
}

#[test]
fn no_roles_and_the_usual_roles_are_told_apart() {
    let count = |user: Result<ImportedUser, Fault>| user.unwrap().roles.map(|roles| roles.len());
    assert_eq!(count(json(r#"{"email":"a@b.cd"}"#)), None);
    assert_eq!(count(json(r#"{"email":"a@b.cd","roles":[]}"#)), Some(0));
    assert_eq!(count(csv("email", "a@b.cd")), None);
    assert_eq!(count(csv("email,roles", "a@b.cd,")), Some(0));
    assert_eq!(count(csv("email,roles", "a@b.cd, user  admin ")), Some(2));
}

#[test]
fn an_account_was_not_made_in_the_future() {
    let line = |at: &str| format!(r#"{{"email":"a@b.cd","createdAt":"{at}"}}"#);
    assert_eq!(json(&line(&NOW.to_string())).unwrap().created_at, Some(NOW));
    for at in ["2999-01-01T00:00:00Z", "2024-01-15", "yesterday", ""] {
        assert_eq!(rule(json(&line(at))).0, "createdAt", "{at}");
    }
}

#[test]
fn only_what_looks_like_a_name_is_repeated() {
    let repeated = |name: &str| rule(json(&format!(r#"{{"{name}":1}}"#))).1.contains(name);
    assert!(repeated("full_name") && repeated("foo"));
    for secret in ["$2b$10$abc", "ana@example.com", "a\\u001b[2J", &"x".repeat(41)] {
        assert!(!repeated(secret), "{secret}");
    }
}

#[test]
fn a_header_names_every_column_once() {
    for header in ["email,email", "fullName", "email,", "", "email;roles", "\"email"] {
        let mut reader = Reader::new(FileFormat::Csv, NOW);
        assert!(reader.read_header(header).is_err(), "{header:?}");
    }
    assert!(
        csv(" email , id ", "a@b.cd,").is_ok(),
        "spaces around a name are forgiven"
    );
}

#[test]
fn a_line_of_csv_is_one_record() {
    for line in ["", "a@b.cd,x,y", "\"a@b.cd,x", "a@b.cd"] {
        assert!(csv("email,fullName", line).is_err(), "{line:?}");
    }
    let user = csv("email,fullName", "\"a@b.cd\",\"A, \"\"B\"\"\"").unwrap();
    assert_eq!(user.full_name.as_deref(), Some("A, \"B\""));
}
