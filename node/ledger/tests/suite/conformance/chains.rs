//! Runs of a log, and log records.

use folkmoot_core::{
    ids::LogId,
    log::{Authorized, SeqRange},
};
use folkmoot_ledger::{Judged, LogRecord, StoredEntry};
use rstest::rstest;

use crate::{
    open_ledger::{Kind, Opened, write},
    scene::{Log, Scene},
};

/// Alice's log of n entries, among twenty times as many of another log.
fn among_others(kind: Kind, n: u64) -> (Opened, Scene, Log, Vec<Authorized>) {
    let (ledger, scene) = (kind.open(), Scene::new(1));
    let (mut log, mut other) = (scene.log(1), scene.log(2));
    let mut entries = Vec::new();
    write(&ledger, |batch| {
        for i in 0..n {
            entries.push(log.say(&format!("{i}"), i * 100));
            batch.append(scene.channel, &entries[entries.len() - 1], Judged::default()).expect("sealed");
            for j in 0..20 {
                batch.append(scene.channel, &other.say("noise", i * 100 + j + 1), Judged::default()).expect("sealed");
            }
        }
        batch.put_log(&log.record()).expect("sealed");
        batch.put_log(&other.record()).expect("sealed");
    });
    (ledger, scene, log, entries)
}

fn seqs(run: &[StoredEntry]) -> Vec<u64> {
    run.iter().map(|stored| stored.entry.header.seq).collect()
}

const fn range(from: u64, to: u64) -> SeqRange {
    SeqRange { from, to }
}

#[rstest]
fn a_run_is_what_was_written_in_order(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let (ledger, scene, log, entries) = among_others(kind, 30);
    let snapshot = ledger.snapshot().expect("open");
    let run = snapshot.run(&log.init().id, range(11, 20), usize::MAX).expect("readable");
    let held: Vec<_> = run.iter().map(|stored| stored.entry.clone()).collect();
    assert_eq!(held, entries[10..20].iter().map(|e| e.entry().clone()).collect::<Vec<_>>());
    assert!(run.iter().all(|stored| stored.channel == scene.channel));
}

#[rstest]
fn a_run_ends_where_the_log_ends(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let (ledger, _, log, _) = among_others(kind, 5);
    let snapshot = ledger.snapshot().expect("open");
    let run = |from, to| seqs(&snapshot.run(&log.init().id, range(from, to), usize::MAX).expect("readable"));
    assert_eq!(run(4, 9), [4, 5]);
    assert_eq!(run(0, u64::MAX), [1, 2, 3, 4, 5]);
    assert_eq!(run(6, u64::MAX), [0; 0]);
    assert_eq!(run(3, 2), [0; 0]);
    let unknown = snapshot.run(&LogId::new([9; 32]), range(1, 5), usize::MAX).expect("readable");
    assert!(unknown.is_empty());
}

#[rstest]
fn bytes_bound_a_run_from_either_end(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let (ledger, _, log, entries) = among_others(kind, 10);
    let snapshot = ledger.snapshot().expect("open");
    let one = prost::Message::encoded_len(&entries[0].entry().to_wire());
    let two_and_a_half = one * 5 / 2;
    let oldest = snapshot.run(&log.init().id, range(1, 10), two_and_a_half).expect("readable");
    assert_eq!(seqs(&oldest), [1, 2]);
    let newest = snapshot.run_newest(&log.init().id, range(1, 10), two_and_a_half).expect("readable");
    assert_eq!(seqs(&newest), [9, 10]);
    assert_eq!(seqs(&snapshot.run(&log.init().id, range(4, 10), 0).expect("readable")), [4]);
    assert_eq!(seqs(&snapshot.run_newest(&log.init().id, range(1, 7), 0).expect("readable")), [7]);
}

#[rstest]
fn both_branches_of_a_fork_come_together(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    // given: a log that was copied after its second entry; the copy's clock lags a lot
    let (ledger, scene) = (kind.open(), Scene::new(1));
    let mut log = scene.log(1);
    let mut entries = vec![log.say("1", 0), log.say("2", 1)];
    let mut twin = log.twin();
    entries.extend([log.say("3", 50_000), log.say("4", 60_000)]);
    entries.extend([twin.say("3 too", 2), twin.say("4 too", 3)]);
    write(&ledger, |batch| {
        entries.iter().for_each(|e| batch.append(scene.channel, e, Judged::default()).expect("sealed"));
    });
    // then: every number holds its branches, ascending by id, whatever their clocks say
    let (snapshot, id) = (ledger.snapshot().expect("open"), log.init().id);
    let at_three = snapshot.ids_at(&id, 3).expect("readable");
    let mut expected = [entries[2].entry().id, entries[4].entry().id];
    expected.sort_unstable();
    assert_eq!(at_three, expected);
    let run = snapshot.run(&id, range(1, 4), usize::MAX).expect("readable");
    assert_eq!(seqs(&run), [1, 2, 3, 3, 4, 4]);
    assert!(run.is_sorted_by_key(|stored| (stored.entry.header.seq, stored.entry.id)));
    // and: a bound never parts them
    assert_eq!(seqs(&snapshot.run_newest(&id, range(1, 4), 1).expect("readable")), [4, 4]);
    assert_eq!(seqs(&snapshot.run(&id, range(3, 4), 1).expect("readable")), [3, 3]);
    assert_eq!(snapshot.ids_at(&id, 9).expect("readable"), []);
}

#[rstest]
fn a_log_record_is_replaced_whole(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let (ledger, scene, log, _) = among_others(kind, 3);
    let changed = LogRecord { forks: vec![2, 3], closed: true, own: false, ..log.record() };
    let before = ledger.snapshot().expect("open");
    write(&ledger, |batch| batch.put_log(&changed).expect("sealed"));
    let after = ledger.snapshot().expect("open");
    assert_eq!(before.log(&log.init().id).expect("readable"), Some(log.record()));
    assert_eq!(after.log(&log.init().id).expect("readable"), Some(changed));
    assert_eq!(after.log(&LogId::new([9; 32])).expect("readable"), None);
    assert_eq!(after.logs().expect("readable").len(), 2);
    assert_eq!(after.logs_of_channel(&scene.channel).expect("readable").len(), 2);
    assert_eq!(after.logs_of_server(&scene.server).expect("readable").len(), 2);
    assert!(after.logs_of_server(&Scene::new(2).server).expect("readable").is_empty());
}
