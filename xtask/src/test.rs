//! `cargo xtask test`: the whole default suite: the Rust tests through `cargo test`, the interface's and the window's through
//! their own runners; at the end what each of them said in sum.

use std::{
    io::{self, BufRead, BufReader, Write},
    process::{Command, ExitStatus, Stdio},
    time::Instant,
};

use crate::{
    clients,
    failure::Failure,
    packages::{self, Need},
    screen, step, suite, workspace,
};

/// Runs every test, or one suite; what follows its name goes to its runner. Words that name no suite go to `cargo test`, and
/// what follows `--` to the test programs.
///
/// # Errors
/// [`Failure::Found`] when a test failed or none ran, else what the build says.
pub(crate) fn command(arguments: &[String]) -> Result<(), Failure> {
    match arguments.split_first() {
        None => everything(),
        Some((suite, rest)) if suite == "rust" => rust(rest).map(|_| ()),
        Some((suite, rest)) if suite == "interface" => suite::interface(rest).map(|_| ()),
        Some((suite, rest)) if suite == "window" => suite::window(rest).map(|_| ()),
        Some(_) => rust(arguments).map(|_| ()),
    }
}

/// Runs all suites, whatever the others found, and repeats their own last words.
fn everything() -> Result<(), Failure> {
    let suites = [("rust", rust as suite::Suite), ("interface", suite::interface), ("window", suite::window)];
    let ended = suites.map(|(name, suite)| (name, suite(&[])));
    screen::say("==> all suites");
    let mut faulty = Vec::new();
    for (name, outcome) in ended {
        match outcome {
            Ok(summary) => summary.iter().for_each(|line| screen::say(&format!("{name}: {line}"))),
            Err(failure) => {
                screen::say(&format!("{name}: {failure}"));
                faulty.push(name);
            }
        }
    }
    if faulty.is_empty() { Ok(()) } else { Err(Failure::Found { message: format!("failed: {}", faulty.join(", ")) }) }
}

fn rust(arguments: &[String]) -> Result<Vec<String>, Failure> {
    packages::ensure(Need::Window)?;
    clients::ensure()?;
    let mut cargo = workspace::cargo(
        ["test", "--workspace", "--no-fail-fast"].into_iter().chain(workspace::locked().iter().copied()),
    );
    run("test", cargo.args(arguments))
}

/// Runs `cargo test`, passes its output on and adds it up.
///
/// # Errors
/// See [`command`].
pub(crate) fn run(title: &str, cargo: &mut Command) -> Result<Vec<String>, Failure> {
    screen::say(&format!("==> {title}"));
    let start = Instant::now();
    let (total, status) = count(cargo, &mut io::stdout())?;
    for name in &total.failures {
        screen::say(&format!("failed: {name}"));
    }
    screen::say(&format!("    took {}", screen::duration(start.elapsed())));
    screen::say(&total.summary());
    judge(&total, status).map(|()| vec![total.summary()])
}

/// Runs the tests and copies what they print to `out`.
fn count(cargo: &mut Command, out: &mut dyn Write) -> Result<(Total, ExitStatus), Failure> {
    let mut child = cargo
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|source| step::spawn_failure(cargo, source))?;
    let lost = |source| Failure::Spawn { program: "cargo test".into(), source };
    let mut total = Total::default();
    if let Some(output) = child.stdout.take() {
        total.read(BufReader::new(output), out).map_err(lost)?;
    }
    Ok((total, child.wait().map_err(lost)?))
}

/// A run is good when something ran, nothing failed and every program ended well.
fn judge(total: &Total, status: ExitStatus) -> Result<(), Failure> {
    if total.failed > 0 {
        return Err(Failure::Found {
            message: format!("{} of {} tests failed", total.failed, total.failed + total.passed),
        });
    }
    step::check("cargo test", status)?;
    if total.passed == 0 {
        return Err(Failure::Found { message: "no test ran; is the name right?".into() });
    }
    Ok(())
}

/// What all test programs together said.
#[derive(Debug, Default, PartialEq, Eq)]
struct Total {
    passed: u64,
    failed: u64,
    ignored: u64,
    failures: Vec<String>,
}

impl Total {
    /// Copies lines and counts on the way. A reader of ours that went away does not stop the tests.
    fn read(&mut self, mut lines: impl BufRead, out: &mut dyn Write) -> io::Result<()> {
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            out.write_all(&line).ok();
            self.line(&String::from_utf8_lossy(&line));
            line.clear();
        }
        Ok(())
    }

    /// Counts one line: a summary, or the verdict on a test that failed.
    fn line(&mut self, line: &str) {
        let line = line.trim();
        if let Some(summary) = line.strip_prefix("test result:") {
            for part in summary.split([';', '.']) {
                let mut words = part.split_whitespace();
                let (Some(number), Some(what)) = (words.next().and_then(|word| word.parse::<u64>().ok()), words.next())
                else {
                    continue;
                };
                match what {
                    "passed" => self.passed += number,
                    "failed" => self.failed += number,
                    "ignored" => self.ignored += number,
                    _ => {}
                }
            }
        } else if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
            self.failures.push(name.to_owned());
        }
    }

    fn summary(&self) -> String {
        format!("total: {} passed, {} failed, {} skipped", self.passed, self.failed, self.ignored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_of_several_programs_add_up() {
        let mut total = Total::default();
        let output = "running 3 tests\n\
                      test a::b ... ok\n\
                      test a::c ... FAILED\n\
                      test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
                      test result: ok. 40 passed; 0 failed; 2 ignored; 0 measured; 7 filtered out; finished in 1.20s\n";
        let mut copy = Vec::new();
        total.read(output.as_bytes(), &mut copy).expect("read");
        assert_eq!(copy, output.as_bytes());
        let expected = Total { passed: 42, failed: 1, ignored: 2, failures: vec!["a::c".into()] };
        assert_eq!(total, expected);
        assert_eq!(total.summary(), "total: 42 passed, 1 failed, 2 skipped");
    }

    #[test]
    fn a_test_that_prints_like_a_summary_counts_once_it_is_one() {
        let mut total = Total::default();
        total.line("the test result: ok. 5 passed; 0 failed");
        assert_eq!(total, Total::default());
    }

    fn outcome(script: &str) -> Result<(), Failure> {
        let (total, status) = count(Command::new("sh").args(["-c", script]), &mut io::sink())?;
        judge(&total, status)
    }

    #[test]
    fn a_run_without_tests_is_no_success() {
        let outcome = outcome("echo 'test result: ok. 0 passed; 0 failed; 0 ignored'");
        assert!(matches!(outcome, Err(Failure::Found { .. })), "{outcome:?}");
    }

    #[test]
    fn a_program_that_dies_without_a_summary_fails_the_run() {
        let outcome = outcome("echo 'test result: ok. 1 passed; 0 failed; 0 ignored'; exit 101");
        assert!(matches!(outcome, Err(Failure::Program { .. })), "{outcome:?}");
    }

    #[test]
    fn a_failed_test_fails_the_run_whatever_the_exit_code() {
        let outcome = outcome("echo 'test result: FAILED. 1 passed; 1 failed; 0 ignored'");
        assert!(matches!(outcome, Err(Failure::Found { .. })), "{outcome:?}");
    }
}
