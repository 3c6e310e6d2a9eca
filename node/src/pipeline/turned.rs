//! What a governance event that counts now and did not, or the other way round, means to members' registers and to those who follow
//! the event log.

use folkmoot_core::{
    governance::{ChannelPut, Event, Payload},
    ids::{AccountId, ChannelId, EventId, ServerId},
};
use folkmoot_identity::Register;
use folkmoot_ledger::{EventRecord, LedgerError};

use super::Turn;
use crate::events::EventKind;

impl Turn<'_> {
    /// Tells what an event means that turned.
    pub(super) fn on_turned(&mut self, server_id: ServerId, id: EventId) -> Result<(), LedgerError> {
        let Some(server) = self.world.servers.get(&server_id) else { return Ok(()) };
        let Some(event) = server.governance.event(&id).cloned() else { return Ok(()) };
        if server.governance.is_effective(&id) {
            self.on_effective(server_id, &event)
        } else if matches!(event.payload, Payload::KeyEpoch(_)) {
            Ok(())
        } else {
            self.emit(self.record(EventKind::ServerRolledBack, server_id, &event).subject(id.as_ref()))
        }
    }

    fn record(&self, kind: EventKind, server: ServerId, event: &Event) -> EventRecord {
        EventRecord::new(kind.number(), self.now_ms, event.hlc).server(server).actor(event.account)
    }

    fn on_effective(&mut self, server_id: ServerId, event: &Event) -> Result<(), LedgerError> {
        let id = event.id();
        let record = |turn: &Self, kind| turn.record(kind, server_id, event);
        match &event.payload {
            Payload::Genesis(genesis) => {
                for founder in &genesis.founders {
                    self.hold_registers([founder.prekey.clone(), founder.profile.clone()])?;
                }
                Ok(())
            }
            Payload::Admit(admit) => {
                self.hold_registers([admit.request.prekey.clone(), admit.request.profile.clone()])?;
                self.emit(record(self, EventKind::MemberJoined).subject(admit.account.as_ref()))
            }
            Payload::Leave { .. } => {
                self.emit(record(self, EventKind::MemberLeft).subject(event.account.as_ref()))?;
                self.on_departure(server_id, event, &event.account)
            }
            Payload::Remove(act) => {
                self.emit(record(self, EventKind::MemberKicked).subject(&about(&act.account, &id)))?;
                self.on_departure(server_id, event, &act.account)
            }
            Payload::Ban(act) => {
                self.emit(record(self, EventKind::MemberBanned).subject(&about(&act.account, &id)))?;
                self.on_departure(server_id, event, &act.account)
            }
            Payload::Unban { account } => {
                self.emit(record(self, EventKind::MemberUnbanned).subject(&about(account, &id)))
            }
            Payload::Restrict(restrict) => {
                self.emit(record(self, EventKind::MemberTimedOut).subject(&about(&restrict.account, &id)))
            }
            Payload::Grant(change) | Payload::RevokeRole(change) => {
                self.emit(record(self, EventKind::MemberUpdated).subject(change.account.as_ref()))
            }
            Payload::OwnerAdd { account } => {
                self.emit(record(self, EventKind::MemberUpdated).subject(account.as_ref()))
            }
            Payload::Succession(succession) => {
                self.emit(record(self, EventKind::MemberUpdated).subject(succession.account.as_ref()))
            }
            Payload::DeviceAdd { certificate } => {
                self.on_device(event, EventKind::DeviceAdded, certificate.device.as_ref())
            }
            Payload::DeviceRevoke { device, .. } => self.on_device(event, EventKind::DeviceRevoked, device.as_ref()),
            Payload::RoleDef(_) => self.emit(record(self, EventKind::RoleCreated).subject(id.as_ref())),
            Payload::RolePerms(perms) => {
                let kind = if perms.deleted { EventKind::RoleDeleted } else { EventKind::RoleUpdated };
                self.emit(record(self, kind).subject(role_subject(&perms.role).as_ref()))
            }
            Payload::ChannelPut(put) => self.on_channel(server_id, event, put),
            Payload::ChannelArchive { channel } => {
                self.emit(record(self, EventKind::ChannelArchived).channel(*channel).subject(channel.as_ref()))
            }
            Payload::Invite(_) => self.emit(record(self, EventKind::InviteCreated).subject(id.as_ref())),
            Payload::InviteRevoke { invite } => {
                self.emit(record(self, EventKind::InviteRevoked).subject(invite.as_ref()))
            }
            Payload::ServerSet(_) => self.emit(record(self, EventKind::ServerUpdated).subject(server_id.as_ref())),
            Payload::ServerDelete { restore } => {
                let kind = if *restore { EventKind::ServerRestored } else { EventKind::ServerDeleted };
                self.emit(record(self, kind).subject(server_id.as_ref()))
            }
            Payload::Heirs(_) | Payload::HeirSignature { .. } => {
                self.emit(record(self, EventKind::ServerHeirs).subject(server_id.as_ref()))
            }
            Payload::KeyEpoch(_) => self.emit(record(self, EventKind::KeyRotated).subject(id.as_ref())),
            Payload::Ratify { .. } | Payload::Checkpoint { .. } | Payload::Unknown { .. } => Ok(()),
        }
    }

    /// A channel that was made, or changed: as compared with what readers still see.
    fn on_channel(&mut self, server_id: ServerId, event: &Event, put: &ChannelPut) -> Result<(), LedgerError> {
        let channel = put.channel.unwrap_or_else(|| ChannelId::from(event.id()));
        self.world.channel_home.insert(channel, server_id);
        let shown = self.wiring.views.server(&server_id);
        let before = shown.as_ref().and_then(|view| view.state.channel(&channel));
        let kind = match before {
            None if put.channel.is_none() => EventKind::ChannelCreated,
            Some(before) if before.archived => EventKind::ChannelArchived,
            Some(before) if (before.parent, before.order) != (put.parent, put.order) => EventKind::ChannelMoved,
            _ => EventKind::ChannelUpdated,
        };
        self.emit(self.record(kind, server_id, event).channel(channel).subject(channel.as_ref()))
    }

    /// One of this account's own machines came or went; those of others are nobody's news.
    fn on_device(&mut self, event: &Event, kind: EventKind, device: &[u8]) -> Result<(), LedgerError> {
        if self.world.me.as_ref().is_none_or(|me| me.account_id() != event.account) {
            return Ok(());
        }
        self.emit(EventRecord::new(kind.number(), self.now_ms, event.hlc).actor(event.account).subject(device))
    }

    /// When it is this account that was taken out, its node is in the server no more.
    fn on_departure(&mut self, server_id: ServerId, event: &Event, account: &AccountId) -> Result<(), LedgerError> {
        let me = self.world.me.as_ref().map(super::Me::account_id);
        if me == Some(event.account) && me != Some(*account) {
            self.tell_departed(server_id, account);
        }
        let ours = me == Some(*account);
        let still = self.world.servers.get(&server_id).is_some_and(|s| s.governance.state().is_member(account));
        if !ours || still {
            return Ok(());
        }
        self.emit(self.record(EventKind::ServerLeft, server_id, event).subject(server_id.as_ref()))
    }

    /// Whoever was taken out by our act learns of it from us: no frame reaches them any more.
    fn tell_departed(&mut self, server: ServerId, account: &AccountId) {
        let Some(state) = self.world.servers.get(&server).map(|s| s.governance.state()) else { return };
        let devices: Vec<_> = state.devices_of(account).collect();
        let wants_sync = self.wiring.wants_sync.clone();
        self.after_commit(move |committed| {
            for peer in devices.into_iter().filter(|_| committed.is_ok()) {
                if wants_sync.try_send(crate::sync::Nudge { server, peer: Some(peer) }).is_err() {
                    tracing::trace!("catch-up is being asked for already");
                }
            }
        });
    }

    /// Keeps registers that an event embeds.
    fn hold_registers<const N: usize>(&mut self, registers: [Register; N]) -> Result<(), LedgerError> {
        for register in registers {
            if self.world.registers.would_take(&register) {
                self.batch()?.put_register(&register)?;
                self.world.registers.put(register);
            }
        }
        Ok(())
    }
}

/// Whom an act is about, and the act.
fn about(account: &AccountId, event: &EventId) -> Vec<u8> {
    [account.as_ref(), event.as_ref()].concat()
}

/// A role as the subject of an event: the id of its definition, or the word of a built-in one.
fn role_subject(role: &folkmoot_core::governance::Role) -> Vec<u8> {
    match role {
        folkmoot_core::governance::Role::Custom(id) => id.as_ref().to_vec(),
        builtin => builtin.builtin_name().unwrap_or_default().as_bytes().to_vec(),
    }
}
