//! `cargo xtask run`: from a clone to the chat on the screen.

use std::{env, io, os::unix::process::CommandExt, path::Path, process::Command};

use crate::{
    failure::Failure,
    packages::{self, Need},
    screen, step, workspace,
};

/// What is built where there is a screen, and where there is none: a server has no use for WebKit.
const WITH_WINDOW: &[&str] = &["--bin", "moot", "--bin", "moot-window"];
const WITHOUT_WINDOW: &[&str] = &["--bin", "moot"];

/// Builds `moot` and its window and becomes `moot ARGS…`, so that signals reach the node itself.
///
/// # Errors
/// What the build or the start says; never returns when it starts.
pub(crate) fn command(arguments: &[String]) -> Result<(), Failure> {
    let display = has_display() && arguments.first().is_none_or(|first| first != "serve");
    packages::ensure(if display { Need::Window } else { Need::Node })?;
    let moot = workspace::target_dir()?.join("debug").join("moot");
    let title = if moot.is_file() {
        "build moot"
    } else {
        "build moot (the first time takes about a quarter of an hour, most of it RocksDB)"
    };
    let programs = if display { WITH_WINDOW } else { WITHOUT_WINDOW };
    // As every other build has it: with the features of the whole workspace, so that nothing is compiled twice.
    let build = ["build", "--workspace"].into_iter().chain(programs.iter().copied());
    step::visible(title, &mut workspace::cargo(build.chain(workspace::locked().iter().copied())))?;
    screen::say(&first_things(&moot, display));
    Err(become_moot(&moot, arguments))
}

/// Whether there is a screen to open a window on.
fn has_display() -> bool {
    ["WAYLAND_DISPLAY", "DISPLAY"].iter().any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// What somebody new does next.
fn first_things(moot: &Path, display: bool) -> String {
    let moot = moot.display();
    let opens = if display {
        "the window opens; closing it, or Ctrl+C, stops the node"
    } else {
        "no screen here: open the address below in a browser; Ctrl+C stops the node"
    };
    format!(
        "==> {opens}. In another terminal:\n\
         \x20   alias moot={moot}\n\
         \x20   moot ui                    a fresh address, for a browser\n\
         \x20   moot desktop install       into your menu, and moot:// links with it\n\
         \x20   moot rpc server.list       everything the window does, without it: docs/cli.md\n"
    )
}

/// Replaces this process; returns only why that failed.
fn become_moot(moot: &Path, arguments: &[String]) -> Failure {
    let mut command = Command::new(moot);
    command.args(arguments);
    let source: io::Error = command.exec();
    step::spawn_failure(&command, source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_things_to_try_name_the_built_program() {
        let text = first_things(Path::new("/somewhere/debug/moot"), true);
        assert!(text.contains("alias moot=/somewhere/debug/moot"), "{text}");
        assert!(text.contains("window opens"), "{text}");
        assert!(first_things(Path::new("/moot"), false).contains("in a browser"));
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let failure = become_moot(Path::new("/nowhere/moot"), &[]);
        assert!(failure.to_string().starts_with("cannot start /nowhere/moot"), "{failure}");
    }
}
