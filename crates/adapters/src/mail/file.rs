use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use horizon_auth_core::domain::mail::{OutgoingMail, Sender};
use horizon_auth_core::ports::mailer::{MailError, Mailer};

use super::message::message;

/// Writes every mail into a folder, for development. Nobody gets them.
///
/// `ID.eml` is the mail as it would travel, `ID.txt` its words for a look in a terminal. Ids are in
/// the order in which mails were queued.
#[derive(Clone, Debug)]
pub struct FileMailer {
    folder: PathBuf,
    from: Sender,
}

impl FileMailer {
    /// A mailer for the folder, which is made when the first mail comes.
    #[must_use]
    pub fn new(folder: PathBuf, from: Sender) -> Self {
        Self { folder, from }
    }
}

#[async_trait]
impl Mailer for FileMailer {
    async fn send(&self, mail: &OutgoingMail) -> Result<(), MailError> {
        let bytes = message(mail, &self.from)?.formatted();
        let (folder, text) = (self.folder.clone(), mail.words.text.clone().into_bytes());
        let (mail_name, text_name) = (format!("{}.eml", mail.id), format!("{}.txt", mail.id));
        let path = folder.join(&mail_name);
        let work = move || {
            make(&folder)?;
            write(&folder, &text_name, &text)?;
            write(&folder, &mail_name, &bytes)
        };
        let written = tokio::task::spawn_blocking(work).await;
        match written {
            Ok(Ok(())) => {
                tracing::info!(kind = mail.kind.as_str(), path = %path.display(), "a mail was written");
                Ok(())
            }
            Ok(Err(error)) => Err(MailError::Temporary(format!("{}: {error}", path.display()))),
            Err(_) => Err(MailError::Temporary("writing the mail panicked".to_owned())),
        }
    }
}

/// Links in mails are secrets: folder and files are the owner's alone.
fn make(folder: &Path) -> io::Result<()> {
    let mut maker = DirBuilder::new();
    maker.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut maker, 0o700);
    maker.create(folder)
}

/// Writes the file under another name first, so that whoever watches the folder sees whole mails only.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let unfinished = folder.join(format!(".{name}.tmp"));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&unfinished)?.write_all(bytes)?;
    fs::rename(unfinished, folder.join(name))
}
