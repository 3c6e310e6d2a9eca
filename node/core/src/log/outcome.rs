//! [`Outcome`]: what the effects on a message come to. A pure function of the effects and the message.

use std::collections::BTreeMap;

use folkmoot_proto::limits::EMOJI_PER_MESSAGE;

use super::{Effects, Emoji, Moment, Target};
use crate::ids::AccountId;

/// Something done to a message: when and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Done {
    /// When.
    pub at: Moment,
    /// By whom.
    pub by: AccountId,
}

/// An emoji under a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The emoji.
    pub emoji: Emoji,
    /// How many accounts.
    pub count: u32,
    /// The earliest of their reactions.
    pub first: Moment,
    /// Whether the account asked for is one of them.
    pub me: bool,
}

/// What was done to a message, all in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The EDIT whose text counts.
    pub edit: Option<Moment>,
    /// The PIN in force.
    pub pin: Option<Done>,
    /// The redaction. Then there is nothing else.
    pub redaction: Option<Done>,
    /// Emoji, the one used first before the others; at most [`EMOJI_PER_MESSAGE`].
    pub reactions: Vec<Tally>,
}

impl Effects {
    /// What they come to for this message, as `me` sees it. Nothing stamped before the message counts.
    ///
    /// - A redaction counts by the message's author, or by whoever was allowed to redact the messages of others; of several
    ///   accounts' the earliest is named.
    /// - Of the author's edits the latest counts.
    /// - The message is pinned if the latest of all pins and unpins is a pin.
    /// - Of more emoji than a message shows, those with the most reactions count, then those used first.
    #[must_use]
    pub fn outcome(&self, target: &Target, me: &AccountId) -> Outcome {
        if let Some(redaction) = self.redaction(target) {
            return Outcome { redaction: Some(redaction), ..Outcome::default() };
        }
        let after = |at: &Moment| *at > target.at;
        let edit = self.hand(&target.author).and_then(|hand| hand.edit).filter(after);
        let pins = self.hands().filter_map(|(by, hand)| Some((hand.pin.filter(|pin| after(&pin.at))?, by)));
        let pin = pins.max_by_key(|(pin, _)| pin.at).filter(|(pin, _)| pin.on);
        let pin = pin.map(|(pin, by)| Done { at: pin.at, by: *by });
        Outcome { edit, pin, redaction: None, reactions: self.tallies(target, me) }
    }

    /// The redaction in force, if any.
    #[must_use]
    pub fn redaction(&self, target: &Target) -> Option<Done> {
        let by_each = self.hands().filter_map(|(by, hand)| {
            let at = if *by == target.author { hand.redaction } else { hand.redaction_of_others };
            at.filter(|at| *at > target.at).map(|at| Done { at, by: *by })
        });
        by_each.min()
    }

    fn tallies(&self, target: &Target, me: &AccountId) -> Vec<Tally> {
        let mut by_emoji: BTreeMap<&Emoji, Tally> = BTreeMap::new();
        for (account, hand) in self.hands() {
            let on = hand.reactions.iter().filter(|(_, held)| held.on && held.at > target.at);
            for (emoji, held) in on {
                let tally = by_emoji.entry(emoji).or_insert_with(|| Tally {
                    emoji: emoji.clone(),
                    count: 0,
                    first: held.at,
                    me: false,
                });
                tally.count += 1;
                tally.first = tally.first.min(held.at);
                tally.me |= account == me;
            }
        }
        let mut tallies: Vec<Tally> = by_emoji.into_values().collect();
        if tallies.len() > EMOJI_PER_MESSAGE {
            tallies.sort_unstable_by_key(|tally| (std::cmp::Reverse(tally.count), tally.first));
            tallies.truncate(EMOJI_PER_MESSAGE);
        }
        tallies.sort_unstable_by_key(|tally| tally.first);
        tallies
    }
}

impl Outcome {
    /// Whether an emoji stands under the message.
    #[must_use]
    pub fn shows(&self, emoji: &Emoji) -> bool {
        self.reactions.iter().any(|tally| tally.emoji == *emoji)
    }
}
