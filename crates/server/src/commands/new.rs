//! `horizon-auth new axum`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::cli::{Choices, DatabaseArg, NewArgs};
use crate::scaffold::{
    EngineSource, Manifest, PackageName, Plan, gitignore, main_file, of_every_project, sample,
    workspace_above,
};
use crate::ui::{self, Failure};

pub(crate) fn axum(args: &NewArgs) -> Result<(), Failure> {
    let name = PackageName::parse(&args.name)?;
    let engine = EngineSource::find(args.choices.horizon_auth_path.as_deref())?;
    let root = args.path.clone().unwrap_or_else(|| PathBuf::from(name.as_str()));
    expect_free(&root)?;
    let workspace = std::path::absolute(&root)
        .ok()
        .and_then(|root| workspace_above(&root));

    let mut manifest = Manifest::of_new_package(name.as_str());
    manifest.add_dependencies(&engine, true)?;
    if manifest.has_a_say_on_profiles(workspace.as_deref()) {
        manifest.optimise()?;
    }
    let mut plan = Plan::new(root);
    // First, so that no key is ever there without it.
    plan.change(".gitignore", None, gitignore(None));
    plan.change("Cargo.toml", None, manifest.into_text());
    for wanted in of_every_project(name.as_str(), &args.choices)?
        .into_iter()
        .chain(sample(&args.choices))
    {
        plan.want(wanted)?;
    }
    plan.change("src/main.rs", None, main_file().to_owned());

    let place = plan.root.display().to_string();
    if args.dry_run {
        ui::line(&format!("in {place}, but not in a dry run:\n{}", plan.summary()));
        return Ok(());
    }
    plan.write()?;
    ui::line(&format!("made {place}:\n{}", plan.summary()));
    ui::line(&next_steps(&plan.root, &args.choices));
    if let Some(workspace) = workspace {
        ui::line(&format!(
            "{} is the manifest of a workspace: list the new folder in its members or exclude.",
            workspace.display()
        ));
    }
    Ok(())
}

/// An application needs a folder of its own. One with nothing but a repository in it will do.
fn expect_free(root: &Path) -> Result<(), Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::because(&format!("the folder {} cannot be read", root.display()), &error)
    };
    let entries = match std::fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound && !root.is_symlink() => return Ok(()),
        Err(error) => return Err(unreadable(error)),
    };
    for entry in entries {
        let name = entry.map_err(unreadable)?.file_name();
        if name != ".git" {
            return Err(Failure::new(format!(
                "{} is not empty: it has {}. Name another folder with --path, or, if this is a Cargo project, run \
                 `horizon-auth init` in it",
                root.display(),
                name.display()
            )));
        }
    }
    Ok(())
}

/// Lines to paste into a shell.
fn next_steps(root: &Path, choices: &Choices) -> String {
    let servers = match choices.database {
        DatabaseArg::Sqlite => "",
        DatabaseArg::Postgres => "  docker compose up --detach --wait\n",
    };
    format!(
        "Next:\n\n  cd {}\n{servers}  cargo run      # http://127.0.0.1:3000, lines to try are in README.md\n  cargo test\n\n\
         keys/ and .env are this project's own, for this machine only, and git ignores them.",
        ui::quoted(&root.display().to_string())
    )
}
