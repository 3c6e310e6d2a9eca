//! `cargo xtask lint`: everything that can be said about the source tree without running it. All checks run, whatever the others
//! found; each answers in one line, a fault with what was found below it.

mod boundaries;
mod dependencies;
mod documents;
mod interface;
mod source;
mod tree;

use std::{env, path::Path, process::Command, time::Instant};

use crate::{
    failure::Failure,
    packages, screen,
    step::{Background, End},
    workspace,
};

const SOURCE: &str = "source files";
const BOUNDARIES: &str = "crate boundaries";
const LINKS: &str = "links in documents";
const FORMAT: &str = "format";
const LOCK: &str = "lock file";
const CLIPPY: &str = "clippy";
const DOCUMENTATION: &str = "documentation";
const GOLDEN: &str = "golden files";
const INTERFACE: &str = "interface";
const RULES: &str = "dependencies";
const ADVISORIES: &str = "advisories";
/// Every check.
const CHECKS: [&str; 11] =
    [SOURCE, BOUNDARIES, LINKS, FORMAT, LOCK, CLIPPY, DOCUMENTATION, GOLDEN, INTERFACE, RULES, ADVISORIES];

/// A check that only reads the tree.
type TreeCheck = fn(&tree::Files) -> Finding;
const ON_TREE: [(&str, TreeCheck); 3] =
    [(SOURCE, source::check), (BOUNDARIES, boundaries::check), (LINKS, documents::check)];

/// How a check ended.
#[derive(Debug, PartialEq, Eq)]
enum Finding {
    /// Nothing found.
    Clean,
    /// It could not be done here, for a reason that is not the tree's fault.
    Skipped(String),
    /// What is wrong.
    Faults(String),
}

/// The answers so far.
#[derive(Default)]
struct Report {
    checks: usize,
    faulty: Vec<&'static str>,
}

impl Report {
    /// Prints an answer and remembers a fault.
    fn add(&mut self, name: &'static str, start: Instant, finding: &Finding) {
        self.checks += 1;
        let took = screen::duration(start.elapsed());
        match finding {
            Finding::Clean => screen::say(&format!("ok    {name} ({took})")),
            Finding::Skipped(reason) => screen::say(&format!("skip  {name}: {reason}")),
            Finding::Faults(text) => {
                screen::say(&format!("FAIL  {name} ({took})\n{}", text.trim_end()));
                self.faulty.push(name);
            }
        }
    }

    fn end(&self) -> Result<(), Failure> {
        if self.faulty.is_empty() {
            return Ok(());
        }
        Err(Failure::Found {
            message: format!("{} of {} checks failed: {}", self.faulty.len(), self.checks, self.faulty.join(", ")),
        })
    }
}

/// Runs every check, or those whose name contains a word.
///
/// # Errors
/// [`Failure::Found`] when one found a fault; else why checking was not possible.
pub(crate) fn command(arguments: &[String]) -> Result<(), Failure> {
    let word = match arguments {
        [] => "",
        [one] if !one.starts_with('-') => one.as_str(),
        _ => return Err(Failure::usage("lint takes one word at most: a part of a check's name")),
    };
    let wanted = |name: &str| name.contains(word);
    if !CHECKS.iter().any(|name| wanted(name)) {
        return Err(Failure::usage(format!("no check '{word}'; there are: {}", CHECKS.join(", "))));
    }
    packages::ensure(packages::Need::Window)?;
    let logs = workspace::log_dir()?;
    let mut report = Report::default();
    // Compiling cargo-deny takes minutes: let it go on beside clippy, whose build waits for single crates anyway.
    let on_dependencies = wanted(RULES) || wanted(ADVISORIES);
    let installing = if on_dependencies { dependencies::install(&logs)? } else { None };

    let files = tree::files(&workspace::root())?;
    for (name, check) in ON_TREE.into_iter().filter(|(name, _)| wanted(name)) {
        let start = Instant::now();
        report.add(name, start, &check(&files));
    }
    for (name, mut command) in programs()?.into_iter().filter(|(name, _)| wanted(name)) {
        let start = Instant::now();
        report.add(name, start, &by_program(name, &logs, &mut command)?);
    }
    if wanted(INTERFACE) {
        let start = Instant::now();
        report.add(INTERFACE, start, &interface::check(&logs)?);
    }
    if on_dependencies {
        let start = Instant::now();
        match dependencies::installed(installing)? {
            Finding::Clean => {
                report.add(RULES, start, &by_program("cargo-deny", &logs, &mut dependencies::rules())?);
                let start = Instant::now();
                report.add(ADVISORIES, start, &dependencies::advisories(&logs)?);
            }
            fault => report.add(RULES, start, &fault),
        }
    }
    report.end()?;
    screen::say(&format!("lint: no faults, checks made: {}", report.checks));
    Ok(())
}

/// The checks that programs do, in their order.
fn programs() -> Result<[(&'static str, Command); 5], Failure> {
    let own = env::current_exe().map_err(|source| Failure::Spawn { program: "xtask".into(), source })?;
    let mut golden = Command::new(own);
    golden.args(["gen", "--check"]).current_dir(workspace::root());
    let mut doc = workspace::cargo(["doc", "--no-deps", "--workspace", "--locked"]);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    let clippy = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    Ok([
        (FORMAT, workspace::cargo(["fmt", "--all", "--check", "--", "--color", "never"])),
        // First of those with `--locked`, so that a stale lock file is named by its own line.
        (LOCK, workspace::cargo(["metadata", "--locked", "--quiet", "--format-version", "1"])),
        (CLIPPY, workspace::cargo(clippy)),
        (DOCUMENTATION, doc),
        (GOLDEN, golden),
    ])
}

/// A check that a program does: code 0 is clean.
fn by_program(name: &str, logs: &Path, command: &mut Command) -> Result<Finding, Failure> {
    let ended = Background::start(name, &name.replace(' ', "-"), logs, command)?.wait(None)?;
    Ok(match ended.end {
        End::Success => Finding::Clean,
        End::Fault | End::OutOfTime => Finding::Faults(ended.tail()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_fault_among_many_fails_the_whole() {
        let mut report = Report { checks: 3, faulty: Vec::new() };
        assert!(report.end().is_ok());
        report.faulty.push("format");
        let failure = report.end().expect_err("a fault");
        assert_eq!(failure.to_string(), "1 of 3 checks failed: format");
    }

    #[test]
    fn a_check_that_does_not_exist_is_refused_before_anything_runs() {
        for wrong in [vec!["clipy".into()], vec!["--fix".into()], vec!["format".into(), "clippy".into()]] {
            let failure = command(&wrong).expect_err("refused");
            assert_eq!(failure.exit_code(), 2, "{wrong:?}: {failure}");
        }
    }

    #[test]
    fn a_program_with_another_code_shows_what_it_wrote() {
        let logs = env::temp_dir().join(format!("xtask-lint-{}", std::process::id()));
        let finding =
            by_program("a check", &logs, Command::new("sh").args(["-c", "echo here it is; exit 1"])).expect("ran");
        assert_eq!(finding, Finding::Faults("here it is\n".into()));
        let finding = by_program("a check", &logs, Command::new("sh").args(["-c", "echo fine"])).expect("ran");
        assert_eq!(finding, Finding::Clean);
    }
}
