//! `cargo xtask lint`: everything that can be said about the source tree without running it. All checks run, whatever the others
//! found; each answers in one line, a fault with what was found below it.

mod boundaries;
mod dependencies;
mod documents;
mod source;
mod tree;

use std::{env, path::Path, process::Command, time::Instant};

use crate::{
    failure::Failure,
    packages, screen,
    step::{Background, End},
    workspace,
};

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

/// Runs every check.
///
/// # Errors
/// [`Failure::Found`] when one found a fault; else why checking was not possible.
pub(crate) fn command(arguments: &[String]) -> Result<(), Failure> {
    if let Some(argument) = arguments.first() {
        return Err(Failure::usage(format!("lint takes no argument '{argument}'")));
    }
    packages::ensure()?;
    let logs = workspace::log_dir()?;
    // Compiling cargo-deny takes minutes: let it go on beside clippy, whose build waits for single crates anyway.
    let installing = dependencies::install(&logs)?;
    let mut report = Report::default();

    let files = tree::files(&workspace::root())?;
    for (name, check) in [
        ("source files", source::check as fn(&tree::Files) -> Finding),
        ("crate boundaries", boundaries::check),
        ("links in documents", documents::check),
    ] {
        let start = Instant::now();
        report.add(name, start, &check(&files));
    }

    let own = env::current_exe().map_err(|source| Failure::Spawn { program: "xtask".into(), source })?;
    let mut golden = Command::new(own);
    golden.args(["gen", "--check"]).current_dir(workspace::root());
    let mut doc = workspace::cargo(["doc", "--no-deps", "--workspace", "--locked"]);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    let clippy = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    let programs = [
        ("format", workspace::cargo(["fmt", "--all", "--check"])),
        // First of those with `--locked`, so that a stale lock file is named by its own line.
        ("lock file", workspace::cargo(["metadata", "--locked", "--quiet", "--format-version", "1"])),
        ("clippy", workspace::cargo(clippy)),
        ("documentation", doc),
        ("golden files", golden),
    ];
    for (name, mut command) in programs {
        let start = Instant::now();
        report.add(name, start, &by_program(name, &logs, &mut command)?);
    }
    let start = Instant::now();
    match dependencies::installed(installing)? {
        Finding::Clean => {
            report.add("bans, licences, sources", start, &by_program("cargo-deny", &logs, &mut dependencies::rules())?);
            let start = Instant::now();
            report.add("advisories", start, &dependencies::advisories(&logs)?);
        }
        fault => report.add("cargo-deny", start, &fault),
    }
    report.end()?;
    screen::say(&format!("lint: {} checks, no faults", report.checks));
    Ok(())
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
    fn a_program_with_another_code_shows_what_it_wrote() {
        let logs = env::temp_dir().join(format!("xtask-lint-{}", std::process::id()));
        let finding =
            by_program("a check", &logs, Command::new("sh").args(["-c", "echo here it is; exit 1"])).expect("ran");
        assert_eq!(finding, Finding::Faults("here it is\n".into()));
        let finding = by_program("a check", &logs, Command::new("sh").args(["-c", "echo fine"])).expect("ran");
        assert_eq!(finding, Finding::Clean);
    }
}
