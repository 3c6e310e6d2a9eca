//! The writer: group commit, order, closing.

use std::sync::{Arc, Mutex};

use folkmoot_identity::Hlc;
use folkmoot_ledger::{Committed, EventRecord, Judged, LedgerError, Position};
use rstest::rstest;

use crate::{
    open_ledger::{Kind, write},
    scene::Scene,
};

fn event() -> EventRecord {
    EventRecord::new(1, 1, Hlc::ZERO)
}

#[rstest]
fn callbacks_come_in_order_after_their_write(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    const BATCHES: u64 = 300;
    let ledger = kind.open();
    let told = Arc::new(Mutex::new(Vec::new()));
    for i in 0..BATCHES {
        let mut batch = ledger.batch().expect("unlocked");
        batch.emit(event());
        let (told, seen) = (Arc::clone(&told), ledger.head());
        ledger.submit(batch, move |result| {
            let committed = result.expect("committed");
            assert!(*seen.borrow() >= committed.last_seq, "told before the write");
            told.lock().expect("no panic").push((i, committed));
        });
    }
    write(&ledger, |_| ());
    let expected: Vec<_> = (0..BATCHES).map(|i| (i, Committed { first_seq: i + 1, last_seq: i + 1 })).collect();
    assert_eq!(*told.lock().expect("no panic"), expected);
}

#[rstest]
fn a_callback_that_panics_stops_nobody(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let ledger = kind.open();
    let mut batch = ledger.batch().expect("unlocked");
    batch.emit(event());
    ledger.submit(batch, |_| panic!("on purpose"));
    assert_eq!(write(&ledger, |batch| batch.emit(event())), Committed { first_seq: 2, last_seq: 2 });
}

#[rstest]
fn a_batch_that_is_dropped_leaves_no_hole(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    // given: a batch that first needed the numbers of its log and channel, and was dropped
    let (ledger, scene) = (kind.open(), Scene::new(1));
    let mut log = scene.log(1);
    let entry = log.say("hello", 0);
    let mut dropped = ledger.batch().expect("unlocked");
    dropped.append(scene.channel, &entry, Judged::default()).expect("sealed");
    drop(dropped);
    // when: another one uses the same
    write(&ledger, |batch| batch.append(scene.channel, &entry, Judged::default()).expect("sealed"));
    // then: it is whole
    let page = ledger.snapshot().expect("open").page(&scene.channel, Position::Newest, 10).expect("readable");
    assert_eq!(page.len(), 1);
}

#[rstest]
#[tokio::test]
async fn a_batch_of_another_ledger_is_refused(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let (one, other) = (kind.open(), kind.open());
    let refused = one.commit(other.batch().expect("unlocked")).await;
    assert!(matches!(refused, Err(LedgerError::OtherLedger)), "{refused:?}");
}

#[rstest]
#[tokio::test]
async fn a_closed_ledger_has_written_what_it_took_and_takes_nothing(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let ledger = kind.open();
    let told = Arc::new(Mutex::new(0));
    for _ in 0..100 {
        let mut batch = ledger.batch().expect("unlocked");
        batch.emit(event());
        let told = Arc::clone(&told);
        ledger.submit(batch, move |result| *told.lock().expect("no panic") += u32::from(result.is_ok()));
    }
    let late = ledger.batch().expect("unlocked");
    ledger.close();
    ledger.close();
    assert_eq!(*told.lock().expect("no panic"), 100);
    assert!(matches!(ledger.commit(late).await, Err(LedgerError::Closed)));
    assert!(matches!(ledger.check_writable(), Err(LedgerError::Closed)));
    assert!(matches!(ledger.snapshot().map(drop), Err(LedgerError::Closed)));
}

#[rstest]
fn a_callback_may_drop_the_last_handle(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let opened = kind.open();
    let ledger = opened.ledger.clone();
    let batch = ledger.batch().expect("unlocked");
    let (go, gone) = (std::sync::mpsc::channel::<()>(), std::sync::mpsc::channel());
    let (go, wait) = go;
    let (done, answer) = gone;
    let last = opened.ledger.clone();
    ledger.submit(batch, move |_| {
        wait.recv().expect("the test goes on");
        drop(last);
        done.send(()).expect("the test waits");
    });
    drop((opened, ledger));
    go.send(()).expect("the callback waits");
    answer.recv().expect("the writer did not wait for itself");
}
