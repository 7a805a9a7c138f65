//! Medians, ratios, and the table at the end.

use std::fmt;
use std::time::Duration;

/// The middle value.
pub fn median(values: &[f64]) -> f64 {
    percentile(values, 0.5)
}

/// The value below which the given part of all values lies.
pub fn percentile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len() as f64;
    let below = |index: usize| (index + 1) as f64 >= count * part;
    let rank = (0..sorted.len()).find(|index| below(*index));
    rank.map_or(f64::NAN, |index| sorted[index])
}

/// The median of the ratios of each round. What disturbs the machine for longer
/// than a round disturbs both numbers of a pair, and leaves their ratio alone.
pub fn ratio(ours: &[f64], baseline: &[f64]) -> f64 {
    let pairs: Vec<f64> = ours.iter().zip(baseline).map(|(a, b)| a / b).collect();
    median(&pairs)
}

/// Milliseconds of a duration.
pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Mebibytes of kibibytes.
pub fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

/// What the ratio should be.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// Printed to explain another line.
    None,
}

/// One figure and its baseline.
#[derive(Debug)]
pub struct Row {
    pub what: String,
    pub ours: String,
    pub baseline: String,
    pub ratio: f64,
    pub goal: Goal,
}

/// Every figure of a run.
#[derive(Debug, Default)]
pub struct Table(Vec<Row>);

impl Table {
    /// Adds a figure and shows it at once.
    pub fn add(&mut self, row: Row) {
        println!(
            "  {}: {} | {} | {:.2}",
            row.what, row.ours, row.baseline, row.ratio
        );
        self.0.push(row);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["what", "ours", "baseline", "ratio", "goal"].map(str::to_owned);
        let rows: Vec<[String; 5]> = self.0.iter().map(Row::cells).collect();
        let width = |column: usize| {
            let cells = std::iter::once(&head).chain(&rows);
            cells.map(|row| row[column].chars().count()).max().unwrap_or(0)
        };
        let widths: [usize; 5] = std::array::from_fn(width);
        let rule = widths.map(|width| "-".repeat(width));
        for row in [&head, &rule].into_iter().chain(&rows) {
            for (cell, width) in row.iter().zip(widths) {
                write!(f, "| {cell:width$} ")?;
            }
            writeln!(f, "|")?;
        }
        Ok(())
    }
}

impl Row {
    fn cells(&self) -> [String; 5] {
        let goal = match self.goal {
            Goal::AtLeast(goal) => verdict(self.ratio >= goal, &format!("at least {goal:.2}")),
            Goal::AtMost(goal) => verdict(self.ratio <= goal, &format!("at most {goal:.2}")),
            Goal::None => String::new(),
        };
        let ratio = format!("{:.2}", self.ratio);
        [
            self.what.clone(),
            self.ours.clone(),
            self.baseline.clone(),
            ratio,
            goal,
        ]
    }
}

fn verdict(met: bool, goal: &str) -> String {
    format!("{goal}: {}", if met { "met" } else { "MISSED" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(median(&values).to_bits(), 50.0_f64.to_bits());
        assert_eq!(percentile(&values, 0.99).to_bits(), 99.0_f64.to_bits());
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn a_ratio_is_that_of_a_pair_and_not_of_two_medians() {
        let found = ratio(&[10.0, 20.0, 90.0], &[10.0, 20.0, 30.0]);
        assert_eq!(found.to_bits(), 1.0_f64.to_bits());
    }
}
