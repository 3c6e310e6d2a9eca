//! Which epochs of a scope hold to the rules, and which of them may be written under (rules E1 and E3).

use std::collections::{BTreeMap, BTreeSet};

use folkmoot_proto::limits::LIVE_EPOCHS;

use super::{Builder, EventId, Governance, Payload, Resolution, Verdict};
use crate::{
    epoch::recipients_root,
    governance::EpochState,
    ids::{EpochId, ScopeId},
};

/// Who was allowed to hold an epoch in its author's own past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// Digest of their devices.
    pub root: [u8; 32],
    /// Whether the author's device is one of them.
    pub author: bool,
}

/// An epoch that holds to the rules.
#[derive(Clone, Copy, Debug)]
pub struct ScopeEpoch<'a> {
    /// What its event says.
    pub state: &'a EpochState,
    /// Whether everybody who holds it is still allowed, so that it may be written under.
    pub usable: bool,
}

impl Governance {
    /// The epochs of a scope that count: effective, by a device that was in the scope, made for exactly those who were (rule E1), and
    /// numbered as their parents demand: a generation out of thin air would outrank every other for ever. The greatest generation
    /// first.
    ///
    /// Rule E3, in the server's own scope: usable while nobody has left it whom the author did not know of. Handing a newcomer the
    /// key it has turns nothing there. In a private channel: while exactly those may see it for whom the epoch was made and nothing
    /// follows it, so that every change of who they are needs a new one.
    #[must_use]
    pub fn scope_epochs(&self, scope: &ScopeId) -> Vec<ScopeEpoch<'_>> {
        let of_scope = || self.state.epochs().filter(|epoch| epoch.data.scope == *scope);
        let generations: BTreeMap<EventId, u32> =
            of_scope().map(|epoch| (epoch.event, epoch.data.generation)).collect();
        let numbered = |epoch: &EpochState| {
            let parents = epoch
                .data
                .parents
                .iter()
                .map(|parent| generations.get(parent).copied().filter(|_| self.is_in_past(parent, &epoch.event)));
            let below = parents.clone().try_fold(0, |most, generation| Some(most.max(generation?)));
            below.and_then(|below: u32| below.checked_add(1)) == Some(epoch.data.generation)
        };
        let kept = |epoch: &&EpochState| {
            let rightful = self
                .access_at(&epoch.event)
                .is_some_and(|access| access.author && access.root == epoch.data.recipients_root);
            rightful && numbered(epoch)
        };
        let mut epochs: Vec<ScopeEpoch<'_>> =
            of_scope().filter(kept).map(|state| ScopeEpoch { state, usable: false }).collect();
        epochs.sort_by_key(|epoch| (std::cmp::Reverse(epoch.state.data.generation), epoch.state.event));
        self.mark_usable(scope, &mut epochs);
        epochs
    }

    /// Only the greatest generations are asked about: nothing is ever written under an older one.
    fn mark_usable(&self, scope: &ScopeId, epochs: &mut [ScopeEpoch<'_>]) {
        if *scope == ScopeId::from(self.server) {
            let departures: Vec<EventId> = self.state.departures().collect();
            for epoch in epochs.iter_mut().take(LIVE_EPOCHS) {
                epoch.usable = departures.iter().all(|gone| self.is_in_past(gone, &epoch.state.event));
            }
            return;
        }
        let followed: BTreeSet<EventId> =
            epochs.iter().flat_map(|epoch| epoch.state.data.parents.iter().copied()).collect();
        let now = self.scope_root(scope);
        for epoch in epochs.iter_mut().take(LIVE_EPOCHS) {
            epoch.usable = epoch.state.data.recipients_root == now && !followed.contains(&epoch.state.event);
        }
    }

    /// Whether a device may be handed the secret of an epoch that it lacks. In a private channel the newest one is for those it was
    /// made for: whoever came since is given the next, which hands over all that went before.
    #[must_use]
    pub fn may_hand(&self, scope: &ScopeId, epoch: &EpochId, device: &crate::ids::DeviceId) -> bool {
        if !self.state.is_in_scope(device, scope) {
            return false;
        }
        if *scope == ScopeId::from(self.server) {
            return true;
        }
        let epochs = self.scope_epochs(scope);
        let followed = epochs.iter().any(|other| other.state.data.parents.contains(&epoch.event()));
        followed || epochs.iter().any(|known| known.state.event == epoch.event() && known.usable)
    }

    /// Notes who may hold an epoch where that costs nothing: when the present state has the same members as its author's past.
    pub(super) fn note_root(&self, position: u32) {
        let event = self.dag.event(position);
        let (Some(access), Payload::KeyEpoch(epoch)) = (self.access.get(&event.id()), &event.payload) else { return };
        let decided = self.resolution.verdict(position) != Verdict::Open;
        let is_now = if epoch.scope == ScopeId::from(self.server) {
            decided && self.concurrent(position).all(|p| self.leaves_members(p))
        } else {
            decided && self.concurrent(position).all(|p| self.leaves_access(p))
        };
        if is_now {
            access.get_or_init(|| Access {
                root: self.scope_root(&epoch.scope),
                author: self.state.is_in_scope(&event.device, &epoch.scope),
            });
        }
    }

    /// Whether an event can have nothing to do with who may see a channel.
    pub(super) fn leaves_access(&self, position: u32) -> bool {
        matches!(
            self.dag.event(position).payload,
            Payload::Invite(_)
                | Payload::InviteRevoke { .. }
                | Payload::ServerSet(_)
                | Payload::ServerDelete { .. }
                | Payload::KeyEpoch(_)
                | Payload::Restrict(_)
                | Payload::Heirs(_)
                | Payload::HeirSignature { .. }
                | Payload::Unban { .. }
        )
    }

    /// Digest of the devices that may hold the keys of a scope now.
    #[must_use]
    pub fn scope_root(&self, scope: &ScopeId) -> [u8; 32] {
        if *scope == ScopeId::from(self.server) {
            return *self.root_now.get_or_init(|| recipients_root(self.state.member_devices()));
        }
        let roots = self.private_roots.get_or_init(|| {
            let root = |scope: ScopeId| (scope, recipients_root(self.state.devices_seeing(&scope.channel())));
            self.state.private_scopes().map(root).collect()
        });
        roots.get(scope).copied().unwrap_or_else(|| recipients_root([]))
    }

    /// Who was allowed to hold an epoch in its own past (rule E1); `None` for any other event.
    #[must_use]
    pub fn access_at(&self, epoch: &EventId) -> Option<Access> {
        let access = self.access.get(epoch)?;
        let position = self.dag.position(epoch)?;
        let (past, event) = (&self.dag.node(position).past, self.dag.event(position));
        let Payload::KeyEpoch(data) = &event.payload else { return None };
        Some(*access.get_or_init(|| {
            let mut resolution = Resolution::of(&self.dag, Some(past));
            let mut builder = Builder::new(&self.dag, &mut resolution);
            let devices = if data.scope == ScopeId::from(self.server) {
                builder.member_devices()
            } else {
                builder.whole().scope_devices(&data.scope)
            };
            Access { author: devices.contains(&event.device), root: recipients_root(devices) }
        }))
    }
}
