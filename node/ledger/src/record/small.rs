//! Small facts: read markers, consumers of the event log, settings.

use bytes::Bytes;
use folkmoot_core::ids::EntryId;
use folkmoot_identity::Hlc;
use folkmoot_proto::v1;
use prost::Message;

use super::Unreadable;

/// How far somebody has read a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadMarker {
    /// Stamp of the last entry read.
    pub hlc: Hlc,
    /// The last entry read.
    pub entry: EntryId,
}

impl ReadMarker {
    pub(crate) fn encode(&self) -> Vec<u8> {
        v1::StoredMarker { hlc: self.hlc.bits(), entry: Bytes::copy_from_slice(self.entry.as_ref()) }.encode_to_vec()
    }

    pub(crate) fn decode(plain: Bytes) -> Result<Self, Unreadable> {
        let record = v1::StoredMarker::decode(plain).map_err(|_| "not a read marker")?;
        let entry = EntryId::try_from(record.entry.as_ref()).map_err(|_| "id in a read marker has the wrong length")?;
        Ok(Self { hlc: Hlc::from_bits(record.hlc), entry })
    }
}

pub(crate) fn encode_consumer(name: &str, seq: u64) -> Vec<u8> {
    v1::StoredConsumer { name: name.to_owned(), seq }.encode_to_vec()
}

pub(crate) fn decode_consumer(plain: Bytes) -> Result<(String, u64), Unreadable> {
    let record = v1::StoredConsumer::decode(plain).map_err(|_| "not a consumer")?;
    Ok((record.name, record.seq))
}

pub(crate) fn encode_setting(name: &str, value: &Bytes) -> Vec<u8> {
    v1::StoredSetting { name: name.to_owned(), value: value.clone() }.encode_to_vec()
}

pub(crate) fn decode_setting(plain: Bytes) -> Result<(String, Bytes), Unreadable> {
    let record = v1::StoredSetting::decode(plain).map_err(|_| "not a setting")?;
    Ok((record.name, record.value))
}
