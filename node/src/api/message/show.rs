//! A message as `message.get` shows it: its entry, and what was done to it.

use folkmoot_core::{
    ids::{AccountId, EntryId},
    log::{Content, EditPayload, EntryKind, Moment},
};
use folkmoot_identity::Hlc;
use folkmoot_ledger::{LedgerError, Snapshot, StoredEntry, SubjectRecord};
use folkmoot_rpc::{
    contract::{self, message},
    ids,
};

use super::super::Api;
use crate::view::ServerView;

/// What a message says at one time.
#[derive(Default)]
struct Said {
    text: String,
    mentions: Vec<AccountId>,
    calls_all: bool,
}

impl Api {
    /// A message of a server of ours; `None` when there is none of that id.
    pub(in crate::api) fn message(
        &self,
        snapshot: &Snapshot<'_>,
        id: EntryId,
    ) -> Result<Option<message::Message>, LedgerError> {
        let Some(stored) = snapshot.entry(&id)? else { return Ok(None) };
        let Some(view) = self.node.views.server_of_channel(&stored.channel) else { return Ok(None) };
        self.show(snapshot, &view, &stored)
    }

    /// A stored entry as a message; `None` for an effect.
    pub(super) fn show(
        &self,
        snapshot: &Snapshot<'_>,
        view: &ServerView,
        stored: &StoredEntry,
    ) -> Result<Option<message::Message>, LedgerError> {
        if stored.entry.header.kind != EntryKind::Message {
            return Ok(None);
        }
        let Some(author) = self.node.log_index.author(&stored.entry.log) else { return Ok(None) };
        let subject = snapshot.subject(&stored.channel, &stored.entry.id)?.unwrap_or_default();
        let holders = self.node.log_index.holders(&stored.entry);
        let mut shown = fresh(view, stored, &author, holders);
        shown.rev += subject.rev;
        if stored.entry.body.is_none() {
            shown.deleted = Some(deletion(snapshot, stored, &subject, &author)?);
        } else if let Some(edit) = subject.outcome.edit {
            let said = said_by(snapshot, &edit)?;
            shown.content = said.text;
            shown.mentions = accounts(&said.mentions);
            shown.mention_everyone = said.calls_all;
            shown.edited_at = Some(edit.hlc.ms());
        }
        shown.pinned = subject.outcome.pin.is_some();
        shown.reactions = subject
            .outcome
            .reactions
            .iter()
            .map(|tally| message::Reaction {
                emoji: tally.emoji.as_str().to_owned(),
                count: tally.count.into(),
                me: tally.me,
            })
            .collect();
        shown.thread = (subject.replies > 0)
            .then(|| message::Thread { replies: subject.replies, last_reply_at: subject.last_reply.ms() });
        Ok(Some(shown))
    }
}

/// A message to which nothing was done yet.
pub(super) fn fresh(view: &ServerView, stored: &StoredEntry, author: &AccountId, holders: u32) -> message::Message {
    let entry = &stored.entry;
    let payload = entry.message().unwrap_or_default();
    message::Message {
        id: message_id(&entry.id),
        server_id: ids::ServerId::from_bytes(*view.id.as_bytes()),
        channel_id: ids::ChannelId::from_bytes(*stored.channel.as_bytes()),
        author: message::Author {
            account_id: account_id(author),
            display_name: view.name_of(author).to_owned(),
            bot: false,
        },
        content: payload.text,
        created_at: entry.header.hlc.ms(),
        edited_at: None,
        rev: 1,
        hlc: clock(entry.header.hlc),
        reply_to: payload.reply_to.as_ref().map(message_id),
        thread_id: payload.thread.as_ref().map(message_id),
        thread: None,
        attachments: Vec::new(),
        mentions: accounts(&payload.mentions),
        mention_everyone: stored.judged.calls_all,
        reactions: Vec::new(),
        pinned: false,
        deleted: None,
        delivery: delivery(holders),
    }
}

/// Who has a message, by number.
pub(super) fn delivery(holders: u32) -> message::Delivery {
    let state = if holders > 0 { message::DeliveryState::Held } else { message::DeliveryState::Stored };
    message::Delivery { state, holders, keepers: 0 }
}

/// Who redacted a message, when and why.
fn deletion(
    snapshot: &Snapshot<'_>,
    stored: &StoredEntry,
    subject: &SubjectRecord,
    author: &AccountId,
) -> Result<message::Deletion, LedgerError> {
    let Some(redaction) = subject.outcome.redaction else {
        return Ok(message::Deletion { by: account_id(author), reason: None, at: stored.entry.header.hlc.ms() });
    };
    let reason = snapshot.entry(&redaction.at.id)?.and_then(|held| match held.entry.content() {
        Ok(Some(Content::Redact { reason })) if !reason.is_empty() => Some(reason),
        _ => None,
    });
    Ok(message::Deletion { by: account_id(&redaction.by), reason, at: redaction.at.hlc.ms() })
}

/// What an edit says.
fn said_by(snapshot: &Snapshot<'_>, edit: &Moment) -> Result<Said, LedgerError> {
    let Some(held) = snapshot.entry(&edit.id)? else { return Ok(Said::default()) };
    Ok(match held.entry.content() {
        Ok(Some(Content::Edit(EditPayload { text, mentions }))) => {
            Said { text, mentions, calls_all: held.judged.calls_all }
        }
        _ => Said::default(),
    })
}

pub(super) const fn message_id(entry: &EntryId) -> ids::MessageId {
    ids::MessageId::from_bytes(*entry.as_bytes())
}

pub(super) const fn account_id(account: &AccountId) -> ids::AccountId {
    ids::AccountId::from_bytes(*account.as_bytes())
}

pub(super) const fn clock(hlc: Hlc) -> contract::Hlc {
    contract::Hlc(hlc.bits())
}

fn accounts(accounts: &[AccountId]) -> Vec<ids::AccountId> {
    accounts.iter().map(account_id).collect()
}
