//! The binary as a command that runs and ends: its arguments, what it printed, its exit code.

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use super::wait::wait_for;

/// The longest a command may take.
const ENDS: Duration = Duration::from_secs(60);

/// The binary, apart from the machine's own settings, data and screen: nothing of `MOOT_*` is inherited, and home is `home`.
pub(crate) fn moot(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_moot"));
    for (name, _) in std::env::vars_os() {
        if name.as_encoded_bytes().starts_with(b"MOOT_") || name.as_encoded_bytes().starts_with(b"XDG_") {
            command.env_remove(name);
        }
    }
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env("HOME", home).stdin(Stdio::null());
    command
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// The exit code; a command that a signal ended has none.
    #[track_caller]
    pub(crate) fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| panic!("ended by a signal: {self:?}"))
    }

    /// What it printed, if it succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code(), 0, "{self:?}");
        self.stdout
    }

    /// What it printed as JSON, if it succeeded.
    #[track_caller]
    pub(crate) fn json(self) -> serde_json::Value {
        let text = self.ok();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("not JSON, {error}: {text}"))
    }
}

/// Runs a command to its end. Killed by its own pid when it does not end in time.
pub(crate) async fn run(mut command: Command) -> Ended {
    let outputs = tempfile::tempdir().expect("a temporary folder");
    let create = |name: &str| std::fs::File::create(outputs.path().join(name)).expect("a file for the output");
    command.stdout(create("stdout")).stderr(create("stderr"));
    let mut child = KilledOnDrop(command.spawn().expect("the command starts"));
    let status = wait_for("the command ends", ENDS, async || match child.0.try_wait() {
        Ok(Some(status)) => Ok(status),
        Ok(None) => Err(format!("{command:?} is still running")),
        Err(error) => Err(error.to_string()),
    })
    .await;
    let read = |name: &str| {
        String::from_utf8_lossy(&std::fs::read(outputs.path().join(name)).expect("the output is there")).into_owned()
    };
    Ended { status, stdout: read("stdout"), stderr: read("stderr") }
}

/// A child that does not outlive the test.
struct KilledOnDrop(std::process::Child);

impl Drop for KilledOnDrop {
    fn drop(&mut self) {
        // Fails only for a child that has ended and was waited for.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
