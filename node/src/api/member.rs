//! `member.*`.

use std::collections::BTreeSet;

use folkmoot_core::ids::AccountId;
use folkmoot_rpc::{
    ApiError, CallContext,
    contract::{
        Page,
        member::{ListParams, Member, MemberParams},
    },
};

use super::{Api, render, server};
use crate::{clock::now_ms, view::ServerView};

pub(super) async fn list(api: &Api, context: CallContext, params: ListParams) -> Result<Page<Member>, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let online = api.online(&view).await;
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

pub(super) async fn get(api: &Api, context: CallContext, params: MemberParams) -> Result<Member, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    api.member(&view, &AccountId::new(params.account_id.to_bytes())).await
}

impl Api {
    /// Accounts of a server of which a machine is connected; our own is.
    async fn online(&self, view: &ServerView) -> BTreeSet<AccountId> {
        let connected = self.node.overlay.peers().await.unwrap_or_default();
        connected.iter().filter_map(|peer| view.state.account_of_device(&peer.device)).chain([view.me]).collect()
    }

    /// A member as `member.get` shows it.
    pub(super) async fn member(&self, view: &ServerView, account: &AccountId) -> Result<Member, ApiError> {
        let online = self.online(view).await.contains(account);
        render::member(view, account, online, now_ms()).ok_or_else(|| ApiError::not_found("member"))
    }
}
