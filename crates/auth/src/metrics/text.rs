//! The text format of Prometheus, version 0.0.4.

use std::fmt::{Display, Formatter, Result, Write as _};

use horizon_auth_core::domain::measure::{Histogram, Times};

use super::{Family, Metric, Sample, Value};

pub(super) fn write(f: &mut Formatter<'_>, family: &Family) -> Result {
    let Metric {
        name, kind, about, ..
    } = *family.metric;
    write!(f, "# HELP {name} ")?;
    escaped(f, about, false)?;
    writeln!(f, "\n# TYPE {name} {}", kind.as_str())?;
    for sample in &family.samples {
        let row = Row { family, sample };
        match &sample.value {
            Value::Whole(number) => row.write(f, "", None, number)?,
            Value::Real(number) => row.write(f, "", None, number)?,
            Value::Times(times) => row.write_times(f, times)?,
        }
    }
    Ok(())
}

struct Row<'a> {
    family: &'a Family,
    sample: &'a Sample,
}

impl Row<'_> {
    fn write(&self, f: &mut Formatter<'_>, suffix: &str, bound: Option<&str>, value: impl Display) -> Result {
        let Metric { name, labels, .. } = *self.family.metric;
        write!(f, "{name}{suffix}")?;
        let own = labels
            .iter()
            .copied()
            .zip(self.sample.labels.iter().map(AsRef::as_ref));
        let mut before = '{';
        for (label, text) in own.chain(bound.map(|bound| ("le", bound))) {
            write!(f, "{before}{label}=\"")?;
            escaped(f, text, true)?;
            f.write_char('"')?;
            before = ',';
        }
        if before == ',' {
            f.write_char('}')?;
        }
        writeln!(f, " {value}")
    }

    /// Here each bucket holds what the ones before it hold, too.
    fn write_times(&self, f: &mut Formatter<'_>, times: &Times) -> Result {
        let mut below = 0;
        for (bound, count) in Histogram::BOUNDS.iter().zip(times.buckets) {
            below += count;
            self.write(f, "_bucket", Some(&bound.as_secs_f64().to_string()), below)?;
        }
        self.write(f, "_bucket", Some("+Inf"), times.count())?;
        self.write(f, "_sum", None, times.total.as_secs_f64())?;
        self.write(f, "_count", None, times.count())
    }
}

fn escaped(f: &mut Formatter<'_>, text: &str, is_quoted: bool) -> Result {
    text.chars().try_for_each(|char| match char {
        '\\' => f.write_str(r"\\"),
        '\n' => f.write_str(r"\n"),
        '"' if is_quoted => f.write_str(r#"\""#),
        other => f.write_char(other),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::metrics::{MetricKind, Metrics};

    static COUNTER: Metric = Metric {
        name: "some_total",
        kind: MetricKind::Counter,
        labels: &["one", "two"],
        about: "What is \"counted\",\nin C:\\.",
    };
    static TIMES: Metric = Metric {
        name: "some_seconds",
        kind: MetricKind::Histogram,
        labels: &[],
        about: "Times.",
    };

    #[test]
    fn what_would_break_a_line_is_escaped() {
        let mut metrics = Metrics(Vec::new());
        metrics.put(
            &COUNTER,
            [(vec!["a\"b".into(), "c\\d\n".into()], Value::Whole(7))],
        );
        let expected = "# HELP some_total What is \"counted\",\\nin C:\\\\.\n# TYPE some_total counter\n\
                        some_total{one=\"a\\\"b\",two=\"c\\\\d\\n\"} 7\n";
        assert_eq!(metrics.to_string(), expected);
    }

    #[test]
    fn buckets_add_up_to_the_count() {
        let histogram = Histogram::default();
        histogram.note(Duration::from_millis(1));
        histogram.note(Duration::from_secs(60));
        let mut metrics = Metrics(Vec::new());
        metrics.put_one(&TIMES, Value::Times(histogram.read()));

        let text = metrics.to_string();

        for line in [
            "some_seconds_bucket{le=\"0.0005\"} 0\n",
            "some_seconds_bucket{le=\"0.001\"} 1\n",
            "some_seconds_bucket{le=\"10\"} 1\n",
            "some_seconds_bucket{le=\"+Inf\"} 2\n",
            "some_seconds_sum 60.001\n",
            "some_seconds_count 2\n",
        ] {
            assert!(text.contains(line), "{line:?} is missing in {text}");
        }
    }
}
