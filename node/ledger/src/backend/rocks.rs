//! Rows in RocksDB.

use std::{
    ffi::CStr,
    path::{Path, PathBuf},
};

use rocksdb::{ColumnFamily, DB, ErrorKind, FlushOptions, ReadOptions, Snapshot, WriteBatch};

use super::{Backend, Op, Span, Step, View, Visit, settings};
use crate::{LedgerError, OpenError, StorageFault, catalog::Column};

/// An open database. Closed when dropped.
pub(crate) struct RocksBackend {
    db: DB,
    path: PathBuf,
}

impl RocksBackend {
    /// Opens the database, or makes it when `create`.
    pub(crate) fn open(path: &Path, create: bool) -> Result<Self, OpenError> {
        let db = DB::open_cf_descriptors(&settings::database(create), path, settings::columns())
            .map_err(|error| classify(path, error))?;
        Ok(Self { db, path: path.to_owned() })
    }

    fn column(&self, column: Column) -> &ColumnFamily {
        self.db.cf_handle(column.name()).expect("every column was opened with the database")
    }

    fn read_error(&self, error: rocksdb::Error) -> LedgerError {
        LedgerError::Read { path: self.path.clone(), source: error.into() }
    }
}

/// Damage is told apart from a disk that does not answer: the one calls for another copy, the other for another disk.
fn classify(path: &Path, error: rocksdb::Error) -> OpenError {
    let kind = error.kind();
    let text = error.into_string();
    let missing = text.contains("No such file") || text.contains("does not exist");
    let truncated = text.contains("file is too short") || text.contains("truncated");
    if matches!(kind, ErrorKind::Corruption | ErrorKind::NotFound) || missing || truncated {
        OpenError::Damaged { path: path.to_owned(), what: text }
    } else {
        OpenError::Storage { path: path.to_owned(), source: StorageFault::new(text) }
    }
}

impl Backend for RocksBackend {
    fn view(&self) -> Box<dyn View + '_> {
        Box::new(RocksView { backend: self, snapshot: self.db.snapshot() })
    }

    fn write(&self, ops: Vec<Op>) -> Result<(), StorageFault> {
        let columns = Column::ALL.map(|column| self.column(column));
        let mut batch = WriteBatch::with_capacity_bytes(ops.iter().map(weight).sum());
        for op in ops {
            let Some(column) = columns.get(op.column.index()) else { continue };
            match op.value {
                Some(value) => batch.put_cf(column, op.key, value),
                None => batch.delete_cf(column, op.key),
            }
        }
        self.db.write_opt(batch, &settings::synced()).map_err(StorageFault::from)
    }

    fn flush(&self) -> Result<(), StorageFault> {
        let mut options = FlushOptions::default();
        options.set_wait(true);
        for column in Column::ALL {
            self.db.flush_cf_opt(self.column(column), &options)?;
        }
        Ok(())
    }

    fn sequence(&self) -> u64 {
        self.db.latest_sequence_number()
    }

    fn oldest_view(&self) -> Option<u64> {
        // 0 stands for none; a database that does not tell is taken to have one.
        match self.db.property_int_value(OLDEST_SNAPSHOT) {
            Ok(Some(0)) => None,
            Ok(Some(oldest)) => Some(oldest),
            Ok(None) | Err(_) => Some(0),
        }
    }

    fn wipe(&self, column: Column, keys: &[Vec<u8>]) -> Result<(), StorageFault> {
        // Logs of recent writes hold earlier values as well; once everything is in tables they are deleted.
        self.flush()?;
        for (first, last) in spans(keys) {
            let mut behind = last.clone();
            behind.push(0);
            self.db.compact_range_cf_opt(self.column(column), Some(first), Some(&behind), &settings::rewriting());
        }
        Ok(())
    }
}

/// Asks for what the oldest open snapshot sees.
const OLDEST_SNAPSHOT: &CStr = c"rocksdb.oldest-snapshot-sequence";
/// Rows that are rewritten one by one; of more, neighbours go together, or a file would be written once for each.
const SPANS: usize = 16;

/// Ranges that cover ascending keys: at most [`SPANS`], of neighbours.
fn spans(keys: &[Vec<u8>]) -> impl Iterator<Item = (&Vec<u8>, &Vec<u8>)> {
    let per_span = keys.len().div_ceil(SPANS).max(1);
    keys.chunks(per_span).filter_map(|chunk| Some((chunk.first()?, chunk.last()?)))
}

/// Bytes a row takes in a batch, with its header.
fn weight(op: &Op) -> usize {
    op.key.len() + op.value.as_ref().map_or(0, Vec::len) + 16
}

struct RocksView<'a> {
    backend: &'a RocksBackend,
    snapshot: Snapshot<'a>,
}

impl View for RocksView<'_> {
    fn read(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError> {
        self.snapshot.get_cf(self.backend.column(column), key).map_err(|error| self.backend.read_error(error))
    }

    fn scan(&self, column: Column, span: Span, visit: Visit<'_>) -> Result<(), LedgerError> {
        let mut options = ReadOptions::default();
        options.set_iterate_lower_bound(span.from);
        if let Some(to) = span.to {
            options.set_iterate_upper_bound(to);
        }
        let mut rows = self.snapshot.raw_iterator_cf_opt(self.backend.column(column), options);
        if span.reverse {
            rows.seek_to_last();
        } else {
            rows.seek_to_first();
        }
        while let Some((key, value)) = rows.item() {
            match visit(key, value)? {
                Step::Next if span.reverse => rows.prev(),
                Step::Next => rows.next(),
                Step::Seek(key) if span.reverse => rows.seek_for_prev(key),
                Step::Seek(key) => rows.seek(key),
                Step::Stop => return Ok(()),
            }
        }
        rows.status().map_err(|error| self.backend.read_error(error))
    }
}
