//! Registers: profiles, prekeys and addresses of members. Only the latest of each counts; kept only for members of a server here,
//! so that strangers cannot make them grow.

use std::collections::{BTreeMap, HashMap};

use folkmoot_core::ids::{AccountId, DeviceId, ServerId};
use folkmoot_identity::{
    Hlc, Register, RegisterValue,
    kdf::{Purpose, derive},
    register::RegisterError,
    signed::SignedBytes,
};
use folkmoot_ledger::EventRecord;
use folkmoot_overlay::{Address, Verdict};
use folkmoot_proto::limits::CLOCK_LEAD_MS;

use super::{Server, Turn, World};
use crate::events::EventKind;

/// The latest register of every account and device met.
#[derive(Default)]
pub struct Registers {
    profiles: HashMap<AccountId, Register>,
    prekeys: HashMap<DeviceId, Register>,
    peers: HashMap<DeviceId, Register>,
}

impl Registers {
    /// Whether a register is news: none is held in its place, or an older one.
    #[must_use]
    pub(super) fn would_take(&self, register: &Register) -> bool {
        let held = match (&register.value, &register.device) {
            (RegisterValue::Profile(_), _) => self.profiles.get(&register.account),
            (RegisterValue::Prekey(_), Some(device)) => self.prekeys.get(device),
            (RegisterValue::Peer(_), Some(device)) => self.peers.get(device),
            (_, None) => return false,
        };
        held.is_none_or(|held| register.supersedes(held))
    }

    /// Takes a verified register; false when a later one is held.
    pub(super) fn put(&mut self, register: Register) -> bool {
        let slot = match (&register.value, register.device) {
            (RegisterValue::Profile(_), _) => self.profiles.entry(register.account),
            (RegisterValue::Prekey(_), Some(device)) => return put_device(&mut self.prekeys, device, register),
            (RegisterValue::Peer(_), Some(device)) => return put_device(&mut self.peers, device, register),
            (_, None) => return false,
        };
        match slot {
            std::collections::hash_map::Entry::Occupied(mut held) => {
                let newer = register.supersedes(held.get());
                if newer {
                    held.insert(register);
                }
                newer
            }
            std::collections::hash_map::Entry::Vacant(empty) => {
                empty.insert(register);
                true
            }
        }
    }

    /// How an account calls itself.
    #[must_use]
    pub fn display_name(&self, account: &AccountId) -> Option<&str> {
        match &self.profiles.get(account)?.value {
            RegisterValue::Profile(profile) => Some(profile.display_name()),
            _ => None,
        }
    }

    /// What an account tells about itself; `None` when nothing.
    #[must_use]
    pub fn bio(&self, account: &AccountId) -> Option<&str> {
        match &self.profiles.get(account)?.value {
            RegisterValue::Profile(profile) => Some(profile.bio()).filter(|bio| !bio.is_empty()),
            _ => None,
        }
    }

    /// The X25519 key to which secrets for a device are sealed.
    #[must_use]
    pub fn prekey(&self, device: &DeviceId) -> Option<[u8; 32]> {
        match &self.prekeys.get(device)?.value {
            RegisterValue::Prekey(public) => Some(*public),
            _ => None,
        }
    }

    /// Where a device's node was last reachable.
    #[must_use]
    pub fn addresses(&self, device: &DeviceId) -> &[String] {
        match self.peers.get(device).map(|r| &r.value) {
            Some(RegisterValue::Peer(addresses)) => addresses,
            _ => &[],
        }
    }

    /// All registers of a server's members.
    #[must_use]
    pub fn of(&self, server: &Server) -> Vec<SignedBytes> {
        self.latest(server).map(|r| r.signed.clone()).collect()
    }

    /// Digest of the ids of [`Registers::of`].
    #[must_use]
    pub fn digest(&self, server: &Server) -> [u8; 32] {
        let mut ids: Vec<_> = self.latest(server).map(|r| r.id).collect();
        ids.sort_unstable();
        let parts: Vec<&[u8]> = ids.iter().map(AsRef::as_ref).collect();
        derive(Purpose::Heads, &parts)
    }

    fn latest<'a>(&'a self, server: &'a Server) -> impl Iterator<Item = &'a Register> + 'a {
        let state = server.governance.state();
        let profiles = state.members().filter_map(|account| self.profiles.get(&account));
        let devices = state.member_devices().flat_map(|device| [self.prekeys.get(&device), self.peers.get(&device)]);
        profiles.chain(devices.flatten())
    }
}

fn put_device(held: &mut HashMap<DeviceId, Register>, device: DeviceId, register: Register) -> bool {
    let newer = held.get(&device).is_none_or(|old| register.supersedes(old));
    if newer {
        held.insert(device, register);
    }
    newer
}

impl World {
    /// Whether an account or device is a member of any server here.
    fn knows(&self, register: &Register) -> bool {
        self.servers.values().any(|server| {
            let state = server.governance.state();
            match &register.device {
                None => state.is_member(&register.account),
                Some(device) => state.account_of_device(device) == Some(register.account),
            }
        })
    }

    /// Where the devices of all members, our own left out, were last reachable.
    #[must_use]
    pub fn known_addresses(&self) -> BTreeMap<DeviceId, Vec<Address>> {
        let ours = self.me.as_ref().map(super::Me::device_id);
        let devices = self.servers.values().flat_map(|server| server.governance.state().member_devices());
        let mut known: BTreeMap<DeviceId, Vec<Address>> = devices
            .filter(|device| Some(*device) != ours)
            .map(|device| {
                let addresses = self.registers.addresses(&device).iter().filter_map(|a| a.parse().ok()).collect();
                (device, addresses)
            })
            .collect();
        // The bootstrap peers that owners chose.
        let chosen = self.servers.values().flat_map(|server| &server.governance.state().settings().bootstrap);
        for address in chosen.filter_map(|text| text.parse::<Address>().ok()) {
            if let Some(device) = address.device().filter(|device| Some(*device) != ours) {
                known.entry(device).or_default().push(address);
            }
        }
        known
    }

    /// Servers of which an account is a member.
    #[must_use]
    pub fn servers_of(&self, account: &AccountId) -> Vec<ServerId> {
        self.servers.iter().filter(|(_, s)| s.governance.state().is_member(account)).map(|(id, _)| *id).collect()
    }
}

impl Turn<'_> {
    /// Takes registers that came on a stream; those of strangers and those that do not verify are passed over.
    pub fn ingest_registers(&mut self, registers: Vec<SignedBytes>) {
        for signed in registers {
            if let Ok(register) = Register::verify(signed) {
                self.take_register(register);
            }
        }
    }

    /// Takes a verified register of a member. True when it was news.
    pub(super) fn take_register(&mut self, register: Register) -> bool {
        let early = register.hlc.ms() > self.now_ms + CLOCK_LEAD_MS;
        if early || !self.world.registers.would_take(&register) || !self.world.knows(&register) {
            return false;
        }
        let Ok(batch) = self.batch() else { return false };
        if batch.put_register(&register).is_err() {
            return false;
        }
        self.put_register(register)
    }

    /// Puts a register whose row is in the batch already into the world.
    fn put_register(&mut self, register: Register) -> bool {
        let (account, is_profile) = (register.account, register.device.is_none());
        let hlc = register.hlc;
        if !self.world.registers.put(register) {
            return false;
        }
        for server in self.world.servers_of(&account) {
            self.touched.insert(server);
            if is_profile {
                let event = EventRecord::new(EventKind::MemberUpdated.number(), self.now_ms, hlc)
                    .server(server)
                    .actor(account)
                    .subject(account.as_ref());
                if let Err(error) = self.emit(event) {
                    tracing::error!(%error, "event not written");
                }
            }
        }
        true
    }

    /// Publishes where this device's node is reachable, when that changed.
    ///
    /// # Errors
    /// [`folkmoot_ledger::LedgerError`].
    pub fn publish_addresses(&mut self, addresses: Vec<String>) -> Result<(), folkmoot_ledger::LedgerError> {
        let Some(me) = self.world.me.clone() else { return Ok(()) };
        if self.world.registers.addresses(&me.device_id()) == addresses || self.world.servers.is_empty() {
            return Ok(());
        }
        let hlc = self.stamp(Hlc::ZERO);
        match Register::sign_peer(&me.device, me.account_id(), addresses, hlc) {
            Ok(register) => self.publish_register(register),
            Err(error) => {
                tracing::warn!(%error, "own addresses do not fit a peer record");
                Ok(())
            }
        }
    }

    /// Stores and announces a register of our own.
    pub(super) fn publish_register(&mut self, register: Register) -> Result<(), folkmoot_ledger::LedgerError> {
        self.batch()?.put_register(&register)?;
        let (account, signed) = (register.account, register.signed.clone());
        self.put_register(register);
        for server in self.world.servers_of(&account) {
            self.outgoing.register(server, signed.clone());
        }
        Ok(())
    }
}

/// Takes a register from gossip.
pub(super) fn ingest_gossip(turn: &mut Turn<'_>, signed: SignedBytes) -> Verdict {
    match Register::verify(signed) {
        Ok(register) => {
            turn.take_register(register);
            Verdict::Accept
        }
        // A newer program may see sense in it.
        Err(RegisterError::Format { .. } | RegisterError::Kind { .. }) => Verdict::Ignore,
        Err(_) => Verdict::Reject,
    }
}
