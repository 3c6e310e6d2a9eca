//! The folder: who may open it, what stands in it, when it is full.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use folkmoot_core::ids::{DeviceId, EpochId};
use folkmoot_identity::Hlc;
use folkmoot_ledger::{
    EpochSecretKind, EventRecord, FreeSpace, Judged, Ledger, LedgerError, LedgerOptions, NonceRecord, OpenError,
    Position,
};

use crate::{
    open_ledger::{key, open_at, options, write},
    scene::Scene,
};

/// Every file below a folder.
pub(crate) fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("readable").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn everything_comes_back_with_and_without_closing() {
    for close in [false, true] {
        let dir = tempfile::tempdir().expect("temporary folder");
        let scene = Scene::new(1);
        let mut log = scene.log(1);
        let first = log.say("first", 0);
        let ledger = open_at(dir.path());
        write(&ledger, |batch| {
            batch.append(scene.channel, &first, Judged::default()).expect("sealed");
            batch.put_log(&log.record()).expect("sealed");
            batch.emit(EventRecord::new(1, 1, Hlc::ZERO));
        });
        if close {
            ledger.close();
        }
        drop(ledger);
        // when: it goes on after a restart
        let ledger = open_at(dir.path());
        let second = log.say("second", 1);
        let committed = write(&ledger, |batch| {
            batch.append(scene.channel, &second, Judged::default()).expect("sealed");
            batch.emit(EventRecord::new(2, 1, Hlc::ZERO));
        });
        // then: numbers of events, channels and logs go on where they were
        assert_eq!(committed.last_seq, 2);
        let page = ledger.snapshot().expect("open").page(&scene.channel, Position::Newest, 10).expect("readable");
        let held: Vec<_> = page.into_iter().map(|stored| stored.entry).collect();
        assert_eq!(held, [second.entry().clone(), first.entry().clone()]);
        assert_eq!(ledger.snapshot().expect("open").logs().expect("readable").len(), 1);
    }
}

#[test]
fn a_second_opening_is_told_that_the_folder_is_busy() {
    let dir = tempfile::tempdir().expect("temporary folder");
    let first = open_at(dir.path());
    let second = Ledger::open(dir.path(), options());
    assert!(matches!(second, Err(OpenError::Busy { .. })), "{second:?}");
    drop(first);
    open_at(dir.path());
}

#[test]
fn a_later_format_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().expect("temporary folder");
    drop(open_at(dir.path()));
    fs::write(dir.path().join("format"), "folkmoot ledger 7\n").expect("written");
    let before: Vec<_> = files(dir.path()).iter().map(|path| fs::read(path).expect("readable")).collect();
    match Ledger::open(dir.path(), options()) {
        Err(OpenError::NewerSchema { path, found: 7, supported: 1 }) => assert_eq!(path, dir.path().join("format")),
        other => panic!("{other:?}"),
    }
    let after: Vec<_> = files(dir.path()).iter().map(|path| fs::read(path).expect("readable")).collect();
    assert_eq!(before, after);
}

#[test]
fn another_key_is_refused_after_a_restart() {
    let dir = tempfile::tempdir().expect("temporary folder");
    drop(open_at(dir.path()));
    let ledger = Ledger::open(dir.path(), options()).expect("opens");
    assert!(matches!(ledger.unlock(zeroize::Zeroizing::new([1; 32])), Err(LedgerError::WrongKey)));
    ledger.unlock(key()).expect("the right key");
}

#[test]
fn nothing_readable_lies_in_the_folder() {
    const MARKER: &str = "xyzzy-plaintext-marker";
    let dir = tempfile::tempdir().expect("temporary folder");
    let scene = Scene::new(1);
    let secret = [0xa7; 32];
    let ledger = open_at(dir.path());
    write(&ledger, |batch| {
        let mut log = scene.log(1);
        batch.append(scene.channel, &log.say(MARKER, 0), Judged::default()).expect("sealed");
        batch.put_log(&log.record()).expect("sealed");
        scene.events.iter().for_each(|(id, signed)| batch.put_event(scene.server, *id, signed).expect("sealed"));
        batch.put_register(&scene.profile).expect("sealed");
        batch.put_epoch_secret(EpochId::new([1; 32]), EpochSecretKind::History, &secret).expect("sealed");
        batch.put_setting(MARKER, &Bytes::from_static(MARKER.as_bytes())).expect("sealed");
        batch.put_consumer(MARKER, 1).expect("sealed");
        batch.put_peer(DeviceId::new([2; 32]), MARKER.as_bytes()).expect("sealed");
        let result = Bytes::from_static(MARKER.as_bytes());
        batch.put_nonce([3; 32], NonceRecord { params_hash: [4; 32], result, expires_ms: 1 }).expect("sealed");
        batch.emit(EventRecord::new(0x2a2a, 1, Hlc::ZERO).subject(b"an id that is not sealed"));
    });
    let search = || {
        let mut found = Vec::new();
        for path in files(dir.path()) {
            let bytes = fs::read(&path).expect("readable");
            let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
            // "garden" and "alice" are the names of the scene's server and account.
            found.extend([MARKER.as_bytes(), b"garden", b"alice", &secret, &crate::open_ledger::KEY].map(&holds));
            found.push(!holds(b"an id that is not sealed"));
        }
        found
    };
    // then: in the log of recent writes and in tables, and the search itself finds what is not sealed
    for close in [false, true] {
        if close {
            ledger.close();
        }
        let found = search();
        let (leaks, misses): (Vec<_>, Vec<_>) =
            found.chunks(6).map(|file| (file[..5].contains(&true), file[5])).unzip();
        assert!(!leaks.contains(&true), "closed {close}");
        assert!(misses.contains(&false), "closed {close}: the search finds nothing at all");
    }
}

#[test]
fn below_the_floor_reads_go_on_and_writes_resume_when_there_is_room() {
    let dir = tempfile::tempdir().expect("temporary folder");
    let free = Arc::new(AtomicU64::new(1_000));
    let probe = Arc::clone(&free);
    let free_space = FreeSpace::new(500, Duration::ZERO).probed_by(move |_| Ok(probe.load(Ordering::Relaxed)));
    let ledger = Ledger::open(dir.path(), LedgerOptions { free_space, ..options() }).expect("opens");
    ledger.unlock(key()).expect("unlocks");
    let emit = || {
        let mut batch = ledger.batch().expect("unlocked");
        batch.emit(EventRecord::new(1, 1, Hlc::ZERO));
        let (done, answer) = std::sync::mpsc::channel();
        ledger.submit(batch, move |result| done.send(result).expect("the test waits"));
        answer.recv().expect("answered")
    };
    assert_eq!(emit().expect("room").last_seq, 1);
    free.store(499, Ordering::Relaxed);
    match emit() {
        Err(LedgerError::NoSpace { path, free_bytes: 499, floor_bytes: 500 }) => assert_eq!(path, dir.path()),
        other => panic!("{other:?}"),
    }
    assert!(matches!(ledger.check_writable(), Err(LedgerError::NoSpace { .. })));
    assert_eq!(ledger.snapshot().expect("open").events_after(0, 10).expect("readable").len(), 1);
    free.store(500, Ordering::Relaxed);
    assert_eq!(emit().expect("room again").last_seq, 2);
    // A channel that was first named while there was no room is whole afterwards.
    let scene = Scene::new(1);
    let entry = scene.log(1).say("hello", 0);
    let append = |expected: bool| {
        let mut batch = ledger.batch().expect("unlocked");
        batch.append(scene.channel, &entry, Judged::default()).expect("sealed");
        let (done, answer) = std::sync::mpsc::channel();
        ledger.submit(batch, move |result| done.send(result.is_ok()).expect("the test waits"));
        assert_eq!(answer.recv().expect("answered"), expected);
    };
    free.store(0, Ordering::Relaxed);
    append(false);
    free.store(500, Ordering::Relaxed);
    append(true);
    drop(ledger);
    let page =
        open_at(dir.path()).snapshot().expect("open").page(&scene.channel, Position::Newest, 10).map(|p| p.len());
    assert_eq!(page.expect("readable"), 1);
}

#[test]
fn folder_and_files_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("temporary folder");
    let path = dir.path().join("made/here");
    drop(open_at(&path));
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    assert_eq!(mode(&path.join("format")), 0o600);
    assert_eq!(mode(&path.join("anchor")), 0o600);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().expect("temporary folder");
    let path = dir.path().join("file");
    fs::write(&path, b"").expect("written");
    match Ledger::open(&path, options()) {
        Err(OpenError::Io { path: named, .. }) => assert_eq!(named, path),
        other => panic!("{other:?}"),
    }
}
