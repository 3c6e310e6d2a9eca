//! What is asked about messages.

use std::collections::BTreeSet;

use folkmoot_core::{
    ids::{AccountId, ChannelId, EntryId},
    log::{Content, EntryKind, Moment},
};
use folkmoot_ledger::{LedgerError, Mark, Snapshot, StoredEntry};
use folkmoot_rpc::{
    ApiError, CallContext, ErrorKind,
    contract::{
        Cursor, Page,
        message::{DeliveryReport, HELD_BY_MAX, HistoryParams, Message, MessageParams, PinsParams, Version},
    },
    ids::MessageId,
};

use super::{
    super::Api,
    read_moment,
    show::{account_id, clock, delivery},
    write_moment,
};

pub(in crate::api) async fn history(
    api: &Api,
    context: CallContext,
    params: HistoryParams,
) -> Result<Page<Version>, ApiError> {
    let (message, author) = api.found(&context, params.message_id).await?;
    let before = cursor(params.cursor.as_ref(), "message.history")?;
    let limit = params.limit.get();
    api.read(move |_, snapshot| {
        if message.entry.body.is_none() {
            return Ok(Page::whole(Vec::new()));
        }
        let mut items: Vec<(Moment, Version)> = Vec::new();
        let mut from = before;
        // Edits that do not count are passed over, so that pages are full.
        while items.len() <= limit {
            let edits = snapshot.edits(&message.channel, &message.entry.id, from.as_ref(), limit + 1)?;
            from = edits.last().map(|(edit, _)| *edit);
            for (edit, by) in &edits {
                items.extend(version(snapshot, edit, *by == author)?);
            }
            if edits.len() <= limit {
                break;
            }
        }
        let first = message.entry.moment();
        if items.len() <= limit && before.is_none_or(|before| before > first) {
            let text = message.entry.message().map(|said| said.text).unwrap_or_default();
            items.push((first, said(first, text)));
        }
        let more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = items.last().filter(|_| more).map(|(last, _)| Cursor(write_moment(last)));
        Ok(Page { items: items.into_iter().map(|(_, version)| version).collect(), next_cursor, prev_cursor: None })
    })
    .await
}

/// What an edit said, if it counted.
fn version(snapshot: &Snapshot<'_>, edit: &Moment, by_author: bool) -> Result<Option<(Moment, Version)>, LedgerError> {
    if !by_author {
        return Ok(None);
    }
    let Some(held) = snapshot.entry(&edit.id)?.filter(|held| held.judged.allowed) else { return Ok(None) };
    Ok(match held.entry.content() {
        Ok(Some(Content::Edit(payload))) => Some((*edit, said(*edit, payload.text))),
        _ => None,
    })
}

fn said(at: Moment, content: String) -> Version {
    Version { content, edited_at: at.hlc.ms(), hlc: clock(at.hlc) }
}

pub(in crate::api) async fn pins(
    api: &Api,
    context: CallContext,
    params: PinsParams,
) -> Result<Page<Message>, ApiError> {
    let channel = ChannelId::new(params.channel_id.to_bytes());
    let view = api.channel_view(&context, channel)?;
    let before = cursor(params.cursor.as_ref(), "message.pins")?;
    let limit = params.limit.get();
    api.read(move |api, snapshot| {
        let mut pins = snapshot.marked(Mark::Pinned, &channel, before.as_ref(), limit + 1)?;
        let more = pins.len() > limit;
        pins.truncate(limit);
        let mut items = Vec::with_capacity(pins.len());
        for pin in &pins {
            if let Some(stored) = snapshot.entry(&pin.id)? {
                items.extend(api.show(snapshot, &view, &stored)?);
            }
        }
        let next_cursor = pins.last().filter(|_| more).map(|last| Cursor(write_moment(last)));
        Ok(Page { items, next_cursor, prev_cursor: None })
    })
    .await
}

pub(in crate::api) async fn delivery_of(
    api: &Api,
    context: CallContext,
    params: MessageParams,
) -> Result<DeliveryReport, ApiError> {
    let (message, _) = api.found(&context, params.message_id).await?;
    let view = api.channel_view(&context, message.channel)?;
    let devices = api.node.log_index.holding(&message.entry);
    let accounts: BTreeSet<AccountId> = devices.iter().filter_map(|d| view.state.account_of_device(d)).collect();
    Ok(DeliveryReport {
        message_id: params.message_id,
        delivery: delivery(u32::try_from(devices.len()).unwrap_or(u32::MAX)),
        held_by: accounts.iter().take(HELD_BY_MAX).map(account_id).collect(),
    })
}

/// Where a page begins.
fn cursor(cursor: Option<&Cursor>, method: &'static str) -> Result<Option<Moment>, ApiError> {
    let invalid = || ApiError::new(ErrorKind::CursorInvalid, format!("not a cursor of {method}")).field("cursor");
    cursor.map(|cursor| read_moment(&cursor.0).ok_or_else(invalid)).transpose()
}

impl Api {
    /// The entry of a message of a server of ours, and its author; 2001 without, 1003 when the token may not touch it.
    async fn found(&self, context: &CallContext, id: MessageId) -> Result<(StoredEntry, AccountId), ApiError> {
        let id = EntryId::new(id.to_bytes());
        let unknown = || ApiError::not_found("message");
        let found = self.read(move |_, snapshot| snapshot.entry(&id)).await?;
        let found = found.filter(|held| held.entry.header.kind == EntryKind::Message).ok_or_else(unknown)?;
        self.channel_view(context, found.channel).map_err(|error| match error.kind() {
            ErrorKind::NotFound => unknown(),
            _ => error,
        })?;
        let author = self.node.log_index.author(&found.entry.log).ok_or_else(unknown)?;
        Ok((found, author))
    }
}
