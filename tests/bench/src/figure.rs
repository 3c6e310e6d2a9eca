//! A figure: what was measured, in which unit, over how much work, run by run.

use serde::Serialize;

use crate::spread::Spread;

/// What one run of a workload yields.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    /// What was measured, as `p50`.
    pub(crate) metric: &'static str,
    /// How much.
    pub(crate) value: f64,
    /// Of what.
    pub(crate) unit: &'static str,
}

impl Sample {
    pub(crate) const fn new(metric: &'static str, value: f64, unit: &'static str) -> Self {
        Self { metric, value, unit }
    }

    /// p50 and p99 of milliseconds.
    pub(crate) fn latencies(ms: Vec<f64>) -> Vec<Self> {
        let (p50, p99) = crate::spread::p50_p99(ms).unwrap_or((f64::NAN, f64::NAN));
        vec![Self::new("p50", p50, "ms"), Self::new("p99", p99, "ms")]
    }
}

/// The same sample of all runs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Figure {
    pub(crate) bench: &'static str,
    pub(crate) metric: &'static str,
    pub(crate) unit: &'static str,
    /// Messages or pages of one run.
    pub(crate) n: usize,
    pub(crate) spread: Spread,
}

/// A figure as a program reads it.
#[derive(Serialize)]
struct Line<'a> {
    bench: &'a str,
    metric: &'a str,
    value: f64,
    unit: &'a str,
    n: usize,
}

impl Figure {
    /// Gathers the runs of a workload: one figure for each metric, in the order of the first run.
    pub(crate) fn gather(bench: &'static str, n: usize, runs: &[Vec<Sample>]) -> Vec<Self> {
        let Some(first) = runs.first() else { return Vec::new() };
        let figure = |sample: &Sample| {
            let of_metric = |run: &Vec<Sample>| run.iter().find(|other| other.metric == sample.metric).map(|s| s.value);
            let values: Vec<f64> = runs.iter().filter_map(of_metric).collect();
            let spread = Spread::of(&values)?;
            Some(Self { bench, metric: sample.metric, unit: sample.unit, n, spread })
        };
        first.iter().filter_map(figure).collect()
    }

    /// The line of the JSON file.
    pub(crate) fn json(&self) -> Result<String, serde_json::Error> {
        let Self { bench, metric, unit, n, spread } = self;
        serde_json::to_string(&Line { bench, metric, value: spread.median, unit, n: *n })
    }

    /// The line people read.
    pub(crate) fn text(&self) -> String {
        let Self { bench, metric, unit, n, spread } = self;
        let Spread { median, min, max } = *spread;
        let ends = format!("{}..{}", short(min), short(max));
        format!("{bench:<4} {metric:<13} {:>9} {unit:<11} {ends:<20} n={n}", short(median))
    }
}

/// Three digits that count, whole numbers from a hundred on.
fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs() -> Vec<Vec<Sample>> {
        [3.0, 1.0, 2.0]
            .map(|value| vec![Sample::new("rate", value, "1/s"), Sample::new("p50", value * 10.0, "ms")])
            .into()
    }

    #[test]
    fn each_metric_of_all_runs_is_a_figure() {
        let figures = Figure::gather("W1a", 10, &runs());
        let medians: Vec<_> = figures.iter().map(|figure| (figure.metric, figure.spread.median)).collect();
        assert_eq!(medians, [("rate", 2.0), ("p50", 20.0)]);
        assert_eq!(Figure::gather("W1a", 10, &[]), []);
    }

    #[test]
    fn json_line_has_the_five_documented_keys() {
        let figure = Figure::gather("W1a", 10, &runs()).remove(0);
        let expected = r#"{"bench":"W1a","metric":"rate","value":2.0,"unit":"1/s","n":10}"#;
        assert_eq!(figure.json().expect("serializes"), expected);
    }

    #[test]
    fn numbers_keep_three_digits() {
        let texts = [12345.6, 99.95, 9.994, 0.1234, 0.0].map(short);
        assert_eq!(texts, ["12346", "100.0", "9.99", "0.123", "0.000"]);
    }
}
