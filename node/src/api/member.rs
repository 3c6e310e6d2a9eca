//! `member.*`.

use std::collections::BTreeSet;

use folkmoot_rpc::{
    ApiError, CallContext,
    contract::{
        Page,
        member::{ListParams, Member},
    },
};

use super::{Api, render, server};
use crate::clock::now_ms;

pub(super) async fn list(api: &Api, context: CallContext, params: ListParams) -> Result<Page<Member>, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let connected = api.node.overlay.peers().await.unwrap_or_default();
    let online: BTreeSet<_> =
        connected.iter().filter_map(|peer| view.state.account_of_device(&peer.device)).chain([view.me]).collect();
    let query = params.query.map(|query| query.to_lowercase());
    let now = now_ms();
    let mut members: Vec<Member> = view
        .state
        .members()
        .filter_map(|account| render::member(&view, &account, online.contains(&account), now))
        .filter(|member| params.role.as_ref().is_none_or(|role| member.roles.contains(role)))
        .filter(|member| params.online.is_none_or(|wanted| member.online == wanted))
        .filter(|member| query.as_ref().is_none_or(|query| member.display_name.to_lowercase().contains(query)))
        .collect();
    members.sort_by(|a, b| (b.level, &a.display_name, a.id).cmp(&(a.level, &b.display_name, b.id)));
    let (items, next_cursor) = server::page(members, params.cursor.as_ref(), params.limit.get())?;
    Ok(Page { items, next_cursor, prev_cursor: None })
}
