//! `horizon-auth users reset-password`.

use horizon_auth::operator::{DisableReason, Password, SetPasswordCommand, User};

use super::desk::{Desk, Done, broken, explain};
use crate::cli::ResetPasswordArgs;
use crate::ui::Failure;

pub(super) async fn run(desk: &Desk, args: &ResetPasswordArgs) -> Result<(), Failure> {
    let user = desk.find(&args.one.user).await?;
    if args.generate {
        return generate(desk, &user).await;
    }
    if !args.mail && !desk.sends_mail() {
        return Err(Failure::new(
            "mail.transport is \"none\", so no link can be mailed; --generate makes a new password",
        ));
    }
    mail(desk, &user).await
}

async fn mail(desk: &Desk, user: &User) -> Result<(), Failure> {
    desk.expect_mail("--mail")?;
    if user.disabled_by == Some(DisableReason::Operator) {
        return Err(Failure::new(
            "the account is disabled, so its owner gets no link; run `horizon-auth users enable` first",
        ));
    }
    let queued = desk.auth().mail_reset(&desk.tenant, user.id, &desk.client).await;
    queued.map_err(|error| explain(&error))?;
    let done = Done::new("reset_mailed", "a link to set a new password is in the outbox");
    desk.answer(user, &done)
}

async fn generate(desk: &Desk, user: &User) -> Result<(), Failure> {
    let text = desk.auth().generate_password().map_err(|error| explain(&error))?;
    let password = Password::new(&text).map_err(|violation| broken("the password", &violation))?;
    let set = desk.auth().set_password(SetPasswordCommand {
        tenant: desk.tenant.clone(),
        user: user.id,
        password,
        client: desk.client.clone(),
    });
    set.await.map_err(|error| explain(&error))?;
    let done = Done::new("password_set", "new password").with_password(Some(&text));
    desk.answer_in_effect(user, &done).await
}
