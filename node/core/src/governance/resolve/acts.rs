//! [`Acts`]: effective events by what they are about, so that a decision looks only at those that can touch it.

use std::collections::{BTreeMap, HashMap};

use crate::{
    governance::{Payload, Role, dag::Dag},
    ids::{AccountId, ChannelId, DeviceId, EventId},
};

/// Effective events by what they are about.
///
/// Lists of revocations ascend by how many of the first events each knew of without a gap: a decision about an early event ends
/// where those begin that knew of it, instead of asking each.
#[derive(Debug, Default)]
pub(in crate::governance) struct Acts {
    /// REMOVE, BAN and REVOKE_ROLE by target.
    pub(in crate::governance) against: HashMap<AccountId, Vec<u32>>,
    /// UNBAN by target.
    pub(in crate::governance) unbans: HashMap<AccountId, Vec<u32>>,
    /// LEAVE by author.
    pub(in crate::governance) leaves: HashMap<AccountId, Vec<u32>>,
    /// Granting events by grantee.
    pub(in crate::governance) grants: HashMap<AccountId, Vec<u32>>,
    /// ROLE_DEF and ROLE_PERMS by role.
    pub(in crate::governance) role_writes: HashMap<Role, Vec<u32>>,
    /// INVITE_REVOKE by invite.
    pub(in crate::governance) invite_revokes: HashMap<u32, Vec<u32>>,
    /// DEVICE_REVOKE by account and device.
    pub(in crate::governance) device_revokes: HashMap<(AccountId, DeviceId), Vec<u32>>,
    /// CHECKPOINT.
    pub(in crate::governance) checkpoints: Vec<u32>,
    /// CHECKPOINT that seal.
    pub(in crate::governance) seals: Vec<u32>,
    /// RATIFY by event named.
    pub(in crate::governance) ratified: HashMap<EventId, Vec<u32>>,
    /// HEIRS.
    pub(in crate::governance) wills: Vec<u32>,
    /// CHANNEL_PUT by channel.
    pub(in crate::governance) puts: BTreeMap<ChannelId, Vec<u32>>,
    /// CHANNEL_ARCHIVE by channel.
    pub(in crate::governance) archives: HashMap<ChannelId, Vec<u32>>,
    /// RESTRICT by target.
    pub(in crate::governance) restricts: HashMap<AccountId, Vec<u32>>,
    /// SERVER_SET.
    pub(in crate::governance) settings: Vec<u32>,
    /// SERVER_DELETE.
    pub(in crate::governance) deletions: Vec<u32>,
    /// KEY_EPOCH.
    pub(in crate::governance) epochs: Vec<u32>,
    /// INVITE.
    pub(in crate::governance) invites: Vec<u32>,
    /// Events that certify a device, by account.
    pub(in crate::governance) certificates: HashMap<AccountId, Vec<u32>>,
}

impl Acts {
    /// Files an effective event.
    pub(super) fn note(&mut self, dag: &Dag, position: u32) {
        let event = dag.event(position);
        match &event.payload {
            Payload::Genesis(genesis) => {
                for founder in &genesis.founders {
                    self.grants.entry(founder.account).or_default().push(position);
                    self.certificates.entry(founder.account).or_default().push(position);
                }
            }
            Payload::OwnerAdd { account } => self.grants.entry(*account).or_default().push(position),
            Payload::Succession(succession) => self.grants.entry(succession.account).or_default().push(position),
            Payload::Grant(grant) => self.grants.entry(grant.account).or_default().push(position),
            Payload::Admit(admit) => {
                self.grants.entry(admit.account).or_default().push(position);
                self.certificates.entry(admit.account).or_default().push(position);
            }
            Payload::DeviceAdd { .. } => self.certificates.entry(event.account).or_default().push(position),
            Payload::Remove(act) | Payload::Ban(act) => {
                file(dag, self.against.entry(act.account).or_default(), position);
            }
            Payload::RevokeRole(change) => file(dag, self.against.entry(change.account).or_default(), position),
            Payload::Unban { account } => self.unbans.entry(*account).or_default().push(position),
            Payload::Leave { .. } => self.leaves.entry(event.account).or_default().push(position),
            Payload::DeviceRevoke { device, .. } => {
                file(dag, self.device_revokes.entry((event.account, *device)).or_default(), position);
            }
            Payload::RoleDef(_) => file(dag, self.role_writes.entry(Role::Custom(event.id())).or_default(), position),
            Payload::RolePerms(perms) => file(dag, self.role_writes.entry(perms.role).or_default(), position),
            Payload::Heirs(_) => file(dag, &mut self.wills, position),
            Payload::Invite(_) => self.invites.push(position),
            Payload::InviteRevoke { .. } => {
                if let Some(invite) = dag.node(position).claim.invite {
                    file(dag, self.invite_revokes.entry(invite).or_default(), position);
                }
            }
            Payload::ChannelPut(put) => {
                let channel = put.channel.unwrap_or_else(|| ChannelId::from(event.id()));
                self.puts.entry(channel).or_default().push(position);
            }
            Payload::ChannelArchive { channel } => self.archives.entry(*channel).or_default().push(position),
            Payload::Restrict(restrict) => self.restricts.entry(restrict.account).or_default().push(position),
            Payload::ServerSet(_) => self.settings.push(position),
            Payload::ServerDelete { .. } => self.deletions.push(position),
            Payload::KeyEpoch(_) => self.epochs.push(position),
            Payload::Ratify { ids } => {
                for id in ids {
                    self.ratified.entry(*id).or_default().push(position);
                }
            }
            Payload::Checkpoint { seal } => {
                self.checkpoints.push(position);
                if *seal {
                    file(dag, &mut self.seals, position);
                }
            }
            Payload::HeirSignature { .. } | Payload::Unknown { .. } => {}
        }
    }
}

/// Puts a revocation in its place.
fn file(dag: &Dag, list: &mut Vec<u32>, position: u32) {
    let key = |p: u32| (dag.node(p).past.full(), p);
    let at = list.partition_point(|p| key(*p) < key(position));
    list.insert(at, position);
}

/// Those filed under a key; none when nothing is.
pub(in crate::governance) fn under<'a, K: std::hash::Hash + Eq>(by: &'a HashMap<K, Vec<u32>>, key: &K) -> &'a [u32] {
    by.get(key).map_or(&[], Vec::as_slice)
}
