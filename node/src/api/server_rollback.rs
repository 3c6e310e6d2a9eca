//! `server.rollback.*`.

use folkmoot_core::{
    governance::Payload,
    ids::{EventId, ServerId},
};
use folkmoot_rpc::{
    ApiError, CallContext,
    contract::{
        Page,
        server_rollback::{ListParams, Ratified, RatifyParams, RollbackItem},
    },
};

use super::{Api, error, render, server, server_audit::person};
use crate::pipeline::World;

pub(super) async fn list(api: &Api, context: CallContext, params: ListParams) -> Result<Page<RollbackItem>, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let server = view.id;
    let lost = api.node.pipeline.read(move |world| lost(world, &server)).await.map_err(|e| error::pipeline(&e))?;
    let (ids, next_cursor) = server::page(lost, params.cursor.as_ref(), params.limit.get())?;
    let items = api.node.pipeline.read(move |world| items(world, &server, &ids)).await;
    Ok(Page { items: items.map_err(|e| error::pipeline(&e))?, next_cursor, prev_cursor: None })
}

pub(super) async fn ratify(api: &Api, context: CallContext, params: RatifyParams) -> Result<Ratified, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let server = view.id;
    let ids = params.event_ids.iter().map(|id| EventId::new(id.to_bytes())).collect();
    let (deed, restored) = api.act(move |turn| turn.ratify(server, ids, params.dry_run)).await?;
    Ok(Ratified { act: render::act(deed), restored: restored.iter().map(render::act_id).collect() })
}

/// What was lost, newest first. Keys are made anew anyway, nobody wants an old one back.
fn lost(world: &World, server: &ServerId) -> Vec<EventId> {
    let Some(held) = world.servers.get(server) else { return Vec::new() };
    let lost = held.governance.rolled_back().filter(|event| !matches!(event.payload, Payload::KeyEpoch(_)));
    let mut lost: Vec<_> = lost.map(|event| (std::cmp::Reverse(event.hlc), event.id())).collect();
    lost.sort_unstable();
    lost.into_iter().map(|(_, id)| id).collect()
}

fn items(world: &World, server: &ServerId, ids: &[EventId]) -> Vec<RollbackItem> {
    let (Some(held), Some(me)) = (world.servers.get(server), &world.me) else { return Vec::new() };
    let governance = &held.governance;
    let own = governance.state().level_of(&me.account_id());
    ids.iter()
        .filter_map(|id| governance.event(id))
        .map(|event| {
            let killers = governance.killers(&event.id());
            let level: u32 = killers.iter().map(|killer| governance.level_of(killer)).max().unwrap_or(0).into();
            RollbackItem {
                event_id: render::act_id(&event.id()),
                kind: event.payload.word().into(),
                author: person(world, &event.account),
                at: event.hlc.ms(),
                summary: world.describe_event(server, event).summary,
                killers: killers.iter().map(render::act_id).collect(),
                level,
                can_ratify: own >= level,
            }
        })
        .collect()
}
