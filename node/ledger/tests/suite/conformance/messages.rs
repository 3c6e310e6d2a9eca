//! Messages and what is done to them: effects apart from messages, hands, subjects, threads, marks, redaction.

use folkmoot_core::{
    ids::{AccountId, ChannelId, EntryId},
    log::{Authorized, Content, Done, EditPayload, Emoji, Hand, Moment, Outcome, SeqRange, Switch, Tally},
};
use folkmoot_identity::Hlc;
use folkmoot_ledger::{Judged, Mark, Position, SubjectRecord};
use rstest::rstest;

use crate::{
    open_ledger::{Kind, Opened, write},
    scene::{Log, Scene},
};

const ALLOWED: Judged = Judged { allowed: true, calls_all: false };

fn moment(entry: &Authorized) -> Moment {
    entry.entry().moment()
}

fn edit(log: &mut Log, of: &Authorized, text: &str, at_ms: u64) -> Authorized {
    log.does(&Content::Edit(EditPayload { text: text.to_owned(), mentions: Vec::new() }), of, at_ms)
}

/// Messages and effects of one log by turns: a message, then an edit of it.
fn mixed(kind: Kind, pairs: u64) -> (Opened, Scene, Log, Vec<Authorized>) {
    let (ledger, scene) = (kind.open(), Scene::new(1));
    let mut log = scene.log(1);
    let mut entries = Vec::new();
    for i in 0..pairs {
        let said = log.say(&format!("message {i}"), i * 1_000);
        let edited = edit(&mut log, &said, &format!("edited {i}"), i * 1_000 + 1);
        entries.extend([said, edited]);
    }
    write(&ledger, |batch| {
        entries.iter().for_each(|e| batch.append(scene.channel, e, ALLOWED).expect("sealed"));
        batch.put_log(&log.record()).expect("sealed");
    });
    (ledger, scene, log, entries)
}

#[rstest]
fn effects_are_neither_listed_nor_counted_among_messages(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let (ledger, scene, _, entries) = mixed(kind, 10);
    let snapshot = ledger.snapshot().expect("open");
    let page = snapshot.page(&scene.channel, Position::Newest, 100).expect("readable");
    let messages: Vec<EntryId> = entries.iter().step_by(2).rev().map(|e| e.entry().id).collect();
    assert_eq!(page.iter().map(|stored| stored.entry.id).collect::<Vec<_>>(), messages);
    let zero = EntryId::new([0; 32]);
    assert_eq!(snapshot.count_after(&scene.channel, Hlc::ZERO, &zero, 100).expect("readable"), 10);
    assert_eq!(snapshot.last_position(&scene.channel).expect("readable").map(|(_, id)| id), Some(messages[0]));
    // and: the effects are there, in order, from any stamp on
    let from = moment(&entries[11]).hlc;
    let effects = snapshot.effects_from(&scene.channel, from, 100).expect("readable");
    let expected: Vec<EntryId> = entries.iter().skip(1).step_by(2).skip(5).map(|e| e.entry().id).collect();
    assert_eq!(effects.iter().map(|stored| stored.entry.id).collect::<Vec<_>>(), expected);
    assert!(effects.iter().all(|stored| stored.judged == ALLOWED && stored.channel == scene.channel));
    assert_eq!(snapshot.effects_from(&scene.channel, Hlc::ZERO, 3).expect("readable").len(), 3);
    assert!(snapshot.effects_from(&ChannelId::new([9; 32]), Hlc::ZERO, 3).expect("readable").is_empty());
    assert!(snapshot.contains_entry_in(&scene.channel, &expected[0]).expect("readable"));
}

#[rstest]
fn a_log_is_read_whole_though_its_messages_and_effects_lie_apart(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let (ledger, _, log, entries) = mixed(kind, 50);
    let snapshot = ledger.snapshot().expect("open");
    let whole = SeqRange { from: 1, to: 100 };
    let run = snapshot.run(&log.init().id, whole, usize::MAX).expect("readable");
    let held: Vec<_> = run.into_iter().map(|stored| stored.entry).collect();
    assert_eq!(held, entries.iter().map(|e| e.entry().clone()).collect::<Vec<_>>());
    let newest = snapshot.run_newest(&log.init().id, SeqRange { from: 90, to: 95 }, usize::MAX).expect("readable");
    assert_eq!(newest.iter().map(|s| s.entry.header.seq).collect::<Vec<_>>(), [90, 91, 92, 93, 94, 95]);
    let messages = snapshot.newest_messages_of(&log.init().id, whole, 3).expect("readable");
    assert_eq!(messages.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), [99, 97, 95]);
}

#[rstest]
fn what_was_done_to_a_message_comes_back(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let (ledger, channel) = (kind.open(), ChannelId::new([8; 32]));
    let (message, other) = (EntryId::new([1; 32]), EntryId::new([2; 32]));
    let at = Moment { hlc: Hlc::from_ms(5), id: EntryId::new([3; 32]) };
    let (alice, bob) = (AccountId::new([4; 32]), AccountId::new([5; 32]));
    let tea = Emoji::new("\u{1f375}").expect("an emoji");
    let hand = Hand { reactions: [(tea.clone(), Switch { at, on: true })].into(), ..Hand::default() };
    let subject = SubjectRecord {
        rev: 2,
        outcome: Outcome {
            pin: Some(Done { at, by: bob }),
            reactions: vec![Tally { emoji: tea, count: 1, first: at, me: false }],
            ..Outcome::default()
        },
        replies: 1,
        last_reply: at.hlc,
        waiting: vec![at],
    };
    write(&ledger, |batch| {
        batch.put_hand(channel, message, bob, &hand).expect("sealed");
        batch.put_hand(channel, message, alice, &Hand { edit: Some(at), ..Hand::default() }).expect("sealed");
        batch.put_hand(channel, other, alice, &hand).expect("sealed");
        batch.put_subject(channel, message, &subject).expect("sealed");
    });
    let snapshot = ledger.snapshot().expect("open");
    assert_eq!(snapshot.subject(&channel, &message).expect("readable"), Some(subject));
    assert_eq!(snapshot.subject(&channel, &other).expect("readable"), None);
    // and: nothing of it is about a message of that id in another channel
    assert_eq!(snapshot.subject(&ChannelId::new([9; 32]), &message).expect("readable"), None);
    assert!(snapshot.hands(&ChannelId::new([9; 32]), &message).expect("readable").is_empty());
    let hands = snapshot.hands(&channel, &message).expect("readable");
    assert_eq!(hands, [(alice, Hand { edit: Some(at), ..Hand::default() }), (bob, hand)]);
    drop(snapshot);
    // when: somebody turns out to have done nothing
    write(&ledger, |batch| batch.put_hand(channel, message, bob, &Hand::default()).expect("deleted"));
    assert_eq!(ledger.snapshot().expect("open").hands(&channel, &message).expect("readable").len(), 1);
}

#[rstest]
fn edits_threads_and_marks_come_in_order_of_time(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let (ledger, scene) = (kind.open(), Scene::new(1));
    let mut log = scene.log(1);
    let entries: Vec<_> = (0..10).map(|i| log.say(&format!("message {i}"), i * 1_000)).collect();
    let (root, by) = (entries[0].entry().id, scene.account.id());
    write(&ledger, |batch| {
        entries.iter().for_each(|e| batch.append(scene.channel, e, Judged::default()).expect("sealed"));
        for entry in &entries[1..] {
            batch.put_edit(scene.channel, root, &moment(entry), by).expect("filed");
            batch.put_reply(scene.channel, root, &moment(entry)).expect("filed");
            batch.mark(Mark::Pinned, scene.channel, &moment(entry)).expect("marked");
        }
        batch.mark(Mark::Calls, scene.channel, &moment(&entries[3])).expect("marked");
    });
    let snapshot = ledger.snapshot().expect("open");
    let edits = snapshot.edits(&scene.channel, &root, None, 3).expect("readable");
    let newest: Vec<_> = entries.iter().rev().map(moment).collect();
    assert_eq!(edits, newest[..3].iter().map(|m| (*m, by)).collect::<Vec<_>>());
    let older = snapshot.edits(&scene.channel, &root, Some(&newest[2]), 2).expect("readable");
    assert_eq!(older, newest[3..5].iter().map(|m| (*m, by)).collect::<Vec<_>>());

    let thread = |at, limit| -> Vec<Moment> {
        let page = snapshot.thread(&scene.channel, &root, at, limit).expect("readable");
        page.iter().map(|stored| stored.entry.moment()).collect()
    };
    assert_eq!(thread(Position::Newest, 100), newest[..9]);
    let (hlc, id) = (newest[4].hlc, newest[4].id);
    assert_eq!(thread(Position::Before(hlc, id), 2), newest[5..7]);
    assert_eq!(thread(Position::After(hlc, id), 2), newest[2..4]);
    assert_eq!(thread(Position::Around(hlc, id), 3), newest[3..6]);

    let marked =
        |mark, before: Option<&Moment>, limit| snapshot.marked(mark, &scene.channel, before, limit).expect("readable");
    assert_eq!(marked(Mark::Pinned, None, 2), newest[..2]);
    assert_eq!(marked(Mark::Pinned, Some(&newest[1]), 2), newest[2..4]);
    assert_eq!(marked(Mark::Calls, None, 9), [moment(&entries[3])]);
    assert!(marked(Mark::Passed, None, 9).is_empty());
    let count =
        |mark, after: &Moment, max| snapshot.count_marked_after(mark, &scene.channel, after, max).expect("readable");
    assert_eq!(count(Mark::Pinned, &newest[4], 100), 4);
    assert_eq!(count(Mark::Pinned, &newest[4], 3), 3);
    assert_eq!(count(Mark::Calls, &newest[4], 100), 0);
    assert_eq!(count(Mark::Calls, &moment(&entries[2]), 100), 1);
    drop(snapshot);

    // when: they are taken away again
    write(&ledger, |batch| {
        batch.delete_edit(scene.channel, root, &newest[0]).expect("filed");
        batch.delete_reply(scene.channel, root, &newest[0]).expect("filed");
        batch.unmark(Mark::Pinned, scene.channel, &newest[0]).expect("unmarked");
    });
    let snapshot = ledger.snapshot().expect("open");
    assert_eq!(snapshot.edits(&scene.channel, &root, None, 1).expect("readable")[0].0, newest[1]);
    assert_eq!(
        snapshot.thread(&scene.channel, &root, Position::Newest, 1).expect("readable")[0].entry.moment(),
        newest[1]
    );
    assert_eq!(snapshot.marked(Mark::Pinned, &scene.channel, None, 1).expect("readable"), [newest[1]]);
}

#[rstest]
fn a_redacted_entry_keeps_its_place_and_its_chain_and_says_nothing(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let (ledger, scene, log, entries) = mixed(kind, 3);
    let redacted = &entries[2];
    let stored = ledger.snapshot().expect("open").entry(&redacted.entry().id).expect("readable").expect("held");
    assert!(stored.entry.message().is_some());
    // when
    write(&ledger, |batch| batch.redact(&stored).expect("sealed"));
    assert!(ledger.wipe().expect("wiped"));
    // then: no way of asking tells what it said
    let snapshot = ledger.snapshot().expect("open");
    let held = snapshot.entry(&redacted.entry().id).expect("readable").expect("held").entry;
    assert_eq!((held.body.as_ref(), &held.header_bytes), (None, &redacted.entry().header_bytes));
    let page = snapshot.page(&scene.channel, Position::Newest, 10).expect("readable");
    assert_eq!(page.iter().filter(|stored| stored.entry.body.is_some()).count(), 2);
    let run = snapshot.run(&log.init().id, SeqRange { from: 1, to: 6 }, usize::MAX).expect("readable");
    let chain: Vec<_> = run.iter().map(|stored| (stored.entry.header.prev, stored.entry.id)).collect();
    assert!(chain.windows(2).all(|pair| pair[1].0 == pair[0].1), "{chain:?}");
    assert_eq!(
        run.iter().map(|stored| stored.entry.body.is_some()).collect::<Vec<_>>(),
        [true, true, false, true, true, true]
    );
}

#[rstest]
fn what_governance_says_of_an_entry_can_change(#[values(Kind::Rocks, Kind::Memory)] kind: Kind) {
    let (ledger, _, _, entries) = mixed(kind, 1);
    let read = || ledger.snapshot().expect("open").entry(&entries[1].entry().id).expect("readable").expect("held");
    let mut stored = read();
    assert!(stored.judged.allowed);
    stored.judged.allowed = false;
    write(&ledger, |batch| batch.rejudge(&stored).expect("sealed"));
    assert_eq!(read(), stored);
}
