//! The transport `file`, for development.

use std::fs;

use horizon_auth_adapters::mail::FileMailer;
use horizon_auth_core::domain::mail::{MailKind, Sender};
use horizon_auth_core::ports::mailer::Mailer as _;

use crate::support::{SENDER, written};

#[tokio::test]
async fn mails_become_files_for_their_owner_alone() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("new/mails");
    let mailer = FileMailer::new(folder.clone(), Sender::parse(SENDER).unwrap());
    let mail = written("ana@example.com", MailKind::VerifyEmail, "en", "Ana");

    for _ in 0..2 {
        mailer.send(&mail).await.unwrap();
    }

    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let both = [format!("{}.eml", mail.id), format!("{}.txt", mail.id)];
    assert_eq!(names, both, "another attempt replaces them");
    assert_eq!(
        fs::read_to_string(folder.join(&names[1])).unwrap(),
        mail.words.text
    );
    let text = fs::read_to_string(folder.join(&names[0])).unwrap();
    assert!(text.contains("To: ana@example.com\r\n"), "{text}");
    assert!(text.contains(&format!("Message-ID: <{}>\r\n", mail.message_id)));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(folder.clone()), 0o700);
        for name in &names {
            assert_eq!(mode(folder.join(name)), 0o600);
        }
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_tried_again() {
    let parent = tempfile::tempdir().unwrap();
    fs::write(parent.path().join("file"), "").unwrap();
    let mailer = FileMailer::new(parent.path().join("file/mails"), Sender::parse(SENDER).unwrap());
    let mail = written("ana@example.com", MailKind::VerifyEmail, "en", "Ana");
    let error = mailer.send(&mail).await.unwrap_err().to_string();
    assert!(error.starts_with("mail not sent yet: "), "{error}");
    assert!(!error.contains("ana@"));
}
