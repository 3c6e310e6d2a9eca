//! `cargo xtask bench`: builds the benchmarks and hands them their arguments. What is measured lives in `tests/bench`.

use crate::{failure::Failure, packages, step, workspace};

/// Where cargo finds the benchmarks.
const TARGET: [&str; 2] = ["--package", "folkmoot-bench"];

/// Runs one workload or all.
///
/// # Errors
/// What the build or the benchmarks say.
pub(crate) fn command(arguments: &[String]) -> Result<(), Failure> {
    packages::ensure(packages::Need::Node)?;
    let locked = || workspace::locked().iter().copied();
    // The benchmarks start nodes as people do: as processes of the built binary.
    let node = ["build", "--package", "folkmoot", "--bin", "moot"];
    step::visible("build moot", &mut workspace::cargo(node.into_iter().chain(locked())))?;
    let mut run = workspace::cargo(["run", "--quiet"].into_iter().chain(TARGET).chain(locked()));
    step::visible("measure; the machine should be doing nothing else", run.arg("--").args(arguments))
}
