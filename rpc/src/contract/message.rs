//! `message.*`: what people say. What is done to a message afterwards is in `change`, what is asked about one in `look`.

mod change;
mod look;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use change::{Delete, DeleteParams, Edit, EditParams, EmojiParams, Pin, REASON_CHARS, React, Unpin, Unreact};
pub use look::{DeliveryOf, DeliveryReport, HELD_BY_MAX, History, HistoryParams, Pins, PinsParams, Version};

use super::{Created, Cursor, Hlc, Limit, Method, Nonce, Scope, sample};
use crate::error::{ApiError, ErrorKind};
use crate::ids::{AccountId, BlobId, ChannelId, MessageId, ServerId};

/// Attachments of one message.
pub const ATTACHMENTS_MAX: usize = 10;

/// Who wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Author {
    /// The account.
    pub account_id: AccountId,
    /// The name others see.
    pub display_name: String,
    /// Whether a program wrote it.
    pub bot: bool,
}

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attachment {
    /// The bytes.
    pub blob_id: BlobId,
    /// File name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Media type.
    pub mime: String,
}

/// A file to send with a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachmentRef {
    /// The bytes.
    pub blob_id: BlobId,
    /// File name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// An emoji and who used it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reaction {
    /// The emoji.
    pub emoji: String,
    /// How many.
    pub count: u64,
    /// Whether one did oneself.
    pub me: bool,
}

/// Why a message is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Deletion {
    /// Who removed it.
    pub by: AccountId,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When, milliseconds UTC.
    pub at: u64,
}

/// The thread that begins with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Thread {
    /// Messages in it that are not deleted.
    pub replies: u64,
    /// When the newest of them was written, milliseconds UTC.
    pub last_reply_at: u64,
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Written down; not encrypted for the others yet.
    Queued,
    /// In this node's log, on disk.
    Stored,
    /// Other nodes have it too.
    Held,
}

/// Who has a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Delivery {
    /// How far it has come.
    pub state: DeliveryState,
    /// Members' nodes known to have it, besides this one.
    pub holders: u32,
    /// Keepers known to have it.
    pub keepers: u32,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// The message.
    pub id: MessageId,
    /// Where.
    pub server_id: ServerId,
    /// Where.
    pub channel_id: ChannelId,
    /// Who wrote it.
    pub author: Author,
    /// The text; empty once deleted.
    pub content: String,
    /// When it was written, milliseconds UTC; for showing only, order is `hlc`.
    pub created_at: u64,
    /// When it was last changed, milliseconds UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<u64>,
    /// Grows with every change.
    pub rev: u64,
    /// Its place in the channel.
    pub hlc: Hlc,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// The message whose thread it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<MessageId>,
    /// The thread that begins with it, once somebody answered there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<Thread>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Accounts it names: those whose `<@acc_…>` stands in the text.
    pub mentions: Vec<AccountId>,
    /// Whether it calls everybody: `@everyone` by somebody who may.
    pub mention_everyone: bool,
    /// Emoji, the one used first before the others; at most 20.
    pub reactions: Vec<Reaction>,
    /// Whether it is pinned.
    pub pinned: bool,
    /// Why it is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Deletion>,
    /// Who has it.
    pub delivery: Delivery,
}

/// Messages that are known to exist and not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// The place after which something is missing.
    pub from: Hlc,
    /// The place before which something is missing.
    pub to: Hlc,
    /// How many at least.
    pub missing: u64,
    /// Peers that are asked for them.
    pub asking: u32,
}

/// A gap in its place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GapItem {
    /// What is missing.
    pub gap: Gap,
}

/// A row of `message.list`: a gap has no `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "nearly every row is a message: a box each would save nothing")]
pub enum MessageItem {
    /// A message.
    Message(Message),
    /// A place where some are missing.
    Gap(GapItem),
}

/// A page of messages, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MessagePage {
    /// Messages and gaps.
    pub items: Vec<MessageItem>,
    /// Where the older page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<Cursor>,
    /// Where the newer page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev_cursor: Option<Cursor>,
}

pub(super) fn example_message() -> Message {
    Message {
        id: sample::MESSAGE,
        server_id: sample::SERVER,
        channel_id: sample::CHANNEL,
        author: Author { account_id: sample::ACCOUNT, display_name: "Alice".into(), bot: false },
        content: "is anyone there?".into(),
        created_at: sample::TIME_MS,
        edited_at: None,
        rev: 1,
        hlc: Hlc(sample::TIME_MS << 16),
        reply_to: None,
        thread_id: None,
        thread: None,
        attachments: Vec::new(),
        mentions: Vec::new(),
        mention_everyone: false,
        reactions: Vec::new(),
        pinned: false,
        deleted: None,
        delivery: Delivery { state: DeliveryState::Stored, holders: 0, keepers: 0 },
    }
}

/// `message.send`
pub struct Send;

/// The new message.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendParams {
    /// Where.
    pub channel_id: ChannelId,
    /// The text, at most 8 KiB.
    pub content: String,
    /// The message it answers; a message of the same channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// The message whose thread it stands in; one that stands in no thread itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<MessageId>,
    /// Files; at most 10.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 10))]
    pub attachments: Vec<AttachmentRef>,
    /// Makes the call repeatable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Nonce>,
}

impl Method for Send {
    const NAME: &'static str = "message.send";
    const SCOPE: Scope = Scope::MessageWrite;
    const ERRORS: &'static [ErrorKind] = &[
        ErrorKind::NotFound,
        ErrorKind::Gone,
        ErrorKind::Precondition,
        ErrorKind::NonceReused,
        ErrorKind::InvalidContent,
        ErrorKind::TooLarge,
        ErrorKind::Unsupported,
        ErrorKind::RateLimited,
        ErrorKind::Busy,
        ErrorKind::Storage,
    ];
    const SUMMARY: &'static str = "Sends a message; the answer comes once it is on disk.";
    type Params = SendParams;
    type Output = Created<Message>;

    fn check(params: &SendParams) -> Result<(), ApiError> {
        if params.attachments.len() > ATTACHMENTS_MAX {
            return Err(ApiError::invalid_params("attachments", "at most 10 attachments"));
        }
        Ok(())
    }

    fn example() -> (SendParams, Created<Message>) {
        let params = SendParams {
            channel_id: sample::CHANNEL,
            content: "is anyone there?".into(),
            reply_to: None,
            thread: None,
            attachments: Vec::new(),
            nonce: Nonce::new("hello-1"),
        };
        (params, Created::new(example_message()))
    }
}

/// `message.list`
pub struct List;

/// Which part of the channel. At most one of `before`, `after`, `around` and `cursor`; none: the newest.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListParams {
    /// The channel.
    pub channel_id: ChannelId,
    /// Only the answers in the thread that begins with this message; left out: everything in the channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<MessageId>,
    /// Messages older than this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<MessageId>,
    /// The messages directly following this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<MessageId>,
    /// This message and those on both sides of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub around: Option<MessageId>,
    /// Where another page said this one begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
    /// Items of the page.
    #[serde(default)]
    pub limit: Limit,
}

impl ListParams {
    /// The newest messages of a channel.
    #[must_use]
    pub fn newest(channel_id: ChannelId) -> Self {
        Self {
            channel_id,
            thread: None,
            before: None,
            after: None,
            around: None,
            cursor: None,
            limit: Limit::default(),
        }
    }
}

impl Method for List {
    const NAME: &'static str = "message.list";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::CursorInvalid];
    const SUMMARY: &'static str = "A page of a channel or of one thread, newest first.";
    type Params = ListParams;
    type Output = MessagePage;

    fn check(params: &ListParams) -> Result<(), ApiError> {
        let given = [
            ("before", params.before.is_some()),
            ("after", params.after.is_some()),
            ("around", params.around.is_some()),
            ("cursor", params.cursor.is_some()),
        ];
        match given.iter().filter(|(_, given)| *given).nth(1) {
            Some((field, _)) => {
                Err(ApiError::invalid_params(*field, "before, after, around and cursor exclude each other"))
            }
            None => Ok(()),
        }
    }

    fn example() -> (ListParams, MessagePage) {
        let items = vec![MessageItem::Message(example_message())];
        (ListParams::newest(sample::CHANNEL), MessagePage { items, next_cursor: None, prev_cursor: None })
    }
}

/// `message.get`
pub struct Get;

/// Which message.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageParams {
    /// The message.
    pub message_id: MessageId,
}

impl Method for Get {
    const NAME: &'static str = "message.get";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound];
    const SUMMARY: &'static str = "One message.";
    type Params = MessageParams;
    type Output = Message;

    fn example() -> (MessageParams, Message) {
        (MessageParams { message_id: sample::MESSAGE }, example_message())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gap_has_no_id_and_reads_back_as_a_gap() {
        let gap = Gap { from: Hlc(1), to: Hlc(2), missing: 12, asking: 4 };
        let item = MessageItem::Gap(GapItem { gap });
        let json = serde_json::to_string(&item).expect("gaps serialize");
        assert_eq!(json, r#"{"gap":{"from":"0000000000000001","to":"0000000000000002","missing":12,"asking":4}}"#);
        assert_eq!(serde_json::from_str::<MessageItem>(&json).ok(), Some(item));
    }

    #[test]
    fn two_anchors_exclude_each_other() {
        let mut params = ListParams::newest(sample::CHANNEL);
        params.before = Some(sample::MESSAGE);
        assert_eq!(List::check(&params), Ok(()));
        params.around = Some(sample::MESSAGE);
        let refused = List::check(&params).expect_err("two anchors");
        assert_eq!((refused.kind(), refused.detail().field.as_deref()), (ErrorKind::InvalidParams, Some("around")));
    }
}
