//! Damaged folders: every flipped byte, cut and missing file is told, or changes nothing that is read. Never a panic, never a
//! wrong answer.

use std::{
    fs,
    path::{Path, PathBuf},
};

use folkmoot_core::ids::EntryId;
use folkmoot_identity::Hlc;
use folkmoot_ledger::{EventRecord, Judged, Ledger, LedgerError, LedgerOptions, OpenError, Position};

use crate::{
    disk::files,
    open_ledger::{key, open_at, options, write},
    scene::Scene,
};

const ENTRIES: u64 = 40;

/// A folder with some of everything.
fn fill(dir: &Path, close: bool) -> Vec<EntryId> {
    let ledger = open_at(dir);
    let scene = Scene::new(1);
    let mut log = scene.log(1);
    let ids = (0..ENTRIES)
        .map(|i| {
            let entry = log.say("some words", i);
            write(&ledger, |batch| {
                batch.append(scene.channel, &entry, Judged::default()).expect("sealed");
                batch.put_log(&log.record()).expect("sealed");
                batch.emit(EventRecord::new(1, 1, Hlc::ZERO));
                batch.put_register(&scene.profile).expect("sealed");
            });
            entry.entry().id
        })
        .collect();
    if close {
        ledger.close();
    }
    ids
}

/// Opens and reads everything. `Ok` only if all of it is as it was written.
fn read_all(dir: &Path, ids: &[EntryId]) -> Result<(), String> {
    let told = |error: &dyn std::error::Error| error.to_string();
    let ledger = Ledger::open(dir, options()).map_err(|e| told(&e))?;
    ledger.unlock(key()).map_err(|e| told(&e))?;
    let read = || -> Result<(), LedgerError> {
        let snapshot = ledger.snapshot()?;
        let scene = Scene::new(1);
        let page = snapshot.page(&scene.channel, Position::Newest, usize::MAX)?;
        assert_eq!(page.iter().rev().map(|stored| stored.entry.id).collect::<Vec<_>>(), ids, "entries are missing");
        for id in ids {
            assert!(snapshot.entry(id)?.is_some(), "an id is missing");
        }
        let range = folkmoot_core::log::SeqRange { from: 1, to: u64::MAX };
        let logs = snapshot.logs()?;
        assert_eq!(logs.len(), 1, "a log is missing");
        assert_eq!(snapshot.run(&logs[0].init.id, range, usize::MAX)?.len(), ids.len(), "a link is missing");
        assert_eq!(snapshot.events_after(0, usize::MAX)?.len(), ids.len(), "an event is missing");
        assert_eq!(snapshot.registers()?, [scene.profile.signed], "a register is missing");
        Ok(())
    };
    read().map_err(|e| told(&e))
}

fn copy(from: &Path, to: &Path) {
    for path in files(from) {
        let target = to.join(path.strip_prefix(from).expect("below"));
        fs::create_dir_all(target.parent().expect("a folder")).expect("made");
        fs::copy(&path, target).expect("copied");
    }
}

/// Files whose content matters; the others are diaries and locks.
fn content_files(dir: &Path) -> Vec<PathBuf> {
    let matters = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        !(name.starts_with("LOG") || name.eq_ignore_ascii_case("lock") || name.starts_with("OPTIONS"))
    };
    files(dir).into_iter().filter(matters).collect()
}

/// Damages a copy of a filled folder, one file at a time, and reads everything.
fn each_damaged(
    close: bool,
    mut damage: impl FnMut(&Path, &mut Vec<u8>) -> bool,
) -> Vec<(PathBuf, Result<(), String>)> {
    let origin = tempfile::tempdir().expect("temporary folder");
    let ids = fill(origin.path(), close);
    let mut results = Vec::new();
    for path in content_files(origin.path()) {
        let dir = tempfile::tempdir().expect("temporary folder");
        copy(origin.path(), dir.path());
        let name = path.strip_prefix(origin.path()).expect("below").to_owned();
        let target = dir.path().join(&name);
        let mut bytes = fs::read(&target).expect("readable");
        if damage(&name, &mut bytes) {
            fs::write(&target, bytes).expect("written");
        } else {
            fs::remove_file(&target).expect("removed");
        }
        results.push((name, read_all(dir.path(), &ids)));
    }
    assert!(results.len() >= 5, "{results:?}");
    results
}

/// The anchor guards the rest; without it the rest is still whole.
fn assert_told(results: &[(PathBuf, Result<(), String>)]) {
    for (name, result) in results {
        let harmless = name == Path::new("anchor") || name.ends_with("IDENTITY");
        assert!(result.is_err() || harmless, "damage of {} was not told", name.display());
    }
}

#[test]
fn a_flipped_byte_is_told_or_harmless() {
    for close in [false, true] {
        for part in 0..8 {
            // Tables hold unused padding and hints, so a single flipped byte may change nothing that is read; then everything
            // was read as it was written, which `read_all` asserts.
            each_damaged(close, |_, bytes| {
                let at = bytes.len().saturating_sub(1) * part / 7;
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 0x10;
                }
                true
            });
        }
    }
}

#[test]
fn a_file_of_noise_is_told() {
    for close in [false, true] {
        assert_told(
            &each_damaged(close, |_, bytes| {
                bytes.iter_mut().for_each(|byte| *byte = byte.wrapping_mul(31).wrapping_add(7));
                // A log of recent writes is empty after closing: nothing can be damaged in it.
                if bytes.is_empty() {
                    bytes.push(0xff);
                }
                true
            })
            .into_iter()
            .filter(|(name, _)| !(close && name.extension().is_some_and(|e| e == "log")))
            .collect::<Vec<_>>(),
        );
    }
}

#[test]
fn a_cut_file_is_told() {
    for close in [false, true] {
        let results = each_damaged(close, |_, bytes| {
            bytes.truncate(bytes.len() / 2);
            true
        });
        let results: Vec<_> =
            results.into_iter().filter(|(name, _)| !(close && name.extension().is_some_and(|e| e == "log"))).collect();
        assert_told(&results);
    }
}

#[test]
fn a_missing_file_is_told() {
    for close in [false, true] {
        let results = each_damaged(close, |_, _| false);
        let results: Vec<_> =
            results.into_iter().filter(|(name, _)| !(close && name.extension().is_some_and(|e| e == "log"))).collect();
        assert_told(&results);
    }
}

#[test]
fn lost_acknowledged_writes_are_told_and_may_be_accepted() {
    // given: recent writes whose log is cut in the middle, as a disk that lies about syncs leaves it
    let dir = tempfile::tempdir().expect("temporary folder");
    fill(dir.path(), false);
    let recent =
        files(dir.path()).into_iter().find(|path| path.extension().is_some_and(|e| e == "log")).expect("a log");
    let bytes = fs::read(&recent).expect("readable");
    fs::write(&recent, &bytes[..bytes.len() / 2]).expect("written");
    // when
    let refused = Ledger::open(dir.path(), options());
    // then
    match refused {
        Err(OpenError::RolledBack { path, found, acknowledged }) => {
            assert_eq!(path, dir.path());
            assert!(found < acknowledged, "{found} {acknowledged}");
        }
        other => panic!("{other:?}"),
    }
    let accepting = LedgerOptions { accept_rollback: true, ..options() };
    drop(Ledger::open(dir.path(), accepting).expect("opens what is left"));
    // Once accepted it is the truth.
    let ledger = open_at(dir.path());
    let kept = ledger.snapshot().expect("open").events_after(0, usize::MAX).expect("readable").len() as u64;
    assert!(kept > 0 && kept < ENTRIES, "{kept}");
}
