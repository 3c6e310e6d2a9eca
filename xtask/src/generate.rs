//! `cargo xtask gen`: golden files that a program writes, not a hand. `--check` compares and changes nothing.

use crate::{failure::Failure, packages, screen, step, workspace};

/// A file in git and the program that writes it; with `--check` the program says by its exit code whether the file is fresh.
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
    packages::ensure()?;
    let mut faulty = Vec::new();
    for golden in GOLDEN {
        if run(golden, check)? {
            screen::say(&format!("    {} {}", golden.path, if check { "is fresh" } else { "written" }));
        } else {
            faulty.push(golden.path);
        }
    }
    match (faulty.is_empty(), check) {
        (true, _) => Ok(()),
        (false, true) => Err(Failure::Found {
            message: format!(
                "not fresh: {}; `cargo xtask gen` writes it, then look at the difference",
                faulty.join(", ")
            ),
        }),
        (false, false) => Err(Failure::Found { message: format!("not written: {}", faulty.join(", ")) }),
    }
}

/// Whether the program that writes a file is content.
fn run(golden: &Golden, check: bool) -> Result<bool, Failure> {
    let locked = workspace::locked().iter().copied();
    let mut command =
        workspace::cargo(["run", "--quiet"].into_iter().chain(golden.writer.iter().copied()).chain(locked));
    if check {
        command.args(["--", "--check"]);
    }
    let status = command.status().map_err(|source| step::spawn_failure(&command, source))?;
    Ok(status.success())
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
