//! Governance events on their way into the DAG: from peers and from our own hand.

use folkmoot_core::{
    governance::{Event, EventBody, Governance, InsertError, Payload, Proposal, Unverified, Verified, Why},
    ids::{DeviceId, EventId, ServerId},
};
use folkmoot_identity::signed::SignedBytes;
use folkmoot_ledger::LedgerError;
use folkmoot_overlay::Verdict;
use folkmoot_proto::limits::CLOCK_LEAD_MS;

use super::{Me, Turn};

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

    /// Signs an own event on top of everything known, takes it and announces it; only if it counts.
    ///
    /// # Errors
    /// [`AuthorError`]; then nothing was changed.
    pub(super) fn author(&mut self, server_id: ServerId, payload: Payload) -> Result<Event, AuthorError> {
        self.batch()?;
        let me = self.world.me.clone().ok_or(AuthorError::NotReady)?;
        let (now_ms, hlc) = (self.now_ms, self.world.hlc);
        let server = self.world.servers.get_mut(&server_id).ok_or(AuthorError::NotMember)?;
        let (event, inserted) = by_best_grant(&mut server.governance, &me, payload, |governance, auth, payload| {
            let verified = sign(&me, governance, auth, (hlc, now_ms), payload);
            let event = verified.event().clone();
            governance.propose(verified).map(|inserted| (event, inserted))
        })?;
        self.world.hlc = self.world.hlc.max(event.hlc);
        self.store_event(server_id, &event, &inserted.effective_changed)?;
        super::keys::refresh(self, server_id)?;
        self.outgoing.event(server_id, event.id(), event.signed().clone());
        Ok(event)
    }

    /// Whether [`Self::author`] would take it; changes nothing.
    ///
    /// # Errors
    /// [`AuthorError`].
    pub(super) fn consider(&mut self, server_id: ServerId, payload: &Payload) -> Result<(), AuthorError> {
        let me = self.world.me.clone().ok_or(AuthorError::NotReady)?;
        let (now_ms, hlc) = (self.now_ms, self.world.hlc);
        let server = self.world.servers.get_mut(&server_id).ok_or(AuthorError::NotMember)?;
        by_best_grant(&mut server.governance, &me, payload.clone(), |governance, auth, payload| {
            governance.consider(sign(&me, governance, auth, (hlc, now_ms), payload))
        })
    }

    /// Puts an event that is in the DAG into the batch and tells what became effective by it.
    fn store_event(&mut self, server: ServerId, event: &Event, changed: &[EventId]) -> Result<(), LedgerError> {
        self.batch()?.put_event(server, event.id(), event.signed())?;
        self.touched.insert(server);
        for id in changed {
            self.on_turned(server, *id)?;
        }
        self.note_judgement(server, changed)
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
    /// It would have no effect.
    #[error("without effect: {0}")]
    Ineffective(Why),
    /// The ledger takes no writes.
    #[error("the ledger takes no writes")]
    Ledger(#[from] LedgerError),
}

/// Tries an act by each of the account's grants, highest role first, until one gives it the right: a grant carries the bits of its own
/// role only. An account's word about itself and an heir's word need none.
fn by_best_grant<T>(
    governance: &mut Governance,
    me: &Me,
    payload: Payload,
    mut attempt: impl FnMut(&mut Governance, Option<EventId>, Payload) -> Result<T, Proposal>,
) -> Result<T, AuthorError> {
    let grants: Vec<Option<EventId>> = if payload.needs_grant() {
        let member = governance.state().member(&me.account_id()).ok_or(AuthorError::NotMember)?;
        member.grants.iter().map(|(_, grant)| Some(*grant)).collect()
    } else {
        vec![None]
    };
    let mut refused: Option<Why> = None;
    let mut payload = Some(payload);
    let mut grants = grants.into_iter().peekable();
    while let Some(grant) = grants.next() {
        let last = grants.peek().is_none();
        let Some(payload) = (if last { payload.take() } else { payload.clone() }) else { break };
        match attempt(governance, grant, payload) {
            Ok(done) => return Ok(done),
            Err(Proposal::Insert(error)) => return Err(AuthorError::Refused(error.to_string())),
            // Of several refusals the one that says most: of a role that holds the bit.
            Err(Proposal::Ineffective(why)) => match refused {
                None | Some(Why::Lacks(_)) => refused = Some(why),
                Some(_) => {}
            },
        }
    }
    Err(refused.map_or(AuthorError::NotMember, AuthorError::Ineffective))
}

fn sign(
    me: &Me,
    governance: &Governance,
    auth: Option<EventId>,
    (seen, now_ms): (folkmoot_identity::Hlc, u64),
    payload: Payload,
) -> Verified {
    let by_root = payload.is_own_word();
    let device = if by_root { me.account_id().as_device() } else { me.device_id() };
    let body: EventBody = governance.next_body(me.account_id(), device, auth, seen, now_ms, payload);
    if by_root { body.sign(me.account.account_key().signing_key()) } else { body.sign(me.device.signing_key()) }
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
