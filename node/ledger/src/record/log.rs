//! What is kept about a log beside its entries.

use bytes::Bytes;
use folkmoot_core::log::{LogInit, Ranges, SeqRange};
use folkmoot_proto::v1;
use prost::Message;

use super::Unreadable;

/// A log: who writes where, and which of its entries are held. Written whole by whoever appends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRecord {
    /// Its first record.
    pub init: LogInit,
    /// Numbers held.
    pub ranges: Ranges,
    /// Numbers at which more than one entry is held, ascending.
    pub forks: Vec<u64>,
    /// Written by this device.
    pub own: bool,
    /// Nothing may follow any more.
    pub closed: bool,
}

impl LogRecord {
    pub(crate) fn encode(&self) -> Vec<u8> {
        v1::StoredLog {
            init: Some(self.init.signed.clone().into()),
            ranges: self.ranges.as_slice().iter().map(|r| v1::StoredRange { from: r.from, to: r.to }).collect(),
            forks: self.forks.clone(),
            own: self.own,
            closed: self.closed,
        }
        .encode_to_vec()
    }

    pub(crate) fn decode(plain: Bytes) -> Result<Self, Unreadable> {
        let record = v1::StoredLog::decode(plain).map_err(|_| "not a log")?;
        let init = LogInit::decode(record.init.ok_or("log without first record")?.into());
        Ok(Self {
            init: init.map_err(|_| "first record of the log is invalid")?,
            ranges: Ranges::from_ranges(record.ranges.iter().map(|r| SeqRange { from: r.from, to: r.to })),
            forks: record.forks,
            own: record.own,
            closed: record.closed,
        })
    }
}
