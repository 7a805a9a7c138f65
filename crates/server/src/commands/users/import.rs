//! `horizon-auth users import`.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use horizon_auth::operator::{ImportOutcome, ImportedUser};
use serde::Serialize;

use super::desk::{Desk, explain, json};
use super::fields::{Fault, LINE, Reader};
use super::format::format_of;
use super::lines::Lines;
use crate::cli::ImportArgs;
use crate::data_folder;
use crate::ui::{self, Failure};

/// Lines per transaction.
const BATCH: usize = 500;

/// What has become of the lines so far.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Tally {
    imported: u64,
    already_there: u64,
    refused: u64,
    dry_run: bool,
}

/// Some lines of the file.
#[derive(Default)]
struct Batch {
    first: u64,
    numbers: Vec<u64>,
    users: Vec<ImportedUser>,
    faults: Vec<(u64, Fault)>,
}

pub(super) async fn run(desk: &Desk, args: &ImportArgs) -> Result<(), Failure> {
    let mut import = Import::open(args, desk)?;
    let stop = tokio::signal::ctrl_c();
    tokio::pin!(stop);
    while let Some(batch) = import.next_batch()? {
        // Asked between batches only: a batch is imported as a whole.
        let stopped = tokio::select! {
            biased;
            _ = &mut stop => true,
            () = std::future::ready(()) => false,
        };
        if stopped {
            return Err(import.stopped(batch.first, "interrupted"));
        }
        import.settle(desk, batch).await?;
    }
    import.finish()
}

struct Import {
    file: PathBuf,
    lines: Lines<BufReader<File>>,
    reader: Reader,
    rejects: Option<BufWriter<File>>,
    tally: Tally,
    json: bool,
}

/// A refused line, for programs.
#[derive(Serialize)]
struct Reject<'a> {
    line: u64,
    field: &'a str,
    rule: &'a str,
}

impl Import {
    fn open(args: &ImportArgs, desk: &Desk) -> Result<Self, Failure> {
        let format = format_of(&args.file, args.format)?;
        let file = File::open(&args.file).map_err(|error| unreadable(&args.file, &error))?;
        let mut import = Self {
            file: args.file.clone(),
            lines: Lines::new(BufReader::new(file)),
            reader: Reader::new(format, desk.auth().now()),
            rejects: None,
            tally: Tally {
                dry_run: args.dry_run,
                ..Tally::default()
            },
            json: args.scope.json,
        };
        if import.reader.wants_header() {
            import.read_header()?;
        }
        import.rejects = args
            .rejects
            .as_deref()
            .map(data_folder::new_private)
            .transpose()?
            .map(BufWriter::new);
        Ok(import)
    }

    fn read_header(&mut self) -> Result<(), Failure> {
        let next = self
            .lines
            .next()
            .map_err(|error| unreadable(&self.file, &error))?;
        let Some((number, line)) = next else {
            return Err(Failure::new(
                "the file is empty; its first line must name the columns",
            ));
        };
        let read = line
            .map_err(|rule| Fault::new(LINE, rule))
            .and_then(|line| self.reader.read_header(line));
        read.map_err(|fault| {
            Failure::new(format!(
                "line {number}, which must name the columns: {}: {}; nothing was imported",
                fault.field, fault.rule
            ))
        })
    }

    /// The next lines, `None` at the end of the file.
    fn next_batch(&mut self) -> Result<Option<Batch>, Failure> {
        let mut batch = Batch::default();
        while batch.users.len() + batch.faults.len() < BATCH {
            let next = self
                .lines
                .next()
                .map_err(|error| unreadable(&self.file, &error))?;
            let Some((number, line)) = next else { break };
            if batch.first == 0 {
                batch.first = number;
            }
            let read = line
                .map_err(|rule| Fault::new(LINE, rule))
                .and_then(|line| self.reader.read(line));
            match read {
                Ok(user) => {
                    batch.numbers.push(number);
                    batch.users.push(user);
                }
                Err(fault) => batch.faults.push((number, fault)),
            }
        }
        Ok((batch.first > 0).then_some(batch))
    }

    /// Imports a batch, or finds out what would become of it.
    async fn settle(&mut self, desk: &Desk, batch: Batch) -> Result<(), Failure> {
        let outcomes = if self.tally.dry_run {
            desk.auth()
                .rehearse_import(&desk.tenant, batch.users, &desk.client)
                .await
        } else {
            desk.auth()
                .import_users(&desk.tenant, batch.users, &desk.client)
                .await
        };
        let outcomes = outcomes.map_err(|error| self.stopped(batch.first, &explain(&error).to_string()))?;
        let mut faults = batch.faults;
        for (number, outcome) in batch.numbers.into_iter().zip(outcomes) {
            match outcome {
                ImportOutcome::Imported(_) => self.tally.imported += 1,
                ImportOutcome::AlreadyThere => self.tally.already_there += 1,
                ImportOutcome::Refused(violation) => faults.push((number, violation.into())),
            }
        }
        faults.sort_by_key(|(number, _)| *number);
        faults
            .iter()
            .try_for_each(|(line, fault)| self.refuse(*line, fault))
    }

    fn refuse(&mut self, line: u64, Fault { field, rule }: &Fault) -> Result<(), Failure> {
        self.tally.refused += 1;
        ui::complaint(&if *field == LINE {
            format!("line {line}: {rule}")
        } else {
            format!("line {line}: {field}: {rule}")
        });
        let Some(file) = &mut self.rejects else {
            return Ok(());
        };
        let text = json(&Reject { line, field, rule })?;
        let written = writeln!(file, "{text}").and_then(|()| file.flush());
        written.map_err(|error| Failure::because("--rejects: the file cannot be written", &error))
    }

    fn stopped(&self, line: u64, why: &str) -> Failure {
        Failure::new(format!(
            "stopped before line {line}: {why}\n{}; run the same command again to go on, what is there is left alone",
            self.summary()
        ))
    }

    fn summary(&self) -> String {
        let Tally {
            imported,
            already_there,
            refused,
            dry_run,
        } = self.tally;
        let done = if dry_run { "would be imported" } else { "imported" };
        format!("{imported} {done}, {already_there} already there, {refused} refused")
    }

    fn finish(self) -> Result<(), Failure> {
        ui::line(&if self.json {
            json(&self.tally)?
        } else {
            self.summary()
        });
        let what = match self.tally.refused {
            0 => return Ok(()),
            1 => "1 line was refused".to_owned(),
            count => format!("{count} lines were refused"),
        };
        let then = if self.tally.dry_run {
            ""
        } else {
            "; correct them and import the file again"
        };
        Err(Failure::new(what + then))
    }
}

fn unreadable(file: &Path, error: &std::io::Error) -> Failure {
    Failure::because(&format!("{} cannot be read", file.display()), error)
}
