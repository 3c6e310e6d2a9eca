//! `notification.*`.

use folkmoot_core::{
    governance::Visibility,
    ids::{ChannelId, EntryId, ServerId},
};
use folkmoot_identity::Hlc;
use folkmoot_ledger::{self as ledger, LedgerError, NoticeLevel, NoticePlace, NoticeReason, NoticeSettings, Snapshot};
use folkmoot_rpc::{
    ApiError, CallContext, ErrorKind,
    contract::{
        Change, Cursor, Page,
        notification::{
            Effective, GetSettingsParams, KEYWORD_CHARS, Level, ListParams, Notification, QuietHours, Reason,
            SetSettingsParams, Settings,
        },
    },
    ids,
};

use super::{Api, error};
use crate::{events::EventKind, notice};

/// Messages of the inbox read at once.
const CHUNK: usize = 64;

pub(super) async fn list(api: &Api, context: CallContext, params: ListParams) -> Result<Page<Notification>, ApiError> {
    let mut before = match &params.cursor {
        None => None,
        Some(cursor) => Some(read_cursor(&cursor.0).ok_or_else(|| {
            ApiError::new(ErrorKind::CursorInvalid, "not a cursor of notification.list").field("cursor")
        })?),
    };
    let limit = params.limit.get();
    api.read(move |api, snapshot| {
        let mut items = Vec::new();
        let mut next_cursor = None;
        'inbox: loop {
            let notices = snapshot.notices(before, CHUNK)?;
            for notice in &notices {
                let Some(item) = api.notification(snapshot, notice.entry, notice.reason)? else { continue };
                if !context.allows_server(item.server_id) || item.message.deleted.is_some() {
                    continue;
                }
                if items.len() == limit {
                    next_cursor = before.map(cursor);
                    break 'inbox;
                }
                items.push(item);
                before = Some((notice.hlc, notice.entry));
            }
            match notices.last() {
                Some(last) if notices.len() == CHUNK => before = Some((last.hlc, last.entry)),
                _ => break,
            }
        }
        Ok(Page { items, next_cursor, prev_cursor: None })
    })
    .await
}

impl Api {
    /// A message one is told of; `None` when it is not here any more, or its server is not ours.
    pub(super) fn notification(
        &self,
        snapshot: &Snapshot<'_>,
        id: EntryId,
        reason: NoticeReason,
    ) -> Result<Option<Notification>, LedgerError> {
        let Some(stored) = snapshot.entry(&id)? else { return Ok(None) };
        let Some(message) = self.message(snapshot, id)? else { return Ok(None) };
        let marker = snapshot.read_marker(&stored.channel)?;
        Ok(Some(Notification {
            id: message.id,
            server_id: message.server_id,
            channel_id: message.channel_id,
            reason: match reason {
                NoticeReason::Mention => Reason::Mention,
                NoticeReason::Reply => Reason::Reply,
                NoticeReason::Keyword => Reason::Keyword,
                NoticeReason::Message => Reason::Message,
            },
            read: marker.is_some_and(|marker| (marker.hlc, marker.entry) >= (stored.entry.header.hlc, id)),
            message,
        }))
    }
}

/// Opaque to callers: stamp and id.
fn cursor((hlc, id): (Hlc, EntryId)) -> Cursor {
    Cursor(format!("{:016x}{}", hlc.bits(), data_encoding::HEXLOWER.encode(id.as_ref())))
}

fn read_cursor(text: &str) -> Option<(Hlc, EntryId)> {
    let (hlc, id) = text.split_at_checked(16)?;
    let hlc = Hlc::from_bits(u64::from_str_radix(hlc, 16).ok()?);
    let id = data_encoding::HEXLOWER.decode(id.as_bytes()).ok()?;
    Some((hlc, EntryId::try_from(id.as_slice()).ok()?))
}

/// What settings are about, and whether it lies in a public server.
#[derive(Clone, Copy)]
struct Scope {
    server: Option<ServerId>,
    channel: Option<ChannelId>,
    public: bool,
}

impl Scope {
    fn of(
        api: &Api,
        context: &CallContext,
        server: Option<ids::ServerId>,
        channel: Option<ids::ChannelId>,
    ) -> Result<Self, ApiError> {
        let view = match (server, channel) {
            (None, None) => return Ok(Self { server: None, channel: None, public: false }),
            (_, Some(channel)) => {
                let view = api.channel_view(context, ChannelId::new(channel.to_bytes()))?;
                if server.is_some_and(|server| server.to_bytes() != *view.id.as_bytes()) {
                    return Err(ApiError::not_found("channel"));
                }
                view
            }
            (Some(server), None) => {
                let view = api.view(server)?;
                api.allow(context, view.id)?;
                view
            }
        };
        Ok(Self {
            server: Some(view.id),
            channel: channel.map(|channel| ChannelId::new(channel.to_bytes())),
            public: view.state.visibility() == Visibility::Public,
        })
    }

    fn place(self) -> NoticePlace {
        match (self.channel, self.server) {
            (Some(channel), _) => NoticePlace::Channel(channel),
            (None, Some(server)) => NoticePlace::Server(server),
            (None, None) => NoticePlace::Everywhere,
        }
    }
}

pub(super) async fn get_settings(
    api: &Api,
    context: CallContext,
    params: GetSettingsParams,
) -> Result<Settings, ApiError> {
    let scope = Scope::of(api, &context, params.server_id, params.channel_id)?;
    api.read(move |_, snapshot| settings(snapshot, scope)).await
}

pub(super) async fn set_settings(
    api: &Api,
    context: CallContext,
    params: SetSettingsParams,
) -> Result<Settings, ApiError> {
    let SetSettingsParams { server_id, channel_id, level, keywords, quiet_hours, if_rev } = params;
    let scope = Scope::of(api, &context, server_id, channel_id)?;
    let keywords = keywords.map(validate_keywords).transpose()?;
    let level = mapped(level, |level| match level {
        Level::All => NoticeLevel::All,
        Level::Mentions => NoticeLevel::Mentions,
        Level::None => NoticeLevel::Nothing,
    });
    let quiet = mapped(quiet_hours, |QuietHours { from_minute, to_minute, utc_offset_minutes }| ledger::QuietHours {
        from_minute,
        to_minute,
        utc_offset_minutes,
    });
    let changed = api.node.pipeline.act(move |turn| {
        let before = turn.world.desk.rev_of(&scope.place());
        let settings = turn.change_notice_settings(scope.place(), if_rev, |settings| {
            level.apply(&mut settings.level);
            quiet.apply(&mut settings.quiet);
            if let Some(keywords) = keywords {
                settings.keywords = keywords;
            }
        })?;
        if settings.rev != before {
            turn.emit_notice_settings(EventKind::NotificationSettingsUpdated, scope.server, scope.channel)?;
        }
        Ok(())
    });
    changed.await.map_err(|e| error::pipeline(&e))?.map_err(|refused| error::desk(refused, "settings"))?;
    api.read(move |_, snapshot| settings(snapshot, scope)).await
}

fn mapped<T, U>(change: Change<T>, map: impl FnOnce(T) -> U) -> Change<U> {
    match change {
        Change::Keep => Change::Keep,
        Change::Clear => Change::Clear,
        Change::Set(value) => Change::Set(map(value)),
    }
}

fn validate_keywords(keywords: Vec<String>) -> Result<Vec<String>, ApiError> {
    let mut validated = Vec::with_capacity(keywords.len());
    for keyword in keywords {
        let keyword = keyword.trim();
        if keyword.is_empty() || keyword.chars().count() > KEYWORD_CHARS || keyword.chars().any(char::is_control) {
            let text = format!("keywords: expected words of 1 to {KEYWORD_CHARS} characters");
            return Err(ApiError::invalid_content("keywords", text));
        }
        if !validated.iter().any(|held: &String| held == keyword) {
            validated.push(keyword.to_owned());
        }
    }
    Ok(validated)
}

/// What is set at a place, and what holds there.
fn settings(snapshot: &Snapshot<'_>, scope: Scope) -> Result<Settings, LedgerError> {
    let places =
        [scope.channel.map(NoticePlace::Channel), scope.server.map(NoticePlace::Server), Some(NoticePlace::Everywhere)];
    let mut held = notice::Settings::new();
    for place in places.into_iter().flatten() {
        if let Some(settings) = snapshot.notice_settings(&place)? {
            held.insert(place, settings);
        }
    }
    let effective = notice::Effective::at(&held, scope.server, scope.channel, scope.public);
    let own: NoticeSettings = held.remove(&scope.place()).unwrap_or_default();
    Ok(Settings {
        server_id: scope.server.map(|server| ids::ServerId::from_bytes(*server.as_bytes())),
        channel_id: scope.channel.map(|channel| ids::ChannelId::from_bytes(*channel.as_bytes())),
        level: own.level.map(level_word),
        keywords: own.keywords,
        quiet_hours: own.quiet.map(hours),
        effective: Effective {
            level: level_word(effective.level),
            keywords: effective.keywords,
            quiet_hours: effective.quiet.map(hours),
        },
        rev: own.rev,
    })
}

/// The settings an event is about, as `notification.settings.get` shows them now.
pub(super) fn settings_of(
    api: &Api,
    snapshot: &Snapshot<'_>,
    server: Option<ServerId>,
    channel: Option<ChannelId>,
) -> Result<Settings, LedgerError> {
    let view = server.and_then(|server| api.node.views.server(&server));
    let public = view.is_some_and(|view| view.state.visibility() == Visibility::Public);
    settings(snapshot, Scope { server, channel, public })
}

const fn level_word(level: NoticeLevel) -> Level {
    match level {
        NoticeLevel::All => Level::All,
        NoticeLevel::Mentions => Level::Mentions,
        NoticeLevel::Nothing => Level::None,
    }
}

const fn hours(quiet: ledger::QuietHours) -> QuietHours {
    let ledger::QuietHours { from_minute, to_minute, utc_offset_minutes } = quiet;
    QuietHours { from_minute, to_minute, utc_offset_minutes }
}
