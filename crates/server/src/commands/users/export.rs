//! `horizon-auth users export`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use horizon_auth::operator::ExportUsersCommand;
use serde_json::json;

use super::account::Account;
use super::desk::{Desk, explain};
use super::format::format_of;
use crate::cli::{ExportArgs, FileFormat};
use crate::data_folder;
use crate::ui::{self, Failure};

/// Accounts read at once.
const PAGE: u32 = 500;

pub(super) async fn run(desk: &Desk, args: &ExportArgs) -> Result<(), Failure> {
    let Some(path) = &args.out else {
        return to_stdout(desk, args).await;
    };
    let format = format_of(path, args.format)?;
    let mut file = BufWriter::new(data_folder::new_private(path)?);
    let written = write(desk, args, format, &mut file).await;
    let written = written.and_then(|count| settle(&file, path).map(|()| count));
    let count = written.inspect_err(|_| {
        let _ = std::fs::remove_file(path); // half an export looks like a whole one
    })?;
    ui::line(&if desk.json {
        json!({ "exported": count, "file": path.display().to_string() }).to_string()
    } else {
        let noun = if count == 1 { "account" } else { "accounts" };
        format!("exported {count} {noun} to {}", path.display())
    });
    Ok(())
}

async fn to_stdout(desk: &Desk, args: &ExportArgs) -> Result<(), Failure> {
    if args.with_hashes {
        return Err(Failure::new(
            "--with-hashes needs --out FILE: password hashes are never written to standard output",
        ));
    }
    let format = args.format.unwrap_or(FileFormat::Jsonl);
    let mut out = BufWriter::new(io::stdout());
    write(desk, args, format, &mut out).await.map(drop)
}

/// On the disk, not only on its way there.
fn settle(file: &BufWriter<File>, path: &Path) -> Result<(), Failure> {
    file.get_ref()
        .sync_all()
        .map_err(|error| Failure::because(&format!("{} cannot be written", path.display()), &error))
}

/// Writes all accounts and flushes; how many there were.
async fn write(
    desk: &Desk,
    args: &ExportArgs,
    format: FileFormat,
    out: &mut impl Write,
) -> Result<u64, Failure> {
    let unwritable = |error: io::Error| Failure::because("the export cannot be written", &error);
    let mut sheet = Sheet::begin(format, args.with_hashes, out).map_err(unwritable)?;
    let mut command = ExportUsersCommand {
        tenant: desk.tenant.clone(),
        after: None,
        limit: PAGE,
        with_hashes: args.with_hashes,
        client: desk.client.clone(),
    };
    let mut count = 0;
    loop {
        let page = desk
            .auth()
            .export_users(&command)
            .await
            .map_err(|error| explain(&error))?;
        let Some(last) = page.last() else { break };
        command.after = Some(last.user.id);
        for exported in &page {
            let account = Account::new(&exported.user, exported.password.as_ref());
            sheet.add(&account).map_err(unwritable)?;
            count += 1;
        }
    }
    sheet.end().map_err(unwritable)?;
    Ok(count)
}

/// Accounts on their way into either format.
enum Sheet<'a, W: Write> {
    Jsonl(&'a mut W),
    Csv {
        writer: Box<csv::Writer<&'a mut W>>,
        with_hashes: bool,
    },
}

/// The columns of a CSV file; the last one only with hashes.
const COLUMNS: [&str; 9] = [
    "id",
    "email",
    "emailVerified",
    "fullName",
    "roles",
    "locale",
    "createdAt",
    "disabled",
    "passwordHash",
];

impl<'a, W: Write> Sheet<'a, W> {
    fn begin(format: FileFormat, with_hashes: bool, out: &'a mut W) -> io::Result<Self> {
        Ok(match format {
            FileFormat::Jsonl => Self::Jsonl(out),
            FileFormat::Csv => {
                let mut writer = csv::Writer::from_writer(out);
                writer.write_record(COLUMNS.iter().take(columns(with_hashes)))?;
                Self::Csv {
                    writer: Box::new(writer),
                    with_hashes,
                }
            }
        })
    }

    fn add(&mut self, account: &Account<'_>) -> io::Result<()> {
        match self {
            Self::Jsonl(out) => {
                serde_json::to_writer(&mut **out, account)?;
                out.write_all(b"\n")
            }
            Self::Csv { writer, with_hashes } => {
                let roles = account.roles.join(" ");
                let cells = [
                    &account.id,
                    account.email,
                    word(account.email_verified),
                    account.full_name.unwrap_or(""),
                    &roles,
                    account.locale.unwrap_or(""),
                    &account.created_at,
                    word(account.disabled),
                    account.password_hash.unwrap_or(""),
                ];
                Ok(writer.write_record(cells.iter().take(columns(*with_hashes)))?)
            }
        }
    }

    fn end(self) -> io::Result<()> {
        match self {
            Self::Jsonl(out) => out.flush(),
            Self::Csv { mut writer, .. } => {
                writer.flush()?; // flushes what is below it too
                Ok(())
            }
        }
    }
}

const fn columns(with_hashes: bool) -> usize {
    if with_hashes {
        COLUMNS.len()
    } else {
        COLUMNS.len() - 1
    }
}

const fn word(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}
