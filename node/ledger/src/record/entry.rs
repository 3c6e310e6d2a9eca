//! An entry of a channel log as it is kept.

use bytes::Bytes;
use folkmoot_core::{
    ids::{ChannelId, EntryId, LogId},
    log::Entry,
};
use folkmoot_proto::v1;
use prost::Message;

use super::Unreadable;

/// An entry and where it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its channel.
    pub channel: ChannelId,
    /// The entry; it names its log.
    pub entry: Entry,
    /// What governance said of it.
    pub judged: Judged,
}

/// What governance said of an entry, by its author's rights at its stamp.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Of an effect: its author held what it needs.
    pub allowed: bool,
    /// Of a message or edit: it calls everybody, and its author might.
    pub calls_all: bool,
}

pub(crate) fn encode_entry(log_no: u32, entry: &Entry, judged: Judged) -> Vec<u8> {
    let Judged { allowed, calls_all } = judged;
    v1::StoredEntry { log: log_no, entry: Some(entry.to_wire()), allowed, calls_all }.encode_to_vec()
}

/// Reads an entry back; `home` finds the log and channel behind a number. Its hashes are not computed again: the seal binds what is
/// read to the id that it was put under when it was verified.
pub(crate) fn decode_entry(
    id: &EntryId,
    plain: Bytes,
    home: impl FnOnce(u32) -> Option<(LogId, ChannelId)>,
) -> Result<StoredEntry, Unreadable> {
    let stored = v1::StoredEntry::decode(plain).map_err(|_| "not an entry")?;
    let (log, channel) = home(stored.log).ok_or("log has no number")?;
    let judged = Judged { allowed: stored.allowed, calls_all: stored.calls_all };
    let entry = stored.entry.ok_or("not an entry")?;
    let entry = Entry::from_ledger(log, *id, entry).map_err(|_| "entry is invalid")?;
    Ok(StoredEntry { channel, entry, judged })
}
