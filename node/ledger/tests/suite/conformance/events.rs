//! The durable event log.

use folkmoot_core::ids::{AccountId, ChannelId, DeviceId, ServerId};
use folkmoot_identity::Hlc;
use folkmoot_ledger::{Committed, EventRecord, LedgerError};
use rstest::rstest;

use crate::open_ledger::{Kind, write};

fn event(kind: u16) -> EventRecord {
    EventRecord::new(kind, 1, Hlc::from_ms(1))
}

#[rstest]
fn an_event_comes_back_as_it_was(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let ledger = kind.open();
    let full = event(7)
        .server(ServerId::new([1; 32]))
        .channel(ChannelId::new([2; 32]))
        .actor(AccountId::new([3; 32]))
        .peer(DeviceId::new([4; 32]))
        .subject(&[5; 128]);
    let committed = write(&ledger, |batch| {
        batch.emit(full.clone());
        batch.emit(event(8));
    });
    assert_eq!(committed, Committed { first_seq: 1, last_seq: 2 });
    let snapshot = ledger.snapshot().expect("open");
    assert_eq!(snapshot.events_after(0, 10).expect("readable"), [(1, full), (2, event(8))]);
    assert_eq!(snapshot.events_after(1, 10).expect("readable"), [(2, event(8))]);
    assert_eq!(snapshot.events_after(2, 10).expect("readable"), []);
    assert_eq!(snapshot.events_after(0, 0).expect("readable"), []);
    assert_eq!(snapshot.events_after(u64::MAX, 1).expect("readable"), []);
    assert_eq!((snapshot.oldest_seq().expect("readable"), snapshot.head_seq().expect("readable")), (1, 2));
}

#[rstest]
fn a_batch_without_events_has_an_empty_range(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let ledger = kind.open();
    assert_eq!((ledger.oldest_event().expect("readable"), *ledger.head().borrow()), (1, 0));
    assert_eq!(write(&ledger, |_| ()), Committed { first_seq: 1, last_seq: 0 });
    write(&ledger, |batch| batch.emit(event(1)));
    assert_eq!(write(&ledger, |_| ()), Committed { first_seq: 2, last_seq: 1 });
}

#[rstest]
fn concurrent_submitters_leave_no_gap_and_no_double(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    const SUBMITTERS: u16 = 4;
    const BATCHES: usize = 50;
    let ledger = kind.open();
    let told: Vec<(u16, Committed)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..SUBMITTERS)
            .map(|submitter| {
                let ledger = &ledger.ledger;
                scope.spawn(move || {
                    let (done, answers) = std::sync::mpsc::channel();
                    for i in 0..BATCHES {
                        let mut batch = ledger.batch().expect("unlocked");
                        (0..i % 4).for_each(|_| batch.emit(event(submitter)));
                        let done = done.clone();
                        ledger.submit(batch, move |result| done.send(result).expect("the test waits"));
                    }
                    drop(done);
                    answers.iter().map(|result| (submitter, result.expect("committed"))).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    let expected = u64::from(SUBMITTERS) * (0..BATCHES as u64).map(|i| i % 4).sum::<u64>();
    let events = ledger.snapshot().expect("open").events_after(0, usize::MAX).expect("readable");
    assert!(events.iter().map(|(seq, _)| *seq).eq(1..=expected));
    // Each submitter was told the numbers under which its own events stand, ascending.
    for submitter in 0..SUBMITTERS {
        let mine: Vec<u64> =
            told.iter().filter(|(who, _)| *who == submitter).flat_map(|(_, c)| c.first_seq..=c.last_seq).collect();
        let kept: Vec<u64> = events.iter().filter(|(_, e)| e.kind == submitter).map(|(seq, _)| *seq).collect();
        assert_eq!(mine, kept);
    }
}

#[rstest]
#[tokio::test]
async fn whoever_follows_the_head_sees_what_is_committed(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let ledger = kind.open();
    let mut head = ledger.head();
    let mut batch = ledger.batch().expect("unlocked");
    batch.emit(event(1));
    let committed = ledger.commit(batch).await.expect("committed");
    head.changed().await.expect("open");
    assert_eq!(*head.borrow_and_update(), committed.last_seq);
    assert_eq!(ledger.snapshot().expect("open").head_seq().expect("readable"), committed.last_seq);
}

#[rstest]
fn the_oldest_go_and_numbers_go_on(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let ledger = kind.open();
    write(&ledger, |batch| (0..10).for_each(|i| batch.emit(event(i))));
    let prunable = |keep, limit| ledger.snapshot().expect("open").prunable_events(keep, limit).expect("readable");
    assert_eq!(prunable(4, 100), 1..=6);
    assert_eq!(prunable(4, 2), 1..=2);
    assert!(prunable(10, 100).is_empty() && prunable(100, 100).is_empty() && prunable(0, 0).is_empty());
    write(&ledger, |batch| batch.prune_events(prunable(4, 100)));
    assert_eq!(ledger.oldest_event().expect("readable"), 7);
    write(&ledger, |batch| batch.prune_events(prunable(0, 100)));
    assert_eq!(ledger.oldest_event().expect("readable"), 11);
    assert_eq!(write(&ledger, |batch| batch.emit(event(1))), Committed { first_seq: 11, last_seq: 11 });
    assert_eq!(ledger.oldest_event().expect("readable"), 11);
}

#[rstest]
#[tokio::test]
async fn a_subject_above_its_limit_fails_its_batch_alone(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let ledger = kind.open();
    let mut batch = ledger.batch().expect("unlocked");
    batch.emit(event(1).subject(&[0; 129]));
    batch.emit(event(2));
    let refused = ledger.commit(batch).await.expect_err("too long");
    assert!(matches!(refused, LedgerError::TooLarge { actual: 129, limit: 128, .. }), "{refused}");
    assert_eq!(write(&ledger, |batch| batch.emit(event(3))), Committed { first_seq: 1, last_seq: 1 });
}
