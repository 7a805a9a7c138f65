//! The files of an application: which there are, and what stands in them.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, context};
use zeroize::Zeroizing;

use crate::cli::{AppProfileArg, Choices, DatabaseArg};
use crate::data_folder;
use crate::ui::Failure;

/// What `cargo new` writes into src/main.rs.
pub(crate) const CARGO_HELLO: &str = "fn main() {\n    println!(\"Hello, world!\");\n}\n";

/// Lines that .gitignore must have.
const GITIGNORE: &str = include_str!("../../templates/new/axum/gitignore");
const MAIN: &str = include_str!("../../templates/new/axum/src/main.rs");

/// A file that a project should have.
#[derive(Debug)]
pub(crate) struct Wanted {
    pub(crate) path: &'static str,
    pub(crate) content: Content,
}

/// What stands in a file.
#[derive(Debug)]
pub(crate) enum Content {
    Text(String),
    /// Fresh for every project, made in the moment it is written, and readable for its owner only.
    Secret(Secret),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Secret {
    SigningKey,
    SealingKey,
    /// The variables of the machine, among them passwords.
    Variables(DatabaseArg),
}

impl Secret {
    pub(crate) fn make(self) -> Result<Zeroizing<String>, Failure> {
        let password = || horizon_auth::operator::make_service_secret().map_err(|error| Failure::of(&error));
        match self {
            Self::SigningKey => {
                let key = data_folder::generate(horizon_auth::Algorithm::Rs256)?;
                Ok(Zeroizing::new(key.private_pem.to_string()))
            }
            Self::SealingKey => horizon_auth::fresh_sealing_key()
                .map_err(|error| Failure::because("no key could be made", &error)),
            Self::Variables(database) => {
                variables(database, Some((&password()?, &password()?))).map(Zeroizing::new)
            }
        }
    }
}

/// The files of every project.
pub(crate) fn of_every_project(name: &str, choices: &Choices) -> Result<Vec<Wanted>, Failure> {
    let settings = render(
        include_str!("../../templates/new/axum/horizon-auth.toml.jinja"),
        &context! { profile => profile(choices), database => database(choices.database) },
    )?;
    let readme = render(
        include_str!("../../templates/new/axum/README.md.jinja"),
        &context! { name => name, profile => profile(choices), database => database(choices.database) },
    )?;
    Ok(vec![
        secret(".env", Secret::Variables(choices.database)),
        text(".env.example", variables(choices.database, None)?),
        text("README.md", readme),
        text(
            "compose.yaml",
            include_str!("../../templates/new/axum/compose.yaml"),
        ),
        text("horizon-auth.toml", settings),
        secret("keys/sealing-key", Secret::SealingKey),
        secret("keys/signing-key.pem", Secret::SigningKey),
        text(
            "src/auth.rs",
            include_str!("../../templates/new/axum/src/auth.rs"),
        ),
    ])
}

/// The files of an application that has nothing of its own yet, beside [`main_file`].
pub(crate) fn sample(choices: &Choices) -> Vec<Wanted> {
    let tests = match choices.profile {
        AppProfileArg::Token => include_str!("../../templates/new/axum/src/app/tests.token.rs"),
        AppProfileArg::Session => include_str!("../../templates/new/axum/src/app/tests.session.rs"),
    };
    vec![
        text("src/app.rs", include_str!("../../templates/new/axum/src/app.rs")),
        text("src/app/tests.rs", tests),
    ]
}

/// The sample's src/main.rs.
pub(crate) const fn main_file() -> &'static str {
    MAIN
}

/// `.gitignore` with the lines that it lacks, below those that it has.
pub(crate) fn gitignore(there: Option<&str>) -> String {
    let Some(there) = there else {
        return GITIGNORE.to_owned();
    };
    let end = if there.contains("\r\n") { "\r\n" } else { "\n" };
    let is_missing = |line: &&str| {
        let is_pattern = !line.is_empty() && !line.starts_with('#');
        is_pattern && !there.lines().any(|known| known.trim_end() == *line)
    };
    let missing: Vec<&str> = GITIGNORE.lines().filter(is_missing).collect();
    if missing.is_empty() {
        return there.to_owned();
    }
    let mut text = there.to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text += end;
    }
    for line in missing {
        text += line;
        text += end;
    }
    text
}

/// Whether two texts say the same, whatever their line ends are.
pub(crate) fn is_same_text(one: &str, other: &str) -> bool {
    one.lines().eq(other.lines())
}

/// `.env`, or without passwords its pattern.
fn variables(kind: DatabaseArg, passwords: Option<(&str, &str)>) -> Result<String, Failure> {
    let (postgres, redis) = passwords.unwrap_or_default();
    render(
        include_str!("../../templates/new/axum/env.jinja"),
        &context! {
            secrets => passwords.is_some(),
            database => database(kind),
            postgres_password => postgres,
            redis_password => redis,
        },
    )
}

fn text(path: &'static str, text: impl Into<String>) -> Wanted {
    let content = Content::Text(text.into());
    Wanted { path, content }
}

fn secret(path: &'static str, secret: Secret) -> Wanted {
    let content = Content::Secret(secret);
    Wanted { path, content }
}

const fn profile(choices: &Choices) -> &'static str {
    match choices.profile {
        AppProfileArg::Token => "token",
        AppProfileArg::Session => "session",
    }
}

const fn database(kind: DatabaseArg) -> &'static str {
    match kind {
        DatabaseArg::Sqlite => "sqlite",
        DatabaseArg::Postgres => "postgres",
    }
}

fn render(template: &str, values: &minijinja::Value) -> Result<String, Failure> {
    let failed = |error| Failure::because("a template", &error);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .keep_trailing_newline(true)
        .build();
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(syntax.map_err(failed)?);
    environment.render_str(template, values).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gitignore_gets_the_missing_lines_only_and_keeps_its_line_ends() {
        assert_eq!(gitignore(None), GITIGNORE);
        assert_eq!(gitignore(Some(GITIGNORE)), GITIGNORE);
        let grown = gitignore(Some("/target\nnotes"));
        assert!(grown.starts_with("/target\nnotes\n/.env\n"), "{grown}");
        assert_eq!(gitignore(Some(&grown)), grown);
        let windows = gitignore(Some("/target\r\n"));
        assert!(
            windows.starts_with("/target\r\n/.env\r\n/keys/\r\n"),
            "{windows:?}"
        );
        assert_eq!(gitignore(Some(&windows)), windows);
    }

    #[test]
    fn the_pattern_of_the_variables_has_no_password() {
        let pattern = variables(DatabaseArg::Postgres, None).unwrap();
        assert!(
            pattern.contains("\nPOSTGRES_PASSWORD=\nREDIS_PASSWORD=\n"),
            "{pattern}"
        );
        let real = Secret::Variables(DatabaseArg::Postgres).make().unwrap();
        let passwords: Vec<&str> = real
            .lines()
            .filter_map(|line| line.split_once("_PASSWORD="))
            .map(|(_, text)| text)
            .collect();
        assert_eq!(
            passwords.iter().map(|text| text.len()).collect::<Vec<_>>(),
            [64, 64]
        );
        assert_ne!(passwords[0], passwords[1]);
    }
}
