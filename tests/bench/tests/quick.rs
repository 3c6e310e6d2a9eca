//! The benchmarks run from end to end, with small sizes: all workloads yield their figures. How good the figures are is no matter here.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::Command;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    bench: String,
    metric: String,
    value: f64,
    unit: String,
    n: u64,
}

/// Every figure of `docs/performance.md` and its unit.
const FIGURES: &[(&str, &str, &str)] = &[
    ("W1a", "acknowledged", "messages/s"),
    ("W1b", "p50", "ms"),
    ("W1b", "p99", "ms"),
    ("W2a", "p50", "ms"),
    ("W2a", "p99", "ms"),
    ("W2b", "acknowledged", "messages/s"),
    ("W2b", "delivered", "messages/s"),
    ("W3", "all", "s"),
    ("W3", "first page", "s"),
    ("W3", "rate", "messages/s"),
    ("W4", "p50", "ms"),
    ("W4", "p99", "ms"),
    ("W5", "disk", "B/message"),
    ("W5", "pss", "MB"),
    ("W5", "ready", "ms"),
    ("W5", "rss", "MB"),
];

#[test]
fn every_workload_yields_its_figures() {
    let bench = Path::new(env!("CARGO_BIN_EXE_folkmoot-bench"));
    let moot = bench.with_file_name("moot");
    if !moot.is_file() {
        // Another package's program: built with the whole workspace, not with this package alone.
        let line = format!("skipped: no {}; `cargo xtask test` builds it\n", moot.display());
        // Past the capture of output: a test that did not run should not look like one that did.
        return drop(std::io::stderr().write_all(line.as_bytes()));
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let json = folder.path().join("figures.json");
    let output = Command::new(bench)
        .args(["--quick", "--dir"])
        .arg(folder.path())
        .arg("--json")
        .arg(&json)
        .output()
        .expect("the benchmarks start");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let text = std::fs::read_to_string(&json).expect("the figures are written");
    let lines: Vec<Line> = text.lines().map(|line| serde_json::from_str(line).expect("a figure")).collect();
    let found: BTreeSet<_> =
        lines.iter().map(|line| (line.bench.as_str(), line.metric.as_str(), line.unit.as_str())).collect();
    assert_eq!(found, FIGURES.iter().copied().collect());
    assert_eq!(lines.len(), FIGURES.len(), "one line each");
    for line in &lines {
        assert!(
            line.value > 0.0 && line.value.is_finite() && line.n > 0,
            "{} {}: {}",
            line.bench,
            line.metric,
            line.value
        );
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a readable folder").flatten().collect();
    assert_eq!(left.len(), 1, "only the figures are left: {left:?}");
}
