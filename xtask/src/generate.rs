//! `cargo xtask gen`: golden files that are written by a program, not by hand. `--check` compares and changes nothing.

use std::{fs, path::Path};

use crate::{failure::Failure, packages, screen, step, workspace};

/// A file in git and the program that prints it.
struct Golden {
    /// From the root.
    path: &'static str,
    /// Arguments of `cargo run`.
    printed_by: &'static [&'static str],
}

/// Every file that is generated.
const GOLDEN: &[Golden] =
    &[Golden { path: "rpc/openrpc.json", printed_by: &["--package", "folkmoot-rpc", "--example", "openrpc"] }];

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
    packages::ensure()?;
    let mut stale = Vec::new();
    for golden in GOLDEN {
        let fresh = print(golden)?;
        let path = workspace::root().join(golden.path);
        if is_same(&path, &fresh) {
            screen::say(&format!("    {} is fresh", golden.path));
        } else if check {
            stale.push(golden.path);
        } else {
            fs::write(&path, &fresh).map_err(|source| Failure::File { path, source })?;
            screen::say(&format!("    {} written", golden.path));
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(Failure::Found {
        message: format!("not fresh: {}; `cargo xtask gen` writes it, then look at the difference", stale.join(", ")),
    })
}

/// What the file should hold.
fn print(golden: &Golden) -> Result<Vec<u8>, Failure> {
    let locked = workspace::locked().iter().copied();
    let mut command =
        workspace::cargo(["run", "--quiet"].into_iter().chain(golden.printed_by.iter().copied()).chain(locked));
    command.stderr(std::process::Stdio::inherit());
    let output = command.output().map_err(|source| step::spawn_failure(&command, source))?;
    step::check(golden.path, output.status)?;
    Ok(output.stdout)
}

fn is_same(path: &Path, fresh: &[u8]) -> bool {
    fs::read(path).is_ok_and(|held| held == fresh)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_or_other_file_is_not_fresh() {
        let path = std::env::temp_dir().join(format!("xtask-golden-{}", std::process::id()));
        assert!(!is_same(&path, b"one\n"));
        fs::write(&path, b"one\n").expect("written");
        assert!(is_same(&path, b"one\n"));
        assert!(!is_same(&path, b"two\n"));
        fs::remove_file(&path).expect("removed");
    }

    #[test]
    fn an_unknown_argument_is_refused() {
        let failure = command(&["--chekc".into()]).expect_err("refused");
        assert_eq!(failure.exit_code(), 2);
    }
}
