//! Languages, as BCP 47 tags: `en`, `pt-BR`.

use std::fmt;

use super::violation::Violation;

/// A language tag of letters and digits in groups of at most eight (RFC 5646 section 2.1).
///
/// It may become the name of a folder, so nothing else can be in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Locale(String);

impl Locale {
    /// Longest tag, in bytes.
    pub const MAX_BYTES: usize = 35;

    /// Parses a tag; case is kept to the custom of `pt-BR`.
    ///
    /// # Errors
    /// A [`Violation`] of the field `locale`.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        let wrong = Violation::new("locale", "must be a language tag such as en or pt-BR");
        if text.len() > Self::MAX_BYTES {
            return Err(wrong);
        }
        let mut groups = text.split('-');
        let language = groups.next().unwrap_or("");
        if !(2..=8).contains(&language.len()) || !language.bytes().all(|b| b.is_ascii_alphabetic()) {
            return Err(wrong);
        }
        let mut tag = language.to_ascii_lowercase();
        for group in groups {
            if !(1..=8).contains(&group.len()) || !group.bytes().all(|b| b.is_ascii_alphanumeric()) {
                return Err(wrong);
            }
            tag.push('-');
            match group.len() {
                2 => tag.push_str(&group.to_ascii_uppercase()),
                4 => {
                    let (first, rest) = group.split_at(1);
                    tag.push_str(&first.to_ascii_uppercase());
                    tag.push_str(&rest.to_ascii_lowercase());
                }
                _ => tag.push_str(&group.to_ascii_lowercase()),
            }
        }
        Ok(Self(tag))
    }

    /// English, which is always there.
    #[must_use]
    pub fn english() -> Self {
        Self("en".to_owned())
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language without region and script: `pt` of `pt-BR`.
    #[must_use]
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }

    /// The first language that an `Accept-Language` header prefers and that is a tag (RFC 9110 section 12.5.4).
    #[must_use]
    pub fn preferred(accept_language: &str) -> Option<Self> {
        let mut best: Option<(Self, u32)> = None;
        for range in accept_language.split(',').take(20) {
            let mut parts = range.split(';').map(str::trim);
            let Some(tag) = parts.next().and_then(|tag| Self::parse(tag).ok()) else {
                continue;
            };
            let weight = parts
                .find_map(|part| part.strip_prefix("q="))
                .map_or(1000, thousandths);
            if weight > 0 && best.as_ref().is_none_or(|(_, most)| weight > *most) {
                best = Some((tag, weight));
            }
        }
        best.map(|(tag, _)| tag)
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `0.8` as 800; whatever is no weight is none.
fn thousandths(text: &str) -> u32 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    let fraction: u32 = digits.parse().unwrap_or(0);
    whole
        .parse::<u32>()
        .map_or(0, |whole| (whole.min(1) * 1000 + fraction).min(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_written_the_customary_way() {
        for (text, tag) in [("EN", "en"), ("pt-br", "pt-BR"), ("zh-HANT-tw", "zh-Hant-TW")] {
            assert_eq!(Locale::parse(text).unwrap().as_str(), tag);
        }
        assert_eq!(Locale::parse("pt-BR").unwrap().language(), "pt");
    }

    #[test]
    fn what_is_no_tag_never_becomes_a_folder() {
        for text in [
            "",
            "e",
            "..",
            "en/..",
            "en-",
            "-en",
            "e1",
            "en_US",
            "en-ü",
            "a\\b",
            &"ab-".repeat(20),
        ] {
            assert!(Locale::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_preferred_language_is_the_one_of_most_weight() {
        let preferred = |text| Locale::preferred(text).map(|locale| locale.as_str().to_owned());
        assert_eq!(preferred("de-AT;q=0.7, he, en;q=0.9"), Some("he".into()));
        assert_eq!(preferred("*, en;q=0"), None);
        assert_eq!(preferred("fr;q=0.5,en;q=0.55"), Some("en".into()));
        assert_eq!(preferred(""), None);
    }
}
