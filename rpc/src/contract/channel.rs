//! `channel.*`: where people talk.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Created, Cursor, Done, Limit, Method, Nonce, Page, Scope, sample};
use crate::error::ErrorKind;
use crate::ids::{ChannelId, MessageId, ServerId};

/// What a channel is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Everybody writes.
    #[default]
    Text,
    /// Few write, all read.
    Announcement,
    /// Holds other channels.
    Category,
}

/// What newcomers may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum History {
    /// All of it.
    Everything,
    /// What was written since they joined.
    SinceJoining,
    /// What was written in the days before they joined and since.
    Days {
        /// How many.
        days: u32,
    },
}

/// A channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Channel {
    /// The channel.
    pub id: ChannelId,
    /// Where it is.
    pub server_id: ServerId,
    /// 1 to 64 characters.
    pub name: String,
    /// What it is for.
    pub kind: ChannelKind,
    /// At most 256 characters; may be empty.
    pub topic: String,
    /// The category it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<ChannelId>,
    /// Its place among those beside it, from 0.
    pub position: u32,
    /// Whether it has members of its own, and keys that only they hold.
    pub private: bool,
    /// Whether nothing more can be written.
    pub archived: bool,
    /// What newcomers may read.
    pub history: History,
    /// Days after which messages are dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<u32>,
    /// The newest message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_message_id: Option<MessageId>,
    /// The newest message read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_up_to: Option<MessageId>,
    /// Messages after it.
    pub unread: u64,
    /// Those of them that mention one.
    pub mentions: u64,
    /// Whether it stays silent: only what names or answers one raises a notification.
    pub muted: bool,
    /// Grows with every change.
    pub rev: u64,
}

pub(super) fn example_channel() -> Channel {
    Channel {
        id: sample::CHANNEL,
        server_id: sample::SERVER,
        name: "general".into(),
        kind: ChannelKind::Text,
        topic: String::new(),
        parent_id: None,
        position: 0,
        private: false,
        archived: false,
        history: History::Everything,
        retention: None,
        last_message_id: Some(sample::MESSAGE),
        read_up_to: Some(sample::MESSAGE),
        unread: 0,
        mentions: 0,
        muted: false,
        rev: 1,
    }
}

/// `channel.create`
pub struct Create;

/// The new channel.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateParams {
    /// Where.
    pub server_id: ServerId,
    /// 1 to 64 characters.
    pub name: String,
    /// What it is for; `text` when left out.
    #[serde(default)]
    pub kind: ChannelKind,
    /// The category to stand in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<ChannelId>,
    /// At most 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Whether it has members of its own: at first whoever makes it, and owners and stewards; others by
    /// `channel.permissions.set`.
    #[serde(default)]
    pub private: bool,
    /// Makes the call repeatable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Nonce>,
}

impl Method for Create {
    const NAME: &'static str = "channel.create";
    const SCOPE: Scope = Scope::ChannelManage;
    const ERRORS: &'static [ErrorKind] = &[
        ErrorKind::NotFound,
        ErrorKind::Precondition,
        ErrorKind::NonceReused,
        ErrorKind::InvalidContent,
        ErrorKind::TooLarge,
        ErrorKind::Unsupported,
        ErrorKind::Quota,
        ErrorKind::Storage,
    ];
    const SUMMARY: &'static str = "Makes a channel.";
    type Params = CreateParams;
    type Output = Created<Channel>;

    fn example() -> (CreateParams, Created<Channel>) {
        let params = CreateParams {
            server_id: sample::SERVER,
            name: "oolong".into(),
            kind: ChannelKind::Text,
            parent_id: None,
            topic: None,
            private: false,
            nonce: Nonce::new("oolong-1"),
        };
        let channel = Channel { name: "oolong".into(), last_message_id: None, read_up_to: None, ..example_channel() };
        (params, Created::new(channel))
    }
}

/// `channel.list`
pub struct List;

/// Which server, which page.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListParams {
    /// The server.
    pub server_id: ServerId,
    /// Items of the page.
    #[serde(default)]
    pub limit: Limit,
    /// Where the page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
}

impl Method for List {
    const NAME: &'static str = "channel.list";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::CursorInvalid];
    const SUMMARY: &'static str = "The channels of a server that one can see, in their order.";
    type Params = ListParams;
    type Output = Page<Channel>;

    fn example() -> (ListParams, Page<Channel>) {
        let params = ListParams { server_id: sample::SERVER, limit: Limit::default(), cursor: None };
        (params, Page::whole(vec![example_channel()]))
    }
}

/// `channel.get`
pub struct Get;

/// Which channel.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelParams {
    /// The channel.
    pub channel_id: ChannelId,
}

impl Method for Get {
    const NAME: &'static str = "channel.get";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound];
    const SUMMARY: &'static str = "One channel.";
    type Params = ChannelParams;
    type Output = Channel;

    fn example() -> (ChannelParams, Channel) {
        (ChannelParams { channel_id: sample::CHANNEL }, example_channel())
    }
}

/// `channel.mark_read`
pub struct MarkRead;

/// Up to where.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkReadParams {
    /// The channel.
    pub channel_id: ChannelId,
    /// The newest message read.
    pub up_to: MessageId,
}

/// What remains unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReadState {
    /// The channel.
    pub channel_id: ChannelId,
    /// The newest message read.
    pub read_up_to: MessageId,
    /// Messages after it.
    pub unread: u64,
    /// Those of them that mention one.
    pub mentions: u64,
}

impl Method for MarkRead {
    const NAME: &'static str = "channel.mark_read";
    const SCOPE: Scope = Scope::MessageWrite;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::Storage];
    const SUMMARY: &'static str = "Marks a channel read up to a message; never moves back.";
    type Params = MarkReadParams;
    type Output = ReadState;

    fn example() -> (MarkReadParams, ReadState) {
        let params = MarkReadParams { channel_id: sample::CHANNEL, up_to: sample::MESSAGE };
        let state = ReadState { channel_id: sample::CHANNEL, read_up_to: sample::MESSAGE, unread: 0, mentions: 0 };
        (params, state)
    }
}

/// `channel.mute`
pub struct Mute;

/// Whether.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MuteParams {
    /// The channel.
    pub channel_id: ChannelId,
    /// Whether it stays silent from now on.
    pub muted: bool,
}

impl Method for Mute {
    const NAME: &'static str = "channel.mute";
    const SCOPE: Scope = Scope::Identity;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::Storage];
    const SUMMARY: &'static str =
        "Silences a channel for oneself, or lets it speak again; mentions and replies still come.";
    type Params = MuteParams;
    type Output = Channel;

    fn example() -> (MuteParams, Channel) {
        let channel = Channel { muted: true, ..example_channel() };
        (MuteParams { channel_id: sample::CHANNEL, muted: true }, channel)
    }
}

/// `channel.typing`
pub struct Typing;

impl Method for Typing {
    const NAME: &'static str = "channel.typing";
    const SCOPE: Scope = Scope::MessageWrite;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::Precondition];
    const SUMMARY: &'static str =
        "Says that one is writing, for the next 8 s; call it every few seconds while it goes on.";
    type Params = ChannelParams;
    type Output = Done;

    fn example() -> (ChannelParams, Done) {
        (ChannelParams { channel_id: sample::CHANNEL }, Done {})
    }
}
