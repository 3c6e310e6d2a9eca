//! The files that the tree's own rules are about, read once.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::failure::Failure;

/// Folders that hold what others wrote or a program made.
const FOREIGN: &[&str] = &["target", "node_modules", "dist", "corpus", "artifacts"];
/// Ends of names that are read.
const READ: &[&str] = &["rs", "md", "toml"];

/// One file.
pub(super) struct File {
    /// From the root, with `/` between folders.
    pub(super) path: String,
    /// What it holds; empty unless it is Rust, Markdown or TOML.
    pub(super) text: String,
}

impl File {
    /// Whether the name ends in `.end`.
    pub(super) fn is(&self, end: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|extension| extension == end)
    }
}

/// All files of the tree.
pub(super) struct Files {
    /// Where they lie.
    pub(super) root: PathBuf,
    /// In order of their paths.
    pub(super) all: Vec<File>,
}

impl Files {
    /// Those whose name ends in `.end`.
    pub(super) fn ending(&self, end: &str) -> impl Iterator<Item = &File> {
        self.all.iter().filter(move |file| file.is(end))
    }
}

/// Reads the tree, hidden folders and foreign ones left out.
///
/// # Errors
/// [`Failure::File`] when something cannot be read.
pub(super) fn files(root: &Path) -> Result<Files, Failure> {
    let mut all = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let failure = |source| Failure::File { path: folder.clone(), source };
        for entry in fs::read_dir(&folder).map_err(failure)? {
            let entry = entry.map_err(failure)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().map_err(failure)?;
            if kind.is_dir() && !name.starts_with('.') && !FOREIGN.contains(&name.as_str()) {
                folders.push(entry.path());
            } else if kind.is_file() {
                all.push(read(root, &entry.path())?);
            }
        }
    }
    all.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Files { root: root.to_path_buf(), all })
}

fn read(root: &Path, path: &Path) -> Result<File, Failure> {
    let wanted = path.extension().is_some_and(|end| READ.iter().any(|read| end == *read));
    let text = if wanted {
        fs::read_to_string(path).map_err(|source| Failure::File { path: path.to_path_buf(), source })?
    } else {
        String::new()
    };
    let relative = path.strip_prefix(root).unwrap_or(path);
    Ok(File { path: relative.to_string_lossy().replace('\\', "/"), text })
}

#[cfg(test)]
pub(super) fn of(files: &[(&str, &str)]) -> Files {
    let all = files.iter().map(|(path, text)| File { path: (*path).into(), text: (*text).into() }).collect();
    Files { root: PathBuf::from("/nowhere"), all }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_and_hidden_folders_are_left_out() {
        let root = std::env::temp_dir().join(format!("xtask-tree-{}", std::process::id()));
        for path in ["a/src/lib.rs", "target/x.rs", ".git/y.rs", "webview/ui/node_modules/z.rs", "b.md"] {
            let path = root.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("folder made");
            fs::write(path, "text").expect("written");
        }
        let files = files(&root).expect("read");
        let paths: Vec<&str> = files.all.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["a/src/lib.rs", "b.md"]);
        fs::remove_dir_all(&root).expect("removed");
    }
}
