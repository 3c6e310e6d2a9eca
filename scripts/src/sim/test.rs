//! Runs the tests of a bot: every file below its `tests` folder, every `test(…)` in it in a fresh world.

use std::fmt;

use serde::Serialize;

use super::script;
use crate::{
    engine::{Fault, Source},
    manifest::Manifest,
};

/// The seed of every world: a test that passes today passes tomorrow.
const SEED: u64 = 20_260_101;

/// What became of one test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tested {
    /// The file.
    pub file: String,
    /// What it claims.
    pub name: String,
    /// Why it failed; none: it passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

/// What became of all tests of a bot.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// In the order of files and of tests within them.
    pub tests: Vec<Tested>,
}

impl Report {
    /// How many failed.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.tests.iter().filter(|test| test.fault.is_some()).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for test in &self.tests {
            let word = if test.fault.is_some() { "FAILED" } else { "ok" };
            writeln!(f, "{}: {} ... {word}", test.file, test.name)?;
            if let Some(fault) = &test.fault {
                for line in fault.to_string().lines() {
                    writeln!(f, "    {line}")?;
                }
            }
        }
        let failed = self.failed();
        write!(f, "{} passed, {failed} failed", self.tests.len() - failed)
    }
}

/// Runs all tests of a bot.
#[must_use]
pub fn run(manifest: &Manifest, source: &Source, tests: &Source) -> Report {
    let mut report = Report::default();
    for (file, text) in tests.files() {
        let done = script::run_file(manifest, source, file, text, SEED);
        report.tests.extend(done.into_iter().map(|(name, fault)| Tested { file: file.to_owned(), name, fault }));
    }
    report
}
