//! Node.js, for the sources of the interface and the tests of the window. The node and its window are built without it: what
//! it makes of the sources is in git.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use crate::{failure::Failure, packages, screen, step, workspace};

/// The oldest version whose syntax and modules the tools of the interface can use.
const OLDEST: (u32, u32) = (20, 19);
/// Where `npm ci` notes what it installed for: a copy of the lock file.
const INSTALLED_FOR: &str = "node_modules/.installed-for";

/// Makes sure that Node.js and npm are here.
///
/// # Errors
/// [`Failure::Packages`] says what is missing and where it can be had.
pub(crate) fn ensure() -> Result<(), Failure> {
    let here = version(&mut program("node"));
    if here.is_some_and(|here| here >= OLDEST) && packages::find_program("npm").is_some() {
        return Ok(());
    }
    let offered = offered();
    if offered.is_some_and(|offered| offered >= OLDEST) && here.is_none_or(|here| here < OLDEST) {
        screen::say("==> Node.js is missing or too old here; the system's own packages have it");
        // Some packages of Node.js bring npm along, others have it beside them.
        let names: &[&str] = if apt_has("npm") { &["nodejs", "npm"] } else { &["nodejs"] };
        packages::install(names)?;
        if version(&mut program("node")).is_some_and(|here| here >= OLDEST) && packages::find_program("npm").is_some() {
            return Ok(());
        }
    }
    let shown = |version: Option<(u32, u32)>| version.map_or_else(|| "none".to_owned(), |(a, b)| format!("{a}.{b}"));
    Err(Failure::Packages {
        message: format!(
            "Node.js {}.{} or newer with npm is needed for the interface's sources and the window's tests (here: {}; apt \
             offers: {}); install it from https://nodejs.org",
            OLDEST.0,
            OLDEST.1,
            shown(here),
            shown(offered)
        ),
    })
}

/// Installs what a package's lock file names, unless that was done already.
///
/// # Errors
/// What npm says.
pub(crate) fn install(folder: &Path) -> Result<(), Failure> {
    let path = folder.join("package-lock.json");
    let file_failure = |source| Failure::File { path: path.clone(), source };
    let lock = std::fs::read(&path).map_err(file_failure)?;
    let note = folder.join(INSTALLED_FOR);
    if std::fs::read(&note).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let name = folder.strip_prefix(workspace::root()).unwrap_or(folder).display().to_string();
    step::visible(
        &format!("npm ci in {name}"),
        npm(folder).args(["ci", "--no-fund", "--no-audit", "--loglevel=error"]),
    )?;
    std::fs::write(&note, lock).map_err(|source| Failure::File { path: note.clone(), source })
}

/// A call of npm in a folder; it asks nothing and downloads no browsers.
pub(crate) fn npm(folder: &Path) -> Command {
    let mut command = program("npm");
    command.current_dir(folder).stdin(Stdio::null());
    command.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1").env("npm_config_update_notifier", "false");
    command
}

/// A call of a program that a package brought.
pub(crate) fn tool(folder: &Path, name: &str) -> Command {
    let mut command = Command::new(folder.join("node_modules/.bin").join(name));
    command.current_dir(folder).stdin(Stdio::null());
    command
}

fn program(name: &str) -> Command {
    Command::new(name)
}

/// The version that `node --version` tells.
fn version(node: &mut Command) -> Option<(u32, u32)> {
    let output = node.arg("--version").stderr(Stdio::null()).output().ok()?;
    read_version(String::from_utf8_lossy(&output.stdout).trim().trim_start_matches('v'))
}

/// The version that apt would install.
fn offered() -> Option<(u32, u32)> {
    let output = Command::new("apt-cache").args(["policy", "nodejs"]).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    read_version(text.lines().find_map(|line| line.trim().strip_prefix("Candidate:"))?.trim())
}

fn apt_has(name: &str) -> bool {
    let output = Command::new("apt-cache").args(["policy", name]).stderr(Stdio::null()).output();
    output.is_ok_and(|output| {
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .any(|line| line.trim().strip_prefix("Candidate:").is_some_and(|version| version.trim() != "(none)"))
    })
}

/// `20.19.4` or `18.20.4+dfsg-1`: the first two numbers.
fn read_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split('.');
    let major = numbers.next()?.parse().ok()?;
    let minor = numbers.next()?.parse().ok()?;
    Some((major, minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert_eq!(read_version("20.19.4"), Some((20, 19)));
        assert_eq!(read_version("18.20.4+dfsg-1~deb12u1"), Some((18, 20)));
        assert_eq!(read_version("(none)"), None);
        assert!(read_version("20.9.0") < Some(OLDEST) && read_version("22.0.0") > Some(OLDEST));
    }

    #[test]
    fn a_program_that_is_missing_has_no_version() {
        assert_eq!(version(&mut program("/nowhere/node")), None);
        assert_eq!(version(Command::new("sh").args(["-c", "echo v22.3.1", "sh"])), Some((22, 3)));
    }
}
