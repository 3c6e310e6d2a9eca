//! [`Hand`]: what one account did to one message, each thing as it did it last.

use std::collections::BTreeMap;

use folkmoot_proto::limits::EMOJI_PER_HAND;

use super::{Act, Effect, Emoji, Moment};

/// Something that can be done and taken back, as it was last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    /// When.
    pub at: Moment,
    /// Whether it was done, or taken back.
    pub on: bool,
}

/// What one account did to one message. Bounded, whatever the account writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hand {
    /// Its last edit; counts if it is the message's author.
    pub edit: Option<Moment>,
    /// Its last pin or unpin.
    pub pin: Option<Switch>,
    /// Its last redaction, allowed or not; counts if it is the message's author.
    pub redaction: Option<Moment>,
    /// Its last redaction that it may make of the messages of others.
    pub redaction_of_others: Option<Moment>,
    /// Per emoji its last reaction; the [`EMOJI_PER_HAND`] used last.
    pub reactions: BTreeMap<Emoji, Switch>,
}

impl Hand {
    /// Takes an effect of this account: later ones stand in place of earlier ones. Whether anything changed.
    pub(super) fn take(&mut self, effect: &Effect) -> bool {
        let Effect { at, allowed, .. } = *effect;
        match &effect.act {
            Act::Edit => allowed && later(&mut self.edit, at),
            Act::Pin => allowed && switch(&mut self.pin, at, true),
            Act::Unpin => allowed && switch(&mut self.pin, at, false),
            Act::React(emoji) => allowed && self.react(emoji, Switch { at, on: true }),
            Act::Unreact(emoji) => self.react(emoji, Switch { at, on: false }),
            Act::Redact => {
                let own = later(&mut self.redaction, at);
                own | (allowed && later(&mut self.redaction_of_others, at))
            }
        }
    }

    fn react(&mut self, emoji: &Emoji, to: Switch) -> bool {
        match self.reactions.get_mut(emoji) {
            Some(held) if held.at >= to.at => return false,
            Some(held) => *held = to,
            None => drop(self.reactions.insert(emoji.clone(), to)),
        }
        if self.reactions.len() > EMOJI_PER_HAND {
            let oldest = self.reactions.iter().min_by_key(|(_, held)| held.at).map(|(oldest, _)| oldest.clone());
            if let Some(oldest) = oldest {
                self.reactions.remove(&oldest);
                return oldest != *emoji;
            }
        }
        true
    }
}

fn later(held: &mut Option<Moment>, at: Moment) -> bool {
    let news = *held < Some(at);
    if news {
        *held = Some(at);
    }
    news
}

fn switch(held: &mut Option<Switch>, at: Moment, on: bool) -> bool {
    let news = held.is_none_or(|held| held.at < at);
    if news {
        *held = Some(Switch { at, on });
    }
    news
}
