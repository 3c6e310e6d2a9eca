//! From the node's objects to the API's, as each `get` shows them.

use folkmoot_core::{
    governance::{self, Permission, Permissions, Role},
    ids::{ChannelId, EntryId},
    log::Moment,
};
use folkmoot_ledger::{Mark, NoticePlace, Snapshot};
use folkmoot_rpc::{
    contract::{act, channel, member, permission, presence::Status, server, server_role},
    ids,
};

use super::{Api, presence::Seen};
use crate::{pipeline::rev, view::ServerView};

/// Messages counted as unread at most: beyond it the number says "many".
const UNREAD_MAX: u64 = 999;
/// Messages of one's own that are looked at while counting; who wrote more since reading anything is told of fewer.
const PASSED_MAX: u64 = 100_000;

pub(super) fn role_id(role: &Role) -> ids::RoleId {
    use ids::{BuiltinRole, RoleId};
    match role {
        Role::Owner => RoleId::Builtin(BuiltinRole::Owner),
        Role::Steward => RoleId::Builtin(BuiltinRole::Steward),
        Role::Admin => RoleId::Builtin(BuiltinRole::Admin),
        Role::Mod => RoleId::Builtin(BuiltinRole::Mod),
        Role::Member => RoleId::Builtin(BuiltinRole::Member),
        Role::Custom(id) => RoleId::Custom(ids::CustomRoleId::from_bytes(*id.as_bytes())),
    }
}

/// The role of an id.
pub(super) fn role_of(id: &ids::RoleId) -> Role {
    use ids::{BuiltinRole, RoleId};
    match id {
        RoleId::Builtin(BuiltinRole::Owner) => Role::Owner,
        RoleId::Builtin(BuiltinRole::Steward) => Role::Steward,
        RoleId::Builtin(BuiltinRole::Admin) => Role::Admin,
        RoleId::Builtin(BuiltinRole::Mod) => Role::Mod,
        RoleId::Builtin(BuiltinRole::Member) => Role::Member,
        RoleId::Custom(id) => Role::Custom(folkmoot_core::ids::EventId::new(id.to_bytes())),
    }
}

pub(super) fn account_id(account: &folkmoot_core::ids::AccountId) -> ids::AccountId {
    ids::AccountId::from_bytes(*account.as_bytes())
}

pub(super) fn act_id(event: &folkmoot_core::ids::EventId) -> ids::ActId {
    ids::ActId::from_bytes(*event.as_bytes())
}

/// The two lists of permissions are one, in the order of their bits.
pub(super) fn permission(permission: Permission) -> permission::Permission {
    let at = Permission::ALL.iter().position(|p| *p == permission);
    at.and_then(|at| permission::Permission::ALL.get(at).copied()).unwrap_or(permission::Permission::View)
}

pub(super) fn permissions(bits: Permissions) -> Vec<permission::Permission> {
    bits.iter().map(permission).collect()
}

pub(super) fn bits(permissions: &[permission::Permission]) -> Permissions {
    Permission::ALL.into_iter().filter(|bit| permissions.contains(&permission(*bit))).collect()
}

/// What an act answers with.
pub(super) fn act(deed: crate::pipeline::Deed) -> act::Act {
    act::Act { event_id: deed.event.as_ref().map(act_id), summary: deed.summary, dry_run: deed.dry_run }
}

/// A role as `server.role.list` shows it.
pub(super) fn role(view: &ServerView, role: &Role) -> Option<server_role::Role> {
    let held = view.state.role(role).filter(|held| !held.deleted)?;
    let id = role_id(role);
    let holds = |account: &folkmoot_core::ids::AccountId| {
        view.state.member(account).is_some_and(|member| member.roles.contains(role))
    };
    Some(server_role::Role {
        id,
        role_id: id,
        server_id: ids::ServerId::from_bytes(*view.id.as_bytes()),
        name: held.name.clone(),
        level: held.level.into(),
        permissions: permissions(held.bits),
        builtin: !matches!(role, Role::Custom(_)),
        members: view.state.members().filter(holds).count() as u64,
        rev: rev(held.changed),
    })
}

/// A server as `server.get` shows it. `missing` entries are known to exist and not here; `online` members are connected.
pub(super) fn server(view: &ServerView, snapshot: &Snapshot<'_>, missing: u64, online: bool) -> server::Server {
    let state = &view.state;
    let seen = || state.channel_ids().filter(|channel| state.sees(&view.me, channel));
    let unread = seen().map(|channel| unread(snapshot, &channel)).fold(Unread::default(), Unread::plus);
    let alone = state.members().count() <= 1;
    server::Server {
        id: ids::ServerId::from_bytes(*view.id.as_bytes()),
        name: state.settings().name.clone(),
        description: state.settings().description.clone(),
        visibility: match state.visibility() {
            governance::Visibility::Private => server::Visibility::Private,
            governance::Visibility::Public => server::Visibility::Public,
        },
        tags: state.settings().tags.clone(),
        language: Some(state.settings().language.clone()).filter(|language| !language.is_empty()),
        bootstrap: state.settings().bootstrap.clone(),
        owners: state.owners().map(|a| ids::AccountId::from_bytes(*a.as_bytes())).collect(),
        level: state.level_of(&view.me),
        permissions: Permission::ALL
            .iter()
            .filter(|p| state.may(&view.me, **p, None, 0).is_ok())
            .map(|p| p.word().to_owned())
            .collect(),
        channels_count: seen().count() as u64,
        members_count: state.members().count() as u64,
        unread: unread.messages,
        mentions: unread.mentions,
        sync: server::SyncStatus {
            state: match (missing, online || alone) {
                (0, true) => server::SyncState::Synced,
                (_, true) => server::SyncState::Syncing,
                (_, false) => server::SyncState::Offline,
            },
            missing,
        },
        message_rate: server::MessageRate {
            per_second: state.message_rate().per_second,
            burst: state.message_rate().burst,
        },
        rev: rev(state.settings_hlc()),
    }
}

/// A channel as `channel.get` shows it.
pub(super) fn channel(view: &ServerView, id: &ChannelId, snapshot: &Snapshot<'_>) -> Option<channel::Channel> {
    let held = view.state.channel(id)?;
    let unread = unread(snapshot, id);
    let message_id = |entry: EntryId| ids::MessageId::from_bytes(*entry.as_bytes());
    Some(channel::Channel {
        id: ids::ChannelId::from_bytes(*id.as_bytes()),
        server_id: ids::ServerId::from_bytes(*view.id.as_bytes()),
        name: held.name.clone(),
        kind: match held.kind {
            governance::ChannelKind::Text => channel::ChannelKind::Text,
            governance::ChannelKind::Announcement => channel::ChannelKind::Announcement,
            governance::ChannelKind::Category => channel::ChannelKind::Category,
        },
        topic: held.topic.clone(),
        parent_id: held.parent.map(|parent| ids::ChannelId::from_bytes(*parent.as_bytes())),
        position: position(view, held),
        private: held.private,
        archived: held.archived,
        history: channel::History::Everything,
        retention: None,
        last_message_id: snapshot.last_entry(id).ok().flatten().map(|e| message_id(e.entry.id)),
        read_up_to: snapshot.read_marker(id).ok().flatten().map(|marker| message_id(marker.entry)),
        unread: unread.messages,
        mentions: unread.mentions,
        muted: snapshot.notice_settings(&NoticePlace::Channel(*id)).ok().flatten().is_some_and(|s| s.muted),
        rev: rev(held.changed),
    })
}

/// A channel's place among those beside it that one can see.
fn position(view: &ServerView, channel: &governance::ChannelState) -> u32 {
    let beside = view.state.siblings(channel.parent.as_ref());
    let seen = beside.iter().filter(|c| view.state.sees(&view.me, &c.id));
    u32::try_from(seen.take_while(|c| c.id != channel.id).count()).unwrap_or(u32::MAX)
}

/// What is unread.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Unread {
    /// Messages, but for one's own and deleted ones.
    pub(super) messages: u64,
    /// Those of them that call one.
    pub(super) mentions: u64,
}

impl Unread {
    const fn plus(self, other: Self) -> Self {
        Self { messages: self.messages + other.messages, mentions: self.mentions + other.mentions }
    }
}

/// What stands behind the read marker.
pub(super) fn unread(snapshot: &Snapshot<'_>, channel: &ChannelId) -> Unread {
    let marker = snapshot.read_marker(channel).ok().flatten();
    let (hlc, id) = marker.map_or((folkmoot_identity::Hlc::ZERO, EntryId::new([0; 32])), |m| (m.hlc, m.entry));
    let after = Moment { hlc, id };
    let passed = snapshot.count_marked_after(Mark::Passed, channel, &after, PASSED_MAX).unwrap_or(0);
    let all = snapshot.count_after(channel, hlc, &id, UNREAD_MAX + passed).unwrap_or(0);
    let mentions = snapshot.count_marked_after(Mark::Calls, channel, &after, UNREAD_MAX).unwrap_or(0);
    Unread { messages: all.saturating_sub(passed), mentions }
}

/// A member as `member.list` shows it.
pub(super) fn member(
    view: &ServerView,
    account: &folkmoot_core::ids::AccountId,
    seen: Seen,
    now_ms: u64,
) -> Option<member::Member> {
    let held = view.state.member(account)?;
    let id = ids::AccountId::from_bytes(*account.as_bytes());
    Some(member::Member {
        id,
        account_id: id,
        display_name: view.name_of(account).to_owned(),
        roles: held.roles.iter().map(role_id).collect(),
        level: view.state.level_of(account),
        joined_at: held.joined.ms(),
        bio: view.bio_of(account).map(str::to_owned),
        online: seen.status != Status::Offline,
        status: seen.status,
        status_text: seen.text,
        bot: false,
        timeout_until: view.state.timeout_until(account, now_ms),
    })
}

impl Api {
    /// The view of a server, or 2001.
    pub(super) fn view(&self, id: ids::ServerId) -> Result<std::sync::Arc<ServerView>, folkmoot_rpc::ApiError> {
        let id = folkmoot_core::ids::ServerId::new(id.to_bytes());
        self.node.views.server(&id).ok_or_else(|| folkmoot_rpc::ApiError::not_found("server"))
    }
}
