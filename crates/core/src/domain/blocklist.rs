//! New passwords that would be guessed first (decision D14).
//!
//! Pure rules on text; what is asked of a list elsewhere is in `flows/accept_password.rs`.

use std::cmp::Ordering;

use zeroize::Zeroizing;

use super::email::Email;
use super::password::Password;
use super::violation::Violation;

/// Lower case, sorted by bytes, one a line; see `data/README.md`.
static COMMON: &str = include_str!("../../data/common-passwords.txt");
/// A word this short is found in many good passwords by chance.
const SHORTEST_WORD: usize = 4;
/// Letters and digits that a password must have beside the word it contains.
const ENOUGH_BESIDE: usize = 4;

const IS_COMMON: Violation = Violation::new("password", "must not be one of the most common passwords");
const IS_CONTEXT: Violation = Violation::new(
    "password",
    "must not be based on your address or the name of this service",
);
/// What is said of a password that a list of breaches knows.
pub const IS_BREACHED: Violation =
    Violation::new("password", "must not be a password known from a data breach");

/// Why somebody with this address should not have this password, if there is
/// a reason. `words` are those of [`Policy::context_words`](super::policy::Policy::context_words).
#[must_use]
pub fn find_weakness(password: &Password, email: &Email, words: &[String]) -> Option<Violation> {
    let folded = Zeroizing::new(password.as_str().to_lowercase());
    if is_listed(&folded) || is_repetition(&folded) || is_run(&folded) {
        return Some(IS_COMMON);
    }
    let bare = bare(&folded);
    let based_on = |word: &str| is_based_on(&bare, word);
    let address = email.canonical();
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    let (domain, _top) = domain.rsplit_once('.').unwrap_or((domain, ""));
    let theirs = [address, local, domain].into_iter().chain(domain.split('.'));
    let ours = words.iter().map(String::as_str);
    theirs.chain(ours).any(based_on).then_some(IS_CONTEXT)
}

/// Binary search over the lines of the text, which need no index beside it.
fn is_listed(folded: &str) -> bool {
    let ends_line = |byte: &u8| *byte == b'\n';
    let mut rest = COMMON.as_bytes();
    while !rest.is_empty() {
        let (before_middle, _) = rest.split_at(rest.len() / 2);
        let start = before_middle.iter().rposition(ends_line).map_or(0, |end| end + 1);
        let (lesser, from_line) = rest.split_at(start);
        let mut parts = from_line.splitn(2, ends_line);
        let line = parts.next().unwrap_or_default();
        match folded.as_bytes().cmp(line) {
            Ordering::Equal => return true,
            Ordering::Less => rest = lesser,
            Ordering::Greater => rest = parts.next().unwrap_or_default(),
        }
    }
    false
}

/// One character again and again.
fn is_repetition(folded: &str) -> bool {
    let mut letters = folded.chars();
    let first = letters.next();
    letters.all(|letter| Some(letter) == first)
}

/// Each character follows the one before, or each precedes it; 0 follows 9.
fn is_run(folded: &str) -> bool {
    let follows = |one: char, next: char| match (one, next) {
        ('9', '0') => true,
        _ => u32::from(one) + 1 == u32::from(next),
    };
    let pairs = || folded.chars().zip(folded.chars().skip(1));
    pairs().all(|(one, next)| follows(one, next)) || pairs().all(|(one, next)| follows(next, one))
}

/// Letters and digits alone, so that spaces and dots between them hide nothing.
fn bare(folded: &str) -> Zeroizing<String> {
    Zeroizing::new(folded.chars().filter(|letter| letter.is_alphanumeric()).collect())
}

/// Whether little is left of the password without the word.
fn is_based_on(bare_password: &str, word: &str) -> bool {
    let word = bare(&word.to_lowercase());
    if word.chars().count() < SHORTEST_WORD {
        return !word.is_empty() && bare_password == word.as_str();
    }
    // Asked first: a password of signs alone has few letters without any word.
    bare_password.contains(word.as_str())
        && bare_password
            .split(word.as_str())
            .map(|part| part.chars().count())
            .sum::<usize>()
            < ENOUGH_BESIDE
}

#[cfg(test)]
#[path = "blocklist_tests.rs"]
mod tests;
