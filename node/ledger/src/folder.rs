//! The ledger's folder around the database: a lock, a format, the anchor.
//!
//! ```text
//! lock     held while the ledger is open
//! format   "folkmoot ledger 1\n": written last of all when the folder is made, so that a folder without it never held anything
//! anchor   number of the last acknowledged write
//! db/      RocksDB
//! ```

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use crate::OpenError;

/// The format that this code writes, and the greatest that it understands.
pub(crate) const FORMAT: u32 = 1;

const FORMAT_PREFIX: &str = "folkmoot ledger ";

/// A folder that nobody else has open.
pub(crate) struct Folder {
    path: PathBuf,
    /// Released when dropped.
    _lock: File,
    /// Whether there is a database to be opened, and not to be made.
    pub(crate) exists: bool,
}

impl Folder {
    /// Makes the folder if need be, locks it and looks at its format. Changes nothing in a folder of another format.
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let io = |what, path: &Path| {
            let path = path.to_owned();
            move |source| OpenError::Io { what, path, source }
        };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io("make", path))?;
        let lock_path = path.join("lock");
        let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&lock_path);
        let lock = lock.map_err(io("open", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(OpenError::Busy { path: lock_path }),
            Err(TryLockError::Error(source)) => return Err(OpenError::Io { what: "lock", path: lock_path, source }),
        }
        let format_path = path.join("format");
        let exists = match fs::read_to_string(&format_path) {
            Ok(text) => check_format(&format_path, &text).map(|()| true)?,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(damaged(&format_path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                expect_nothing_kept(&path.join("db"))?;
                false
            }
            Err(source) => return Err(OpenError::Io { what: "read", path: format_path, source }),
        };
        Ok(Self { path: path.to_owned(), _lock: lock, exists })
    }

    /// Where RocksDB lives.
    pub(crate) fn database(&self) -> PathBuf {
        self.path.join("db")
    }

    pub(crate) fn anchor(&self) -> PathBuf {
        self.path.join("anchor")
    }

    /// Says for good that there is a database. Durable when it returns.
    pub(crate) fn mark_made(&self) -> Result<(), OpenError> {
        let (path, next) = (self.path.join("format"), self.path.join("format.new"));
        let write = || -> io::Result<()> {
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&next)?;
            file.write_all(format!("{FORMAT_PREFIX}{FORMAT}\n").as_bytes())?;
            file.sync_all()?;
            fs::rename(&next, &path)?;
            File::open(&self.path)?.sync_all()
        };
        write().map_err(|source| OpenError::Io { what: "write", path: path.clone(), source })
    }
}

fn damaged(path: &Path) -> OpenError {
    OpenError::Damaged { path: path.to_owned(), what: "not a format of a ledger".to_owned() }
}

fn check_format(path: &Path, text: &str) -> Result<(), OpenError> {
    let number = text.strip_prefix(FORMAT_PREFIX).and_then(|rest| rest.strip_suffix('\n'));
    match number.and_then(|number| number.parse::<u32>().ok()) {
        Some(FORMAT) => Ok(()),
        Some(found) if found > FORMAT => {
            Err(OpenError::NewerSchema { path: path.to_owned(), found, supported: FORMAT })
        }
        _ => Err(damaged(path)),
    }
}

/// Without a format nothing was ever acknowledged here, unless the file itself was lost: then the database holds rows, and making
/// a new one in its place would destroy them.
fn expect_nothing_kept(database: &Path) -> Result<(), OpenError> {
    let entries = match fs::read_dir(database) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(OpenError::Io { what: "read", path: database.to_owned(), source }),
    };
    for entry in entries {
        let entry = entry.map_err(|source| OpenError::Io { what: "read", path: database.to_owned(), source })?;
        let name = entry.file_name();
        let extension = Path::new(&name).extension();
        let length = entry.metadata().map_or(0, |metadata| metadata.len());
        let holds_rows = extension.is_some_and(|e| e == "sst") || (extension.is_some_and(|e| e == "log") && length > 0);
        if holds_rows {
            return Err(OpenError::Damaged {
                path: database.to_owned(),
                what: "holds rows, but the file that tells their format is missing".to_owned(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_folder_is_made_once_it_is_marked() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let folder = Folder::open(dir.path()).expect("opens");
        assert!(!folder.exists);
        folder.mark_made().expect("marked");
        drop(folder);
        assert!(Folder::open(dir.path()).expect("opens").exists);
        let text = fs::read_to_string(dir.path().join("format")).expect("readable");
        assert_eq!(text, "folkmoot ledger 1\n");
    }

    #[test]
    fn a_later_format_and_a_broken_one_are_told_apart() {
        for (text, newer) in [("folkmoot ledger 2\n", true), ("folkmoot ledger 0\n", false), ("folkmoot", false)] {
            let dir = tempfile::tempdir().expect("temporary folder");
            fs::write(dir.path().join("format"), text).expect("written");
            match Folder::open(dir.path()).map(|_| ()) {
                Err(OpenError::NewerSchema { found: 2, supported: FORMAT, .. }) => assert!(newer, "{text}"),
                Err(OpenError::Damaged { .. }) => assert!(!newer, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn rows_without_a_format_are_not_overwritten() {
        let dir = tempfile::tempdir().expect("temporary folder");
        fs::create_dir(dir.path().join("db")).expect("made");
        fs::write(dir.path().join("db/000012.sst"), b"rows").expect("written");
        assert!(matches!(Folder::open(dir.path()).map(|_| ()), Err(OpenError::Damaged { .. })));
    }
}
