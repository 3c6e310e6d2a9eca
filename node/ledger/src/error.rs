//! What can go wrong: [`OpenError`] before there is a ledger, [`LedgerError`] after.

use std::{fmt, io, path::PathBuf, sync::Arc};

/// What RocksDB said, in its own words. Opaque, so that nobody outside depends on RocksDB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageFault {
    text: String,
}

impl StorageFault {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

impl fmt::Display for StorageFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for StorageFault {}

impl From<rocksdb::Error> for StorageFault {
    fn from(error: rocksdb::Error) -> Self {
        Self::new(error.into_string())
    }
}

/// Why a ledger cannot be opened. Nothing in the folder was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A later version of the program wrote this folder.
    #[error("{} has format {found}, this program understands up to {supported}", path.display())]
    NewerSchema {
        /// The file that says so.
        path: PathBuf,
        /// Format of the folder.
        found: u32,
        /// Greatest format understood.
        supported: u32,
    },
    /// Another process, or another ledger of this one, has the folder open.
    #[error("{} is in use by another process", path.display())]
    Busy {
        /// The lock file.
        path: PathBuf,
    },
    /// A file is missing or its content is not what was written.
    #[error("{} is damaged: {what}", path.display())]
    Damaged {
        /// File or folder.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// Writes that were acknowledged are missing: the log of recent writes lost its end. See
    /// [`LedgerOptions::accept_rollback`](crate::LedgerOptions::accept_rollback).
    #[error("{} lost acknowledged writes: {found} are there, {acknowledged} were acknowledged", path.display())]
    RolledBack {
        /// The folder.
        path: PathBuf,
        /// Number of the last write found.
        found: u64,
        /// Number of the last write acknowledged.
        acknowledged: u64,
    },
    /// The operating system refused.
    #[error("cannot {what} {}", path.display())]
    Io {
        /// What was attempted.
        what: &'static str,
        /// File or folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// RocksDB refused for another reason.
    #[error("cannot open {}", path.display())]
    Storage {
        /// The folder.
        path: PathBuf,
        /// Why not.
        #[source]
        source: StorageFault,
    },
}

/// Why the ledger does not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LedgerError {
    /// No key: see [`Ledger::unlock`](crate::Ledger::unlock).
    #[error("ledger is locked")]
    Locked,
    /// The ledger was sealed under another key.
    #[error("key is not the one the ledger is sealed under")]
    WrongKey,
    /// Too little room on the disk. Reads go on; writes do again within a second of there being room.
    #[error("{free_bytes} bytes free at {}, {floor_bytes} are required", path.display())]
    NoSpace {
        /// The folder.
        path: PathBuf,
        /// Bytes free.
        free_bytes: u64,
        /// Bytes required.
        floor_bytes: u64,
    },
    /// A write failed. Nothing is written any more until the ledger is opened again.
    #[error("write to {} failed", path.display())]
    Storage {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: StorageFault,
    },
    /// A read failed.
    #[error("read from {} failed", path.display())]
    Read {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: StorageFault,
    },
    /// A row does not authenticate or is not what was written.
    #[error("row {key} of column {column} is damaged: {what}")]
    Damaged {
        /// Name of the column.
        column: &'static str,
        /// Key, hexadecimal.
        key: String,
        /// What is wrong.
        what: &'static str,
    },
    /// A value is larger than its limit.
    #[error("{what} of {actual}, limit {limit}")]
    TooLarge {
        /// What.
        what: &'static str,
        /// How large.
        actual: usize,
        /// The limit.
        limit: usize,
    },
    /// An entry was put into a channel that its log does not belong to.
    #[error("log belongs to another channel")]
    OtherChannel,
    /// The batch was made by another ledger.
    #[error("batch of another ledger")]
    OtherLedger,
    /// The ledger was closed.
    #[error("ledger is closed")]
    Closed,
    /// The operating system refused.
    #[error("cannot {what}")]
    Io {
        /// What was attempted.
        what: &'static str,
        /// Why not.
        #[source]
        source: Arc<io::Error>,
    },
}

impl LedgerError {
    /// The operating system refused to do `what`.
    #[must_use]
    pub fn io(what: &'static str, source: io::Error) -> Self {
        Self::Io { what, source: Arc::new(source) }
    }

    pub(crate) fn damaged(column: crate::catalog::Column, key: &[u8], what: &'static str) -> Self {
        Self::Damaged { column: column.name(), key: key.iter().map(|b| format!("{b:02x}")).collect(), what }
    }
}
