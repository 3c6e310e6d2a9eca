//! What the ledger does in a second, on this machine and in a folder of yours: `cargo run --example ledger_bench -- DIR`.
//!
//! Signing happens before the clock starts; sealing, indexing and syncing within it. Each line: what, how much, unit.

#[path = "../tests/suite/scene.rs"]
#[expect(dead_code, reason = "the tests need more of the scene than this does")]
mod scene;

use std::{
    path::{Path, PathBuf},
    sync::mpsc,
    time::{Duration, Instant},
};

use folkmoot_core::{
    ids::{ChannelId, EntryId},
    log::{Authorized, SeqRange},
};
use folkmoot_identity::Hlc;
use folkmoot_ledger::{EventRecord, Judged, Ledger, LedgerOptions, Position};
use scene::{Log, Scene};
use zeroize::Zeroizing;

const MESSAGES: usize = 100_000;
const SINGLE: usize = 5_000;
/// Entries in a batch of the pipeline when it is busy.
const PER_BATCH: usize = 16;
const TEXT_BYTES: usize = 200;

/// Second argument of the processes that open what the first has written.
const REOPEN: &str = "reopen";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let parent = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    if std::env::args().nth(2).as_deref() == Some(REOPEN) {
        return reopened(&parent);
    }
    let dir = tempfile::tempdir_in(parent)?;
    let scene = Scene::new(1);
    let mut log = scene.log(1);
    let text = "x".repeat(TEXT_BYTES);
    let mut next = 0;
    let mut sign = |n: usize, log: &mut Log| -> Vec<Authorized> {
        (0..n)
            .map(|_| {
                next += 1;
                log.say(&text, next)
            })
            .collect()
    };

    let ledger = open(dir.path(), "open, new folder")?;
    let single = sign(SINGLE, &mut log);
    let started = Instant::now();
    let mut waits: Vec<Duration> = Vec::with_capacity(SINGLE);
    for entry in &single {
        let at = Instant::now();
        submit(&ledger, &scene, &log, std::slice::from_ref(entry))?.recv()?;
        waits.push(at.elapsed());
    }
    rate("one at a time", SINGLE, started.elapsed());
    percentiles("one at a time", &mut waits);

    let many = sign(MESSAGES - SINGLE, &mut log);
    for (what, entries, per_batch) in [
        ("batches of 1, group commit", many.get(..20_000).unwrap_or_default(), 1),
        ("batches of 16, group commit", many.get(20_000..).unwrap_or_default(), PER_BATCH),
    ] {
        let started = Instant::now();
        let mut last = None;
        for part in entries.chunks(per_batch) {
            last = Some(submit(&ledger, &scene, &log, part)?);
        }
        last.ok_or("no entries")?.recv()?;
        rate(what, entries.len(), started.elapsed());
    }
    disk(dir.path())?;
    // A process of its own for each of these: what this one holds in memory is mostly the bench's.
    let again = |mode| std::process::Command::new(std::env::current_exe()?).arg(dir.path()).arg(mode).status();
    drop(ledger);
    again(REOPEN)?;
    let ledger = open(dir.path(), "open")?;
    let started = Instant::now();
    ledger.close();
    drop(ledger);
    report("close", started.elapsed());
    disk(dir.path())?;
    again(REOPEN)?;
    Ok(())
}

/// Opens a folder that another process filled, and reads.
fn reopened(dir: &Path) -> Result<(), Box<dyn std::error::Error>> {
    memory("before opening");
    let ledger = open(dir, "open again")?;
    memory("opened");
    reads(&ledger)?;
    memory("after reading");
    Ok(())
}

fn open(dir: &Path, what: &str) -> Result<Ledger, Box<dyn std::error::Error>> {
    let started = Instant::now();
    let ledger = Ledger::open(dir, LedgerOptions::default())?;
    ledger.unlock(Zeroizing::new([7; 32]))?;
    report(what, started.elapsed());
    Ok(ledger)
}

fn submit(
    ledger: &Ledger,
    scene: &Scene,
    log: &Log,
    entries: &[Authorized],
) -> Result<mpsc::Receiver<()>, Box<dyn std::error::Error>> {
    let mut batch = ledger.batch()?;
    for entry in entries {
        batch.append(scene.channel, entry, Judged::default())?;
        let header = &entry.entry().header;
        batch.emit(
            EventRecord::new(1, header.hlc.ms(), header.hlc)
                .server(scene.server)
                .channel(scene.channel)
                .actor(scene.account.id())
                .subject(entry.entry().id.as_ref()),
        );
    }
    batch.put_log(&log.record())?;
    let (done, answer) = mpsc::channel();
    ledger.submit(batch, move |result| match result {
        Ok(_) => drop(done.send(())),
        Err(error) => eprintln!("not written: {error}"),
    });
    Ok(answer)
}

/// Where every entry stands, oldest first.
fn places(ledger: &Ledger, channel: ChannelId) -> Result<Vec<(Hlc, EntryId)>, Box<dyn std::error::Error>> {
    let (snapshot, mut places, mut at) = (ledger.snapshot()?, Vec::new(), Position::Newest);
    loop {
        let page = snapshot.page(&channel, at, 1_000)?;
        places.extend(page.iter().map(|stored| (stored.entry.header.hlc, stored.entry.id)));
        match places.last() {
            Some((hlc, id)) if !page.is_empty() => at = Position::Before(*hlc, *id),
            _ => break,
        }
    }
    places.reverse();
    Ok(places)
}

fn reads(ledger: &Ledger) -> Result<(), Box<dyn std::error::Error>> {
    let scene = Scene::new(1);
    let places = places(ledger, scene.channel)?;
    // A fixed walk that jumps all over the history.
    let mut at = 0;
    let mut jump = || {
        at = (at + 61_803) % places.len();
        places.get(at).copied().ok_or("no entries")
    };
    let mut pages = Vec::new();
    for _ in 0..2_000 {
        let (hlc, id) = jump()?;
        let started = Instant::now();
        let page = ledger.snapshot()?.page(&scene.channel, Position::Before(hlc, id), 50)?;
        pages.push(started.elapsed());
        std::hint::black_box(page);
    }
    percentiles("page of 50, anywhere", &mut pages);
    let mut newest = Vec::new();
    for _ in 0..500 {
        let started = Instant::now();
        std::hint::black_box(ledger.snapshot()?.page(&scene.channel, Position::Newest, 50)?);
        newest.push(started.elapsed());
    }
    percentiles("page of 50, newest", &mut newest);
    let log = ledger.snapshot()?.logs()?.first().ok_or("no log")?.init.id;
    let (mut runs, mut single_entries) = (Vec::new(), Vec::new());
    for from in (1..=MESSAGES as u64 - 1_000).step_by(1_000) {
        let started = Instant::now();
        let range = SeqRange { from, to: from + 999 };
        let run = ledger.snapshot()?.run_newest(&log, range, usize::MAX)?;
        runs.push(started.elapsed());
        assert_eq!(run.len(), 1_000, "the run is whole");
    }
    percentiles("run of 1,000", &mut runs);
    for _ in 0..2_000 {
        let (_, id) = jump()?;
        let started = Instant::now();
        std::hint::black_box(ledger.snapshot()?.entry(&id)?);
        single_entries.push(started.elapsed());
    }
    percentiles("entry by id", &mut single_entries);
    let started = Instant::now();
    let (hlc, id) = places.get(places.len() - 1_001).copied().ok_or("no entries")?;
    ledger.snapshot()?.count_after(&scene.channel, hlc, &id, 1_000)?;
    report("count of 1,000 unread", started.elapsed());
    Ok(())
}

fn report(what: &str, took: Duration) {
    println!("{what:<32} {:>10.2} ms", took.as_secs_f64() * 1e3);
}

fn rate(what: &str, n: usize, took: Duration) {
    println!("{what:<32} {:>10.0} messages/s", f64::from(u32::try_from(n).unwrap_or(u32::MAX)) / took.as_secs_f64());
}

fn percentiles(what: &str, samples: &mut [Duration]) {
    samples.sort_unstable();
    let of =
        |percent: usize| samples.get(samples.len() * percent / 100).copied().unwrap_or_default().as_secs_f64() * 1e3;
    println!("{what:<32} {:>10.3} ms p50 {:>10.3} ms p99 {:>10.3} ms least", of(50), of(99), of(0));
}

fn memory(what: &str) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("unknown").trim();
    println!("{:<32} {resident:>13}", format!("resident, {what}"));
}

fn disk(dir: &Path) -> std::io::Result<()> {
    let (mut folders, mut bytes) = (vec![dir.to_owned()], 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                bytes += entry.metadata()?.len();
            }
        }
    }
    println!("{:<32} {:>10} bytes per message", "on disk", bytes / MESSAGES as u64);
    Ok(())
}
