//! `cargo xtask gen`: golden files that a program writes, not a hand. `--check` compares and changes nothing.

use std::{fs, io, process::Stdio};

use crate::{failure::Failure, packages, screen, step, workspace};

/// A file in git and the program that prints it.
struct Golden {
    /// From the root.
    path: &'static str,
    /// Arguments of `cargo run`.
    writer: &'static [&'static str],
}

/// Every file that is generated.
const GOLDEN: &[Golden] =
    &[Golden { path: "rpc/openrpc.json", writer: &["--package", "folkmoot-rpc", "--example", "openrpc"] }];

/// Writes all golden files, or checks them.
///
/// # Errors
/// [`Failure::Found`] when a file is not fresh; else what the programs say.
pub(crate) fn command(arguments: &[String]) -> Result<(), Failure> {
    let check = match arguments {
        [] => false,
        [one] if one == "--check" => true,
        _ => return Err(Failure::usage("gen takes nothing but --check")),
    };
    packages::ensure(packages::Need::Node)?;
    let mut stale = Vec::new();
    for golden in GOLDEN {
        if run(golden, check)? {
            screen::say(&format!("    {} {}", golden.path, if check { "is fresh" } else { "written" }));
        } else {
            stale.push(golden.path);
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(Failure::Found {
        message: format!("not fresh: {}; `cargo xtask gen` writes it, then look at the difference", stale.join(", ")),
    })
}

/// Whether a file is what its program prints; unless it is only to be checked it is written first.
fn run(golden: &Golden, check: bool) -> Result<bool, Failure> {
    let locked = workspace::locked().iter().copied();
    let mut command =
        workspace::cargo(["run", "--quiet"].into_iter().chain(golden.writer.iter().copied()).chain(locked));
    let printed = command.stderr(Stdio::inherit()).output().map_err(|source| step::spawn_failure(&command, source))?;
    step::check(golden.path, printed.status)?;
    let path = workspace::root().join(golden.path);
    let failure = |source| Failure::File { path: path.clone(), source };
    let kept = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        read => read.map_err(failure)?,
    };
    if check {
        return Ok(kept == printed.stdout);
    }
    fs::write(&path, &printed.stdout).map_err(failure)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_argument_is_refused() {
        for wrong in [vec!["--chekc".into()], vec!["--check".into(), "--check".into()]] {
            let failure = command(&wrong).expect_err("refused");
            assert_eq!(failure.exit_code(), 2, "{wrong:?}");
        }
    }
}
