//! Digests of what is held: equal exactly when the same entries are held in the same logs.

use folkmoot_identity::kdf::{Purpose, derive};

use crate::{
    ids::{ChannelId, EntryId, LogId},
    log::Ranges,
};

/// What is held of one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSummary {
    /// The log.
    pub log: LogId,
    /// Numbers held.
    pub ranges: Ranges,
    /// [`tip`] of the ids held at the greatest number.
    pub tip: [u8; 32],
}

/// Digest of the ids held at the greatest number of a log; two branches of a fork differ here though their numbers agree.
#[must_use]
pub fn tip(ids: &[EntryId]) -> [u8; 32] {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    let parts: Vec<&[u8]> = ids.iter().map(AsRef::as_ref).collect();
    derive(Purpose::Heads, &parts)
}

/// Digest of one channel: its logs ascending by id, each with ranges and tip.
#[must_use]
pub fn channel_digest<'a>(logs: impl IntoIterator<Item = &'a LogSummary>) -> [u8; 32] {
    let mut logs: Vec<&LogSummary> = logs.into_iter().collect();
    logs.sort_unstable_by_key(|l| l.log);
    let mut bytes = Vec::with_capacity(logs.len() * 96);
    for summary in logs {
        bytes.extend_from_slice(summary.log.as_ref());
        bytes.extend_from_slice(&(summary.ranges.as_slice().len() as u64).to_be_bytes());
        for range in summary.ranges.as_slice() {
            bytes.extend_from_slice(&range.from.to_be_bytes());
            bytes.extend_from_slice(&range.to.to_be_bytes());
        }
        bytes.extend_from_slice(&summary.tip);
    }
    derive(Purpose::Heads, &[&bytes])
}

/// Digest of a server: its channels ascending by id.
#[must_use]
pub fn server_digest(channels: &[(ChannelId, [u8; 32])]) -> [u8; 32] {
    let mut channels = channels.to_vec();
    channels.sort_unstable();
    let parts: Vec<&[u8]> = channels.iter().flat_map(|(id, digest)| [id.as_ref(), digest.as_slice()]).collect();
    derive(Purpose::Heads, &parts)
}
