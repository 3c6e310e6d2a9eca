//! Wiping: taking from the disk what a redaction overwrote. RocksDB keeps earlier values of a row in its files until it happens to
//! write them anew; here it is made to.

use crate::{Ledger, LedgerError, backend::Backend, catalog::Column};

/// Rows wiped at once; more come with the next call.
const ROWS_AT_ONCE: usize = 4_096;

/// Rows that wait until every view is closed that may still see what they said.
pub(crate) struct Wiping {
    rows: Vec<Vec<u8>>,
    /// The last write when the rows were noted: they had been overwritten by then.
    after: u64,
}

/// Goes on with what waits, or takes up what was redacted since. Whether nothing is left.
pub(crate) fn wipe(ledger: &Ledger, backend: &dyn Backend, wiping: &mut Option<Wiping>) -> Result<bool, LedgerError> {
    let now = match wiping.take() {
        Some(waiting) => waiting,
        None => {
            let rows = ledger.snapshot()?.wipes(ROWS_AT_ONCE)?;
            Wiping { rows, after: backend.sequence() }
        }
    };
    if now.rows.is_empty() {
        return Ok(true);
    }
    if backend.oldest_view().is_some_and(|oldest| oldest < now.after) {
        *wiping = Some(now);
        return Ok(false);
    }
    backend.wipe(Column::Timeline, &now.rows).map_err(|source| ledger.read_fault(source))?;
    let mut batch = ledger.batch()?;
    for row in &now.rows {
        batch.delete_wipe(row);
    }
    ledger.commit_blocking(batch)?;
    Ok(ledger.snapshot()?.wipes(1)?.is_empty())
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path, time::Duration};

    use folkmoot_core::{
        ids::{AccountId, ChannelId, EventId, ServerId},
        log::{Author, Content, Draft, Entry, MessagePayload, NewLog},
    };
    use folkmoot_identity::{DeviceKey, Hlc};
    use zeroize::Zeroizing;

    use super::*;
    use crate::{FreeSpace, Judged, LedgerOptions, StoredEntry, key};

    const CHANNEL: ChannelId = ChannelId::new([2; 32]);

    /// What messages of one log say.
    fn said(texts: &[&str]) -> Vec<Entry> {
        let device = DeviceKey::from_seed(&[7; 32]);
        let new = NewLog {
            server: ServerId::new([1; 32]),
            channel: CHANNEL,
            account: AccountId::new([3; 32]),
            grant: EventId::new([4; 32]),
            heads: vec![EventId::new([4; 32])],
            nonce: [5; 16],
            hlc: Hlc::from_bits(6),
        };
        let mut author = Author::new(&new.sign(device.signing_key()));
        let say = |(text, now_ms): (&&str, u64)| {
            let content = Content::Message(MessagePayload { text: (*text).to_owned(), ..MessagePayload::default() });
            let draft = Draft::of(&content, Vec::new(), [9; 16]);
            author.append(device.signing_key(), draft, Hlc::ZERO, now_ms).entry().clone()
        };
        texts.iter().zip(1..).map(say).collect()
    }

    fn open(dir: &Path) -> Ledger {
        let free_space = FreeSpace::new(0, Duration::from_secs(1));
        let ledger = Ledger::open(dir, LedgerOptions { free_space, ..LedgerOptions::default() }).expect("opens");
        ledger.unlock(Zeroizing::new([8; 32])).expect("unlocks");
        ledger
    }

    fn keep(ledger: &Ledger, entries: &[Entry]) {
        let mut batch = ledger.batch().expect("unlocked");
        for entry in entries {
            let judged = Judged::default();
            batch.rejudge(&StoredEntry { channel: CHANNEL, entry: entry.clone(), judged }).expect("sealed");
        }
        ledger.commit_blocking(batch).expect("committed");
    }

    fn redact(ledger: &Ledger, entry: &Entry) {
        let stored = ledger.snapshot().expect("open").entry(&entry.id).expect("readable").expect("held");
        let mut batch = ledger.batch().expect("unlocked");
        batch.redact(&stored).expect("sealed");
        ledger.commit_blocking(batch).expect("committed");
    }

    /// The sealed value of an entry as it lies on the disk.
    fn sealed(ledger: &Ledger, entry: &Entry) -> Vec<u8> {
        let row = key::timeline(0, entry.header.hlc, &entry.id);
        ledger.backend().view().read(Column::Timeline, &row).expect("readable").expect("held")
    }

    /// Whether any file below a folder holds the bytes.
    fn lies_in(dir: &Path, bytes: &[u8]) -> bool {
        fs::read_dir(dir).expect("a folder").any(|entry| {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                return lies_in(&path, bytes);
            }
            fs::read(&path).is_ok_and(|file| file.windows(bytes.len()).any(|window| window == bytes))
        })
    }

    #[test]
    fn what_was_redacted_is_gone_from_the_files_wherever_it_had_got_to() {
        // given: one message in a table, deep down, one in a table above, one in the log of recent writes
        let dir = tempfile::tempdir().expect("temporary folder");
        let ledger = open(dir.path());
        let entries = said(&["in the depths", "in between", "just said", "stays"]);
        for entry in &entries[..2] {
            keep(&ledger, std::slice::from_ref(entry));
            ledger.backend().flush().expect("flushed");
        }
        ledger.backend().wipe(Column::Timeline, &[vec![0; 44]]).expect("compacted");
        keep(&ledger, &entries[2..]);
        let before: Vec<Vec<u8>> = entries.iter().map(|entry| sealed(&ledger, entry)).collect();
        for sealed in &before {
            assert!(lies_in(dir.path(), sealed), "the test sees what lies in files");
        }
        // when: three of them are redacted
        entries[..3].iter().for_each(|entry| redact(&ledger, entry));
        assert!(ledger.wipe().expect("wiped"));
        // then: their sealed bytes lie nowhere, and what stays can be read
        for sealed in &before[..3] {
            assert!(!lies_in(dir.path(), sealed));
        }
        let snapshot = ledger.snapshot().expect("open");
        let bodies: Vec<bool> = entries
            .iter()
            .map(|entry| snapshot.entry(&entry.id).expect("readable").expect("held").entry.body.is_some())
            .collect();
        assert_eq!(bodies, [false, false, false, true]);
    }

    #[test]
    fn a_reader_who_may_still_look_is_waited_for() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let ledger = open(dir.path());
        let entries = said(&["secret"]);
        keep(&ledger, &entries);
        let before = sealed(&ledger, &entries[0]);
        let reader = ledger.snapshot().expect("open");
        redact(&ledger, &entries[0]);
        assert!(!ledger.wipe().expect("asked"), "a snapshot is open");
        // when: another reader comes and the first goes
        let later = ledger.snapshot().expect("open");
        drop(reader);
        // then: only the first was in the way
        assert!(ledger.wipe().expect("wiped"));
        assert!(!lies_in(dir.path(), &before));
        drop(later);
    }

    #[test]
    fn what_a_crash_left_is_wiped_after_the_next_start() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let entries = said(&["secret"]);
        let ledger = open(dir.path());
        keep(&ledger, &entries);
        let before = sealed(&ledger, &entries[0]);
        redact(&ledger, &entries[0]);
        drop(ledger);
        assert!(lies_in(dir.path(), &before));
        let ledger = open(dir.path());
        assert!(ledger.wipe().expect("wiped"));
        assert!(!lies_in(dir.path(), &before));
        assert!(ledger.wipe().expect("nothing to do"));
    }
}
