//! Keys of all columns: how they are built, and how what they hold is read back. The layouts are listed in
//! [`catalog`](crate::catalog).

use folkmoot_core::{
    ids::{AccountId, ChannelId, DeviceId, EntryId, EpochId, EventId, LogId, ServerId},
    log::Moment,
};
use folkmoot_identity::{Hlc, RegisterKind};

use crate::{
    mark::Mark,
    record::{EpochSecretKind, NoticePlace},
};

/// Key of the sealed check value.
pub(crate) const CHECK: &[u8] = &[0x00];
/// Key of the last write's number.
pub(crate) const LAST_WRITE: &[u8] = &[0x01];

/// First bytes of the rows of `meta` and `state`.
pub(crate) mod tag {
    pub(crate) const CHANNEL: u8 = b'c';
    pub(crate) const LOG: u8 = b'l';

    pub(crate) const HAND: u8 = b'A';
    pub(crate) const SUBJECT: u8 = b'B';
    pub(crate) const CONSUMER: u8 = b'C';
    pub(crate) const EDIT: u8 = b'D';
    pub(crate) const EPOCH: u8 = b'E';
    pub(crate) const DRAFT: u8 = b'F';
    pub(crate) const NOTICE: u8 = b'I';
    pub(crate) const MARK: u8 = b'K';
    pub(crate) const NOTICE_SETTINGS: u8 = b'L';
    pub(crate) const MARKER: u8 = b'M';
    pub(crate) const NONCE: u8 = b'N';
    pub(crate) const PEER: u8 = b'P';
    pub(crate) const REGISTER: u8 = b'R';
    pub(crate) const SETTING: u8 = b'S';
    pub(crate) const REPLY: u8 = b'T';
    pub(crate) const UI_STATE: u8 = b'U';
    pub(crate) const NONCE_EXPIRY: u8 = b'X';
    pub(crate) const WIPE: u8 = b'Z';
}

/// Greatest and least entry id, as bounds of ranges.
const NO_ID: [u8; 32] = [0; 32];

pub(crate) fn governance(server: &ServerId, event: &EventId) -> Vec<u8> {
    [server.as_ref(), event.as_ref()].concat()
}

pub(crate) fn read_governance(key: &[u8]) -> Option<(ServerId, EventId)> {
    let (server, event) = key.split_first_chunk::<32>()?;
    Some((ServerId::new(*server), EventId::new(event.try_into().ok()?)))
}

/// Bit of a channel's number in `timeline` under which its effects stand, so that they lie apart from its messages.
pub(crate) const EFFECTS: u32 = 1 << 31;

pub(crate) fn timeline(channel_no: u32, hlc: Hlc, entry: &EntryId) -> Vec<u8> {
    let mut key = Vec::with_capacity(44);
    key.extend_from_slice(&channel_no.to_be_bytes());
    key.extend_from_slice(&hlc.bits().to_be_bytes());
    key.extend_from_slice(entry.as_ref());
    key
}

/// Where a channel's entries begin in `timeline`; that of the next number is where they end.
pub(crate) fn timeline_start(channel_no: u32) -> Vec<u8> {
    timeline(channel_no, Hlc::ZERO, &EntryId::new(NO_ID))
}

pub(crate) fn read_timeline(key: &[u8]) -> Option<(u32, Hlc, EntryId)> {
    let (channel_no, rest) = key.split_first_chunk::<4>()?;
    let (hlc, entry) = rest.split_first_chunk::<8>()?;
    let hlc = Hlc::from_bits(u64::from_be_bytes(*hlc));
    Some((u32::from_be_bytes(*channel_no), hlc, EntryId::try_from(entry).ok()?))
}

pub(crate) fn chain(log_no: u32, seq: u64, entry: &EntryId) -> Vec<u8> {
    let mut key = Vec::with_capacity(44);
    key.extend_from_slice(&log_no.to_be_bytes());
    key.extend_from_slice(&seq.to_be_bytes());
    key.extend_from_slice(entry.as_ref());
    key
}

/// Where a log's entries from `seq` on begin in `chain`.
pub(crate) fn chain_start(log_no: u32, seq: u64) -> Vec<u8> {
    chain(log_no, seq, &EntryId::new(NO_ID))
}

pub(crate) fn read_chain(key: &[u8]) -> Option<(u64, EntryId)> {
    let (_, rest) = key.split_first_chunk::<4>()?;
    let (seq, entry) = rest.split_first_chunk::<8>()?;
    Some((u64::from_be_bytes(*seq), EntryId::try_from(entry).ok()?))
}

/// `tag ‖ channel number ‖ message`: what is about one message. An effect made in another channel meets no message.
pub(crate) fn about(tag: u8, channel_no: u32, message: &EntryId) -> Vec<u8> {
    let mut key = Vec::with_capacity(77);
    key.push(tag);
    key.extend_from_slice(&channel_no.to_be_bytes());
    key.extend_from_slice(message.as_ref());
    key
}

pub(crate) fn hand(channel_no: u32, message: &EntryId, account: &AccountId) -> Vec<u8> {
    let mut key = about(tag::HAND, channel_no, message);
    key.extend_from_slice(account.as_ref());
    key
}

pub(crate) fn read_hand(key: &[u8]) -> Option<AccountId> {
    Some(AccountId::new(*key.split_last_chunk::<32>()?.1))
}

/// `tag ‖ kind ‖ channel number`: the marks of a kind in one channel.
pub(crate) fn marks(mark: Mark, channel_no: u32) -> Vec<u8> {
    let mut key = vec![tag::MARK, mark.to_disk()];
    key.extend_from_slice(&channel_no.to_be_bytes());
    key
}

/// `prefix ‖ hlc ‖ entry`: in order of time under a prefix.
pub(crate) fn at(mut prefix: Vec<u8>, moment: &Moment) -> Vec<u8> {
    prefix.extend_from_slice(&moment.hlc.bits().to_be_bytes());
    prefix.extend_from_slice(moment.id.as_ref());
    prefix
}

/// The moment at the end of such a key.
pub(crate) fn read_at(key: &[u8]) -> Option<Moment> {
    let (rest, id) = key.split_last_chunk::<32>()?;
    let (_, hlc) = rest.split_last_chunk::<8>()?;
    Some(Moment { hlc: Hlc::from_bits(u64::from_be_bytes(*hlc)), id: EntryId::new(*id) })
}

pub(crate) fn event(seq: u64) -> Vec<u8> {
    seq.to_be_bytes().to_vec()
}

pub(crate) fn read_event(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(key.try_into().ok()?))
}

/// `tag ‖ id`.
pub(crate) fn tagged(tag: u8, id: &[u8]) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + id.len());
    key.push(tag);
    key.extend_from_slice(id);
    key
}

/// The 32 bytes behind the tag.
pub(crate) fn read_tagged(key: &[u8]) -> Option<[u8; 32]> {
    key.get(1..)?.try_into().ok()
}

pub(crate) fn channel_number(channel: &ChannelId) -> Vec<u8> {
    tagged(tag::CHANNEL, channel.as_ref())
}

pub(crate) fn log_number(log: &LogId) -> Vec<u8> {
    tagged(tag::LOG, log.as_ref())
}

pub(crate) fn epoch(epoch: &EpochId, kind: EpochSecretKind) -> Vec<u8> {
    let mut key = tagged(tag::EPOCH, epoch.as_ref());
    key.push(kind.to_disk());
    key
}

pub(crate) fn read_epoch(key: &[u8]) -> Option<(EpochId, EpochSecretKind)> {
    let (kind, rest) = key.split_last()?;
    Some((EpochId::new(read_tagged(rest)?), EpochSecretKind::from_disk(*kind)?))
}

pub(crate) fn register(account: &AccountId, kind: RegisterKind, device: Option<&DeviceId>) -> Vec<u8> {
    let mut key = tagged(tag::REGISTER, account.as_ref());
    key.push(match kind {
        RegisterKind::Profile => 1,
        RegisterKind::Prekey => 2,
        RegisterKind::Peer => 3,
    });
    if let Some(device) = device {
        key.extend_from_slice(device.as_ref());
    }
    key
}

pub(crate) fn nonce_expiry(expires_ms: u64, nonce: &[u8; 32]) -> Vec<u8> {
    let mut key = tagged(tag::NONCE_EXPIRY, &expires_ms.to_be_bytes());
    key.extend_from_slice(nonce);
    key
}

pub(crate) fn read_nonce_expiry(key: &[u8]) -> Option<(u64, [u8; 32])> {
    let (expires_ms, nonce) = key.get(1..)?.split_first_chunk::<8>()?;
    Some((u64::from_be_bytes(*expires_ms), nonce.try_into().ok()?))
}

pub(crate) fn notice(hlc: Hlc, entry: &EntryId) -> Vec<u8> {
    let mut key = tagged(tag::NOTICE, &hlc.bits().to_be_bytes());
    key.extend_from_slice(entry.as_ref());
    key
}

pub(crate) fn read_notice(key: &[u8]) -> Option<(Hlc, EntryId)> {
    let (hlc, entry) = key.get(1..)?.split_first_chunk::<8>()?;
    Some((Hlc::from_bits(u64::from_be_bytes(*hlc)), EntryId::try_from(entry).ok()?))
}

pub(crate) fn notice_settings(place: &NoticePlace) -> Vec<u8> {
    let (kind, id): (u8, &[u8]) = match place {
        NoticePlace::Everywhere => (0, &[]),
        NoticePlace::Server(server) => (1, server.as_ref()),
        NoticePlace::Channel(channel) => (2, channel.as_ref()),
    };
    let mut key = tagged(tag::NOTICE_SETTINGS, &[kind]);
    key.extend_from_slice(id);
    key
}

pub(crate) fn read_notice_settings(key: &[u8]) -> Option<NoticePlace> {
    match key.get(1..)?.split_first()? {
        (0, []) => Some(NoticePlace::Everywhere),
        (1, server) => ServerId::try_from(server).ok().map(NoticePlace::Server),
        (2, channel) => ChannelId::try_from(channel).ok().map(NoticePlace::Channel),
        _ => None,
    }
}

/// The first key that does not begin with `prefix`; `None` when there is none.
pub(crate) fn after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.last_mut() {
        match last.checked_add(1) {
            Some(next) => {
                *last = next;
                return Some(end);
            }
            None => drop(end.pop()),
        }
    }
    None
}

#[cfg(test)]
mod tests;
