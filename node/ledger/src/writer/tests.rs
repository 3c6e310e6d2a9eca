//! What happens when a write fails.

use std::{path::Path, sync::Arc};

use zeroize::Zeroizing;

use super::*;
use crate::{
    EventRecord, Ledger,
    backend::{MemoryBackend, View},
    open::load,
};

/// A backend that the test keeps a hand on.
struct Shaky(Arc<MemoryBackend>);

impl Backend for Shaky {
    fn view(&self) -> Box<dyn View + '_> {
        self.0.view()
    }

    fn write(&self, ops: Vec<Op>) -> Result<(), StorageFault> {
        self.0.write(ops)
    }

    fn flush(&self) -> Result<(), StorageFault> {
        self.0.flush()
    }

    fn sequence(&self) -> u64 {
        self.0.sequence()
    }

    fn oldest_view(&self) -> Option<u64> {
        self.0.oldest_view()
    }

    fn wipe(&self, column: Column, keys: &[Vec<u8>]) -> Result<(), StorageFault> {
        self.0.wipe(column, keys)
    }
}

fn ledger(backend: &Arc<MemoryBackend>) -> Ledger {
    let shared = load(Box::new(Shaky(Arc::clone(backend))), Path::new("here")).expect("loads");
    let ledger = Ledger::start(shared).expect("starts");
    ledger.unlock(Zeroizing::new([1; 32])).expect("unlocks");
    ledger
}

fn emit(ledger: &Ledger) -> Result<Committed, LedgerError> {
    let mut batch = ledger.batch().expect("unlocked");
    batch.emit(EventRecord::new(1, 1, folkmoot_identity::Hlc::ZERO));
    let (done, answer) = std::sync::mpsc::channel();
    ledger.submit(batch, move |result| done.send(result).expect("the test waits"));
    answer.recv().expect("answered")
}

#[test]
fn a_failed_write_is_told_and_ends_all_writing_until_reopened() {
    let backend = Arc::new(MemoryBackend::default());
    let first = ledger(&backend);
    assert_eq!(emit(&first).expect("committed").last_seq, 1);
    // when: one write fails
    backend.set_failing(true);
    match emit(&first) {
        Err(LedgerError::Storage { path, source }) => {
            assert_eq!((path.as_path(), source.to_string()), (Path::new("here"), "injected fault".to_owned()));
        }
        other => panic!("{other:?}"),
    }
    // then: the next is not even tried, reads go on
    backend.set_failing(false);
    assert!(matches!(emit(&first), Err(LedgerError::Storage { .. })));
    assert!(matches!(first.check_writable(), Err(LedgerError::Storage { .. })));
    assert_eq!(*first.head().borrow(), 1);
    assert_eq!(first.snapshot().expect("open").events_after(0, 10).expect("readable").len(), 1);
    // and: opened again it goes on without a gap
    drop(first);
    assert_eq!(emit(&ledger(&backend)).expect("committed").last_seq, 2);
}

#[test]
fn the_number_of_a_write_keeps_its_shape() {
    let bytes = encode_last_write(0x0102, 0x0304);
    assert_eq!(bytes, [0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 3, 4]);
    assert_eq!(decode_last_write(&bytes), Some((0x0102, 0x0304)));
    assert_eq!(decode_last_write(&bytes[1..]), None);
}
