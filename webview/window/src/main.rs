//! `moot-window`: the chat interface in a window of its own. It knows an address, its page and its keeper, the `moot` that
//! started it and talks to it over standard input and output; it knows no node. It may crash or be missing: `moot` then
//! opens a browser.
//!
//! The window lives on the main thread. Every callback, of the page, of the keeper or of the toolkit, only puts an
//! [`event::Event`] into the loop's queue; [`shell`] is the one place that acts on them.

#[cfg(feature = "automation")]
mod automation;
mod event;
mod external;
mod geometry;
mod ipc;
mod keeper;
mod launch;
mod nonce;
mod notification;
mod origin;
mod page;
mod page_script;
mod report;
mod shell;
mod window;
mod zoom;

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args_os().len() > 1 {
        // Nothing secret comes by arguments, which other users of the machine can read; so nothing comes by them at all.
        complain(&format!("moot-window {}: started by `moot`, takes no arguments", env!("CARGO_PKG_VERSION")));
        return ExitCode::from(2);
    }
    match launch::receive().and_then(shell::run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("moot-window: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// A line for whoever watches the terminal; nobody does where the desktop started us.
pub(crate) fn complain(line: &str) {
    writeln!(std::io::stderr().lock(), "{line}").ok();
}
