use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use horizon_auth_core::domain::locale::Locale;
use horizon_auth_core::domain::mail::{HeaderText, MailContext, MailKind, RenderedMail};
use horizon_auth_core::ports::mailer::{MailError, MailTemplates};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior};

use super::builtin::builtin;

/// Templates that cannot be used: a line for each problem, with the file's name.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct TemplatesError(Vec<String>);

/// The words of mails: built-in files in English, German and Hebrew, and files of one's own.
///
/// The name of a file is `<language>/<kind>/subject.txt`, `body.txt` or
/// `body.html`; what they share is `layout.txt`, `layout.html` and `link.html`,
/// and `layout.txt`, `layout.html` and `duration.txt` of a language.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    /// Languages in which a kind can be written.
    complete: BTreeSet<(String, &'static str)>,
    fallback: Locale,
}

/// The files that make a mail.
const PARTS: [&str; 3] = ["subject.txt", "body.txt", "body.html"];
/// Files that languages share.
const SHARED: [&str; 3] = ["layout.txt", "layout.html", "link.html"];
/// Files that the mails of a language share.
const OF_LANGUAGE: [&str; 3] = ["layout.txt", "layout.html", "duration.txt"];

impl Templates {
    /// Reads the templates. Files in `folder` replace built-in ones of the same name and may add languages.
    ///
    /// Every mail is written once with sample data, so that a mistake shows now and not when a mail is due.
    ///
    /// # Errors
    /// [`TemplatesError`] with everything that is wrong.
    pub fn open(folder: Option<&Path>, fallback: &Locale, product: &str) -> Result<Self, TemplatesError> {
        let mut problems = Vec::new();
        let mut sources: BTreeMap<String, String> = builtin()
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .collect();
        if let Some(folder) = folder {
            read_folder(folder, &mut sources, &mut problems);
        }
        let complete = complete_mails(&sources, &mut problems);
        let templates = Self {
            environment: environment(sources, &mut problems),
            complete,
            fallback: fallback.clone(),
        };
        // A template that does not parse is reported already, and may break others.
        if problems.is_empty() {
            problems = templates.try_all(product);
        }
        if problems.is_empty() {
            return Ok(templates);
        }
        Err(TemplatesError(problems))
    }

    /// The language of a mail: the very tag, its language, the usual one, and in the end English.
    fn nearest(&self, wanted: &Locale, kind: MailKind) -> String {
        let fallback = &self.fallback;
        let candidates = [
            wanted.as_str(),
            wanted.language(),
            fallback.as_str(),
            fallback.language(),
        ];
        candidates
            .into_iter()
            .find(|tag| self.complete.contains(&((*tag).to_owned(), kind.as_str())))
            .unwrap_or("en")
            .to_owned()
    }

    fn write(&self, tag: &str, context: &MailContext) -> Result<RenderedMail, Unwritable> {
        let values = values(tag, context);
        let part = |part: &str| {
            let name = format!("{tag}/{}/{part}", context.kind.as_str());
            let rendered = self
                .environment
                .get_template(&name)
                .and_then(|template| template.render(&values));
            rendered.map_err(|error| Unwritable::new(&name, &error))
        };
        let subject = HeaderText::parse(&part("subject.txt")?).map_err(|violation| Unwritable {
            name: format!("{tag}/{}/subject.txt", context.kind.as_str()),
            line: None,
            problem: format!("the subject {}", violation.rule),
        })?;
        Ok(RenderedMail {
            subject,
            text: part("body.txt")?,
            html: part("body.html")?,
        })
    }

    /// Writes every mail in every language; what goes wrong, each once.
    fn try_all(&self, product: &str) -> Vec<String> {
        let mut problems = BTreeSet::new();
        for (tag, kind) in &self.complete {
            let Some(kind) = MailKind::from_stored(kind) else {
                continue;
            };
            for full in [true, false] {
                if let Err(problem) = self.write(tag, &sample(kind, product, full)) {
                    problems.insert(problem.to_string());
                }
            }
        }
        problems.into_iter().collect()
    }
}

impl MailTemplates for Templates {
    fn render(&self, context: &MailContext) -> Result<RenderedMail, MailError> {
        let tag = self.nearest(&context.locale, context.kind);
        self.write(&tag, context)
            .map_err(|problem| MailError::Permanent(problem.to_string()))
    }
}

/// Why a template gives no text. It never quotes the data: the text ends up in logs.
#[derive(Debug, thiserror::Error)]
#[error("{name}{}: {problem}", .line.map(|line| format!(", line {line}")).unwrap_or_default())]
struct Unwritable {
    name: String,
    line: Option<usize>,
    problem: String,
}

impl Unwritable {
    fn new(name: &str, error: &minijinja::Error) -> Self {
        // The mistake may be in a file that the named one includes: the innermost error knows.
        let mut innermost = error;
        while let Some(cause) =
            std::error::Error::source(innermost).and_then(<dyn std::error::Error>::downcast_ref)
        {
            innermost = cause;
        }
        let problem = match innermost.kind() {
            // The template's own text, which is no secret.
            kind @ (ErrorKind::SyntaxError | ErrorKind::TemplateNotFound) => innermost
                .detail()
                .map_or(kind.to_string(), |detail| format!("{kind}: {detail}")),
            kind => kind.to_string(),
        };
        Self {
            name: innermost.name().unwrap_or(name).to_owned(),
            line: innermost.line(),
            problem,
        }
    }
}

fn environment(sources: BTreeMap<String, String>, problems: &mut Vec<String>) -> Environment<'static> {
    let mut environment = Environment::new();
    match SyntaxConfig::builder().trim_blocks(true).build() {
        Ok(syntax) => environment.set_syntax(syntax),
        Err(error) => problems.push(error.to_string()),
    }
    // A misspelt name is a mistake, not an empty text.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|name| {
        let html = Path::new(name)
            .extension()
            .is_some_and(|extension| extension == "html");
        if html { AutoEscape::Html } else { AutoEscape::None }
    });
    for (name, text) in sources {
        if let Err(error) = environment.add_template_owned(name.clone(), text) {
            problems.push(Unwritable::new(&name, &error).to_string());
        }
    }
    environment
}

/// The mails of which all parts are there. A language that has some parts of a mail must have all.
fn complete_mails(
    sources: &BTreeMap<String, String>,
    problems: &mut Vec<String>,
) -> BTreeSet<(String, &'static str)> {
    let mut complete = BTreeSet::new();
    let tags: BTreeSet<&str> = sources
        .keys()
        .filter_map(|name| Some(name.split_once('/')?.0))
        .collect();
    for tag in tags {
        for kind in MailKind::ALL.iter().map(|kind| kind.as_str()) {
            let names = PARTS.map(|part| format!("{tag}/{kind}/{part}"));
            let missing: Vec<_> = names.iter().filter(|name| !sources.contains_key(*name)).collect();
            match missing.as_slice() {
                [] => _ = complete.insert((tag.to_owned(), kind)),
                missing if missing.len() == PARTS.len() => {}
                missing => problems.extend(missing.iter().map(|name| {
                    format!(
                        "{name}: is missing; a language needs all of {} of a mail",
                        PARTS.join(", ")
                    )
                })),
            }
        }
    }
    complete
}

/// Reads the operator's files over the built-in ones.
fn read_folder(folder: &Path, sources: &mut BTreeMap<String, String>, problems: &mut Vec<String>) {
    let mut names = Vec::new();
    list_templates(folder, "", &mut names, problems);
    for name in names {
        if !is_template(&name) {
            problems.push(format!(
                "{name}: is no template; see the names in the guide to mail"
            ));
            continue;
        }
        match fs::read_to_string(folder.join(&name)) {
            Ok(text) => _ = sources.insert(name, text),
            Err(error) => problems.push(format!("{name}: {error}")),
        }
    }
}

/// The `.txt` and `.html` files below a folder; others, such as a README.md, are none of our business.
fn list_templates(folder: &Path, prefix: &str, names: &mut Vec<String>, problems: &mut Vec<String>) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return problems.push(format!("{}: {error}", folder.display())),
    };
    for entry in entries.flatten() {
        let file = entry.file_name();
        let Some(file) = file.to_str().filter(|file| !file.starts_with('.')) else {
            continue;
        };
        let (path, name) = (entry.path(), format!("{prefix}{file}"));
        if path.is_dir() && prefix.matches('/').count() < 2 {
            list_templates(&path, &format!("{name}/"), names, problems);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "txt" || extension == "html")
        {
            names.push(name);
        }
    }
}

fn is_template(name: &str) -> bool {
    let is_tag = |tag: &str| Locale::parse(tag).is_ok_and(|locale| locale.as_str() == tag);
    match *name.split('/').collect::<Vec<_>>() {
        [file] => SHARED.contains(&file),
        [tag, file] => is_tag(tag) && OF_LANGUAGE.contains(&file),
        [tag, kind, file] => is_tag(tag) && MailKind::from_stored(kind).is_some() && PARTS.contains(&file),
        _ => false,
    }
}

/// What templates may speak of. Every name is always there, so that a misspelt one is noticed.
fn values(tag: &str, context: &MailContext) -> Value {
    let text = |value: Option<&str>| value.map_or(Value::from(()), Value::from);
    let values: BTreeMap<&str, Value> = BTreeMap::from([
        ("locale", Value::from(tag)),
        ("direction", Value::from(direction(tag))),
        ("kind", Value::from(context.kind.as_str())),
        ("product", Value::from(context.product.as_str())),
        (
            "full_name",
            text(context.full_name.as_deref().and_then(greeted_name)),
        ),
        ("email", Value::from(context.email.as_str())),
        ("new_email", text(context.new_email.as_deref())),
        ("link", text(context.link.as_deref())),
        (
            "valid_minutes",
            context.valid_minutes.map_or(Value::from(()), Value::from),
        ),
        ("public_url", Value::from(context.public_url.as_str())),
    ]);
    Value::from(values)
}

/// The name as far as a mail may greet with it.
///
/// Anybody can register a stranger's address under any "name", and have us mail
/// it: so a name that a mail program might show as a link, or that spreads over
/// lines or turns the text around, is left out.
fn greeted_name(name: &str) -> Option<&str> {
    const MOST_CHARS: usize = 60;
    let name = name.trim();
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let mut follower = name.chars().skip(1);
    let link = name.chars().any(|c| {
        let next = follower.next();
        // `example.com` is a link to many programs, `J. Doe` is none.
        matches!(c, '/' | '\\' | ':' | '@' | '<' | '>')
            || (is_dot(c) && next.is_some_and(|next| !next.is_whitespace()))
    });
    let greeted = !name.is_empty()
        && name.chars().count() <= MOST_CHARS
        && !name.chars().any(|c| turns(c) || breaks(c))
        && !link;
    greeted.then_some(name)
}

/// The dots that separate the labels of a domain (UTS #46 section 2.3).
fn is_dot(c: char) -> bool {
    matches!(c, '.' | '\u{3002}' | '\u{ff0e}' | '\u{ff61}')
}

/// The direction in which a language is written.
fn direction(tag: &str) -> &'static str {
    const RIGHT_TO_LEFT: [&str; 10] = ["ar", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "ur", "yi"];
    let language = tag.split('-').next().unwrap_or(tag);
    if RIGHT_TO_LEFT.contains(&language) {
        "rtl"
    } else {
        "ltr"
    }
}

/// A mail of the kind as it may come, with everything in it or with as little as possible.
fn sample(kind: MailKind, product: &str, full: bool) -> MailContext {
    let public_url = "https://auth.example.com";
    let page = kind.page();
    MailContext {
        kind,
        locale: Locale::english(),
        product: product.to_owned(),
        full_name: full.then(|| "Ana Example".to_owned()),
        email: "ana@example.com".to_owned(),
        new_email: (full && kind == MailKind::EmailChanged).then(|| "b***@example.com".to_owned()),
        link: page.map(|page| format!("{public_url}{page}?token=sample")),
        valid_minutes: page.map(|_| if full { 1440 } else { 5 }),
        public_url: public_url.to_owned(),
    }
}

#[cfg(test)]
#[path = "templates_tests.rs"]
mod tests;
