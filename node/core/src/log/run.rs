//! Runs: consecutive entries of a log as catch-up brings them, verified by one signature and the hash chain behind it.

use std::collections::HashSet;

use folkmoot_proto::v1;

use super::{InvalidEntry, LogInit, Unverified, Verified};
use crate::ids::EntryId;

/// A verified run.
#[derive(Debug)]
pub struct Run {
    /// Ascending by (seq, id).
    pub entries: Vec<Verified>,
}

/// Why a run proves nothing. The peer that sent it is at fault.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// One entry is malformed or its signature false.
    #[error("entry {at} of the run")]
    Entry {
        /// Position in the run, from 0.
        at: usize,
        /// What is wrong with it.
        #[source]
        source: InvalidEntry,
    },
    /// Entries are not in ascending order of seq.
    #[error("entries out of order at {at}")]
    Order {
        /// Position in the run, from 0.
        at: usize,
    },
    /// The clock of an entry does not exceed that of the one before.
    #[error("clock does not grow at seq {seq}")]
    Clock {
        /// The later entry.
        seq: u64,
    },
}

/// Rule C2: walks the run backwards from its newest entry. An entry holds if its own signature does, or if a newer verified
/// entry (of the run, or `anchors`: `prev` values of entries held already) names it. Forked positions may stand several times.
///
/// # Errors
/// [`RunError`]; then nothing of the run is to be used.
pub fn verify_run(init: &LogInit, entries: Vec<v1::Entry>, anchors: &HashSet<EntryId>) -> Result<Run, RunError> {
    let mut decoded = Vec::with_capacity(entries.len());
    for (at, wire) in entries.into_iter().enumerate() {
        let entry = Unverified::decode(init.id, wire).map_err(|source| RunError::Entry { at, source })?;
        decoded.push(entry);
    }
    if let Some(at) = decoded.windows(2).position(|w| match w {
        [a, b] => (a.claimed().header.seq, a.claimed().id) >= (b.claimed().header.seq, b.claimed().id),
        _ => false,
    }) {
        return Err(RunError::Order { at });
    }
    let mut vouched: std::collections::HashMap<EntryId, Option<(u64, folkmoot_identity::Hlc)>> =
        anchors.iter().map(|id| (*id, None)).collect();
    let mut verified = Vec::with_capacity(decoded.len());
    for (at, entry) in decoded.into_iter().enumerate().rev() {
        let (id, seq, hlc, prev) = {
            let claimed = entry.claimed();
            (claimed.id, claimed.header.seq, claimed.header.hlc, claimed.header.prev)
        };
        let entry = match vouched.get(&id) {
            Some(newer) => {
                if let Some((newer_seq, newer_hlc)) = newer
                    && (*newer_seq != seq + 1 || *newer_hlc <= hlc)
                {
                    return Err(RunError::Clock { seq: *newer_seq });
                }
                entry.vouched()
            }
            None => entry.verify_signed(init).map_err(|source| RunError::Entry { at, source })?,
        };
        if seq == 1 && prev.as_bytes() != init.id.as_bytes() {
            return Err(RunError::Entry { at, source: InvalidEntry::Field { field: "prev" } });
        }
        vouched.insert(prev, Some((seq, hlc)));
        verified.push(entry);
    }
    verified.reverse();
    Ok(Run { entries: verified })
}
