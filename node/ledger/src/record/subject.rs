//! What was done to one message, all in all, as it is kept: what showing the message needs beside its entry.

use bytes::Bytes;
use folkmoot_core::log::{Moment, Outcome};
use folkmoot_identity::Hlc;
use folkmoot_proto::v1;
use prost::Message;

use super::{
    Unreadable,
    moment::{done_from_disk, done_to_disk, moment_from_disk, moment_to_disk, tally_from_disk, tally_to_disk},
};

/// What was done to a message. Follows from the hands on it and from its replies; kept so that a page need not read those.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubjectRecord {
    /// Changes so far.
    pub rev: u64,
    /// What the effects come to; nothing while the message itself is not here.
    pub outcome: Outcome,
    /// Messages in the thread that begins with it, without redacted ones.
    pub replies: u64,
    /// Stamp of the newest of them.
    pub last_reply: Hlc,
    /// Messages that answered it before it was here.
    pub waiting: Vec<Moment>,
}

impl SubjectRecord {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let Outcome { edit, pin, redaction, reactions } = &self.outcome;
        v1::StoredSubject {
            rev: self.rev,
            edit: edit.as_ref().map(moment_to_disk),
            pin: pin.as_ref().map(done_to_disk),
            redaction: redaction.as_ref().map(done_to_disk),
            reactions: reactions.iter().map(tally_to_disk).collect(),
            replies: self.replies,
            last_reply: self.last_reply.bits(),
            waiting: self.waiting.iter().map(moment_to_disk).collect(),
        }
        .encode_to_vec()
    }

    pub(crate) fn decode(plain: Bytes) -> Result<Self, Unreadable> {
        let stored = v1::StoredSubject::decode(plain).map_err(|_| "not a subject")?;
        let outcome = Outcome {
            edit: stored.edit.as_ref().map(moment_from_disk).transpose()?,
            pin: stored.pin.as_ref().map(done_from_disk).transpose()?,
            redaction: stored.redaction.as_ref().map(done_from_disk).transpose()?,
            reactions: stored.reactions.iter().map(tally_from_disk).collect::<Result<_, Unreadable>>()?,
        };
        Ok(Self {
            rev: stored.rev,
            outcome,
            replies: stored.replies,
            last_reply: Hlc::from_bits(stored.last_reply),
            waiting: stored.waiting.iter().map(moment_from_disk).collect::<Result<_, Unreadable>>()?,
        })
    }
}
