//! `cargo xtask run`: from a clone to a node that runs.

use std::{io, os::unix::process::CommandExt, path::Path, process::Command};

use crate::{failure::Failure, packages, screen, step, workspace};

/// Builds `moot` and becomes `moot serve ARGS…`, so that signals reach the node itself.
///
/// # Errors
/// What the build or the start says; never returns when the node starts.
pub(crate) fn command(arguments: &[String]) -> Result<(), Failure> {
    packages::ensure()?;
    let target = workspace::target_dir()?;
    let moot = target.join("debug").join("moot");
    let title = if moot.is_file() {
        "build moot"
    } else {
        "build moot (the first time takes about a quarter of an hour, most of it RocksDB)"
    };
    let build = ["build", "--package", "folkmoot", "--bin", "moot"];
    step::visible(title, &mut workspace::cargo(build.into_iter().chain(workspace::locked().iter().copied())))?;
    screen::say(&first_things(&moot));
    Err(become_node(&moot, arguments))
}

/// What somebody new does next.
fn first_things(moot: &Path) -> String {
    let moot = moot.display();
    format!(
        "==> start the node; Ctrl+C stops it. In another terminal:\n\
         \x20   alias moot={moot}\n\
         \x20   moot rpc identity.create display_name=Ada          who you are; write down the 24 words\n\
         \x20   moot rpc server.create name=Home visibility=private\n\
         \x20   moot rpc channel.list server_id=srv_…              the channel 'general' is there already\n\
         \x20   moot rpc message.send channel_id=chn_… content='hello'\n\
         \x20   moot invite create srv_…                           a link for the second person\n"
    )
}

/// Replaces this process by the node; returns only why that failed.
fn become_node(moot: &Path, arguments: &[String]) -> Failure {
    let mut command = Command::new(moot);
    command.arg("serve").args(arguments);
    let source: io::Error = command.exec();
    step::spawn_failure(&command, source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_things_to_try_name_the_built_program() {
        let text = first_things(Path::new("/somewhere/debug/moot"));
        assert!(text.contains("alias moot=/somewhere/debug/moot"), "{text}");
        assert!(text.contains("message.send"), "{text}");
    }

    #[test]
    fn a_node_that_is_not_there_is_named() {
        let failure = become_node(Path::new("/nowhere/moot"), &[]);
        assert!(failure.to_string().starts_with("cannot start /nowhere/moot"), "{failure}");
    }
}
