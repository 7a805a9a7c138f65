use super::tests::{MAILER, problem, with};

#[test]
fn production_wants_a_mailer_that_reaches_people() {
    let production = |toml: &str| {
        with(&format!(
            "environment = \"production\"\npublic_url = \"https://a.example\"\n{toml}"
        ))
    };
    assert!(
        problem(production("")).starts_with("mail.transport is missing, which production does not allow")
    );
    for mute in ["file", "none"] {
        let line = problem(production(&format!("[mail]\ntransport = \"{mute}\"")));
        assert!(
            line.starts_with("mail.transport is \"") && line.contains("nobody would get"),
            "{line}"
        );
    }
    let errors = production("[mail]\ntransport = \"smtp\"").unwrap_err();
    assert_eq!(errors.problems().len(), 2, "{errors}");
    assert!(
        errors
            .to_string()
            .contains("mail.smtp_url is missing, which the transport smtp needs")
    );
    assert!(
        problem(production("[mail]\ntransport = \"resend\"\nfrom = \"a@b.cd\"")).starts_with("mail.api_key")
    );
    assert!(production(MAILER).is_ok());
}

#[test]
fn the_key_of_a_mail_server_is_never_shown() {
    let line = problem(with(
        "[mail]\ntransport = \"smtp\"\nfrom = \"a@b.cd\"\nsmtp_url = \"http://u:hush@h\"",
    ));
    assert!(!line.contains("hush"), "{line}");
    let config =
        with("[mail]\ntransport = \"smtp\"\nfrom = \"a@b.cd\"\nsmtp_url = \"smtps://u:hush@h\"").unwrap();
    assert!(!format!("{config:?}").contains("hush"));
}
