//! What we build on: bans, licences and sources through cargo-deny with `deny.toml`, and known faults where their database can be
//! reached.

use std::{path::Path, process::Command, time::Duration};

use super::Finding;
use crate::{
    failure::Failure,
    packages, screen,
    step::{Background, End},
    workspace,
};

/// The version that is installed where there is none; whatever is there already is used.
const VERSION: &str = "0.20.2";
/// How long the database of known faults may take to arrive; without a network it never does.
const FETCH_LIMIT: Duration = Duration::from_secs(60);

/// Starts to install cargo-deny where it is missing; it compiles for some minutes with the lowest priority.
///
/// # Errors
/// When cargo cannot be started.
pub(super) fn install(logs: &Path) -> Result<Option<Background>, Failure> {
    if cargo_deny_is_here() {
        return Ok(None);
    }
    screen::say("==> cargo-deny is missing: installing it from the registry, beside the other checks");
    let mut command = workspace::cargo([]);
    if packages::find_program("nice").is_some() {
        let mut nice = Command::new("nice");
        nice.args(["-n", "10"]).arg(command.get_program()).current_dir(workspace::root());
        command = nice;
    }
    command.args(["install", "cargo-deny", "--locked", "--version", VERSION]);
    // A folder of its own: cargo locks the usual one, and clippy would wait.
    command.env("CARGO_TARGET_DIR", logs.join("cargo-deny"));
    Background::start("installing cargo-deny", "cargo-deny-install", logs, &mut command).map(Some)
}

/// Waits until cargo-deny is installed; a fault says why it is not.
///
/// # Errors
/// When the system loses the installation.
pub(super) fn installed(installing: Option<Background>) -> Result<Finding, Failure> {
    let Some(installing) = installing else { return Ok(Finding::Clean) };
    let ended = installing.wait(None)?;
    Ok(match ended.end {
        End::Success => Finding::Clean,
        End::Fault | End::OutOfTime => Finding::Faults(ended.tail()),
    })
}

/// Bans, licences, sources.
pub(super) fn rules() -> Command {
    workspace::cargo(["deny", "--locked", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"])
}

/// Known faults in what we build on; skipped where the database cannot be fetched.
///
/// # Errors
/// When cargo cannot be started.
pub(super) fn advisories(logs: &Path) -> Result<Finding, Failure> {
    let mut fetch = workspace::cargo(["deny", "fetch", "db"]);
    fetch.env("GIT_TERMINAL_PROMPT", "0");
    let fetched = Background::start("advisories", "advisories-fetch", logs, &mut fetch)?.wait(Some(FETCH_LIMIT))?;
    match fetched.end {
        End::Success => {}
        End::Fault => return Ok(Finding::Skipped("their database cannot be reached".into())),
        End::OutOfTime => {
            return Ok(Finding::Skipped(format!(
                "their database did not arrive within {}",
                screen::duration(FETCH_LIMIT)
            )));
        }
    }
    super::by_program(
        "advisories",
        logs,
        &mut workspace::cargo(["deny", "--locked", "check", "--disable-fetch", "advisories"]),
    )
}

/// Cargo finds its sub-commands on the search path and in its own folder of programs.
fn cargo_deny_is_here() -> bool {
    let mut version = workspace::cargo(["deny", "--version"]);
    version.output().is_ok_and(|output| output.status.success())
}
