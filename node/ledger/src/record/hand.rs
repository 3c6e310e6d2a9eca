//! What one account did to one message, as it is kept.

use bytes::Bytes;
use folkmoot_core::log::{Hand, Moment};
use folkmoot_proto::v1;
use prost::Message;

use super::{
    Unreadable,
    moment::{emoji_from_disk, moment_from_disk, moment_to_disk, switch_from_disk, switch_to_disk},
};

pub(crate) fn encode_hand(hand: &Hand) -> Vec<u8> {
    let moment = |at: &Option<Moment>| at.as_ref().map(moment_to_disk);
    v1::StoredHand {
        edit: moment(&hand.edit),
        pin: hand.pin.as_ref().map(switch_to_disk),
        redaction: moment(&hand.redaction),
        redaction_of_others: moment(&hand.redaction_of_others),
        reactions: hand
            .reactions
            .iter()
            .map(|(emoji, last)| v1::StoredReaction {
                emoji: emoji.as_str().to_owned(),
                last: Some(switch_to_disk(last)),
            })
            .collect(),
    }
    .encode_to_vec()
}

pub(crate) fn decode_hand(plain: Bytes) -> Result<Hand, Unreadable> {
    let stored = v1::StoredHand::decode(plain).map_err(|_| "not a hand")?;
    let moment = |at: &Option<v1::StoredMoment>| at.as_ref().map(moment_from_disk).transpose();
    Ok(Hand {
        edit: moment(&stored.edit)?,
        pin: stored.pin.as_ref().map(switch_from_disk).transpose()?,
        redaction: moment(&stored.redaction)?,
        redaction_of_others: moment(&stored.redaction_of_others)?,
        reactions: stored
            .reactions
            .iter()
            .map(|reaction| {
                let last = reaction.last.as_ref().ok_or("reaction without a moment")?;
                Ok((emoji_from_disk(&reaction.emoji)?, switch_from_disk(last)?))
            })
            .collect::<Result<_, Unreadable>>()?,
    })
}
