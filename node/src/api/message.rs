//! `message.*`: sending and listing. What is done to messages is in `change`, what is asked about them in `look`.

pub(super) mod change;
pub(super) mod look;
mod show;

use std::sync::Arc;

use folkmoot_core::{
    governance::Permission,
    ids::{ChannelId, EntryId, LogId},
    log::{EntryKind, MessagePayload, Moment},
};
use folkmoot_identity::Hlc;
use folkmoot_ledger::{LedgerError, Position, Snapshot};
use folkmoot_rpc::{
    ApiError, CallContext, ErrorKind,
    contract::{
        Created, Cursor,
        message::{Gap, GapItem, ListParams, Message, MessageItem, MessagePage, MessageParams, SendParams},
    },
    ids::MessageId,
};

use super::{Api, error, nonce};
use crate::{pipeline::PublishMessage, view::ServerView};

pub(super) async fn send(api: &Api, context: CallContext, params: SendParams) -> Result<Created<Message>, ApiError> {
    let channel = ChannelId::new(params.channel_id.to_bytes());
    let view = api.channel_view(&context, channel)?;
    if !params.attachments.is_empty() {
        return Err(ApiError::new(ErrorKind::BlobUnavailable, "no such blob here").field("attachments"));
    }
    let key = nonce::key(&context, params.nonce.as_ref(), &params);
    let entry_id = |id: MessageId| EntryId::new(id.to_bytes());
    let payload = MessagePayload {
        text: params.content,
        reply_to: params.reply_to.map(entry_id),
        thread: params.thread.map(entry_id),
        mentions: Vec::new(),
    };
    let published =
        api.node.pipeline.publish(PublishMessage { channel, payload, nonce: key }).await.map_err(error::publish)?;
    match published.entry {
        Some(stored) => Ok(Created::new(show::fresh(&view, &stored, &view.me, 0))),
        None => {
            let message = api.read(move |api, snapshot| api.message(snapshot, published.id)).await?;
            Ok(Created::replayed(message.ok_or_else(|| ApiError::not_found("message"))?))
        }
    }
}

pub(super) async fn get(api: &Api, context: CallContext, params: MessageParams) -> Result<Message, ApiError> {
    let id = EntryId::new(params.message_id.to_bytes());
    let message = api
        .read(move |api, snapshot| api.message(snapshot, id))
        .await?
        .ok_or_else(|| ApiError::not_found("message"))?;
    api.channel_view(&context, ChannelId::new(message.channel_id.to_bytes()))?;
    Ok(message)
}

pub(super) async fn list(api: &Api, context: CallContext, params: ListParams) -> Result<MessagePage, ApiError> {
    let channel = ChannelId::new(params.channel_id.to_bytes());
    let view = api.channel_view(&context, channel)?;
    let gaps = api.gaps(&view, channel).await?;
    api.read(move |api, snapshot| page(api, snapshot, &view, channel, &params, &gaps)).await?
}

/// One gap in a log of the channel: between what is held before and after it.
struct KnownGap {
    log: LogId,
    below: Option<u64>,
    above: u64,
    missing: u64,
    asking: u32,
}

fn page(
    api: &Api,
    snapshot: &Snapshot<'_>,
    view: &Arc<ServerView>,
    channel: ChannelId,
    params: &ListParams,
    gaps: &[KnownGap],
) -> Result<Result<MessagePage, ApiError>, LedgerError> {
    let thread = params.thread.map(|root| EntryId::new(root.to_bytes()));
    if let Some(root) = &thread
        && !is_message(snapshot, channel, root)?
    {
        return Ok(Err(ApiError::not_found("message")));
    }
    let position = match position(snapshot, channel, params)? {
        Ok(position) => position,
        Err(error) => return Ok(Err(error)),
    };
    let limit = params.limit.get();
    let rows_at = |position, limit| match &thread {
        Some(root) => snapshot.thread(&channel, root, position, limit),
        None => snapshot.page(&channel, position, limit),
    };
    let rows = rows_at(position, limit)?;
    let newest = rows.first().map(|row| (row.entry.header.hlc, row.entry.id));
    let oldest = rows.last().map(|row| (row.entry.header.hlc, row.entry.id));
    let full = rows.len() >= limit;
    let next_cursor = match oldest {
        Some(oldest) if full || matches!(position, Position::After(..)) => {
            let more = !rows_at(Position::Before(oldest.0, oldest.1), 1)?.is_empty();
            more.then(|| cursor('b', oldest))
        }
        _ => None,
    };
    let prev_cursor = match newest {
        Some(newest) if !matches!(position, Position::Newest) => {
            let more = !rows_at(Position::After(newest.0, newest.1), 1)?.is_empty();
            more.then(|| cursor('a', newest))
        }
        _ => None,
    };
    let mut items: Vec<(Hlc, MessageItem)> = Vec::with_capacity(rows.len());
    for row in &rows {
        items.extend(api.show(snapshot, view, row)?.map(|shown| (row.entry.header.hlc, MessageItem::Message(shown))));
    }
    for gap in gaps {
        if let Some(item) = gap.item(snapshot, oldest, newest)? {
            let at = items.partition_point(|(hlc, _)| *hlc >= item.1);
            items.insert(at, (item.1, MessageItem::Gap(GapItem { gap: item.0 })));
        }
    }
    let items = items.into_iter().map(|(_, item)| item).collect();
    Ok(Ok(MessagePage { items, next_cursor, prev_cursor }))
}

impl KnownGap {
    /// The gap as an item and where it stands, if it lies within the page.
    fn item(
        &self,
        snapshot: &Snapshot<'_>,
        oldest: Option<(Hlc, EntryId)>,
        newest: Option<(Hlc, EntryId)>,
    ) -> Result<Option<(Gap, Hlc)>, LedgerError> {
        let stamp = |seq: u64| -> Result<Option<Hlc>, LedgerError> {
            let range = folkmoot_core::log::SeqRange { from: seq, to: seq };
            Ok(snapshot.run_newest(&self.log, range, usize::MAX)?.first().map(|e| e.entry.header.hlc))
        };
        let Some(above) = stamp(self.above)? else { return Ok(None) };
        let below = match self.below {
            Some(seq) => stamp(seq)?.unwrap_or_default(),
            None => Hlc::ZERO,
        };
        let (Some(oldest), Some(newest)) = (oldest, newest) else { return Ok(None) };
        // The page shows the gap when it shows the entry right above it.
        if above > newest.0 || above < oldest.0 {
            return Ok(None);
        }
        let gap = Gap {
            from: folkmoot_rpc::contract::Hlc(below.bits()),
            to: folkmoot_rpc::contract::Hlc(above.bits()),
            missing: self.missing,
            asking: self.asking,
        };
        Ok(Some((gap, above)))
    }
}

/// Where a page begins: by anchor message or by cursor.
fn position(
    snapshot: &Snapshot<'_>,
    channel: ChannelId,
    params: &ListParams,
) -> Result<Result<Position, ApiError>, LedgerError> {
    if let Some(text) = &params.cursor {
        return Ok(read_cursor(&text.0)
            .ok_or_else(|| ApiError::new(ErrorKind::CursorInvalid, "not a cursor of message.list").field("cursor")));
    }
    let anchor = params.before.or(params.after).or(params.around);
    let Some(anchor) = anchor else { return Ok(Ok(Position::Newest)) };
    let id = EntryId::new(anchor.to_bytes());
    let held = snapshot.entry(&id)?.filter(|e| e.channel == channel && e.entry.header.kind == EntryKind::Message);
    let Some(held) = held else { return Ok(Err(ApiError::not_found("message"))) };
    let hlc = held.entry.header.hlc;
    Ok(Ok(if params.before.is_some() {
        Position::Before(hlc, id)
    } else if params.after.is_some() {
        Position::After(hlc, id)
    } else {
        Position::Around(hlc, id)
    }))
}

fn is_message(snapshot: &Snapshot<'_>, channel: ChannelId, id: &EntryId) -> Result<bool, LedgerError> {
    let held = snapshot.entry(id)?;
    Ok(held.is_some_and(|held| held.channel == channel && held.entry.header.kind == EntryKind::Message))
}

/// Opaque to callers: direction, stamp and id.
fn cursor(direction: char, (hlc, id): (Hlc, EntryId)) -> Cursor {
    Cursor(format!("{direction}{}", write_moment(&Moment { hlc, id })))
}

fn write_moment(moment: &Moment) -> String {
    format!("{:016x}{}", moment.hlc.bits(), data_encoding::HEXLOWER.encode(moment.id.as_ref()))
}

fn read_moment(text: &str) -> Option<Moment> {
    let (hlc, id) = text.split_at_checked(16)?;
    let hlc = Hlc::from_bits(u64::from_str_radix(hlc, 16).ok()?);
    let id = data_encoding::HEXLOWER.decode(id.as_bytes()).ok()?;
    Some(Moment { hlc, id: EntryId::try_from(id.as_slice()).ok()? })
}

fn read_cursor(text: &str) -> Option<Position> {
    let (direction, rest) = text.split_at_checked(1)?;
    let Moment { hlc, id } = read_moment(rest)?;
    match direction {
        "b" => Some(Position::Before(hlc, id)),
        "a" => Some(Position::After(hlc, id)),
        _ => None,
    }
}

impl Api {
    /// Reads the ledger off the runtime.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Self, &Snapshot<'_>) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let api = self.clone();
        tokio::task::spawn_blocking(move || {
            let snapshot = api.node.ledger.snapshot()?;
            read(&api, &snapshot)
        })
        .await
        .map_err(|_| ApiError::internal())?
        .map_err(|error| error::ledger(&error))
    }

    /// The view of a channel's server, or 2001; 1003 when the token may not touch it, or the account may not see the channel.
    pub(super) fn channel_view(&self, context: &CallContext, channel: ChannelId) -> Result<Arc<ServerView>, ApiError> {
        let view = self.node.views.server_of_channel(&channel).ok_or_else(|| ApiError::not_found("channel"))?;
        self.allow(context, view.id)?;
        let seen = view.state.may(&view.me, Permission::View, Some(&channel), 0);
        seen.map_err(|denied| ApiError::forbidden(denied.missing()))?;
        Ok(view)
    }

    async fn gaps(&self, view: &Arc<ServerView>, channel: ChannelId) -> Result<Vec<KnownGap>, ApiError> {
        let server = view.id;
        let asking = self.connected_members(view).await;
        self.node
            .pipeline
            .read(move |world| {
                let logs = world.servers.get(&server).and_then(|s| s.channels.get(&channel)).map(|c| &c.logs);
                let mut gaps = Vec::new();
                for log in logs.into_iter().flat_map(|logs| logs.values()) {
                    for gap in log.ranges.gaps() {
                        gaps.push(KnownGap {
                            log: log.authorized.init().id,
                            below: gap.from.checked_sub(1).filter(|seq| *seq > 0),
                            above: gap.to + 1,
                            missing: gap.count(),
                            asking,
                        });
                    }
                }
                gaps
            })
            .await
            .map_err(|e| error::pipeline(&e))
    }

    /// How many members' nodes are connected now.
    pub(super) async fn connected_members(&self, view: &ServerView) -> u32 {
        let Ok(peers) = self.node.overlay.peers().await else { return 0 };
        let members = peers.iter().filter(|peer| view.state.is_member_device(&peer.device)).count();
        u32::try_from(members).unwrap_or(u32::MAX)
    }
}
