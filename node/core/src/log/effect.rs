//! [`Effects`]: everything that was done to one message. A set that only grows and keeps no order of arrival: two nodes that took
//! the same effects hold the same, and what they come to ([`Outcome`](super::Outcome)) is the same.
//!
//! Effects may be taken before their message is here. What depends on the message, its author above all, is asked when the
//! outcome is.

use std::collections::BTreeMap;

use folkmoot_identity::Hlc;

use super::{Content, Emoji, Entry, EntryKind, Hand};
use crate::ids::{AccountId, EntryId};

/// When something was made: by stamp, then by id. Total, and the same everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// Its stamp.
    pub hlc: Hlc,
    /// Its entry.
    pub id: EntryId,
}

/// What is done to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Its text replaced.
    Edit,
    /// An emoji put to it.
    React(Emoji),
    /// An emoji taken back.
    Unreact(Emoji),
    /// Pinned.
    Pin,
    /// Pinned no more.
    Unpin,
    /// What it says dropped.
    Redact,
}

/// One effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// When.
    pub at: Moment,
    /// By whom.
    pub by: AccountId,
    /// What.
    pub act: Act,
    /// Whether its author held at its stamp what [`EntryKind::needs`] names.
    pub allowed: bool,
}

impl Effect {
    /// The effect that an entry is; `None` for a message, and for what lost the payload it needs.
    #[must_use]
    pub fn of(entry: &Entry, by: AccountId, allowed: bool) -> Option<Self> {
        let act = match (entry.header.kind, entry.content().ok()?) {
            (EntryKind::Edit, _) => Act::Edit,
            (_, Some(Content::React(emoji))) => Act::React(emoji),
            (_, Some(Content::Unreact(emoji))) => Act::Unreact(emoji),
            (_, Some(Content::Pin)) => Act::Pin,
            (_, Some(Content::Unpin)) => Act::Unpin,
            (_, Some(Content::Redact { .. })) => Act::Redact,
            (_, Some(Content::Message(_) | Content::Edit(_)) | None) => return None,
        };
        Some(Self { at: entry.moment(), by, act, allowed })
    }
}

/// The message that effects are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Who said it.
    pub author: AccountId,
    /// When.
    pub at: Moment,
}

/// Everything that was done to one message, by whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects(BTreeMap<AccountId, Hand>);

impl Effects {
    /// From what is kept of each account.
    #[must_use]
    pub fn from_hands(hands: impl IntoIterator<Item = (AccountId, Hand)>) -> Self {
        Self(hands.into_iter().collect())
    }

    /// Takes an effect, whether it counts or not. Whether anything changed by it.
    pub fn take(&mut self, effect: &Effect) -> bool {
        let mut hand = self.0.get(&effect.by).cloned().unwrap_or_default();
        let changed = hand.take(effect);
        if changed {
            self.0.insert(effect.by, hand);
        }
        changed
    }

    /// What one account did.
    #[must_use]
    pub fn hand(&self, account: &AccountId) -> Option<&Hand> {
        self.0.get(account)
    }

    /// What each account did, by account.
    pub fn hands(&self) -> impl Iterator<Item = (&AccountId, &Hand)> {
        self.0.iter()
    }

    /// Accounts that did anything.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody did anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests;
