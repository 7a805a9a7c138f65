//! A strict reader of the text format of Prometheus (version 0.0.4): what is not exactly right panics.

use std::collections::{BTreeMap, BTreeSet};

/// A text that was read.
#[derive(Clone, Debug)]
pub struct Exposition {
    /// The kind of each metric.
    pub kinds: BTreeMap<String, String>,
    /// The values by metric and labels as they were written: `a_total{b="c"}`.
    pub samples: BTreeMap<String, f64>,
}

impl Exposition {
    /// Reads a text.
    ///
    /// # Panics
    /// If it breaks a rule of the format, or one of good use: each metric has its help, its kind and its values in
    /// one place, no series comes twice, and the buckets of a histogram grow up to its count.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut read = Self {
            kinds: BTreeMap::new(),
            samples: BTreeMap::new(),
        };
        assert!(text.ends_with('\n'), "the last line has no end");
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            let (name, help) = line
                .strip_prefix("# HELP ")
                .and_then(|rest| rest.split_once(' '))
                .unwrap_or_else(|| panic!("no help: {line}"));
            assert!(is_name(name) && !help.is_empty(), "{line}");
            let kind = lines
                .next()
                .and_then(|line| line.strip_prefix(&format!("# TYPE {name} ")))
                .unwrap_or_else(|| panic!("no kind of {name}"));
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{kind}");
            let before = read.kinds.insert(name.to_owned(), kind.to_owned());
            assert!(before.is_none(), "{name} comes twice");
            let mut own = Vec::new();
            while let Some(line) = lines.next_if(|line| !line.starts_with('#')) {
                own.push(read.sample(line, name, kind));
            }
            assert!(!own.is_empty(), "{name} has no values");
            if kind == "histogram" {
                check_histogram(name, &own);
            }
        }
        read
    }

    /// The value of a series; 0 if it has not begun.
    #[must_use]
    pub fn value(&self, series: &str) -> f64 {
        self.samples.get(series).copied().unwrap_or(0.0)
    }

    fn sample(&mut self, line: &str, name: &str, kind: &str) -> Sample {
        let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
        let value: f64 = value.parse().unwrap_or_else(|_| panic!("no number: {line}"));
        assert!(value.is_finite() && (kind == "gauge" || value >= 0.0), "{line}");
        let (full, labels) = match series.split_once('{') {
            Some((full, labels)) => (full, labels.strip_suffix('}').expect("labels end")),
            None => (series, ""),
        };
        let suffix = full
            .strip_prefix(name)
            .unwrap_or_else(|| panic!("within {name}: {line}"));
        let suffixes: &[&str] = if kind == "histogram" {
            &["_bucket", "_sum", "_count"]
        } else {
            &[""]
        };
        assert!(suffixes.contains(&suffix), "{line}");
        let before = self.samples.insert(series.to_owned(), value);
        assert!(before.is_none(), "{series} comes twice");
        let mut labels = labels_of(labels);
        let bound = labels.iter().position(|(label, _)| label == "le");
        Sample {
            suffix: suffix.to_owned(),
            bound: bound.map(|place| labels.remove(place).1),
            labels,
            value,
        }
    }
}

struct Sample {
    suffix: String,
    labels: Vec<(String, String)>,
    bound: Option<String>,
    value: f64,
}

fn is_name(text: &str) -> bool {
    let starts = text.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
    starts
        && text
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || char == '_')
}

/// The labels as `a="b",c="d"`, without repetition and with nothing that should have been escaped.
fn labels_of(text: &str) -> Vec<(String, String)> {
    let mut labels = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").unwrap_or_else(|| panic!("labels: {text}"));
        assert!(is_name(name), "{text}");
        let mut value = String::new();
        let mut chars = after.char_indices();
        let end = loop {
            match chars
                .next()
                .unwrap_or_else(|| panic!("a label does not end: {text}"))
            {
                (end, '"') => break end,
                (_, '\\') => value.push(match chars.next() {
                    Some((_, 'n')) => '\n',
                    Some((_, char @ ('\\' | '"'))) => char,
                    other => panic!("{other:?} was escaped: {text}"),
                }),
                (_, char) => value.push(char),
            }
        };
        labels.push((name.to_owned(), value));
        rest = &after[end + 1..];
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    let names: BTreeSet<_> = labels.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), labels.len(), "a label comes twice: {text}");
    labels
}

fn check_histogram(name: &str, samples: &[Sample]) {
    let series: BTreeSet<_> = samples.iter().map(|sample| &sample.labels).collect();
    for labels in series {
        let own = |suffix: &'static str| {
            samples
                .iter()
                .filter(move |sample| sample.labels == *labels && sample.suffix == suffix)
        };
        let bound = |text: &Option<String>| -> f64 {
            let text = text.as_deref().expect("a bucket has a bound");
            text.replace("+Inf", "inf").parse().expect("a bound is a number")
        };
        let buckets: Vec<_> = own("_bucket")
            .map(|sample| (bound(&sample.bound), sample.value))
            .collect();
        let grow = buckets
            .windows(2)
            .all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1);
        assert!(grow, "buckets of {name} {labels:?}: {buckets:?}");
        let (last, all) = buckets.last().expect("there are buckets");
        let count = own("_count").next().expect("there is a count").value;
        assert!(
            last.is_infinite() && (*all - count).abs() < 0.5,
            "{name} {labels:?}"
        );
        assert_eq!(own("_sum").count(), 1, "{name} {labels:?}");
    }
}
