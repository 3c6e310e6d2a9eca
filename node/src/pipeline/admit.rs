//! Joining, both sides: the door's check and ADMIT, and taking over a server that a door handed us.

use folkmoot_core::{
    governance::{Admit, Governance, InviteStatus, JoinRequest, Payload, Unverified, Why},
    ids::{ChannelId, DeviceId, EpochId, EventId, ServerId},
};
use folkmoot_identity::{Hlc, signed::SignedBytes};
use folkmoot_ledger::EventRecord;
use folkmoot_proto::{
    limits::{CLOCK_LEAD_MS, MEMBERS},
    v1,
};

use super::{Server, Turn, World, govern::AuthorError};
use crate::{clock::now_ms, events::EventKind};

/// Why the door stays shut.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DoorRefusal {
    /// Not a server of ours, or not one we say we are in.
    #[error("unknown server")]
    UnknownServer,
    /// Locked or without identity.
    #[error("not ready")]
    NotReady,
    /// No effective invite has this key.
    #[error("unknown invite")]
    UnknownInvite,
    /// Past its end by our clock.
    #[error("invite expired")]
    Expired,
    /// Taken back.
    #[error("invite revoked")]
    Revoked,
    /// No uses left.
    #[error("invite used up")]
    UsedUp,
    /// The account is banned, or kicked since the invite was made.
    #[error("account may not come back by this invite")]
    Banned,
    /// The request does not verify.
    #[error("malformed request")]
    Malformed,
    /// The server holds as many members as it may.
    #[error("server is full")]
    Full,
    /// The ledger takes no writes.
    #[error("storage")]
    Storage,
}

/// What a new member is handed.
#[derive(Debug)]
pub struct Admitted {
    /// The ADMIT event.
    pub admit: EventId,
    /// All governance events, parents first.
    pub events: Vec<SignedBytes>,
    /// Profiles, prekeys and addresses of all members.
    pub registers: Vec<SignedBytes>,
    /// The keys.
    pub grants: Vec<v1::KeyGrant>,
}

/// What a door handed us.
#[derive(Debug)]
pub struct Joined {
    /// The server of the link.
    pub server: ServerId,
    /// Governance events, parents first.
    pub events: Vec<SignedBytes>,
    /// Profiles, prekeys and addresses.
    pub registers: Vec<SignedBytes>,
    /// Keys.
    pub grants: Vec<v1::KeyGrant>,
    /// The ADMIT event that let us in.
    pub admit: EventId,
    /// Whose door it was.
    pub door: DeviceId,
}

impl World {
    /// Whether an invite is in force here and now.
    ///
    /// # Errors
    /// [`DoorRefusal`].
    pub fn check_door(
        &self,
        server: &ServerId,
        invite_key: &[u8; 32],
        peer: &DeviceId,
    ) -> Result<EventId, DoorRefusal> {
        if self.me.is_none() {
            return Err(DoorRefusal::NotReady);
        }
        let server = self.servers.get(server).ok_or(DoorRefusal::UnknownServer)?;
        let state = server.governance.state();
        let invite = state.invite_by_key(invite_key).ok_or(DoorRefusal::UnknownInvite)?;
        match invite.status(Hlc::from_ms(now_ms())) {
            InviteStatus::Open => {}
            // Admitted before, but the stream broke: it is handed what it is owed.
            InviteStatus::Expired | InviteStatus::UsedUp if state.is_member_device(peer) => {}
            InviteStatus::Expired => return Err(DoorRefusal::Expired),
            InviteStatus::Revoked => return Err(DoorRefusal::Revoked),
            InviteStatus::UsedUp => return Err(DoorRefusal::UsedUp),
        }
        if state.members().count() >= MEMBERS {
            return Err(DoorRefusal::Full);
        }
        Ok(invite.id)
    }
}

impl Turn<'_> {
    /// Admits whoever made `request`, if it holds: authors ADMIT and gathers what a member needs. Somebody who is a member
    /// already is handed the same again.
    ///
    /// # Errors
    /// [`DoorRefusal`].
    pub fn admit(
        &mut self,
        server_id: ServerId,
        invite_key: [u8; 32],
        nonce: [u8; 32],
        peer: DeviceId,
        request: SignedBytes,
    ) -> Result<Admitted, DoorRefusal> {
        let request = JoinRequest::verify(request, &invite_key).map_err(|_| DoorRefusal::Malformed)?;
        if request.server != server_id || request.nonce != nonce || request.certificate.device != peer {
            return Err(DoorRefusal::Malformed);
        }
        let account = request.account;
        let member = self.world.servers.get(&server_id).and_then(|s| s.governance.state().grant_of(&account));
        let known_device =
            self.world.servers.get(&server_id).is_some_and(|s| s.governance.state().certified_device(&account, &peer));
        let admit = match member {
            Some(grant) if known_device => {
                self.world.check_door(&server_id, &invite_key, &peer)?;
                grant
            }
            _ => {
                let invite = self.world.check_door(&server_id, &invite_key, &peer)?;
                let state = self.world.servers.get(&server_id).ok_or(DoorRefusal::UnknownServer)?.governance.state();
                if !state.may_enter(&account, &invite) {
                    return Err(DoorRefusal::Banned);
                }
                let payload = Payload::Admit(Box::new(Admit { account, invite, request }));
                self.author(server_id, payload)
                    .map_err(|error| match error {
                        AuthorError::Ledger(_) => DoorRefusal::Storage,
                        AuthorError::NotReady => DoorRefusal::NotReady,
                        AuthorError::NotMember => DoorRefusal::UnknownServer,
                        AuthorError::Ineffective(Why::InviteUsedUp) => DoorRefusal::UsedUp,
                        AuthorError::Ineffective(Why::Lacks(_)) => DoorRefusal::NotReady,
                        AuthorError::Refused(_) | AuthorError::Ineffective(_) => DoorRefusal::Malformed,
                    })?
                    .id()
            }
        };
        let server = self.world.servers.get(&server_id).ok_or(DoorRefusal::UnknownServer)?;
        let events = server.governance.events().map(|e| e.signed().clone()).collect();
        let registers = self.world.registers.of(server);
        let epochs: Vec<EpochId> = server.governance.state().epochs().map(|e| EpochId::from(e.event)).collect();
        let grants = self.make_grants(server_id, peer, &epochs);
        Ok(Admitted { admit, events, registers, grants })
    }

    /// Takes over a server: its events prove themselves, and must make us a member.
    ///
    /// # Errors
    /// [`DoorRefusal::Malformed`] when they do not; then nothing is kept.
    pub fn join(&mut self, joined: Joined) -> Result<(), DoorRefusal> {
        let Joined { server: server_id, events, registers, grants, admit, door } = joined;
        let me = self.world.me.clone().ok_or(DoorRefusal::NotReady)?;
        self.batch().map_err(|_| DoorRefusal::Storage)?;
        let fresh = !self.world.servers.contains_key(&server_id);
        if fresh {
            let governance = first_state(server_id, &events, &me.account_id(), self.now_ms + CLOCK_LEAD_MS)?;
            self.adopt(server_id, governance).map_err(|_| DoorRefusal::Storage)?;
            let event = EventRecord::new(EventKind::ServerJoined.number(), self.now_ms, self.world.hlc)
                .server(server_id)
                .actor(me.account_id())
                .subject(admit.as_ref());
            self.emit(event).map_err(|_| DoorRefusal::Storage)?;
        } else {
            self.ingest_events(server_id, events, Some(door)).map_err(|_| DoorRefusal::Storage)?;
        }
        self.ingest_registers(registers);
        self.take_grants(server_id, &grants).map_err(|_| DoorRefusal::Storage)?;
        self.touched.insert(server_id);
        self.nudge(server_id, door);
        Ok(())
    }

    /// Puts a whole governance state into world and batch.
    pub(super) fn adopt(
        &mut self,
        server_id: ServerId,
        governance: Governance,
    ) -> Result<(), folkmoot_ledger::LedgerError> {
        self.batch()?;
        let events: Vec<_> = governance.events().cloned().collect();
        let channels: Vec<ChannelId> = governance.state().channel_ids().collect();
        self.world.servers.insert(server_id, Server::new(governance));
        self.world.channel_home.extend(channels.into_iter().map(|channel| (channel, server_id)));
        for event in events {
            self.world.hlc = self.world.hlc.max(event.hlc);
            self.batch()?.put_event(server_id, event.id(), event.signed())?;
            let embedded = match &event.payload {
                Payload::Genesis(genesis) => {
                    genesis.founders.iter().flat_map(|f| [f.prekey.clone(), f.profile.clone()]).collect()
                }
                Payload::Admit(admit) => vec![admit.request.prekey.clone(), admit.request.profile.clone()],
                _ => Vec::new(),
            };
            for register in embedded {
                if self.world.registers.would_take(&register) {
                    self.batch()?.put_register(&register)?;
                    self.world.registers.put(register);
                }
            }
        }
        self.touched.insert(server_id);
        super::keys::refresh(self, server_id)
    }
}

/// Resolves what a door sent, apart from the world: a server that does not hold together leaves no trace.
fn first_state(
    server: ServerId,
    events: &[SignedBytes],
    account: &folkmoot_core::ids::AccountId,
    latest_ms: u64,
) -> Result<Governance, DoorRefusal> {
    let mut rest = events.iter().cloned();
    let verify = |signed: SignedBytes| {
        Unverified::decode(signed).ok().and_then(|event| event.verify().ok()).ok_or(DoorRefusal::Malformed)
    };
    let genesis = verify(rest.next().ok_or(DoorRefusal::Malformed)?)?;
    let mut governance = Governance::new(genesis).map_err(|_| DoorRefusal::Malformed)?;
    if governance.server() != server {
        return Err(DoorRefusal::Malformed);
    }
    for signed in rest {
        governance.insert(verify(signed)?).map_err(|_| DoorRefusal::Malformed)?;
    }
    // A door whose clock is years ahead would pull ours along.
    if governance.greatest_hlc().ms() > latest_ms {
        return Err(DoorRefusal::Malformed);
    }
    if governance.state().is_member(account) { Ok(governance) } else { Err(DoorRefusal::Malformed) }
}
