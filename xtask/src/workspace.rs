//! Where the project lies and how cargo is called.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{failure::Failure, step};

/// The folder with the workspace's `Cargo.toml`.
pub(crate) fn root() -> PathBuf {
    // Cargo names the folder of xtask's own manifest; a binary called without cargo falls back to the one it was built from.
    let own =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    own.parent().map_or_else(|| own.clone(), Path::to_path_buf)
}

/// A call of the cargo that called us, in the root.
pub(crate) fn cargo<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    // Set for us by the outer cargo; a build script that looks at them would be rebuilt with every change of caller.
    for name in ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_PKG_NAME", "CARGO_PKG_VERSION"] {
        command.env_remove(name);
    }
    command
}

/// The folder cargo builds into, from whatever source it is set.
///
/// # Errors
/// When cargo cannot tell.
pub(crate) fn target_dir() -> Result<PathBuf, Failure> {
    let mut command = cargo(["metadata", "--no-deps", "--format-version", "1", "--quiet"]);
    command.stderr(Stdio::inherit());
    let output = command.output().map_err(|source| step::spawn_failure(&command, source))?;
    step::check("cargo metadata", output.status)?;
    let text = String::from_utf8_lossy(&output.stdout);
    json_string(&text, "target_directory")
        .map(PathBuf::from)
        .ok_or_else(|| Failure::Program { title: "cargo metadata".into(), status: "names no target folder".into() })
}

/// The folder for logs of quiet steps.
///
/// # Errors
/// See [`target_dir`].
pub(crate) fn log_dir() -> Result<PathBuf, Failure> {
    Ok(target_dir()?.join("xtask"))
}

/// Whether a run in CI is going on: then the lock file must be right already.
pub(crate) fn in_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

/// `--locked` in CI, nothing elsewhere.
pub(crate) fn locked() -> &'static [&'static str] {
    if in_ci() { &["--locked"] } else { &[] }
}

/// The first string value under a key of a JSON text, with its escapes undone.
fn json_string(text: &str, key: &str) -> Option<String> {
    let (_, after) = text.split_once(&format!("\"{key}\":\""))?;
    let mut value = String::new();
    let mut characters = after.chars();
    loop {
        match characters.next()? {
            '"' => return Some(value),
            '\\' => value.push(characters.next()?),
            character => value.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_found_in_json_with_its_escapes() {
        let text = r#"{"packages":[],"target_directory":"/a \"b\"/c\\d","version":1}"#;
        assert_eq!(json_string(text, "target_directory").as_deref(), Some(r#"/a "b"/c\d"#));
        assert_eq!(json_string(text, "nowhere"), None);
        assert_eq!(json_string(r#"{"a":"cut off"#, "a"), None);
    }

    #[test]
    fn the_root_holds_the_workspace() {
        let manifest = std::fs::read_to_string(root().join("Cargo.toml")).expect("the root's Cargo.toml");
        assert!(manifest.contains("[workspace]"), "no workspace in {}", root().display());
    }
}
