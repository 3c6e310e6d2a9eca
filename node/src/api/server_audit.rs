//! `server.audit.*`: the acts of a server in words.

use std::collections::BTreeMap;

use folkmoot_core::{
    governance::{Event, Governance, Why},
    ids::{AccountId, EventId, ServerId},
};
use folkmoot_identity::Hlc;
use folkmoot_rpc::{
    ApiError, CallContext, ErrorKind,
    contract::{
        Cursor, Page,
        server_audit::{AuditItem, ListParams, Person},
    },
    ids,
};

use super::{Api, error, render};
use crate::pipeline::World;

/// A place in the list: what stands before it is older.
type Place = (Hlc, EventId);

pub(super) async fn list(api: &Api, context: CallContext, params: ListParams) -> Result<Page<AuditItem>, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let before = params.cursor.as_ref().map(place).transpose()?;
    let (server, limit) = (view.id, params.limit.get());
    let wanted = Wanted {
        person: params.person.map(|person| AccountId::new(person.to_bytes())),
        types: params.types,
        effective: params.effective,
    };
    let page = api.node.pipeline.read(move |world| page(world, &server, &wanted, before, limit)).await;
    page.map_err(|e| error::pipeline(&e))
}

struct Wanted {
    person: Option<AccountId>,
    types: Vec<String>,
    effective: Option<bool>,
}

impl Wanted {
    fn wants(&self, world: &World, server: &ServerId, governance: &Governance, event: &Event) -> bool {
        let kind = self.types.is_empty() || self.types.iter().any(|kind| kind == event.payload.word());
        kind && self.effective.is_none_or(|wanted| wanted == governance.is_effective(&event.id()))
            && self.person.is_none_or(|person| {
                event.account == person || world.describe_event(server, event).target == Some(person)
            })
    }
}

fn page(world: &World, server: &ServerId, wanted: &Wanted, before: Option<Place>, limit: usize) -> Page<AuditItem> {
    let Some(held) = world.servers.get(server) else { return Page::whole(Vec::new()) };
    // The newest of what stands before the cursor, and one more to tell whether that was all: no list of all is ever sorted.
    let mut newest: BTreeMap<Place, &Event> = BTreeMap::new();
    for event in held.governance.events() {
        let at = (event.hlc, event.id());
        let full = newest.len() > limit;
        let too_old = full && newest.first_key_value().is_some_and(|(oldest, _)| at < *oldest);
        if too_old || before.is_some_and(|before| at >= before) || !wanted.wants(world, server, &held.governance, event)
        {
            continue;
        }
        newest.insert(at, event);
        if full {
            newest.pop_first();
        }
    }
    let more = newest.len() > limit;
    let shown: Vec<&Event> = newest.into_values().rev().take(limit).collect();
    let next_cursor = shown.last().filter(|_| more).map(|event| cursor(&(event.hlc, event.id())));
    let items = shown.into_iter().map(|event| item(world, server, &held.governance, event)).collect();
    Page { items, next_cursor, prev_cursor: None }
}

fn item(world: &World, server: &ServerId, governance: &Governance, event: &Event) -> AuditItem {
    let about = world.describe_event(server, event);
    let why = governance.why(&event.id());
    let killers = if why == Some(Why::Revoked) { governance.killers(&event.id()) } else { Vec::new() };
    AuditItem {
        event_id: render::act_id(&event.id()),
        kind: event.payload.word().into(),
        at: event.hlc.ms(),
        actor: person(world, &event.account),
        level: governance.level_of(&event.id()).into(),
        target: about.target.map(|target| person(world, &target)),
        channel_id: about.channel.map(|channel| ids::ChannelId::from_bytes(*channel.as_bytes())),
        role_id: about.role.as_ref().map(render::role_id),
        invite_id: about.invite.map(|invite| ids::InviteId::from_bytes(*invite.as_bytes())),
        reason: about.reason,
        summary: about.summary,
        effective: why.is_none(),
        why: why.map(|why| why.to_string()),
        killers: killers.iter().map(render::act_id).collect(),
    }
}

pub(super) fn person(world: &World, account: &AccountId) -> Person {
    Person {
        account_id: render::account_id(account),
        display_name: world.registers.display_name(account).unwrap_or_default().to_owned(),
    }
}

fn cursor((hlc, id): &Place) -> Cursor {
    Cursor(format!("b{:016x}{}", hlc.bits(), data_encoding::HEXLOWER.encode(id.as_ref())))
}

fn place(cursor: &Cursor) -> Result<Place, ApiError> {
    let read = || {
        let text = cursor.0.strip_prefix('b')?;
        let (hlc, id) = text.split_at_checked(16)?;
        let id = data_encoding::HEXLOWER.decode(id.as_bytes()).ok()?;
        Some((Hlc::from_bits(u64::from_str_radix(hlc, 16).ok()?), EventId::try_from(id.as_slice()).ok()?))
    };
    read().ok_or_else(|| ApiError::new(ErrorKind::CursorInvalid, "not a cursor of this method").field("cursor"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_place_and_nothing_else_does() {
        let at = (Hlc::from_ms(7), EventId::new([9; 32]));
        assert_eq!(place(&cursor(&at)).ok(), Some(at));
        for text in ["", "b", "nonsense", "bä", "b0000000000000000", "at_3"] {
            assert!(place(&Cursor(text.into())).is_err(), "{text}");
        }
    }
}
