//! A desk through its days: what is kept, what is due, what is heard.

use serde_json::{Value, json};

use super::*;
use crate::{
    host::{Call, TIMERS_MAX},
    trigger::{Cause, Missed, Registered, Schedule, TimerInfo},
};

const NOW: u64 = 1_791_158_400_000;
const SERVER: ServerId = ServerId::from_bytes([1; 32]);

fn desk() -> Desk {
    Desk::load([], &Limits::default())
}

/// The desk after a restart of the node, from what it had written.
fn restarted(desk: &mut Desk, disk: &mut BTreeMap<String, Row>) -> Desk {
    for Change { key, row } in desk.take_changes() {
        match row {
            Some(row) => disk.insert(key, row),
            None => disk.remove(&key),
        };
    }
    Desk::load(disk.clone(), &Limits::default())
}

fn call(desk: &mut Desk, call: Call) -> Value {
    desk.handle(call, NOW).expect("one of the desk's").expect("answered")
}

fn task(name: &str) -> Task {
    Task { function: name.into(), captured: vec![json!(1)], context: json!({}) }
}

fn every(ms: u64, missed: Missed) -> Registered {
    let timer = TimerInfo { id: "every1".into(), schedule: Schedule::Every { ms }, missed };
    Registered { timers: vec![timer], ..Registered::default() }
}

/// All runs that are due up to a time, each done at once.
fn runs(desk: &mut Desk, registered: &Registered, now_ms: u64) -> Vec<u64> {
    let mut runs = Vec::new();
    while let Some(due) = desk.due(registered, now_ms) {
        runs.push(due.trigger.at_ms);
        desk.done(&due);
        assert!(runs.len() < 1_000, "it ends");
    }
    runs
}

#[test]
fn values_outlive_a_restart_until_their_time_is_over() {
    let mut disk = BTreeMap::new();
    let mut desk = desk();
    call(&mut desk, Call::KvSet { key: "a".into(), value: json!({"n": 1}), ttl_ms: None });
    call(&mut desk, Call::KvSet { key: "b".into(), value: json!(2), ttl_ms: Some(1_000) });
    assert_eq!(call(&mut desk, Call::KvIncr { key: "b".into(), by: 3 }), json!(5));
    let mut desk = restarted(&mut desk, &mut disk);
    assert_eq!((desk.kv_get("a", NOW), desk.kv_get("b", NOW)), (json!({"n": 1}), json!(5)));
    assert_eq!(desk.kv_get("b", NOW + 1_000), Value::Null);
    desk.kv_purge(NOW + 1_000);
    let desk = restarted(&mut desk, &mut disk);
    assert_eq!(desk.kv_get("b", NOW), Value::Null);
    assert_eq!(disk.len(), 1);
}

#[test]
fn a_scan_goes_through_all_keys_in_pages() {
    let mut desk = desk();
    for n in 0..25 {
        call(&mut desk, Call::KvSet { key: format!("p/{n:02}"), value: json!(n), ttl_ms: None });
    }
    call(&mut desk, Call::KvSet { key: "q".into(), value: json!(0), ttl_ms: None });
    let (mut after, mut seen) = (None, 0);
    loop {
        let page = desk.kv_scan("p/", after.as_deref(), 10, NOW);
        seen += page.len();
        let Some((last, _)) = page.last() else { break };
        after = Some(last.clone());
    }
    assert_eq!(seen, 25);
}

#[test]
fn the_quota_counts_what_is_there_and_nothing_else() {
    let mut desk = Desk::load([], &Limits { kv_mb: 1, ..Limits::default() });
    let big = json!("x".repeat(60_000));
    let set = |desk: &mut Desk, n: u32, ttl_ms| {
        desk.handle(Call::KvSet { key: format!("k{n}"), value: big.clone(), ttl_ms }, NOW).expect("the desk's")
    };
    for n in 0..17 {
        set(&mut desk, n, Some(10)).expect("fits");
    }
    let refused = set(&mut desk, 17, None).expect_err("full");
    assert_eq!(refused.detail().which.as_deref(), Some("kv_mb"));
    // Writing over a value takes no more room, and what has expired makes room.
    set(&mut desk, 0, Some(10)).expect("fits");
    desk.handle(Call::KvSet { key: "k17".into(), value: big.clone(), ttl_ms: None }, NOW + 10)
        .expect("the desk's")
        .expect("fits");
    assert!(desk.kv_bytes() < 130_000, "{}", desk.kv_bytes());
}

#[test]
fn cas_changes_only_what_is_as_expected() {
    let mut desk = desk();
    let cas = |expected, value| Call::KvCas { key: "a".into(), expected, value };
    assert_eq!(call(&mut desk, cas(Value::Null, json!(1))), json!(true));
    assert_eq!(call(&mut desk, cas(Value::Null, json!(2))), json!(false));
    assert_eq!(call(&mut desk, cas(json!(1), json!(3))), json!(true));
    assert_eq!(desk.kv_get("a", NOW), json!(3));
}

#[test]
fn a_timer_set_by_a_handler_is_due_once_also_after_a_restart() {
    let mut disk = BTreeMap::new();
    let mut desk = desk();
    let id = call(&mut desk, Call::TimerSet { due_ms: NOW + 500, task: task("later") });
    let other = call(&mut desk, Call::TimerSet { due_ms: NOW + 600, task: task("never") });
    assert_eq!(call(&mut desk, Call::TimerCancel { id: other.as_str().unwrap_or_default().into() }), json!(true));
    let mut desk = restarted(&mut desk, &mut disk);
    assert_eq!(desk.next_due(), Some(NOW + 500));
    assert_eq!(desk.due(&Registered::default(), NOW + 499), None);
    let due = desk.due(&Registered::default(), NOW + 5_000).expect("due");
    assert_eq!((Some(due.trigger.key.as_str()), due.trigger.at_ms), (id.as_str(), NOW + 500));
    desk.done(&due);
    let mut desk = restarted(&mut desk, &mut disk);
    assert_eq!(desk.due(&Registered::default(), NOW + 5_000), None);
}

#[test]
fn timers_are_bounded() {
    let mut desk = desk();
    for _ in 0..TIMERS_MAX {
        call(&mut desk, Call::TimerSet { due_ms: NOW + 1, task: task("x") });
    }
    let refused =
        desk.handle(Call::TimerSet { due_ms: NOW, task: task("x") }, NOW).expect("the desk's").expect_err("full");
    assert_eq!(refused.detail().which.as_deref(), Some("timers"));
}

#[test]
fn missed_runs_are_skipped_made_up_once_or_all() {
    let hour = 3_600_000;
    for (missed, expected) in [
        (Missed::Skip, vec![]),
        (Missed::Once, vec![NOW + 5 * hour]),
        (Missed::All, (1..=5).map(|n| NOW + n * hour).collect()),
    ] {
        let registered = every(hour, missed);
        let mut desk = desk();
        desk.stand(&registered, &[SERVER], NOW);
        let away = NOW + 5 * hour + hour / 2;
        assert_eq!(runs(&mut desk, &registered, away), expected, "{missed:?}");
        // Then it goes on as if nothing had been.
        assert_eq!(desk.next_due(), Some(NOW + 6 * hour), "{missed:?}");
        assert_eq!(runs(&mut desk, &registered, NOW + 6 * hour), [NOW + 6 * hour], "{missed:?}");
    }
}

#[test]
fn a_schedule_that_changed_begins_anew_and_one_that_is_gone_is_forgotten() {
    let mut desk = desk();
    desk.stand(&every(10_000, Missed::Once), &[SERVER], NOW);
    desk.stand(&every(10_000, Missed::Once), &[SERVER], NOW + 5_000);
    assert_eq!(desk.next_due(), Some(NOW + 10_000));
    desk.stand(&every(30_000, Missed::Once), &[SERVER], NOW + 5_000);
    assert_eq!(desk.next_due(), Some(NOW + 35_000));
    desk.stand(&Registered::default(), &[SERVER], NOW);
    assert_eq!(desk.next_due(), None);
}

#[test]
fn a_question_is_answered_once_or_runs_out() {
    let mut desk = desk();
    let account = folkmoot_rpc::ids::AccountId::from_bytes([7; 32]);
    let channel = ChannelId::from_bytes([8; 32]);
    let ask = || Call::Ask {
        account_id: account.to_string(),
        channel_id: channel.to_string(),
        until_ms: NOW + 1_000,
        task: task("answer"),
    };
    call(&mut desk, ask());
    call(&mut desk, ask());
    let event = event("message.created", account, channel, &json!({"author": {"bot": false}, "content": "tea"}));
    let me = folkmoot_rpc::ids::AccountId::from_bytes([9; 32]);
    let events = crate::manifest::Events::default();
    let hear = |desk: &mut Desk| desk.hear(&event, Some("general"), me, &events, &Limits::default());
    assert!(matches!(hear(&mut desk), Heard::Run(Cause::Answer { message: Some(_), .. })));
    assert!(matches!(hear(&mut desk), Heard::Run(Cause::Event(_))), "the second question took the first one's place");
    call(&mut desk, ask());
    let due = desk.due(&Registered::default(), NOW + 1_000).expect("out of time");
    assert!(matches!(due.trigger.cause, Cause::Answer { message: None, .. }));
    desk.done(&due);
    assert_eq!(desk.next_due(), None);
}

fn event(
    kind: &'static str,
    actor: folkmoot_rpc::ids::AccountId,
    channel: ChannelId,
    data: &Value,
) -> folkmoot_rpc::contract::events::Event {
    folkmoot_rpc::contract::events::Event {
        seq: 1,
        id: "evt_1".into(),
        kind: kind.into(),
        ts: NOW,
        hlc: folkmoot_rpc::contract::Hlc(NOW << 16),
        actor: Some(actor),
        server_id: Some(SERVER),
        channel_id: Some(channel),
        data: serde_json::value::to_raw_value(data).expect("JSON"),
    }
}

#[test]
fn bots_hear_people_and_each_other_only_so_far() {
    let [me, other, ann] = [1, 2, 3].map(|n| folkmoot_rpc::ids::AccountId::from_bytes([n; 32]));
    let channel = ChannelId::from_bytes([8; 32]);
    let message = |bot: bool| json!({"author": {"bot": bot}, "content": "x"});
    let mut events = crate::manifest::Events::default();
    let limits = Limits { depth: 2, ..Limits::default() };
    let mut desk = desk();
    let mut hear = |events: &crate::manifest::Events, actor, bot| {
        desk.hear(&event("message.created", actor, channel, &message(bot)), Some("general"), me, events, &limits)
    };
    assert!(matches!(hear(&events, ann, false), Heard::Run(_)));
    assert_eq!(hear(&events, me, true), Heard::Ignored(Ignored::Own));
    assert_eq!(hear(&events, other, true), Heard::Ignored(Ignored::Bot));
    assert!(matches!(hear(&events, ann, false), Heard::Run(_)));
    events.ignore_bots = false;
    assert!(matches!(hear(&events, other, true), Heard::Run(_)));
    assert_eq!(hear(&events, me, true), Heard::Ignored(Ignored::Own));
    assert_eq!(hear(&events, other, true), Heard::Ignored(Ignored::Depth));
    assert!(matches!(hear(&events, ann, false), Heard::Run(_)));
    events.channels = vec!["#other".into()];
    assert_eq!(hear(&events, ann, false), Heard::Ignored(Ignored::NotAsked));
}
