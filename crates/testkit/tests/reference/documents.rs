//! What the documents name is there: pages and headings behind links, settings, files and tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use horizon_auth::config::{SETTINGS, find_setting};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// A page: its path from the root on, and its text.
struct Page {
    path: PathBuf,
    text: String,
}

impl Page {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Records say what was true when they were written.
    fn is_record(&self) -> bool {
        self.path.starts_with("docs/adr") || self.path == Path::new("CHANGELOG.md")
    }

    /// Lines outside of fenced blocks.
    fn prose(&self) -> impl Iterator<Item = &str> {
        let mut fenced = false;
        self.text.lines().filter(move |line| {
            let is_fence = line.trim_start().starts_with("```");
            fenced ^= is_fence;
            !fenced && !is_fence
        })
    }

    /// The fenced blocks of a language.
    fn blocks(&self, language: &str) -> Vec<String> {
        let mut blocks = Vec::new();
        let mut open: Option<(bool, String)> = None;
        for line in self.text.lines() {
            match (&mut open, line.trim_start().strip_prefix("```")) {
                (None, Some(named)) => open = Some((named.trim() == language, String::new())),
                (Some(_), Some(_)) => {
                    let (is_wanted, block) = open.take().unwrap();
                    blocks.extend(is_wanted.then_some(block));
                }
                (Some((_, block)), None) => block.extend([line, "\n"]),
                (None, None) => {}
            }
        }
        blocks
    }

    /// Text between single backticks.
    fn code_spans(&self) -> impl Iterator<Item = &str> {
        self.prose().flat_map(|line| line.split('`').skip(1).step_by(2))
    }

    /// Targets of links: `[text](target)`, in prose and outside of code.
    fn links(&self) -> Vec<String> {
        let prose: Vec<String> = self
            .prose()
            .map(|line| line.split('`').step_by(2).collect::<String>())
            .collect();
        let prose = prose.join("\n");
        let targets = prose.split("](").skip(1);
        targets
            .filter_map(|rest| rest.split([')', ' ']).next())
            .map(str::to_owned)
            .collect()
    }

    /// What a heading can be linked by, as forges and editors make it.
    fn anchors(&self) -> BTreeSet<String> {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut anchors = BTreeSet::new();
        for line in self.prose().filter(|line| line.starts_with('#')) {
            let slug: String = line
                .trim_start_matches('#')
                .trim()
                .to_lowercase()
                .chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
                .map(|c| if c == ' ' { '-' } else { c })
                .collect();
            let count = seen.entry(slug.clone()).or_default();
            anchors.insert(if *count == 0 {
                slug
            } else {
                format!("{slug}-{count}")
            });
            *count += 1;
        }
        anchors
    }
}

/// Every page of the repository; not what tools and tests leave behind, nor what a scaffold fills in.
fn pages() -> Vec<Page> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            let is_ours = !name.starts_with('.')
                && !["target", "node_modules", "templates"].contains(&&*name)
                && !name.starts_with("horizon-auth-");
            if entry.file_type().unwrap().is_dir() {
                if is_ours {
                    walk(&path, found);
                }
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root(), &mut found);
    let page = |path: &PathBuf| Page {
        path: path.strip_prefix(root()).unwrap().to_owned(),
        text: fs::read_to_string(path).unwrap(),
    };
    let pages: Vec<Page> = found.iter().map(page).collect();
    assert!(
        pages.len() > 40,
        "only {} pages: the search has gone blind",
        pages.len()
    );
    pages
}

#[test]
fn every_link_leads_to_a_page_and_a_heading() {
    let pages = pages();
    let anchors: BTreeMap<PathBuf, BTreeSet<String>> = pages
        .iter()
        .map(|page| (root().join(&page.path), page.anchors()))
        .collect();
    let mut dead = Vec::new();
    for page in &pages {
        for link in page.links() {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let here = root().join(&page.path);
            let target = match path {
                "" => Ok(here),
                _ => here.parent().unwrap().join(path).canonicalize(),
            };
            let leads = target.is_ok_and(|target| {
                anchor.is_empty() || anchors.get(&target).is_some_and(|known| known.contains(anchor))
            });
            if !leads {
                dead.push(format!("{}: {link}", page.name()));
            }
        }
    }
    assert!(dead.is_empty(), "nothing is there: {dead:#?}");
}

/// The sources of the crates, one after the other.
fn sources() -> String {
    fn walk(folder: &Path, text: &mut String) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                walk(&path, text);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                text.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut text = String::new();
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        walk(&entry.unwrap().path().join("src"), &mut text);
    }
    text
}

#[test]
fn every_setting_that_a_page_names_is_one() {
    // Checks and the like are named in the same way.
    let sources = sources();
    let is_known = |path: &str| find_setting(path).is_some() || sources.contains(&format!("\"{path}\""));
    let sections: BTreeSet<&str> = SETTINGS
        .iter()
        .map(horizon_auth::config::Setting::section)
        .collect();
    let mut unknown = Vec::new();
    for page in pages().iter().filter(|page| !page.is_record()) {
        for span in page.code_spans() {
            let path = span.split(" = ").next().unwrap();
            let Some((section, name)) = path.split_once('.') else {
                continue;
            };
            let is_name = !section.is_empty()
                && !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            if is_name && sections.contains(section) && !is_known(path) {
                unknown.push(format!("{}: {path}", page.name()));
            }
        }
        for block in page.blocks("toml") {
            // Manifests of Cargo are another matter.
            if block.contains("[dependencies") || block.contains("[package") {
                continue;
            }
            let table: toml::Table = block
                .parse()
                .unwrap_or_else(|error| panic!("{}: {error}\n{block}", page.name()));
            for (section, value) in &table {
                let names: Vec<String> = match value.as_table() {
                    Some(inner) => inner.keys().map(|name| format!("{section}.{name}")).collect(),
                    None => vec![section.clone()],
                };
                let strange = names.into_iter().filter(|path| find_setting(path).is_none());
                unknown.extend(strange.map(|path| format!("{}: {path}", page.name())));
            }
        }
    }
    assert!(unknown.is_empty(), "no such settings: {unknown:#?}");
}

#[test]
fn every_file_and_test_that_the_pages_on_security_name_is_there() {
    let mut missing = Vec::new();
    let mut seen = 0;
    for page in pages()
        .iter()
        .filter(|page| page.path.starts_with("docs/security"))
    {
        for span in page.code_spans() {
            let (path, test) = span.split_once("::").unwrap_or((span, ""));
            let extension = Path::new(path)
                .extension()
                .and_then(|extension| extension.to_str());
            let is_path = path.contains('/') || matches!(extension, Some("rs" | "toml"));
            if !is_path || path.starts_with('/') || path.contains([' ', '=', ':', '*']) {
                continue;
            }
            seen += 1;
            let places = [root().join(path), root().join("crates").join(path)];
            let Some(place) = places.iter().find(|place| place.exists()) else {
                missing.push(format!("{}: {span}", page.name()));
                continue;
            };
            if !test.is_empty() && !fs::read_to_string(place).unwrap_or_default().contains(test) {
                missing.push(format!("{}: {span}", page.name()));
            }
        }
    }
    assert!(missing.is_empty(), "nothing is there: {missing:#?}");
    assert!(seen > 100, "only {seen} files: the search has gone blind");
}

/// How many requirements each section of ASVS 5.0.0 has, by chapter.
const REQUIREMENTS: [&[usize]; 17] = [
    &[2, 10, 12, 3, 3],
    &[3, 3, 5, 2],
    &[1, 3, 5, 8, 8, 1, 5],
    &[5, 5, 2, 4],
    &[1, 6, 3, 3],
    &[3, 12, 8, 6, 8, 4, 2, 4],
    &[3, 4, 2, 5, 3, 2],
    &[4, 4, 3, 2],
    &[3, 4],
    &[2, 3, 5, 16, 5, 2, 3],
    &[4, 5, 5, 4, 2, 2, 2],
    &[5, 2, 5],
    &[4, 6, 4, 7],
    &[2, 8, 3],
    &[5, 5, 7, 4],
    &[1, 5, 4, 3, 4],
    &[2, 8, 2],
];

#[test]
fn every_requirement_of_the_asvs_has_one_answer() {
    let all: Vec<String> = (1..)
        .zip(REQUIREMENTS)
        .flat_map(|(chapter, sections)| {
            (1..).zip(sections).flat_map(move |(section, count)| {
                (1..=*count).map(move |number| format!("{chapter}.{section}.{number}"))
            })
        })
        .collect();
    assert_eq!(all.len(), 345);
    let place = |id: &str| {
        all.iter()
            .position(|known| known == id)
            .unwrap_or_else(|| panic!("{id}"))
    };
    let page = fs::read_to_string(root().join("docs/security/asvs.md")).unwrap();
    let mut answered = vec![0; all.len()];
    for row in page.lines().filter_map(|line| line.strip_prefix("| v5.0.0-")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        for ids in cells[0].split(", ") {
            let (first, last) = ids.split_once(" to ").unwrap_or((ids, ids));
            answered[place(first)..=place(last)]
                .iter_mut()
                .for_each(|count| *count += 1);
        }
        let answers = [
            "**met**",
            "**by setting**",
            "**partly**",
            "**no**",
            "**yours**",
            "n/a",
        ];
        assert!(answers.iter().any(|answer| cells[3].starts_with(answer)), "{row}");
    }
    let wrong: Vec<_> = all
        .iter()
        .zip(answered)
        .filter(|(_, count)| *count != 1)
        .collect();
    assert!(wrong.is_empty(), "answered not once: {wrong:?}");
}
