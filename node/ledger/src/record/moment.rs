//! Moments, switches and the like: the parts that hands and subjects are made of.

use bytes::Bytes;
use folkmoot_core::{
    ids::{AccountId, EntryId},
    log::{Done, Emoji, Moment, Switch, Tally},
};
use folkmoot_identity::Hlc;
use folkmoot_proto::v1;

use super::Unreadable;

pub(super) fn moment_to_disk(moment: &Moment) -> v1::StoredMoment {
    v1::StoredMoment { hlc: moment.hlc.bits(), entry: Bytes::copy_from_slice(moment.id.as_ref()) }
}

pub(super) fn moment_from_disk(stored: &v1::StoredMoment) -> Result<Moment, Unreadable> {
    let id = EntryId::try_from(stored.entry.as_ref()).map_err(|_| "id of an entry has the wrong length")?;
    Ok(Moment { hlc: Hlc::from_bits(stored.hlc), id })
}

pub(super) fn switch_to_disk(switch: &Switch) -> v1::StoredSwitch {
    v1::StoredSwitch { at: Some(moment_to_disk(&switch.at)), on: switch.on }
}

pub(super) fn switch_from_disk(stored: &v1::StoredSwitch) -> Result<Switch, Unreadable> {
    let at = stored.at.as_ref().ok_or("switch without a moment")?;
    Ok(Switch { at: moment_from_disk(at)?, on: stored.on })
}

pub(super) fn done_to_disk(done: &Done) -> v1::StoredDone {
    v1::StoredDone { at: Some(moment_to_disk(&done.at)), by: Bytes::copy_from_slice(done.by.as_ref()) }
}

pub(super) fn done_from_disk(stored: &v1::StoredDone) -> Result<Done, Unreadable> {
    let at = stored.at.as_ref().ok_or("act without a moment")?;
    let by = AccountId::try_from(stored.by.as_ref()).map_err(|_| "id of an account has the wrong length")?;
    Ok(Done { at: moment_from_disk(at)?, by })
}

pub(super) fn tally_to_disk(tally: &Tally) -> v1::StoredTally {
    v1::StoredTally {
        emoji: tally.emoji.as_str().to_owned(),
        count: tally.count,
        first: Some(moment_to_disk(&tally.first)),
        me: tally.me,
    }
}

pub(super) fn tally_from_disk(stored: &v1::StoredTally) -> Result<Tally, Unreadable> {
    let first = stored.first.as_ref().ok_or("emoji without a moment")?;
    Ok(Tally {
        emoji: emoji_from_disk(&stored.emoji)?,
        count: stored.count,
        first: moment_from_disk(first)?,
        me: stored.me,
    })
}

pub(super) fn emoji_from_disk(text: &str) -> Result<Emoji, Unreadable> {
    Emoji::new(text).map_err(|_| "not an emoji")
}
