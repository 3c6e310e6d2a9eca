//! A process that is killed between acknowledgements loses nothing that it acknowledged.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use folkmoot_core::ids::EntryId;
use folkmoot_identity::Hlc;
use folkmoot_ledger::{EventRecord, Judged, Position};

use crate::{open_ledger::open_at, scene::Scene};

/// Names the folder that the child shall write to.
const CHILD: &str = "FOLKMOOT_LEDGER_TEST_CHILD";
const ROUNDS: usize = 8;
/// Batches under way at once: a write that is cut off holds several.
const IN_FLIGHT: usize = 8;

/// Writes batches of two entries and two events until it is killed; says the number of each that is acknowledged.
fn write_until_killed(dir: &Path) {
    let ledger = open_at(dir);
    let scene = Scene::new(1);
    let snapshot = ledger.snapshot().expect("open");
    let incarnation = u8::try_from(snapshot.logs().expect("readable").len()).expect("few rounds");
    let start = snapshot.head_seq().expect("readable") / 2;
    drop(snapshot);
    let mut log = scene.log(incarnation);
    let (done, acknowledged) = std::sync::mpsc::sync_channel(IN_FLIGHT);
    let mut stdout = std::io::stdout();
    for number in start.. {
        let mut batch = ledger.batch().expect("unlocked");
        for _ in 0..2 {
            let entry = log.say(&number.to_string(), number);
            batch.append(scene.channel, &entry, Judged::default()).expect("sealed");
            batch.emit(EventRecord::new(1, number, Hlc::ZERO).subject(entry.entry().id.as_ref()));
        }
        batch.put_log(&log.record()).expect("sealed");
        let done = done.clone();
        ledger.submit(batch, move |result| done.send(result.map(|_| number)).expect("the loop below waits"));
        while let Ok(result) = acknowledged.try_recv() {
            writeln!(stdout, "acknowledged {}", result.expect("committed")).expect("the parent reads");
        }
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    if let Some(dir) = std::env::var_os(CHILD) {
        return write_until_killed(Path::new(&dir));
    }
    let dir = tempfile::tempdir().expect("temporary folder");
    for round in 0..ROUNDS {
        // given: a child that has acknowledged a few more batches than in the round before, then is killed
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "kill::nothing_acknowledged_is_lost_when_the_process_is_killed", "--nocapture"])
            .env(CHILD, dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let acknowledgements = |line: std::io::Result<String>| {
            // The test harness says which test it runs on the line of the first acknowledgement.
            let line = line.expect("readable");
            line.split_once("acknowledged ").and_then(|(_, number)| number.parse::<u64>().ok())
        };
        let enough = 20 + round * 37;
        let mut last = lines.by_ref().filter_map(acknowledgements).nth(enough).expect("the child writes");
        child.kill().expect("killed");
        child.wait().expect("reaped");
        // What it had said before it died counts, too; the last line may be cut off.
        last = lines.map_while(Result::ok).filter_map(|line| acknowledgements(Ok(line))).fold(last, u64::max);
        // then: every batch up to the last acknowledged is whole, and so is every later one that is there at all
        let ledger = open_at(dir.path());
        let (snapshot, scene) = (ledger.snapshot().expect("open"), Scene::new(1));
        let events = snapshot.events_after(0, usize::MAX).expect("readable");
        assert!(events.iter().map(|(seq, _)| *seq).eq(1..=events.len() as u64), "a gap in round {round}");
        let numbers: Vec<u64> = events.iter().map(|(_, event)| event.ts_ms).collect();
        let batches = events.len() as u64 / 2;
        assert!(batches > last, "{batches} batches are there, {last} was acknowledged");
        assert!(numbers.into_iter().eq((0..batches).flat_map(|number| [number, number])), "not a prefix");
        for (_, event) in &events {
            let id = EntryId::try_from(event.subject.as_ref()).expect("an id");
            assert!(snapshot.entry(&id).expect("readable").is_some(), "an event without its entry");
        }
        let entries = snapshot.page(&scene.channel, Position::Newest, usize::MAX).expect("readable");
        assert_eq!(entries.len(), events.len());
        let held: u64 = snapshot.logs().expect("readable").iter().map(|log| log.ranges.count()).sum();
        assert_eq!(held, entries.len() as u64);
    }
}
