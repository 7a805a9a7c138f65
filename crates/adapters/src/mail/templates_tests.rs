use super::*;

const LANGUAGES: [&str; 3] = ["en", "de", "he"];
const ORIGIN: &str = "https://auth.example.com";

fn locale(tag: &str) -> Locale {
    Locale::parse(tag).unwrap()
}

fn built_in() -> Templates {
    Templates::open(None, &Locale::english(), "Example").unwrap()
}

fn context(kind: MailKind, tag: &str) -> MailContext {
    MailContext {
        locale: locale(tag),
        ..sample(kind, "Example", true)
    }
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn problems(files: &[(&str, &str)]) -> String {
    let folder = folder(files);
    let opened = Templates::open(Some(folder.path()), &Locale::english(), "Example");
    opened.unwrap_err().to_string()
}

#[test]
fn every_mail_is_written_in_every_language() {
    let templates = built_in();
    for tag in LANGUAGES {
        let mut subjects = BTreeSet::new();
        for kind in MailKind::ALL.iter().copied() {
            for full in [true, false] {
                let context = MailContext {
                    locale: locale(tag),
                    ..sample(kind, "Example", full)
                };
                let mail = templates.render(&context).unwrap();
                subjects.insert(mail.subject.as_str().to_owned());
                // The HTML spells a slash as an entity.
                for body in [mail.text.clone(), mail.html.replace("&#x2f;", "/")] {
                    assert!(body.contains("Example"), "{tag} {kind:?}: {body}");
                    assert!(
                        !body.contains("{{") && !body.contains("{%") && !body.contains("none"),
                        "{body}"
                    );
                    assert_eq!(body.contains("Ana Example"), full);
                    for (at, _) in body.match_indices("://") {
                        assert!(body[..at + 3 + 16].ends_with(ORIGIN), "a link elsewhere: {body}");
                    }
                    if let Some(link) = &context.link {
                        assert!(body.contains(link.as_str()), "{tag} {kind:?}: {body}");
                    }
                }
                let side = if tag == "he" { "rtl" } else { "ltr" };
                assert!(
                    mail.html
                        .contains(&format!("<html lang=\"{tag}\" dir=\"{side}\">"))
                );
            }
        }
        assert_eq!(
            subjects.len(),
            MailKind::ALL.len(),
            "each mail has its own subject: {subjects:?}"
        );
    }
}

#[test]
fn text_that_people_chose_is_escaped_in_html() {
    let templates = Templates::open(None, &Locale::english(), "<b>Tom</b> & Co").unwrap();
    let context = MailContext {
        full_name: Some("Tom & \"Jerry\"".to_owned()),
        product: "<b>Tom</b> & Co".to_owned(),
        new_email: Some("<i>@example.com".to_owned()),
        ..context(MailKind::EmailChanged, "en")
    };
    let mail = templates.render(&context).unwrap();
    assert!(!mail.html.contains("<b>") && !mail.html.contains("<i>"));
    assert!(mail.html.contains("Tom &amp; &quot;Jerry&quot;"), "{}", mail.html);
    assert!(mail.text.contains("Hello Tom & \"Jerry\","), "{}", mail.text);
}

#[test]
fn the_nearest_language_is_taken() {
    let templates = Templates::open(None, &locale("de"), "Example").unwrap();
    let greeting = |tag| {
        let mail = templates
            .render(&context(MailKind::PasswordChanged, tag))
            .unwrap();
        mail.subject.as_str().to_owned()
    };
    assert_eq!(greeting("de-AT"), "Ihr Passwort wurde geändert");
    assert_eq!(greeting("en-GB"), "Your Password Was Changed");
    assert_eq!(
        greeting("fr"),
        "Ihr Passwort wurde geändert",
        "the usual language"
    );
    let english = built_in()
        .render(&context(MailKind::PasswordChanged, "fr"))
        .unwrap();
    assert_eq!(english.subject.as_str(), "Your Password Was Changed");
}

#[test]
fn files_of_ones_own_replace_built_in_ones_and_add_languages() {
    let folder = folder(&[
        ("en/verify_email/subject.txt", "Welcome to {{ product }}"),
        (
            "layout.txt",
            "{% block content %}{% endblock %}{% block greeting %}{% endblock %}~ {{ product }}",
        ),
        ("fr/password_changed/subject.txt", "Mot de passe"),
        ("fr/password_changed/body.txt", "Bonjour"),
        (
            "fr/password_changed/body.html",
            "<p>Bonjour {{ full_name or '' }}</p>",
        ),
        ("README.md", "not a template"),
    ]);
    let templates = Templates::open(Some(folder.path()), &Locale::english(), "Example").unwrap();
    let welcome = templates.render(&context(MailKind::VerifyEmail, "en")).unwrap();
    assert_eq!(welcome.subject.as_str(), "Welcome to Example");
    assert!(welcome.text.trim_end().ends_with("~ Example"), "{}", welcome.text);
    let french = templates
        .render(&context(MailKind::PasswordChanged, "fr"))
        .unwrap();
    assert_eq!(
        (french.subject.as_str(), &*french.text),
        ("Mot de passe", "Bonjour")
    );
    let other = templates.render(&context(MailKind::VerifyEmail, "fr")).unwrap();
    assert_eq!(
        other.subject.as_str(),
        "Welcome to Example",
        "French has no such mail"
    );
}

#[test]
fn mistakes_in_templates_show_at_once_with_file_and_line() {
    let misspelt = problems(&[("en/verify_email/body.txt", "one\n{{ lnik }}")]);
    assert_eq!(misspelt, "en/verify_email/body.txt, line 2: undefined value");
    let broken = problems(&[("en/layout.html", "{% block greeting %}")]);
    assert!(
        broken.starts_with("en/layout.html, line 1: syntax error"),
        "{broken}"
    );
    let partly = problems(&[("fr/verify_email/body.txt", "Bonjour")]);
    assert!(
        partly.contains("fr/verify_email/body.html: is missing"),
        "{partly}"
    );
    for name in [
        "verify_email/body.txt",
        "en/verify/body.txt",
        "EN/layout.txt",
        "en/verify_email/body2.txt",
    ] {
        let wrong = problems(&[(name, "text")]);
        assert!(wrong.contains(&format!("{name}: is no template")), "{wrong}");
    }
    let two_lines = problems(&[("en/verify_email/subject.txt", "a{{ '\r\n' }}Bcc: b@example.com")]);
    assert!(
        two_lines.starts_with("en/verify_email/subject.txt: the subject must not"),
        "{two_lines}"
    );
    let absent = Templates::open(Some(Path::new("/nowhere/at/all")), &Locale::english(), "Example");
    assert!(absent.unwrap_err().to_string().starts_with("/nowhere/at/all: "));
}

#[test]
fn an_error_never_quotes_the_mail() {
    let folder = folder(&[(
        "en/verify_email/body.txt",
        "{% if full_name %}{{ full_name }}{% else %}{{ link.a.b }}{% endif %}",
    )]);
    let opened = Templates::open(Some(folder.path()), &Locale::english(), "Example");
    assert!(!opened.unwrap_err().to_string().contains("token=sample"));
}

#[test]
fn a_name_that_could_be_a_link_is_not_greeted() {
    for name in ["Ana", "J. R. Doe", "O'Hara", "רות", " Zoë ", "Doe Jr."] {
        assert_eq!(greeted_name(name), Some(name.trim()), "{name}");
    }
    let refused = [
        "",
        "  ",
        "evil.example",
        "you won: example。com",
        "http://evil",
        "a@b",
        "Ana\nBen",
        "Ana\u{202e}neB",
        "<b>",
        &"x".repeat(61),
    ];
    for name in refused {
        assert_eq!(greeted_name(name), None, "{name:?}");
    }
}

#[test]
fn arabic_and_hebrew_run_from_right_to_left() {
    let directions = ["ar-EG", "he", "en", "de-AT", "arn"].map(direction);
    assert_eq!(directions, ["rtl", "rtl", "ltr", "ltr", "ltr"]);
}
