//! The files of a bot: read once from its folder, checked, and from then on handed around as text. Whoever runs a bot needs no
//! file system.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::limits::{SOURCE_BYTES, SOURCE_FILES};

/// Folders below the bot's own in which code may lie.
const FOLDER_DEPTH: usize = 4;
/// Letters of a file's path.
const PATH_CHARS: usize = 128;

/// Why a bot's files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file system refused.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// What was read.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A link: it might lead anywhere.
    #[error("{} is a link; a bot consists of plain files in its own folder", path.display())]
    Link {
        /// Which.
        path: PathBuf,
    },
    /// A file is too long.
    #[error("{name} has more than {SOURCE_BYTES} bytes; move parts of it to lib/*.rhai and import them")]
    TooLong {
        /// Which.
        name: String,
    },
    /// There are too many files.
    #[error("more than {SOURCE_FILES} source files")]
    TooMany,
    /// A file holds no text.
    #[error("{name} is not UTF-8")]
    NotText {
        /// Which.
        name: String,
    },
    /// A name that could mean another file elsewhere.
    #[error("{name:?} is no file name; expected letters, digits, '-', '_', '.' and '/' below the bot's folder")]
    BadName {
        /// Which.
        name: String,
    },
    /// The entry is missing.
    #[error("there is no {name}")]
    Missing {
        /// Which.
        name: String,
    },
}

/// Source files by their path below the bot's folder, with `/` between folders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source(BTreeMap<String, String>);

impl Source {
    /// Takes files as they are given.
    ///
    /// # Errors
    /// [`SourceError`] for names, lengths or a number that a folder could not have either.
    pub fn new<N: Into<String>, T: Into<String>>(files: impl IntoIterator<Item = (N, T)>) -> Result<Self, SourceError> {
        let mut source = Self::default();
        for (name, text) in files {
            source.put(name.into(), text.into())?;
        }
        Ok(source)
    }

    /// Reads the entry and all code below `lib`.
    ///
    /// # Errors
    /// [`SourceError`] naming the file.
    pub fn read(folder: &Path, entry: &str) -> Result<Self, SourceError> {
        let mut source = Self::default();
        source.read_file(folder, entry)?;
        source.read_folder(folder, "lib", FOLDER_DEPTH)?;
        Ok(source)
    }

    /// Reads the files that test the bot: everything below `tests`.
    ///
    /// # Errors
    /// [`SourceError`] naming the file.
    pub fn read_tests(folder: &Path) -> Result<Self, SourceError> {
        let mut source = Self::default();
        source.read_folder(folder, "tests", FOLDER_DEPTH)?;
        Ok(source)
    }

    /// Puts one file in place of the one of that name.
    ///
    /// # Errors
    /// [`SourceError`]; then nothing is changed.
    pub fn put(&mut self, name: String, text: String) -> Result<(), SourceError> {
        if !is_file_name(&name) {
            return Err(SourceError::BadName { name: name.chars().take(PATH_CHARS).collect() });
        }
        if text.len() > SOURCE_BYTES {
            return Err(SourceError::TooLong { name });
        }
        if !self.0.contains_key(&name) && self.0.len() >= SOURCE_FILES {
            return Err(SourceError::TooMany);
        }
        self.0.insert(name, text);
        Ok(())
    }

    /// The text of a file.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All files by name.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    fn read_folder(&mut self, root: &Path, below: &str, depth: usize) -> Result<(), SourceError> {
        let path = root.join(below);
        let failed = |source| SourceError::Io { path: path.clone(), source };
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => return Err(SourceError::Link { path }),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed(error)),
        }
        let mut entries = fs::read_dir(&path).map_err(failed)?.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = format!("{below}/{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_symlink() {
                return Err(SourceError::Link { path: entry.path() });
            } else if kind.is_dir() && depth > 1 {
                self.read_folder(root, &name, depth - 1)?;
            } else if kind.is_file() && entry.path().extension().is_some_and(|end| end == "rhai") {
                self.read_file(root, &name)?;
            }
        }
        Ok(())
    }

    fn read_file(&mut self, root: &Path, name: &str) -> Result<(), SourceError> {
        if !is_file_name(name) {
            return Err(SourceError::BadName { name: name.to_owned() });
        }
        let text = read_plain(&root.join(name), SOURCE_BYTES).map_err(|error| match error {
            PlainError::Link { path } => SourceError::Link { path },
            PlainError::TooLong => SourceError::TooLong { name: name.to_owned() },
            PlainError::NotText => SourceError::NotText { name: name.to_owned() },
            PlainError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                SourceError::Missing { name: name.to_owned() }
            }
            PlainError::Io { path, source } => SourceError::Io { path, source },
        })?;
        self.put(name.to_owned(), text)
    }
}

/// Why a plain file of bounded length could not be read.
pub(crate) enum PlainError {
    Link { path: PathBuf },
    TooLong,
    NotText,
    Io { path: PathBuf, source: io::Error },
}

/// Reads a plain file that is no longer than it may be, following no link in its last part.
pub(crate) fn read_plain(path: &Path, most: usize) -> Result<String, PlainError> {
    use std::os::unix::fs::OpenOptionsExt;
    let failed = |source: io::Error| {
        // What `O_NOFOLLOW` answers for a link.
        if source.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
            return PlainError::Link { path: path.to_owned() };
        }
        PlainError::Io { path: path.to_owned(), source }
    };
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let file = fs::OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path).map_err(failed)?;
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(failed(io::Error::new(io::ErrorKind::InvalidInput, "not a plain file")));
    }
    let mut bytes = Vec::new();
    file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > most {
        return Err(PlainError::TooLong);
    }
    String::from_utf8(bytes).map_err(|_| PlainError::NotText)
}

/// Whether a text names a file below the bot's folder and nothing else anywhere.
pub(crate) fn is_file_name(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    name.len() <= PATH_CHARS && name.split('/').count() <= FOLDER_DEPTH + 1 && name.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("folder made");
            fs::write(path, text).expect("written");
        }
        folder
    }

    #[test]
    fn entry_and_library_are_read_and_nothing_else() {
        let folder =
            folder(&[("main.rhai", "1"), ("lib/a/b.rhai", "2"), ("lib/notes.txt", "3"), ("tests/t.rhai", "4")]);
        let source = Source::read(folder.path(), "main.rhai").expect("read");
        assert_eq!(source.files().collect::<Vec<_>>(), [("lib/a/b.rhai", "2"), ("main.rhai", "1")]);
        let tests = Source::read_tests(folder.path()).expect("read");
        assert_eq!(tests.files().collect::<Vec<_>>(), [("tests/t.rhai", "4")]);
    }

    #[test]
    fn links_are_refused_whether_file_or_folder() {
        let outside = folder(&[("secret.rhai", "secret")]);
        for link in ["main.rhai", "lib", "lib/x.rhai"] {
            let folder = folder(&[("other/x.rhai", "1")]);
            if link != "main.rhai" {
                fs::write(folder.path().join("main.rhai"), "1").expect("written");
            }
            let target = if link == "lib" { outside.path().to_owned() } else { outside.path().join("secret.rhai") };
            let at = folder.path().join(link);
            fs::create_dir_all(at.parent().expect("a parent")).expect("folder made");
            std::os::unix::fs::symlink(target, at).expect("linked");
            let refused = Source::read(folder.path(), "main.rhai").expect_err(link);
            assert!(matches!(refused, SourceError::Link { .. }), "{link}: {refused}");
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in
            ["../x.rhai", "/etc/passwd", "lib/../../x", "lib//x", "", ".hidden", "a\\b", "ä.rhai", "a/b/c/d/e/f"]
        {
            assert!(!is_file_name(name), "{name}");
            let refused = Source::new([(name, "1")]).expect_err(name);
            assert!(matches!(refused, SourceError::BadName { .. }), "{name}: {refused}");
        }
        assert!(is_file_name("lib/words-2.rhai"));
    }

    #[test]
    fn lengths_and_numbers_are_bounded() {
        let exact = "x".repeat(SOURCE_BYTES);
        assert!(Source::new([("main.rhai", exact.clone())]).is_ok());
        let refused = Source::new([("main.rhai", exact + "x")]).expect_err("too long");
        assert!(matches!(refused, SourceError::TooLong { .. }), "{refused}");
        let many = (0..=SOURCE_FILES).map(|n| (format!("lib/{n}.rhai"), ""));
        assert!(matches!(Source::new(many), Err(SourceError::TooMany)));
    }
}
