//! Pages of a timeline.

use folkmoot_core::{
    ids::{ChannelId, EntryId},
    log::Authorized,
};
use folkmoot_identity::Hlc;
use folkmoot_ledger::{Judged, Position, Snapshot};
use rstest::rstest;

use crate::{
    open_ledger::{Kind, Opened, write},
    scene::Scene,
};

/// Entries 1..=n of two logs by turns, one every second.
fn timeline(kind: Kind, n: u64) -> (Opened, Scene, Vec<Authorized>) {
    let (ledger, scene) = (kind.open(), Scene::new(1));
    let (mut alice, mut again) = (scene.log(1), scene.log(2));
    let entries: Vec<_> = (1..=n)
        .map(|i| (if i % 2 == 0 { &mut alice } else { &mut again }).say(&format!("message {i}"), i * 1_000))
        .collect();
    write(&ledger, |batch| {
        for entry in &entries {
            batch.append(scene.channel, entry, Judged::default()).expect("sealed");
        }
    });
    (ledger, scene, entries)
}

fn at(entry: &Authorized) -> (Hlc, EntryId) {
    (entry.entry().header.hlc, entry.entry().id)
}

/// Numbers of the messages on a page.
fn said(snapshot: &Snapshot<'_>, channel: ChannelId, position: Position, limit: usize) -> Vec<u64> {
    let page = snapshot.page(&channel, position, limit).expect("readable");
    page.iter()
        .map(|stored| {
            assert_eq!(stored.channel, channel);
            let message = stored.entry.message().expect("a message");
            message.text.rsplit(' ').next().expect("a number").parse().expect("a number")
        })
        .collect()
}

#[rstest]
fn pages_go_both_ways_from_any_entry_newest_first(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let (ledger, scene, entries) = timeline(kind, 10);
    let snapshot = ledger.snapshot().expect("open");
    let page = |position, limit| said(&snapshot, scene.channel, position, limit);
    let (hlc, id) = at(&entries[4]);
    assert_eq!(page(Position::Newest, 3), [10, 9, 8]);
    assert_eq!(page(Position::Before(hlc, id), 3), [4, 3, 2]);
    assert_eq!(page(Position::After(hlc, id), 3), [8, 7, 6]);
    assert_eq!(page(Position::Around(hlc, id), 5), [7, 6, 5, 4, 3]);
    assert_eq!(page(Position::Around(hlc, id), 4), [7, 6, 5, 4]);
}

#[rstest]
fn pages_at_the_borders_hold_what_there_is(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let (ledger, scene, entries) = timeline(kind, 10);
    let snapshot = ledger.snapshot().expect("open");
    let page = |position, limit| said(&snapshot, scene.channel, position, limit);
    let ((first, first_id), (last, last_id)) = (at(&entries[0]), at(&entries[9]));
    assert_eq!(page(Position::Newest, 100), [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(page(Position::Before(first, first_id), 3), [0; 0]);
    assert_eq!(page(Position::After(last, last_id), 3), [0; 0]);
    assert_eq!(page(Position::Before(last, last_id), 1), [9]);
    assert_eq!(page(Position::After(first, first_id), 1), [2]);
    assert_eq!(page(Position::Around(last, last_id), 4), [10, 9, 8, 7]);
    assert_eq!(page(Position::Around(first, first_id), 4), [4, 3, 2, 1]);
    assert_eq!(page(Position::Before(Hlc::from_bits(u64::MAX), EntryId::new([255; 32])), 2), [10, 9]);
    assert_eq!(page(Position::After(Hlc::ZERO, EntryId::new([0; 32])), 2), [2, 1]);
    for position in [Position::Newest, Position::Before(last, last_id), Position::Around(last, last_id)] {
        assert_eq!(page(position, 0), [0; 0]);
    }
}

#[rstest]
fn walking_back_page_by_page_meets_every_entry_once(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let (ledger, scene, entries) = timeline(kind, 57);
    let snapshot = ledger.snapshot().expect("open");
    let (mut position, mut walked) = (Position::Newest, Vec::new());
    loop {
        let page = snapshot.page(&scene.channel, position, 10).expect("readable");
        let Some(oldest) = page.last() else { break };
        position = Position::Before(oldest.entry.header.hlc, oldest.entry.id);
        walked.extend(page.into_iter().map(|stored| stored.entry));
    }
    walked.reverse();
    assert_eq!(walked, entries.iter().map(|e| e.entry().clone()).collect::<Vec<_>>());
}

#[rstest]
fn channels_do_not_run_into_each_other(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let ledger = kind.open();
    let scenes = [Scene::new(1), Scene::new(2), Scene::new(3)];
    for (scene, n) in scenes.iter().zip(1_u64..) {
        let mut log = scene.log(1);
        let entries: Vec<_> = (0..n).map(|i| log.say(&format!("message {i}"), i)).collect();
        write(&ledger, |batch| {
            entries.iter().for_each(|e| batch.append(scene.channel, e, Judged::default()).expect("sealed"));
        });
    }
    let snapshot = ledger.snapshot().expect("open");
    for (scene, n) in scenes.iter().zip(1_usize..) {
        assert_eq!(said(&snapshot, scene.channel, Position::Newest, 10).len(), n);
        let after = Position::After(Hlc::ZERO, EntryId::new([0; 32]));
        assert_eq!(said(&snapshot, scene.channel, after, 10).len(), n);
        assert_eq!(
            snapshot.count_after(&scene.channel, Hlc::ZERO, &EntryId::new([0; 32]), 10).expect("readable"),
            n as u64
        );
    }
    assert!(snapshot.page(&ChannelId::new([9; 32]), Position::Newest, 10).expect("readable").is_empty());
}

#[rstest]
fn unread_entries_are_counted_up_to_a_bound(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let (ledger, scene, entries) = timeline(kind, 10);
    let snapshot = ledger.snapshot().expect("open");
    let count = |entry: &Authorized, max| {
        let (hlc, id) = at(entry);
        snapshot.count_after(&scene.channel, hlc, &id, max).expect("readable")
    };
    assert_eq!(count(&entries[9], 100), 0);
    assert_eq!(count(&entries[6], 100), 3);
    assert_eq!(count(&entries[0], 5), 5);
    assert_eq!(count(&entries[0], 0), 0);
    assert_eq!(
        snapshot.count_after(&ChannelId::new([9; 32]), Hlc::ZERO, &EntryId::new([0; 32]), 9).expect("readable"),
        0
    );
}

#[rstest]
fn an_entry_is_found_by_its_id(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let (ledger, scene, entries) = timeline(kind, 3);
    let snapshot = ledger.snapshot().expect("open");
    let (entry, unknown) = (entries[1].entry(), EntryId::new([9; 32]));
    let stored = snapshot.entry(&entry.id).expect("readable").expect("held");
    assert_eq!((stored.channel, &stored.entry), (scene.channel, entry));
    assert_eq!(snapshot.entry(&unknown).expect("readable"), None);
    assert!(snapshot.contains_entry(&entry.id).expect("readable"));
    assert!(!snapshot.contains_entry(&unknown).expect("readable"));
    assert!(snapshot.contains_entry_in(&scene.channel, &entry.id).expect("readable"));
    assert!(!snapshot.contains_entry_in(&ChannelId::new([9; 32]), &entry.id).expect("readable"));
    let last = snapshot.last_entry(&scene.channel).expect("readable").expect("held");
    assert_eq!(&last.entry, entries[2].entry());
    assert_eq!(snapshot.last_position(&scene.channel).expect("readable"), Some(at(&entries[2])));
    assert_eq!(snapshot.last_entry(&ChannelId::new([9; 32])).expect("readable"), None);
}

#[rstest]
fn appending_again_changes_nothing(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let (ledger, scene, entries) = timeline(kind, 3);
    write(&ledger, |batch| {
        entries.iter().for_each(|e| batch.append(scene.channel, e, Judged::default()).expect("sealed"));
    });
    let snapshot = ledger.snapshot().expect("open");
    let page = snapshot.page(&scene.channel, Position::Newest, 10).expect("readable");
    let held: Vec<_> = page.into_iter().rev().map(|stored| stored.entry).collect();
    assert_eq!(held, entries.iter().map(|e| e.entry().clone()).collect::<Vec<_>>());
}

#[rstest]
fn a_log_is_not_put_into_a_second_channel(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let (ledger, _, entries) = timeline(kind, 1);
    let mut batch = ledger.batch().expect("unlocked");
    let refused = batch.append(ChannelId::new([9; 32]), &entries[0], Judged::default()).expect_err("another channel");
    assert_eq!(refused.to_string(), "log belongs to another channel");
    assert!(batch.is_empty());
}
