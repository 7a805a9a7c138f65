//! `horizon-auth init`: into a Cargo project that is there already.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use crate::cli::InitArgs;
use crate::scaffold::{
    CARGO_HELLO, EngineSource, Manifest, Place, Plan, gitignore, is_same_text, main_file, of_every_project,
    read_if_there, sample, workspace_above,
};
use crate::ui::{self, Failure};

const MANIFEST: &str = "Cargo.toml";
const MAIN: &str = "src/main.rs";
const SETTINGS: &str = "horizon-auth.toml";

/// How far somebody's own src/main.rs is.
enum Wiring {
    /// It is the sample's, or about to be.
    Sample,
    /// It names the module `auth`.
    Begun,
    /// It knows nothing of it, or there is none.
    Missing,
}

/// What was found, and what is to be done about it.
struct Findings {
    plan: Plan,
    wiring: Wiring,
    /// Profiles are the workspace's to decide.
    is_member: bool,
}

pub(crate) fn run(args: &InitArgs) -> Result<(), Failure> {
    let Findings {
        plan,
        wiring,
        is_member,
    } = look(args)?;
    let place = plan.root.display();
    if plan.creates() + plan.changes() == 0 {
        ui::line(&format!("nothing to do in {place}:\n{}", plan.summary()));
    } else if args.dry_run {
        ui::line(&format!(
            "in {place}, but not in a dry run:\n{}{}",
            plan.summary(),
            plan.differences()
        ));
        return Ok(());
    } else {
        let has_to_ask = plan.changes() > 0 && !args.yes;
        let differences = if has_to_ask {
            plan.differences()
        } else {
            String::new()
        };
        ui::line(&format!("in {place}:\n{}{differences}", plan.summary()));
        if has_to_ask {
            ask(plan.changes())?;
        }
        plan.write()?;
        ui::line("done; keys/ and .env are this project's own, for this machine only, and git ignores them");
    }
    if is_member {
        ui::line(PROFILE_OF_WORKSPACE);
    }
    match wiring {
        Wiring::Sample => ui::line(
            "\n  cargo run      # http://127.0.0.1:3000, lines to try are in README.md\n  cargo test",
        ),
        Wiring::Missing => ui::line(LINES_TO_ADD),
        Wiring::Begun => {}
    }
    Ok(())
}

/// Looks at the project, and touches nothing.
fn look(args: &InitArgs) -> Result<Findings, Failure> {
    let engine = EngineSource::find(args.choices.horizon_auth_path.as_deref())?;
    let root = &args.path;
    let Some(before) = read_if_there(root, Path::new(MANIFEST))? else {
        return Err(Failure::new(format!(
            "{} has no Cargo.toml; name the folder of a Cargo project with --path, or begin one with `horizon-auth \
             new axum NAME`",
            root.display()
        )));
    };
    let mut manifest = Manifest::parse(&before)?;
    let main = read_if_there(root, Path::new(MAIN))?;
    manifest.expect_program(main.is_some() || root.join("src/bin").is_dir())?;
    let whole = root.canonicalize().unwrap_or_else(|_| root.clone());
    let is_member = !manifest.has_a_say_on_profiles(workspace_above(&whole).as_deref());
    let wiring = wiring(root, main.as_deref())?;
    let is_sample = matches!(wiring, Wiring::Sample);
    let name = manifest.package_name().to_owned();
    manifest.add_dependencies(&engine, is_sample)?;
    if !is_member {
        manifest.optimise()?;
    }

    let mut plan = Plan::new(root.clone());
    // First, so that no key is ever there without it.
    let ignored = read_if_there(root, Path::new(".gitignore"))?;
    let grown = gitignore(ignored.as_deref());
    plan.change(".gitignore", ignored, grown);
    let has_our_keys = means_our_keys(root)?;
    for wanted in of_every_project(&name, &args.choices)? {
        if has_our_keys || !wanted.path.starts_with("keys/") {
            plan.want(wanted)?;
        }
    }
    if is_sample {
        for wanted in sample(&args.choices) {
            plan.want(wanted)?;
        }
    }
    plan.change(MANIFEST, Some(before), manifest.into_text());
    // Last: it needs all the others.
    if is_sample {
        let after = main.clone().filter(|main| is_same_text(main, main_file()));
        plan.change(MAIN, main, after.unwrap_or_else(|| main_file().to_owned()));
    }
    Ok(Findings {
        plan,
        wiring,
        is_member,
    })
}

/// The sample takes the place of cargo's Hello World, and of nothing else.
fn wiring(root: &Path, main: Option<&str>) -> Result<Wiring, Failure> {
    let Some(main) = main else {
        return Ok(Wiring::Missing);
    };
    if is_same_text(main, main_file()) {
        return Ok(Wiring::Sample);
    }
    if is_same_text(main, CARGO_HELLO) {
        // Modules of these names that are somebody's own would not fit below it.
        for path in ["src/auth.rs", "src/app.rs", "src/app/tests.rs"] {
            if Place::look(root, Path::new(path))? == Place::File {
                return Ok(Wiring::Missing);
            }
        }
        return Ok(Wiring::Sample);
    }
    let begun = main.lines().any(|line| {
        line.trim_start()
            .trim_start_matches("pub ")
            .starts_with("mod auth")
    });
    Ok(if begun { Wiring::Begun } else { Wiring::Missing })
}

/// Whether the keys in keys/ are those that somebody's own settings mean; without settings they will be.
fn means_our_keys(root: &Path) -> Result<bool, Failure> {
    let settings = read_if_there(root, Path::new(SETTINGS))?;
    Ok(settings.is_none_or(|settings| settings.contains("keys/signing-key.pem")))
}

/// Nobody's files are changed without a yes.
fn ask(changes: usize) -> Result<(), Failure> {
    let files = if changes == 1 {
        "1 file".to_owned()
    } else {
        format!("{changes} files")
    };
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(Failure::new(format!(
            "{files} would be changed, and there is nobody to ask; nothing was done. With --yes it is"
        )));
    }
    ui::prompt(&format!(
        "\nchange {files} as shown, and create the others? [y/N] "
    ));
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    read.map_err(|error| Failure::because("no answer could be read", &error))?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::new("nothing was done")),
    }
}

const PROFILE_OF_WORKSPACE: &str = r#"
The package is a member of a workspace, whose Cargo.toml has to say that dependencies are optimised: password hashing
is unusable without.

  [profile.dev.package."*"]
  opt-level = 1"#;

const LINES_TO_ADD: &str = r"
What serves in this package is your own, so it was left alone. It needs these lines:

  mod auth;

  // where the application starts
  let auth = horizon_auth::Auth::builder().config(auth::config()?).start().await?;

  // two routers of yours become one: nobody gets into `closed` without a log-in
  let app = auth
      .protect(closed)
      .public(open)
      .public(auth.router()) // register, log in, log out, and the rest
      .with_state(auth.clone());

  // where it serves: with the address of the caller, by which guesses at passwords are counted
  axum::serve(listener, app.into_make_service_with_connect_info::<std::net::SocketAddr>()).await?;
  auth.shutdown().await;

A handler that takes `user: horizon_auth::CurrentUser` is told who calls. With a state of your own, implement
`axum::extract::FromRef` of it for `horizon_auth::Gate`: `auth.gate()`.";
