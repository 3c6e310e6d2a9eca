//! `notification.*`: what was said to oneself, and what may disturb.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::message::{Message, example_message};
use super::{Change, Cursor, Limit, Method, Page, Scope, sample};
use crate::error::{ApiError, ErrorKind};
use crate::ids::{ChannelId, MessageId, ServerId};

/// Keywords of one place.
pub const KEYWORDS_MAX: usize = 32;
/// Characters of a keyword.
pub const KEYWORD_CHARS: usize = 64;
/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;
/// Farthest a clock on the wall is from UTC, in minutes: UTC+14.
const OFFSET_MINUTES: i16 = 14 * 60;

/// Why somebody is told of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "NotificationReason")]
pub enum Reason {
    /// It names one.
    Mention,
    /// It answers a message of one's own.
    Reply,
    /// It holds one of the keywords.
    Keyword,
    /// It was said where everything is told.
    Message,
}

/// A message one is told of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Notification {
    /// The message's id.
    pub id: MessageId,
    /// Where.
    pub server_id: ServerId,
    /// Where.
    pub channel_id: ChannelId,
    /// Why.
    pub reason: Reason,
    /// Whether the channel was read up to it.
    pub read: bool,
    /// The message as it is now.
    pub message: Message,
}

fn example_notification() -> Notification {
    Notification {
        id: sample::MESSAGE,
        server_id: sample::SERVER,
        channel_id: sample::CHANNEL,
        reason: Reason::Mention,
        read: false,
        message: Message { mentions: vec![sample::ACCOUNT], ..example_message() },
    }
}

/// `notification.list`
pub struct List;

/// Which page.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListParams {
    /// Items of the page.
    #[serde(default)]
    pub limit: Limit,
    /// Where the page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
}

impl Method for List {
    const NAME: &'static str = "notification.list";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::CursorInvalid, ErrorKind::Storage];
    const SUMMARY: &'static str =
        "Mentions, replies to oneself and keywords over all servers, newest first; the last thousand are kept.";
    type Params = ListParams;
    type Output = Page<Notification>;

    fn example() -> (ListParams, Page<Notification>) {
        (ListParams::default(), Page::whole(vec![example_notification()]))
    }
}

/// What raises `notification.created`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "NotificationLevel")]
pub enum Level {
    /// Every message.
    All,
    /// Mentions, replies to oneself and keywords.
    Mentions,
    /// Nothing.
    None,
}

/// Hours in which nothing is raised. They may reach over midnight; equal ends are the whole day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// Minute of the day at which they begin, 0 to 1439.
    #[schemars(range(max = 1439))]
    pub from_minute: u16,
    /// Minute of the day at which they end, 0 to 1439.
    #[schemars(range(max = 1439))]
    pub to_minute: u16,
    /// Minutes by which the clock on the wall is ahead of UTC, -840 to 840.
    #[schemars(range(min = -840, max = 840))]
    pub utc_offset_minutes: i16,
}

/// What holds at a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "EffectiveNotificationSettings")]
pub struct Effective {
    /// The level of the nearest place that has one; without any, `all` in private servers and `mentions` in public ones.
    pub level: Level,
    /// The keywords of the place and of those around it.
    pub keywords: Vec<String>,
    /// The hours of the nearest place that has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<QuietHours>,
}

/// The settings of a channel, of a server, or of everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "NotificationSettings")]
pub struct Settings {
    /// The server, in settings of a server or channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_id: Option<ServerId>,
    /// The channel, in settings of a channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
    /// What was set here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// What was set here.
    pub keywords: Vec<String>,
    /// What was set here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<QuietHours>,
    /// What holds here, with what was set around it. Where no server is named, as in a private one.
    pub effective: Effective,
    /// Grows with every change; 0 where nothing was set.
    pub rev: u64,
}

fn example_settings() -> Settings {
    let quiet_hours = QuietHours { from_minute: 22 * 60, to_minute: 7 * 60, utc_offset_minutes: 120 };
    Settings {
        server_id: Some(sample::SERVER),
        channel_id: None,
        level: Some(Level::Mentions),
        keywords: vec!["oolong".into()],
        quiet_hours: None,
        effective: Effective {
            level: Level::Mentions,
            keywords: vec!["oolong".into()],
            quiet_hours: Some(quiet_hours),
        },
        rev: 1,
    }
}

/// `notification.settings.get`
pub struct GetSettings;

/// Of what: a channel, a server, or, with neither, everything.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetSettingsParams {
    /// The server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_id: Option<ServerId>,
    /// The channel; its server need not be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
}

impl Method for GetSettings {
    const NAME: &'static str = "notification.settings.get";
    const SCOPE: Scope = Scope::Identity;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::Storage];
    const SUMMARY: &'static str = "What may disturb: of everything, of a server or of a channel.";
    type Params = GetSettingsParams;
    type Output = Settings;

    fn example() -> (GetSettingsParams, Settings) {
        (GetSettingsParams { server_id: Some(sample::SERVER), channel_id: None }, example_settings())
    }
}

/// `notification.settings.set`
pub struct SetSettings;

/// What changes; what is left out stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetSettingsParams {
    /// The server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_id: Option<ServerId>,
    /// The channel; its server need not be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
    /// What is raised; `null`: as around it.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub level: Change<Level>,
    /// Words to be told of, in any case; at most 32 of at most 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 32))]
    pub keywords: Option<Vec<String>>,
    /// When nothing is raised; `null`: as around it.
    #[serde(default, skip_serializing_if = "Change::is_keep")]
    pub quiet_hours: Change<QuietHours>,
    /// Refused with 2003 unless the settings still have this revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_rev: Option<u64>,
}

impl Method for SetSettings {
    const NAME: &'static str = "notification.settings.set";
    const SCOPE: Scope = Scope::Identity;
    const ERRORS: &'static [ErrorKind] =
        &[ErrorKind::NotFound, ErrorKind::Conflict, ErrorKind::InvalidContent, ErrorKind::Quota, ErrorKind::Storage];
    const SUMMARY: &'static str = "Changes what may disturb: everywhere, in a server or in a channel.";
    type Params = SetSettingsParams;
    type Output = Settings;

    fn check(params: &SetSettingsParams) -> Result<(), ApiError> {
        if params.keywords.as_ref().is_some_and(|keywords| keywords.len() > KEYWORDS_MAX) {
            return Err(ApiError::invalid_params("keywords", format!("at most {KEYWORDS_MAX} keywords")));
        }
        if let Change::Set(QuietHours { from_minute, to_minute, utc_offset_minutes }) = params.quiet_hours {
            if from_minute >= DAY_MINUTES || to_minute >= DAY_MINUTES {
                return Err(ApiError::invalid_params("quiet_hours", "a minute of the day is 0 to 1439"));
            }
            if !(-OFFSET_MINUTES..=OFFSET_MINUTES).contains(&utc_offset_minutes) {
                return Err(ApiError::invalid_params("quiet_hours", "utc_offset_minutes is -840 to 840"));
            }
        }
        Ok(())
    }

    fn example() -> (SetSettingsParams, Settings) {
        let params = SetSettingsParams {
            server_id: Some(sample::SERVER),
            level: Change::Set(Level::Mentions),
            keywords: Some(vec!["oolong".into()]),
            ..SetSettingsParams::default()
        };
        (params, example_settings())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_out_of_range_are_refused() {
        let hours = |from_minute, utc_offset_minutes| SetSettingsParams {
            quiet_hours: Change::Set(QuietHours { from_minute, to_minute: 0, utc_offset_minutes }),
            ..SetSettingsParams::default()
        };
        assert_eq!(SetSettings::check(&hours(1439, 840)), Ok(()));
        for refused in [
            hours(1440, 0),
            hours(0, 841),
            hours(0, -841),
            SetSettingsParams { keywords: Some(vec!["a".into(); 33]), ..SetSettingsParams::default() },
        ] {
            assert_eq!(
                SetSettings::check(&refused).map_err(|e| e.kind()),
                Err(ErrorKind::InvalidParams),
                "{refused:?}"
            );
        }
    }
}
