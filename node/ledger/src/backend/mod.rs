//! Where the rows lie: RocksDB, or memory for simulations and tests. Everything typed stands above this and is the same for both.

mod memory;
mod rocks;
mod settings;

pub(crate) use memory::MemoryBackend;
pub(crate) use rocks::RocksBackend;

use crate::{LedgerError, StorageFault, catalog::Column, key::after_prefix};

/// One row to be written.
#[derive(Debug)]
pub(crate) struct Op {
    pub(crate) column: Column,
    pub(crate) key: Vec<u8>,
    /// `None` deletes.
    pub(crate) value: Option<Vec<u8>>,
}

/// Rows by column and key.
pub(crate) trait Backend: Send + Sync {
    /// A consistent view of what is written by now.
    fn view(&self) -> Box<dyn View + '_>;

    /// Writes all rows or none, and returns once they are on the disk.
    fn write(&self, ops: Vec<Op>) -> Result<(), StorageFault>;

    /// Makes the next opening quick.
    fn flush(&self) -> Result<(), StorageFault>;

    /// Number of the last write, as views count: one made later sees it.
    fn sequence(&self) -> u64;

    /// What the oldest open view sees; `None` when none is open.
    fn oldest_view(&self) -> Option<u64>;

    /// Takes earlier values of rows of a column from the disk, unless an open view may still ask for them. Keys ascend. Blocks
    /// while files are written anew.
    fn wipe(&self, column: Column, keys: &[Vec<u8>]) -> Result<(), StorageFault>;
}

/// What a visitor of rows wants next.
pub(crate) enum Step {
    /// The next row.
    Next,
    /// The first row at or behind this key, in the direction of the scan.
    Seek(Vec<u8>),
    /// No more.
    Stop,
}

/// Called with key and value.
pub(crate) type Visit<'v> = &'v mut dyn FnMut(&[u8], &[u8]) -> Result<Step, LedgerError>;

/// A consistent view.
pub(crate) trait View: Send + Sync {
    /// The value of one row.
    fn read(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError>;

    /// Visits the rows of a span in order.
    fn scan(&self, column: Column, span: Span, visit: Visit<'_>) -> Result<(), LedgerError>;
}

/// Keys from `from` on, up to and without `to`.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) from: Vec<u8>,
    /// `None`: to the end of the column.
    pub(crate) to: Option<Vec<u8>>,
    /// Greatest key first.
    pub(crate) reverse: bool,
}

impl Span {
    /// From `from` on, up to and without `to`.
    pub(crate) const fn new(from: Vec<u8>, to: Vec<u8>) -> Self {
        Self { from, to: Some(to), reverse: false }
    }

    /// From `from` to the end.
    pub(crate) const fn from(from: Vec<u8>) -> Self {
        Self { from, to: None, reverse: false }
    }

    /// All keys that begin with `prefix`.
    pub(crate) fn prefix(prefix: &[u8]) -> Self {
        Self { from: prefix.to_vec(), to: after_prefix(prefix), reverse: false }
    }

    /// The same, greatest key first.
    pub(crate) fn reversed(self) -> Self {
        Self { reverse: true, ..self }
    }
}
