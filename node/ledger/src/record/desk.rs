//! What lies on one person's desk: window state, drafts, what may disturb, and what one was told of.

use bytes::Bytes;
use folkmoot_core::ids::{ChannelId, EntryId, ServerId};
use folkmoot_identity::Hlc;
use folkmoot_proto::v1;
use prost::Message;

use super::Unreadable;

/// A value that a window wants to find again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UiState {
    /// Its name.
    pub key: String,
    /// Grows with every change.
    pub rev: u64,
    /// JSON.
    pub value: Bytes,
}

impl UiState {
    pub(crate) fn encode(&self) -> Vec<u8> {
        v1::StoredUiState { key: self.key.clone(), rev: self.rev, value: self.value.clone() }.encode_to_vec()
    }

    pub(crate) fn decode(plain: Bytes) -> Result<Self, Unreadable> {
        let v1::StoredUiState { key, rev, value } =
            v1::StoredUiState::decode(plain).map_err(|_| "not a window's state")?;
        Ok(Self { key, rev, value })
    }
}

/// What was begun in a channel and not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The text.
    pub content: String,
    /// When it was last changed, ms UTC.
    pub updated_ms: u64,
}

impl Draft {
    pub(crate) fn encode(&self) -> Vec<u8> {
        v1::StoredDraft { content: self.content.clone(), updated_ms: self.updated_ms }.encode_to_vec()
    }

    pub(crate) fn decode(plain: Bytes) -> Result<Self, Unreadable> {
        let v1::StoredDraft { content, updated_ms } = v1::StoredDraft::decode(plain).map_err(|_| "not a draft")?;
        Ok(Self { content, updated_ms })
    }
}

/// What settings of what may disturb are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticePlace {
    /// All servers.
    Everywhere,
    /// One server.
    Server(ServerId),
    /// One channel.
    Channel(ChannelId),
}

/// Which messages one is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeLevel {
    /// All.
    All,
    /// Those that name or answer one, or hold a keyword.
    Mentions,
    /// None.
    Nothing,
}

/// Hours in which nobody is told of anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    /// Minute of the day at which they begin, 0 to 1439.
    pub from_minute: u16,
    /// Minute of the day at which they end, 0 to 1439.
    pub to_minute: u16,
    /// Minutes by which the clock on the wall is ahead of UTC.
    pub utc_offset_minutes: i16,
}

/// What may disturb at one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeSettings {
    /// As around it when absent.
    pub level: Option<NoticeLevel>,
    /// A channel that stays silent.
    pub muted: bool,
    /// Words one is told of.
    pub keywords: Vec<String>,
    /// As around it when absent.
    pub quiet: Option<QuietHours>,
    /// Grows with every change.
    pub rev: u64,
}

impl NoticeSettings {
    pub(crate) fn encode(&self) -> Vec<u8> {
        v1::StoredNoticeSettings {
            level: match self.level {
                None => 0,
                Some(NoticeLevel::All) => 1,
                Some(NoticeLevel::Mentions) => 2,
                Some(NoticeLevel::Nothing) => 3,
            },
            muted: self.muted,
            keywords: self.keywords.clone(),
            quiet: self.quiet.map(|quiet| v1::StoredQuietHours {
                from_minute: quiet.from_minute.into(),
                to_minute: quiet.to_minute.into(),
                utc_offset_minutes: quiet.utc_offset_minutes.into(),
            }),
            rev: self.rev,
        }
        .encode_to_vec()
    }

    pub(crate) fn decode(plain: Bytes) -> Result<Self, Unreadable> {
        let record = v1::StoredNoticeSettings::decode(plain).map_err(|_| "not settings of what may disturb")?;
        let quiet = |quiet: v1::StoredQuietHours| {
            Ok::<_, Unreadable>(QuietHours {
                from_minute: u16::try_from(quiet.from_minute).map_err(|_| "minute out of range")?,
                to_minute: u16::try_from(quiet.to_minute).map_err(|_| "minute out of range")?,
                utc_offset_minutes: i16::try_from(quiet.utc_offset_minutes).map_err(|_| "offset out of range")?,
            })
        };
        Ok(Self {
            level: match record.level {
                0 => None,
                1 => Some(NoticeLevel::All),
                2 => Some(NoticeLevel::Mentions),
                3 => Some(NoticeLevel::Nothing),
                _ => return Err("unknown level"),
            },
            muted: record.muted,
            keywords: record.keywords,
            quiet: record.quiet.map(quiet).transpose()?,
            rev: record.rev,
        })
    }
}

/// Why one is told of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeReason {
    /// It names one.
    Mention,
    /// It answers one's own.
    Reply,
    /// It holds a keyword.
    Keyword,
    /// Every message of the place is told.
    Message,
}

impl NoticeReason {
    /// The number on disk.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Mention => 1,
            Self::Reply => 2,
            Self::Keyword => 3,
            Self::Message => 4,
        }
    }

    /// From the number on disk.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Mention),
            2 => Some(Self::Reply),
            3 => Some(Self::Keyword),
            4 => Some(Self::Message),
            _ => None,
        }
    }
}

/// A message of the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Stamp of the message.
    pub hlc: Hlc,
    /// The message.
    pub entry: EntryId,
    /// Where.
    pub channel: ChannelId,
    /// Why.
    pub reason: NoticeReason,
}

impl Notice {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let channel = Bytes::copy_from_slice(self.channel.as_ref());
        v1::StoredNotice { channel, reason: self.reason.number().into() }.encode_to_vec()
    }

    pub(crate) fn decode(hlc: Hlc, entry: EntryId, plain: Bytes) -> Result<Self, Unreadable> {
        let record = v1::StoredNotice::decode(plain).map_err(|_| "not a notice")?;
        let channel = ChannelId::try_from(record.channel.as_ref()).map_err(|_| "channel of the wrong length")?;
        let reason = u8::try_from(record.reason).ok().and_then(NoticeReason::from_number);
        Ok(Self { hlc, entry, channel, reason: reason.ok_or("unknown reason")? })
    }
}
