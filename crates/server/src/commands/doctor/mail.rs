//! Mail: whether it can leave.

use horizon_auth::config::{Config, Environment, MailTransport};

use super::finding::Finding;

/// Whether mails can leave; `log_in` is what came of a try at the mail server, if there is one.
pub(super) fn judge(config: &Config, log_in: Option<&Result<(), String>>) -> Vec<Finding> {
    const CHECK: &str = "mail.transport";
    let is_production = config.environment == Environment::Production;
    let mut findings = vec![match &config.mail.transport {
        MailTransport::None => Finding::warning(
            CHECK,
            "\"none\": nobody gets the mails",
            "configure smtp, resend or sendgrid in mail.transport",
        ),
        MailTransport::File { folder } if is_production => Finding::failed(
            CHECK,
            format!("mails are written to {}: nobody gets them", folder.display()),
            "configure smtp, resend or sendgrid in mail.transport",
        ),
        MailTransport::File { folder } => Finding::ok(CHECK, format!("files in {}", folder.display())),
        MailTransport::Custom => Finding::not_applicable(CHECK, "the application brings its own"),
        MailTransport::Resend { api_key, .. } => key_form("Resend", "re_", api_key.reveal()),
        MailTransport::SendGrid { api_key, .. } => key_form("SendGrid", "SG.", api_key.reveal()),
        MailTransport::Smtp { .. } => smtp(log_in),
    }];
    if is_sent(&config.mail.transport) {
        findings.push(sender(
            config.policy.mail.from.email.canonical(),
            &config.public_url,
            is_production,
        ));
    }
    findings
}

fn smtp(log_in: Option<&Result<(), String>>) -> Finding {
    const CHECK: &str = "mail.transport";
    match log_in {
        Some(Ok(())) => Finding::ok(CHECK, "the mail server takes the log-in"),
        Some(Err(why)) => Finding::failed(CHECK, why.clone(), smtp_fix(why)),
        None => Finding::not_applicable(CHECK, "the mail server was not asked"),
    }
}

/// What most often helps against a failure of one step.
fn smtp_fix(why: &str) -> &'static str {
    if why.contains("AUTH") {
        "correct user and password in mail.smtp_url; special characters are percent-encoded"
    } else if why.contains("STARTTLS") {
        "use smtps:// if the port speaks TLS from the start; a certificate of your own authority needs mail.smtp_ca_file"
    } else {
        "correct scheme, host and port in mail.smtp_url, see that nothing on the way blocks the port, and that \
         the certificate is known (mail.smtp_ca_file)"
    }
}

fn key_form(provider: &str, beginning: &str, key: &str) -> Finding {
    const CHECK: &str = "mail.transport";
    if key.trim().starts_with(beginning) {
        Finding::ok(
            CHECK,
            format!("{provider}; whether it takes the key only --send-test-mail ADDRESS can tell"),
        )
    } else {
        Finding::warning(
            CHECK,
            format!("keys of {provider} begin with {beginning}, and the configured one does not"),
            "copy the key again, and see that mail.transport names its provider",
        )
    }
}

fn sender(address: &str, public_url: &str, is_production: bool) -> Finding {
    const CHECK: &str = "mail.from";
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let is_reserved = [
        "example.com",
        "example.org",
        "example.net",
        "localhost",
        "invalid",
        "test",
    ]
    .iter()
    .any(|reserved| domain == *reserved || domain.ends_with(&format!(".{reserved}")));
    if is_reserved && is_production {
        return Finding::failed(
            CHECK,
            format!("mails come from the domain {domain}, which nobody has"),
            format!("write an address of your own domain into mail.from; links lead to {public_url}"),
        );
    }
    Finding::ok(CHECK, format!("an address of {domain}"))
}

/// Whether mails leave this machine.
pub(super) fn is_sent(transport: &MailTransport) -> bool {
    match transport {
        MailTransport::Smtp { .. } | MailTransport::Resend { .. } | MailTransport::SendGrid { .. } => true,
        MailTransport::None | MailTransport::Custom | MailTransport::File { .. } => false,
    }
}

/// What came of the mail that was asked for.
pub(super) fn judge_test_mail(masked: &str, sent: &Result<(), String>) -> Finding {
    const CHECK: &str = "mail.test";
    match sent {
        Ok(()) => Finding::ok(
            CHECK,
            format!("a mail to {masked} was taken; see whether it arrives"),
        ),
        Err(why) => Finding::failed(CHECK, why.clone(), smtp_fix(why)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn a_key_of_another_provider_is_noticed_and_never_shown() {
        let found = key_form("Resend", "re_", "SG.secret");
        assert_eq!(found.state, State::Warning);
        assert!(!format!("{found:?}").contains("secret"));
        assert_eq!(key_form("Resend", "re_", " re_secret\n").state, State::Ok);
    }

    #[test]
    fn nobody_answers_for_a_domain_of_examples() {
        for (address, is_production, state) in [
            ("auth@example.com", true, State::Failed),
            ("auth@mail.example.com", true, State::Failed),
            ("auth@example.com", false, State::Ok),
            ("auth@myexample.com", true, State::Ok),
        ] {
            assert_eq!(
                sender(address, "https://a.b", is_production).state,
                state,
                "{address}"
            );
        }
    }

    #[test]
    fn the_fix_fits_the_step_that_failed() {
        assert!(smtp_fix("mail not sent yet: AUTH: the mail server answered 535").contains("password"));
        assert!(smtp_fix("STARTTLS: the mail server does not offer it").contains("smtps://"));
        assert!(smtp_fix("connecting: Connection refused").contains("port"));
        assert_eq!(smtp(None).state, State::NotApplicable);
    }
}
