//! `channel.permissions.*`.

use folkmoot_core::{
    governance::{self, Permission, Permissions},
    ids::{AccountId, ChannelId},
};
use folkmoot_rpc::{
    ApiError, CallContext,
    contract::{
        channel::ChannelParams,
        channel_permissions::{
            ChannelPermissions, ExplainParams, Explanation, Missing, Override, Rule, SetParams, Step,
        },
    },
};

use super::{Api, render};
use crate::{clock::now_ms, pipeline::rev, view::ServerView};

pub(super) async fn get(
    api: &Api,
    context: CallContext,
    params: ChannelParams,
) -> Result<ChannelPermissions, ApiError> {
    let id = ChannelId::new(params.channel_id.to_bytes());
    let view = api.channel_view(&context, id)?;
    shown(&view, &id, None)
}

pub(super) async fn set(api: &Api, context: CallContext, params: SetParams) -> Result<ChannelPermissions, ApiError> {
    let id = ChannelId::new(params.channel_id.to_bytes());
    api.channel_view(&context, id)?;
    let changes: Vec<governance::Override> = params.overrides.iter().filter_map(read).collect();
    let standing = api.act(move |turn| turn.set_overrides(id, changes, params.if_rev, params.dry_run)).await?;
    shown(&*api.channel_view(&context, id)?, &id, Some(standing))
}

pub(super) async fn explain(api: &Api, context: CallContext, params: ExplainParams) -> Result<Explanation, ApiError> {
    let id = ChannelId::new(params.channel_id.to_bytes());
    let view = api.channel_view(&context, id)?;
    let (account, now) = (AccountId::new(params.account_id.to_bytes()), now_ms());
    if !view.state.accounts_ever().any(|known| known == account) {
        return Err(ApiError::not_found("account"));
    }
    let (steps, held) = view.state.explain(&account, Some(&id), now);
    let missing = Permissions::ALL.without(held).iter();
    Ok(Explanation {
        account_id: params.account_id,
        channel_id: params.channel_id,
        level: view.state.level_of(&account),
        permissions: render::permissions(held),
        missing: missing.filter_map(|permission| why_not(&view, &account, permission, &id, now)).collect(),
        steps: steps.into_iter().map(|step| told(&view, step)).collect(),
    })
}

fn why_not(
    view: &ServerView,
    account: &AccountId,
    permission: Permission,
    channel: &ChannelId,
    now: u64,
) -> Option<Missing> {
    let denied = view.state.may(account, permission, Some(channel), now).err()?;
    Some(Missing { permission: render::permission(permission), because: denied.because.to_string() })
}

/// A step of the evaluation as the API shows it.
fn told(view: &ServerView, step: governance::Step) -> Step {
    use governance::{OverrideTarget, Rule as By};
    let role = match step.rule {
        By::Role(role) | By::Override(OverrideTarget::Role(role)) => Some(role),
        _ => None,
    };
    let (event, until) = match step.rule {
        By::Timeout { event, until_ms } => (Some(event), Some(until_ms)),
        _ => (None, None),
    };
    let name = role.and_then(|role| view.state.role(&role)).map_or("", |role| role.name.as_str());
    let list = |bits: Permissions| bits.iter().map(Permission::word).collect::<Vec<_>>().join(", ");
    let change = match (step.gives == Permissions::NONE, step.takes == Permissions::NONE) {
        (true, true) => "changes nothing".to_owned(),
        (false, true) => format!("gives {}", list(step.gives)),
        (true, false) => format!("takes {}", list(step.takes)),
        (false, false) => format!("gives {} and takes {}", list(step.gives), list(step.takes)),
    };
    let (rule, who) = match step.rule {
        By::NotMember => (Rule::NotMember, "who is no member of the server holds nothing:".to_owned()),
        By::Everything { level } => {
            (Rule::Everything, format!("level {level} is owner or steward, who hold everything:"))
        }
        By::Role(_) => (Rule::Role, format!("the role {name}")),
        By::NoChannel => (Rule::NotMember, "the channel is not there:".to_owned()),
        By::Override(OverrideTarget::Role(_)) => (Rule::RoleOverride, format!("the channel, for the role {name},")),
        By::Override(OverrideTarget::Account(_)) => (Rule::AccountOverride, "the channel, for this person,".to_owned()),
        By::Timeout { .. } => (Rule::Timeout, "a timeout".to_owned()),
        By::Archived => (Rule::Archived, "the channel is archived, which".to_owned()),
        By::Deleted => (Rule::Closed, "the server was closed, which".to_owned()),
    };
    Step {
        rule,
        role_id: role.as_ref().map(render::role_id),
        event_id: event.as_ref().map(render::act_id),
        until,
        gives: render::permissions(step.gives),
        takes: render::permissions(step.takes),
        text: format!("{who} {change}"),
    }
}

/// What stands, or would.
fn shown(
    view: &ServerView,
    id: &ChannelId,
    overrides: Option<Vec<governance::Override>>,
) -> Result<ChannelPermissions, ApiError> {
    let held = view.state.channel(id).ok_or_else(|| ApiError::not_found("channel"))?;
    let overrides = overrides.unwrap_or_else(|| held.overrides.clone());
    Ok(ChannelPermissions {
        channel_id: folkmoot_rpc::ids::ChannelId::from_bytes(*id.as_bytes()),
        overrides: overrides.iter().map(write).collect(),
        rev: rev(held.changed),
    })
}

fn write(held: &governance::Override) -> Override {
    let (role_id, account_id) = match &held.target {
        governance::OverrideTarget::Role(role) => (Some(render::role_id(role)), None),
        governance::OverrideTarget::Account(account) => (None, Some(render::account_id(account))),
    };
    Override { role_id, account_id, allow: render::permissions(held.allow), deny: render::permissions(held.deny) }
}

/// `None` without a target, which the contract refuses before.
fn read(wanted: &Override) -> Option<governance::Override> {
    let role = wanted.role_id.as_ref().map(|role| governance::OverrideTarget::Role(render::role_of(role)));
    let account = wanted.account_id.map(|id| governance::OverrideTarget::Account(AccountId::new(id.to_bytes())));
    let target = role.or(account)?;
    Some(governance::Override { target, allow: render::bits(&wanted.allow), deny: render::bits(&wanted.deny) })
}
