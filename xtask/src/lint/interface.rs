//! The interface: its sources are sound, and what is built from them is what is in git, so that `cargo build` may embed it
//! without Node.js.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use super::{Finding, by_program};
use crate::{failure::Failure, nodejs, suite, workspace};

/// The built files, below the interface's folder.
const BUILT: &str = "dist";

/// Checks the sources, then builds them beside and compares.
///
/// # Errors
/// When a program cannot be started or a file not be read.
pub(super) fn check(logs: &Path) -> Result<Finding, Failure> {
    match nodejs::ensure() {
        Ok(()) => {}
        Err(failure) if workspace::in_ci() => return Ok(Finding::Faults(format!("      {failure}"))),
        Err(failure) => return Ok(Finding::Skipped(failure.to_string())),
    }
    let folder = suite::interface_folder();
    nodejs::install(&folder)?;
    let sources = by_program("interface sources", logs, nodejs::npm(&folder).args(["run", "check"]))?;
    if sources != Finding::Clean {
        return Ok(sources);
    }
    let fresh = logs.join("interface-dist");
    let mut build = nodejs::tool(&folder, "vite");
    build.args(["build", "--emptyOutDir", "--outDir"]).arg(&fresh);
    let built = by_program("interface build", logs, &mut build)?;
    if built != Finding::Clean {
        return Ok(built);
    }
    Ok(compare(&files(&folder.join(BUILT))?, &files(&fresh)?))
}

/// Tells how two folders differ.
fn compare(kept: &BTreeMap<PathBuf, Vec<u8>>, fresh: &BTreeMap<PathBuf, Vec<u8>>) -> Finding {
    let missing = fresh.keys().filter(|path| !kept.contains_key(*path)).map(|path| ("is missing", path));
    let stale = kept.iter().filter_map(|(path, bytes)| match fresh.get(path) {
        None => Some(("is left over", path)),
        Some(other) if other != bytes => Some(("is stale", path)),
        Some(_) => None,
    });
    let faults: String = missing
        .chain(stale)
        .map(|(what, path)| format!("      webview/ui/{BUILT}/{} {what}\n", path.display()))
        .collect();
    if faults.is_empty() {
        return Finding::Clean;
    }
    Finding::Faults(format!("{faults}      `npm run build` in webview/ui writes it; then look at the difference"))
}

/// Every file below a folder with what it holds.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>, Failure> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let failure = |source: io::Error| Failure::File { path: next.clone(), source };
        for entry in fs::read_dir(&next).map_err(failure)? {
            let path = entry.map_err(failure)?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).map_err(failure)?;
                found.insert(path.strip_prefix(folder).unwrap_or(&path).to_path_buf(), bytes);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> BTreeMap<PathBuf, Vec<u8>> {
        files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn every_difference_is_named() {
        let fresh = tree(&[("index.html", "1"), ("assets/a-1.js", "x")]);
        assert_eq!(compare(&fresh, &fresh), Finding::Clean);
        let Finding::Faults(text) = compare(&tree(&[("index.html", "2"), ("assets/a-0.js", "x")]), &fresh) else {
            panic!("three differences");
        };
        for fault in ["assets/a-1.js is missing", "assets/a-0.js is left over", "index.html is stale"] {
            assert!(text.contains(fault), "{text}");
        }
    }

    #[test]
    fn files_are_read_from_all_folders() {
        let root = std::env::temp_dir().join(format!("xtask-interface-{}", std::process::id()));
        fs::create_dir_all(root.join("assets")).expect("made");
        fs::write(root.join("index.html"), "1").expect("written");
        fs::write(root.join("assets/a.js"), "2").expect("written");
        assert_eq!(files(&root).expect("read"), tree(&[("index.html", "1"), ("assets/a.js", "2")]));
        fs::remove_dir_all(&root).expect("removed");
        assert!(files(&root).is_err());
    }
}
