//! What this account does to messages: edits, redactions, reactions, pins. Nothing is written that would come to nothing: what is
//! so already is left as it is, and what governance would not let count is refused.

use folkmoot_core::{
    governance::Permission,
    ids::{AccountId, ChannelId, EntryId},
    log::{Content, EditPayload, Emoji, EntryKind},
};
use folkmoot_ledger::StoredEntry;
use folkmoot_proto::limits::EMOJI_PER_MESSAGE;

use super::{PublishError, Turn, publish::check_text};

/// Something to do to a message.
#[derive(Clone, Debug)]
pub enum Change {
    /// Give it another text.
    Edit {
        /// The text.
        text: String,
        /// Only if this is its revision.
        if_rev: Option<u64>,
    },
    /// Drop what it says.
    Redact {
        /// Why; may be empty. Validated by the caller.
        reason: String,
    },
    /// Put an emoji to it.
    React(Emoji),
    /// Take one's emoji back.
    Unreact(Emoji),
    /// Pin it.
    Pin,
    /// Take the pin back.
    Unpin,
}

impl Turn<'_> {
    /// Does something to a message; nothing when it is so already.
    ///
    /// # Errors
    /// [`PublishError`].
    pub fn change(&mut self, message: EntryId, change: Change) -> Result<(), PublishError> {
        // 1. The node is ready and the message is one of ours to see.
        let me = self.world.me.as_ref().ok_or(PublishError::NotReady)?.account_id();
        let unknown = || PublishError::UnknownMessage(message);
        let held = self.held_entry(&message)?.filter(|held| held.entry.header.kind == EntryKind::Message);
        let held = held.ok_or_else(unknown)?;
        let channel = held.channel;
        let server = *self.world.channel_home.get(&channel).ok_or_else(unknown)?;
        let author = self.world.find_log(&held.entry.log).ok_or_else(unknown)?.authorized.init().account;
        // 2. It says something still.
        if held.entry.body.is_none() {
            return Err(PublishError::Gone);
        }
        // 3. This account may, and it is not so already.
        match needs(&change, author == me) {
            Need::Author => return Err(PublishError::Forbidden { missing: AUTHOR.to_owned() }),
            Need::Permission(permission) => self.allow(channel, permission, &me)?,
            Need::Nothing => {}
        }
        let Some(content) = self.content_of(change, &held, &me)? else { return Ok(()) };
        // 4. The road everything takes.
        self.write(server, channel, &content, vec![message])?;
        Ok(())
    }

    /// What to write; `None` when it is so already.
    fn content_of(
        &mut self,
        change: Change,
        held: &StoredEntry,
        me: &AccountId,
    ) -> Result<Option<Content>, PublishError> {
        let about = (held.channel, held.entry.id);
        let subject = self.known_subject(about)?;
        let record = subject.as_ref().map(|subject| subject.record.clone()).unwrap_or_default();
        let reacted = |emoji: &Emoji| {
            let hand = subject.as_ref().and_then(|subject| subject.effects.hand(me));
            hand.and_then(|hand| hand.reactions.get(emoji)).is_some_and(|last| last.on)
        };
        Ok(match change {
            Change::Edit { text, if_rev } => {
                let mentions = check_text(&text)?;
                let current = record.rev + 1;
                if if_rev.is_some_and(|rev| rev != current) {
                    return Err(PublishError::Conflict { current });
                }
                let says = self.text_of(held, record.outcome.edit.map(|edit| edit.id))?;
                (says.as_deref() != Some(text.as_str())).then_some(Content::Edit(EditPayload { text, mentions }))
            }
            Change::Redact { reason } => Some(Content::Redact { reason }),
            Change::React(emoji) if reacted(&emoji) => None,
            Change::React(emoji) => {
                if record.outcome.reactions.len() >= EMOJI_PER_MESSAGE && !record.outcome.shows(&emoji) {
                    return Err(PublishError::TooManyEmoji { limit: EMOJI_PER_MESSAGE });
                }
                Some(Content::React(emoji))
            }
            Change::Unreact(emoji) => reacted(&emoji).then_some(Content::Unreact(emoji)),
            Change::Pin => record.outcome.pin.is_none().then_some(Content::Pin),
            Change::Unpin => record.outcome.pin.is_some().then_some(Content::Unpin),
        })
    }

    /// What a message says now.
    fn text_of(&self, held: &StoredEntry, edit: Option<EntryId>) -> Result<Option<String>, PublishError> {
        let edit = edit.map(|edit| self.held_entry(&edit)).transpose()?.flatten();
        let entry = edit.as_ref().map_or(&held.entry, |edit| &edit.entry);
        Ok(match entry.content() {
            Ok(Some(Content::Message(message))) => Some(message.text),
            Ok(Some(Content::Edit(edit))) => Some(edit.text),
            _ => None,
        })
    }

    /// Refuses unless this account holds a permission in a channel now.
    fn allow(&self, channel: ChannelId, permission: Permission, me: &AccountId) -> Result<(), PublishError> {
        let unknown = || PublishError::UnknownChannel(channel);
        let server = self.world.channel_home.get(&channel).and_then(|id| self.world.servers.get(id));
        let state = server.ok_or_else(unknown)?.governance.state();
        state
            .may(me, permission, Some(&channel), self.now_ms)
            .map_err(|denied| PublishError::Forbidden { missing: denied.missing().to_owned() })
    }
}

/// What only the author of a message may do.
const AUTHOR: &str = "author";

/// What somebody needs to change a message.
enum Need {
    /// To have said it.
    Author,
    /// A permission in the channel.
    Permission(Permission),
    /// Nothing.
    Nothing,
}

fn needs(change: &Change, own: bool) -> Need {
    let kind = match change {
        Change::Edit { .. } if !own => return Need::Author,
        Change::Redact { .. } if own => return Need::Nothing,
        Change::Edit { .. } => EntryKind::Edit,
        Change::Redact { .. } => EntryKind::Redact,
        Change::React(_) => EntryKind::React,
        Change::Unreact(_) => EntryKind::Unreact,
        Change::Pin => EntryKind::Pin,
        Change::Unpin => EntryKind::Unpin,
    };
    kind.needs().map_or(Need::Nothing, Need::Permission)
}
