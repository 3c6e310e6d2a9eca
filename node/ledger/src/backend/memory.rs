//! The twin in memory. Durable as long as the process; a view is a copy of the maps that is made only when something is written
//! while the view still lives.

use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{Arc, PoisonError, RwLock},
};

use bytes::Bytes;

use super::{Backend, Op, Span, Step, View, Visit};
use crate::{LedgerError, StorageFault, catalog::Column};

type Rows = Arc<BTreeMap<Bytes, Bytes>>;
type Columns = [Rows; Column::ALL.len()];

/// Rows in memory.
#[derive(Default)]
pub(crate) struct MemoryBackend {
    columns: RwLock<Columns>,
    #[cfg(test)]
    failing: std::sync::atomic::AtomicBool,
}

#[cfg(test)]
impl MemoryBackend {
    /// From now on every write fails, or none.
    pub(crate) fn set_failing(&self, failing: bool) {
        self.failing.store(failing, std::sync::atomic::Ordering::Release);
    }
}

impl Backend for MemoryBackend {
    fn view(&self) -> Box<dyn View + '_> {
        Box::new(MemoryView { columns: self.columns.read().unwrap_or_else(PoisonError::into_inner).clone() })
    }

    fn write(&self, ops: Vec<Op>) -> Result<(), StorageFault> {
        #[cfg(test)]
        if self.failing.load(std::sync::atomic::Ordering::Acquire) {
            return Err(StorageFault::new("injected fault"));
        }
        let mut columns = self.columns.write().unwrap_or_else(PoisonError::into_inner);
        for op in ops {
            let Some(rows) = columns.get_mut(op.column.index()) else { continue };
            let rows = Arc::make_mut(rows);
            match op.value {
                Some(value) => drop(rows.insert(op.key.into(), value.into())),
                None => drop(rows.remove(op.key.as_slice())),
            }
        }
        Ok(())
    }

    fn flush(&self) -> Result<(), StorageFault> {
        Ok(())
    }

    fn sequence(&self) -> u64 {
        0
    }

    fn oldest_view(&self) -> Option<u64> {
        None
    }

    /// A value that is overwritten is gone.
    fn wipe(&self, _column: Column, _keys: &[Vec<u8>]) -> Result<(), StorageFault> {
        Ok(())
    }
}

struct MemoryView {
    columns: Columns,
}

impl MemoryView {
    fn rows(&self, column: Column) -> Option<&BTreeMap<Bytes, Bytes>> {
        self.columns.get(column.index()).map(|rows| &**rows)
    }
}

impl View for MemoryView {
    fn read(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, LedgerError> {
        Ok(self.rows(column).and_then(|rows| rows.get(key)).map(|value| value.to_vec()))
    }

    fn scan(&self, column: Column, span: Span, visit: Visit<'_>) -> Result<(), LedgerError> {
        let Some(rows) = self.rows(column) else { return Ok(()) };
        let (mut from, mut to) = (Bound::Included(span.from), span.to.map_or(Bound::Unbounded, Bound::Excluded));
        loop {
            if is_empty(&from, &to) {
                return Ok(());
            }
            let mut range = rows.range::<[u8], _>((from.as_ref().map(Vec::as_slice), to.as_ref().map(Vec::as_slice)));
            let sought = loop {
                let Some((key, value)) = (if span.reverse { range.next_back() } else { range.next() }) else {
                    return Ok(());
                };
                match visit(key, value)? {
                    Step::Next => {}
                    Step::Stop => return Ok(()),
                    Step::Seek(key) => break key,
                }
            };
            if span.reverse {
                to = Bound::Included(sought);
            } else {
                from = Bound::Included(sought);
            }
        }
    }
}

/// Whether nothing lies between the bounds; a map refuses to be asked for such a range.
fn is_empty(from: &Bound<Vec<u8>>, to: &Bound<Vec<u8>>) -> bool {
    match (from, to) {
        (Bound::Included(from), Bound::Included(to)) => from > to,
        (Bound::Included(from), Bound::Excluded(to)) => from >= to,
        _ => false,
    }
}
