//! The examples of `docs/guide/users.md` do what the page says.

use std::path::Path;

use super::*;

/// The text between the fences that follow a line with `mark`.
fn example(page: &str, mark: &str) -> String {
    let after = page.split(mark).nth(1).unwrap_or_else(|| panic!("no {mark}"));
    let fenced = after.split("```").nth(1).unwrap();
    fenced.split_once('\n').unwrap().1.to_owned()
}

#[tokio::test]
async fn the_files_of_the_guide_can_be_imported() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/users.md");
    let page = std::fs::read_to_string(page).unwrap();
    for name in ["accounts.jsonl", "accounts.csv"] {
        let site = Site::new(Kind::Sqlite).await;
        site.write(name, &example(&page, &format!("`{name}`:")));

        assert_eq!(
            site.said(&["import", name]),
            "2 imported, 0 already there, 0 refused\n",
            "{name}"
        );

        let running = site.installation.serve();
        assert_eq!(login(&running, "ana@example.com", "U*U").status(), 200, "{name}");
        assert!(
            site.json(&["show", "bob@example.com"])["disabled"]
                .as_bool()
                .unwrap()
        );
    }
}
