//! `horizon-auth users create`.

use std::io::BufRead as _;

use horizon_auth::operator::{CreateUserCommand, Email, Locale, Password, User};
use zeroize::Zeroizing;

use super::desk::{Desk, Done, broken, explain};
use super::set_roles::parse_roles;
use crate::cli::CreateArgs;
use crate::ui::Failure;

pub(super) async fn run(desk: &Desk, args: CreateArgs) -> Result<(), Failure> {
    let email = Email::parse(&args.email).map_err(|violation| broken("--email", &violation))?;
    let name = args.name.as_deref().unwrap_or("");
    let full_name = User::parse_full_name(name).map_err(|violation| broken("--name", &violation))?;
    let locale = args.locale.as_deref().map(Locale::parse).transpose();
    let locale = locale.map_err(|violation| broken("--locale", &violation))?;
    let roles = parse_roles("--role", &args.roles)?;
    if args.invite {
        desk.expect_mail("--invite")?;
    }
    let (password, generated) = if args.invite {
        (None, None)
    } else if args.password_stdin {
        let password = Password::new(&first_line()?);
        let password = password.map_err(|violation| broken("--password-stdin: the password", &violation))?;
        (Some(password), None)
    } else {
        let text = desk.auth().generate_password().map_err(|error| explain(&error))?;
        let password = Password::new(&text).map_err(|violation| broken("the password", &violation))?;
        (Some(password), Some(text))
    };
    let made = desk.auth().create_user(CreateUserCommand {
        tenant: desk.tenant.clone(),
        email,
        full_name,
        locale,
        roles: (!roles.is_empty()).then(|| roles.clone()),
        password,
        email_verified: args.verified,
        invite: args.invite,
        client: desk.client.clone(),
    });
    let user = match made.await {
        Ok(user) => user,
        Err(error) => return Err(desk.explain_roles(&error, "--role", &roles).await),
    };
    let done = if args.invite {
        Done::new(
            "invited",
            "created, and a link to set a password is in the outbox",
        )
    } else {
        Done::new("created", "created")
    };
    desk.answer(
        &user,
        &done.with_password(generated.as_ref().map(|text| text.as_str())),
    )
}

/// The first line of standard input without its end.
fn first_line() -> Result<Zeroizing<String>, Failure> {
    let mut line = Zeroizing::new(String::with_capacity(Password::MAX_BYTES + 2)); // it does not move while it grows
    let read =
        std::io::Read::take(std::io::stdin().lock(), (Password::MAX_BYTES + 2) as u64).read_line(&mut line);
    read.map_err(|error| Failure::because("--password-stdin: standard input cannot be read", &error))?;
    let end = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(end);
    Ok(line)
}
