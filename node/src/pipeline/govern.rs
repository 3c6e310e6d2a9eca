//! Governance events on their way into the DAG: from peers and from our own hand, and what follows from each for keys, members'
//! lists and the event log.

use folkmoot_core::{
    governance::{Event, EventBody, InsertError, Payload, Unverified},
    ids::{ChannelId, DeviceId, EventId, ServerId},
};
use folkmoot_identity::{Register, signed::SignedBytes};
use folkmoot_ledger::{EventRecord, LedgerError};
use folkmoot_overlay::Verdict;
use folkmoot_proto::limits::CLOCK_LEAD_MS;

use super::{Me, Turn};
use crate::events::EventKind;

/// What became of a portion of events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Events held now and not before.
    pub new: usize,
    /// Parents that are not here, at most one portion's worth.
    pub missing: Vec<EventId>,
    /// Events that do not verify.
    pub invalid: usize,
}

/// Who signs an own event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hand {
    /// This device, by the account's best grant.
    Device,
    /// The account key itself, about itself.
    Root,
}

impl Turn<'_> {
    /// Takes events of a server, parents before children, from a stream.
    ///
    /// # Errors
    /// [`LedgerError`]; events taken before it stay in the batch.
    pub fn ingest_events(
        &mut self,
        server: ServerId,
        events: Vec<SignedBytes>,
        source: Option<DeviceId>,
    ) -> Result<Applied, super::PipelineError> {
        let mut applied = Applied::default();
        for signed in events {
            match self.take_event(server, signed) {
                Ok(Taken::New) => applied.new += 1,
                Ok(Taken::Known) => {}
                Ok(Taken::Missing(parents)) => applied.missing.extend(parents),
                Ok(Taken::Invalid) => applied.invalid += 1,
                Err(error) => return Err(super::PipelineError::Storage(std::sync::Arc::new(error))),
            }
        }
        if applied.new > 0 {
            super::keys::refresh(self, server)
                .map_err(|error| super::PipelineError::Storage(std::sync::Arc::new(error)))?;
        }
        if applied.invalid > 0 {
            tracing::debug!(?source, invalid = applied.invalid, "peer sent events that do not verify");
        }
        let held = self.world.servers.get(&server);
        applied.missing.sort_unstable();
        applied.missing.dedup();
        applied.missing.retain(|id| held.is_none_or(|s| !s.governance.contains(id)));
        Ok(applied)
    }

    fn take_event(&mut self, server_id: ServerId, signed: SignedBytes) -> Result<Taken, LedgerError> {
        let Some(server) = self.world.servers.get(&server_id) else { return Ok(Taken::Known) };
        let Ok(unverified) = Unverified::decode(signed) else { return Ok(Taken::Invalid) };
        if server.governance.contains(&unverified.id()) {
            return Ok(Taken::Known);
        }
        if unverified.claimed().hlc.ms() > self.now_ms + CLOCK_LEAD_MS {
            // Held back until due: every further sync brings it again.
            return Ok(Taken::Known);
        }
        let Ok(verified) = unverified.verify() else { return Ok(Taken::Invalid) };
        self.batch()?;
        let Some(server) = self.world.servers.get_mut(&server_id) else { return Ok(Taken::Known) };
        let event = verified.event().clone();
        match server.governance.insert(verified) {
            Ok(inserted) => {
                let changed = inserted.effective_changed;
                self.store_event(server_id, &event, &changed)?;
                Ok(Taken::New)
            }
            Err(InsertError::MissingParents { parents }) => Ok(Taken::Missing(parents)),
            Err(InsertError::Known) => Ok(Taken::Known),
            Err(error) if !error.is_relayers_fault() => {
                tracing::debug!(%error, "event not taken");
                Ok(Taken::Known)
            }
            Err(_) => Ok(Taken::Invalid),
        }
    }

    /// Signs an own event on top of everything known, takes it and announces it. The caller has asked governance before: what
    /// this authors is effective.
    ///
    /// # Errors
    /// [`LedgerError`]; then nothing was changed.
    pub(super) fn author(&mut self, server_id: ServerId, payload: Payload, hand: Hand) -> Result<Event, AuthorError> {
        let me = self.world.me.clone().ok_or(AuthorError::NotReady)?;
        self.batch()?;
        let (now_ms, hlc) = (self.now_ms, self.world.hlc);
        let server = self.world.servers.get_mut(&server_id).ok_or(AuthorError::NotMember)?;
        let auth = server.governance.state().grant_of(&me.account_id());
        if auth.is_none() && hand == Hand::Device {
            return Err(AuthorError::NotMember);
        }
        let body = server.governance.next_body(
            me.account_id(),
            match hand {
                Hand::Device => me.device_id(),
                Hand::Root => me.account_id().as_device(),
            },
            if hand == Hand::Device { auth } else { None },
            hlc,
            now_ms,
            payload,
        );
        let verified = sign(&me, body, hand);
        let event = verified.event().clone();
        let inserted = server.governance.insert(verified).map_err(|source| AuthorError::Refused(source.to_string()))?;
        self.world.hlc = self.world.hlc.max(event.hlc);
        self.store_event(server_id, &event, &inserted.effective_changed)?;
        super::keys::refresh(self, server_id)?;
        self.outgoing.event(server_id, event.id(), event.signed().clone());
        Ok(event)
    }

    /// Puts an event that is in the DAG into the batch and tells what became effective by it.
    fn store_event(&mut self, server: ServerId, event: &Event, changed: &[EventId]) -> Result<(), LedgerError> {
        self.batch()?.put_event(server, event.id(), event.signed())?;
        self.touched.insert(server);
        for id in changed {
            self.on_effective(server, *id)?;
        }
        Ok(())
    }

    /// What an event that is effective now, and was not, means to those who follow the event log.
    fn on_effective(&mut self, server_id: ServerId, id: EventId) -> Result<(), LedgerError> {
        let Some(server) = self.world.servers.get(&server_id) else { return Ok(()) };
        if !server.governance.state().is_effective(&id) {
            return Ok(());
        }
        let Some(event) = server.governance.event(&id).cloned() else { return Ok(()) };
        let record = |kind: EventKind, now_ms| {
            EventRecord::new(kind.number(), now_ms, event.hlc).server(server_id).actor(event.account)
        };
        match &event.payload {
            Payload::Genesis(genesis) => {
                for founder in &genesis.founders {
                    self.hold_registers([founder.prekey.clone(), founder.profile.clone()])?;
                }
            }
            Payload::Admit(admit) => {
                self.hold_registers([admit.request.prekey.clone(), admit.request.profile.clone()])?;
                self.emit(record(EventKind::MemberJoined, self.now_ms).subject(admit.account.as_ref()))?;
            }
            Payload::Leave => self.emit(record(EventKind::MemberLeft, self.now_ms).subject(event.account.as_ref()))?,
            Payload::Grant(grant) => {
                self.emit(record(EventKind::MemberUpdated, self.now_ms).subject(grant.account.as_ref()))?;
            }
            Payload::ChannelPut(put) => {
                let made = put.channel.is_none();
                let channel = put.channel.unwrap_or_else(|| ChannelId::from(id));
                self.world.channel_home.insert(channel, server_id);
                let kind = if made { EventKind::ChannelCreated } else { EventKind::ChannelUpdated };
                self.emit(record(kind, self.now_ms).channel(channel).subject(channel.as_ref()))?;
            }
            Payload::Invite(_) => self.emit(record(EventKind::InviteCreated, self.now_ms).subject(id.as_ref()))?,
            Payload::KeyEpoch(_) => self.emit(record(EventKind::KeyRotated, self.now_ms).subject(id.as_ref()))?,
            _ => {}
        }
        Ok(())
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

enum Taken {
    New,
    Known,
    Missing(Vec<EventId>),
    Invalid,
}

/// Why an own event was not made.
#[derive(Debug, thiserror::Error)]
pub(super) enum AuthorError {
    /// No identity, or locked.
    #[error("the node is not ready")]
    NotReady,
    /// Not a member (any more).
    #[error("not a member of this server")]
    NotMember,
    /// The DAG did not take it.
    #[error("the event is refused: {0}")]
    Refused(String),
    /// The ledger takes no writes.
    #[error("the ledger takes no writes")]
    Ledger(#[from] LedgerError),
}

fn sign(me: &Me, body: EventBody, hand: Hand) -> folkmoot_core::governance::Verified {
    match hand {
        Hand::Device => body.sign(me.device.signing_key()),
        Hand::Root => body.sign(me.account.account_key().signing_key()),
    }
}

/// Takes events from gossip. Missing parents are fetched by catch-up.
pub(super) fn ingest_gossip(
    turn: &mut Turn<'_>,
    server: ServerId,
    events: Vec<SignedBytes>,
    source: DeviceId,
) -> Verdict {
    match turn.ingest_events(server, events, Some(source)) {
        Ok(applied) if applied.invalid > 0 => Verdict::Reject,
        Ok(applied) if !applied.missing.is_empty() => {
            turn.nudge(server, source);
            Verdict::Ignore
        }
        Ok(_) => Verdict::Accept,
        Err(_) => Verdict::Ignore,
    }
}
