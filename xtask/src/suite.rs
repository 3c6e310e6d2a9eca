//! The suites that are not written in Rust: the interface's own in `webview/ui`, and those in `tests/window`, which drive real
//! nodes through a browser and through the window. Their runners' output is passed on; their last words are kept.

use std::{
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};

use crate::{
    failure::Failure,
    nodejs,
    packages::{self, Need},
    screen, step, workspace,
};

/// Runs with arguments for the runner; answers what the runner said in sum.
pub(crate) type Suite = fn(&[String]) -> Result<Vec<String>, Failure>;

/// The interface's sources.
pub(crate) fn interface_folder() -> PathBuf {
    workspace::root().join("webview/ui")
}

/// The interface's unit tests.
///
/// # Errors
/// [`Failure::Program`] when a test failed; else what is missing.
pub(crate) fn interface(arguments: &[String]) -> Result<Vec<String>, Failure> {
    if let Some(reason) = not_here()? {
        return Ok(vec![reason]);
    }
    let folder = interface_folder();
    nodejs::install(&folder)?;
    run("tests of the interface", nodejs::tool(&folder, "vitest").arg("run").args(arguments), is_vitest_summary)
}

/// The browser's and the window's tests, on real nodes.
///
/// # Errors
/// [`Failure::Program`] when a test failed; else what is missing.
pub(crate) fn window(arguments: &[String]) -> Result<Vec<String>, Failure> {
    packages::ensure(Need::Tests)?;
    if let Some(reason) = not_here()? {
        return Ok(vec![reason]);
    }
    let folder = workspace::root().join("tests/window");
    nodejs::install(&folder)?;
    let programs = build()?;
    let mut runner = nodejs::tool(&folder, "playwright");
    runner.arg("test").args(arguments);
    runner.env("MOOT_TEST_BINARY", &programs.moot).env("MOOT_TEST_WINDOW", &programs.automated_window);
    run("tests of the window", &mut runner, is_playwright_summary)
}

/// Why the suites cannot run here; in CI that is a fault.
fn not_here() -> Result<Option<String>, Failure> {
    match nodejs::ensure() {
        Ok(()) => Ok(None),
        Err(failure) if workspace::in_ci() => Err(failure),
        Err(failure) => Ok(Some(format!("not run: {failure}"))),
    }
}

/// What the tests drive.
struct Programs {
    moot: PathBuf,
    /// The window that lets WebDriver in.
    automated_window: PathBuf,
}

/// Builds the programs. The automated window is put aside, so that nobody gets it by mistake: the next build of the
/// workspace puts the usual one back where people look for it.
fn build() -> Result<Programs, Failure> {
    let target = workspace::target_dir()?;
    let debug = target.join("debug");
    let aside = target.join("xtask");
    let automated_window = aside.join("moot-window");
    let bins = ["build", "--workspace", "--bin", "moot", "--bin", "moot-window"];
    let locked = || workspace::locked().iter().copied();
    let automated = bins.into_iter().chain(["--features", "folkmoot-window/automation"]).chain(locked());
    step::visible("build moot and a window that tests can drive", &mut workspace::cargo(automated))?;
    let failure = |source| Failure::File { path: automated_window.clone(), source };
    std::fs::create_dir_all(&aside).map_err(failure)?;
    std::fs::copy(debug.join("moot-window"), &automated_window).map_err(failure)?;
    step::visible("build the usual window", &mut workspace::cargo(bins.into_iter().chain(locked())))?;
    Ok(Programs { moot: debug.join("moot"), automated_window })
}

/// Runs a runner, passes its output on and keeps the lines that say how it went.
fn run(title: &str, runner: &mut Command, is_summary: fn(&str) -> bool) -> Result<Vec<String>, Failure> {
    screen::say(&format!("==> {title}"));
    let start = Instant::now();
    // Colours would be in the way of whoever reads the lines.
    runner.env("NO_COLOR", "1").env_remove("FORCE_COLOR").env("CI", "1");
    let mut child = runner
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|source| step::spawn_failure(runner, source))?;
    let mut summary = Vec::new();
    if let Some(output) = child.stdout.take() {
        let mut out = std::io::stdout();
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            // A reader of ours that went away does not stop the tests.
            out.write_all(&line).and_then(|()| out.write_all(b"\n")).ok();
            let line = String::from_utf8_lossy(&line).trim().to_owned();
            if is_summary(&line) {
                summary.push(line);
            }
        }
    }
    let status = child.wait().map_err(|source| step::spawn_failure(runner, source))?;
    screen::say(&format!("    took {}", screen::duration(start.elapsed())));
    if !status.success() && !summary.is_empty() {
        return Err(Failure::Program { title: title.to_owned(), status: summary.join(", ") });
    }
    step::check(title, status)?;
    if summary.is_empty() {
        return Err(Failure::Found { message: format!("{title}: no test ran") });
    }
    Ok(summary)
}

/// `Test Files  3 passed (3)` and `Tests  1 failed | 41 passed (42)`.
fn is_vitest_summary(line: &str) -> bool {
    (line.starts_with("Test Files ") || line.starts_with("Tests ")) && line.ends_with(')')
}

/// `1 failed`, `12 passed (1.2m)`.
fn is_playwright_summary(line: &str) -> bool {
    let mut words = line.split(' ');
    let number = words.next().is_some_and(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()));
    let what = words.next().is_some_and(|word| ["passed", "failed", "flaky", "skipped", "interrupted"].contains(&word));
    // Above three words it is the sentence of a test.
    number && what && words.count() <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_words_of_the_runners_are_known() {
        assert!(is_vitest_summary("Tests  1 failed | 41 passed (42)") && is_vitest_summary("Test Files  3 passed (3)"));
        assert!(!is_vitest_summary("Tests are run") && !is_vitest_summary("✓ Tests of time (3 tests) 5ms"));
        for line in ["12 passed (1.2m)", "1 failed", "2 skipped", "3 passed (800ms)"] {
            assert!(is_playwright_summary(line), "{line}");
        }
        for line in ["", "Running 3 tests using 1 worker", "2 people passed", "1 failed to start the node"] {
            assert!(!is_playwright_summary(line), "{line}");
        }
    }

    fn outcome(script: &str) -> Result<Vec<String>, Failure> {
        run("a suite", Command::new("sh").args(["-c", script]), is_playwright_summary)
    }

    #[test]
    fn a_runner_that_fails_or_runs_nothing_fails_the_suite() {
        assert_eq!(outcome("echo '  3 passed (1s)'").expect("passed"), ["3 passed (1s)"]);
        let failure = outcome("echo '  1 failed'; echo '  2 passed (1s)'; exit 1").expect_err("failed");
        assert!(failure.to_string().contains("1 failed, 2 passed (1s)"), "{failure}");
        assert!(outcome("echo nothing").is_err());
        assert!(outcome("exit 1").is_err());
    }
}
