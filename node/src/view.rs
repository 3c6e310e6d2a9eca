//! What readers see: for each server a snapshot of its governance and names, replaced whole after each commit that touched it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

use folkmoot_core::{
    governance::State,
    ids::{AccountId, ChannelId, DeviceId, ServerId},
};

use crate::pipeline::World;

/// One server as it stood after a commit.
#[derive(Debug)]
pub struct ServerView {
    /// Its id.
    pub id: ServerId,
    /// This node's account.
    pub me: AccountId,
    /// What its governance resolves to.
    pub state: Arc<State>,
    /// How members and former members call themselves.
    pub names: HashMap<AccountId, String>,
    /// What they tell about themselves, where they do.
    pub bios: HashMap<AccountId, String>,
}

impl ServerView {
    /// How an account calls itself; empty for one never met.
    #[must_use]
    pub fn name_of(&self, account: &AccountId) -> &str {
        self.names.get(account).map_or("", String::as_str)
    }

    /// What an account tells about itself.
    #[must_use]
    pub fn bio_of(&self, account: &AccountId) -> Option<&str> {
        self.bios.get(account).map(String::as_str)
    }
}

/// What becomes of a server's view: the new one, or nothing any more.
pub(crate) type Change = (ServerId, Option<Arc<ServerView>>);

/// The views of all servers. A leaf lock, held for a clone of one pointer.
#[derive(Debug, Default)]
pub struct Views(RwLock<BTreeMap<ServerId, Arc<ServerView>>>);

impl Views {
    pub(crate) fn publish(&self, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        let mut views = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for (id, view) in changes {
            match view {
                Some(view) => views.insert(id, view),
                None => views.remove(&id),
            };
        }
    }

    /// One server of which this account is a member and that nobody closed.
    #[must_use]
    pub fn server(&self, id: &ServerId) -> Option<Arc<ServerView>> {
        self.any(id).filter(|view| !view.state.is_deleted())
    }

    /// One server of which this account is a member, closed ones too.
    #[must_use]
    pub fn any(&self, id: &ServerId) -> Option<Arc<ServerView>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// The server of a channel.
    #[must_use]
    pub fn server_of_channel(&self, channel: &ChannelId) -> Option<Arc<ServerView>> {
        self.all().into_iter().find(|view| view.state.channel(channel).is_some())
    }

    /// All servers of which this account is a member and that nobody closed, by id.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<ServerView>> {
        let views = self.0.read().unwrap_or_else(PoisonError::into_inner);
        views.values().filter(|view| !view.state.is_deleted()).cloned().collect()
    }

    /// Ids of all servers of which this account is a member; closed ones are kept in step too.
    #[must_use]
    pub fn server_ids(&self) -> Vec<ServerId> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect()
    }

    /// Devices of a server's members.
    #[must_use]
    pub fn devices_of(&self, server: &ServerId) -> BTreeSet<DeviceId> {
        self.any(server).map(|view| view.state.member_devices().collect()).unwrap_or_default()
    }

    /// Servers that a device's account is a member of.
    #[must_use]
    pub fn servers_of_device(&self, device: &DeviceId) -> Vec<ServerId> {
        let views = self.0.read().unwrap_or_else(PoisonError::into_inner);
        views.values().filter(|view| view.state.is_member_device(device)).map(|view| view.id).collect()
    }
}

/// Renders the views of the servers that a turn touched.
pub(crate) fn render_all(world: &World, touched: &BTreeSet<ServerId>) -> Vec<Change> {
    touched.iter().map(|id| (*id, render(world, id).map(Arc::new))).collect()
}

fn render(world: &World, id: &ServerId) -> Option<ServerView> {
    let (own, server) = (world.me.as_ref()?, world.servers.get(id)?);
    let me = own.account_id();
    let state = server.governance.state();
    // A machine that was disowned is in no server any more.
    if !state.is_member(&me) || !state.is_member_device(&own.device_id()) {
        return None;
    }
    let names = state
        .accounts_ever()
        .filter_map(|account| Some((account, world.registers.display_name(&account)?.to_owned())))
        .collect();
    let bios =
        state.members().filter_map(|account| Some((account, world.registers.bio(&account)?.to_owned()))).collect();
    Some(ServerView { id: *id, me, state: Arc::new(state.clone()), names, bios })
}
