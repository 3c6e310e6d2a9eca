//! Group keys in use: opening what was wrapped to us, handing on what we hold, rotating when somebody left.

use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;
use folkmoot_core::{
    epoch::{
        Commitments, EpochParent, EpochPlan, HistoryRoot, KnownEpoch, NewEpoch, Recipient, Secret, WrapKind, WrapScope,
    },
    governance::{KeyEpoch, Payload, Permission},
    ids::{DeviceId, EpochId, EventId, ServerId},
};
use folkmoot_identity::{
    kdf::{Purpose, derive},
    prekey,
};
use folkmoot_ledger::{EpochSecretKind, LedgerError};
use folkmoot_proto::v1;
use zeroize::Zeroizing;

use super::{PublishError, Turn, govern::AuthorError};
use crate::clock::random;

/// Pause per rank before a member's device rotates: the first in rank almost always does it alone.
const RANK_PAUSE_MS: u64 = 2_000;

/// Brings a server's ring up to its governance: which epochs there are, which are usable, which secrets we can open, which topics
/// to follow.
///
/// # Errors
/// [`LedgerError`].
pub(super) fn refresh(turn: &mut Turn<'_>, server_id: ServerId) -> Result<(), LedgerError> {
    let Some(me) = turn.world.me.clone() else { return Ok(()) };
    let now_ms = turn.now_ms;
    let Some(server) = turn.world.servers.get_mut(&server_id) else { return Ok(()) };
    let (governance, ring) = (&server.governance, &mut server.ring);
    let departures: Vec<_> = governance.state().departures().collect();
    let generations: HashMap<EventId, u32> =
        governance.state().epochs().map(|epoch| (epoch.event, epoch.data.generation)).collect();
    let mut effective = BTreeSet::new();
    let mut rows = Vec::new();
    for epoch in governance.state().epochs() {
        let id = EpochId::from(epoch.event);
        let data = &epoch.data;
        if governance.recipients_root_at(&epoch.event) != Some(data.recipients_root) {
            continue; // rule E1
        }
        let below: Option<u32> = data
            .parents
            .iter()
            .map(|parent| generations.get(parent).copied().filter(|_| governance.is_in_past(parent, &epoch.event)))
            .try_fold(0, |most, generation| Some(most.max(generation?)));
        if data.scope != *server_id.as_bytes() || below.and_then(|below| below.checked_add(1)) != Some(data.generation)
        {
            continue; // a generation out of thin air would outrank every other for ever
        }
        effective.insert(id);
        // Rule E3: usable while everybody who ever held it is still a member.
        let usable = departures.iter().all(|gone| governance.is_in_past(gone, &epoch.event));
        let commitments = Commitments { history: data.history_commit, message: data.message_commit };
        let known = KnownEpoch {
            generation: data.generation,
            author_level: epoch.author_level,
            commitments,
            hist_link: data.hist_link.clone(),
            usable,
        };
        ring.note(id, known);
        if ring.secret(&id).is_none() {
            rows.extend(data.rows.iter().filter(|row| row.device == me.device_id()).map(|row| (id, row.clone())));
        }
    }
    ring.retain(&effective);
    server.rotation_due_ms = if ring.any_usable() {
        None
    } else {
        server.rotation_due_ms.or_else(|| {
            let cause = departures.iter().max().copied();
            let rank = |device: &DeviceId| {
                derive(Purpose::Rotate, &[cause.as_ref().map_or(&[][..], AsRef::as_ref), device.as_ref()])
            };
            let ours = rank(&me.device_id());
            let before = governance.state().member_devices().filter(|d| rank(d) < ours).count();
            Some(now_ms + RANK_PAUSE_MS * (before as u64 + 1))
        })
    };
    for (id, row) in rows {
        if let Err(error) = turn.open_row(server_id, id, row.kind, &row.prekey, &row.sealed)? {
            tracing::warn!(epoch = ?id, error, "an epoch's secret could not be opened; asking others");
        }
    }
    turn.follow_topics(server_id);
    Ok(())
}

/// Whoever has something to send and no usable epoch rotates at once.
///
/// # Errors
/// As storing does; not holding the parents' keys is no error, the message then waits for catch-up.
pub(super) fn rotate_before_sending(turn: &mut Turn<'_>, server: ServerId) -> Result<(), PublishError> {
    if turn.world.servers.get(&server).is_none_or(|s| s.ring.any_usable()) {
        return Ok(());
    }
    match turn.rotate(server, "departure") {
        Ok(()) => Ok(()),
        Err(AuthorError::Ledger(error)) => Err(error.into()),
        Err(error) => {
            tracing::debug!(%error, "no new epoch; the message goes by catch-up");
            Ok(())
        }
    }
}

impl Turn<'_> {
    /// Rotates where the pause of our rank is over.
    pub fn rotate_due(&mut self) {
        let due: Vec<ServerId> = self
            .world
            .servers
            .iter()
            .filter(|(_, server)| server.rotation_due_ms.is_some_and(|due| due <= self.now_ms))
            .map(|(id, _)| *id)
            .collect();
        for server in due {
            if let Err(error) = self.rotate(server, "departure") {
                tracing::debug!(%error, "no new epoch now");
                if let Some(server) = self.world.servers.get_mut(&server) {
                    server.rotation_due_ms = Some(self.now_ms + 10 * RANK_PAUSE_MS);
                }
            }
        }
    }

    /// Makes the next epoch of a server, wrapped to every member device whose prekey is known.
    pub(super) fn rotate(&mut self, server_id: ServerId, reason: &str) -> Result<(), AuthorError> {
        let me = self.world.me.clone().ok_or(AuthorError::NotReady)?;
        let server = self.world.servers.get(&server_id).ok_or(AuthorError::NotMember)?;
        let state = server.governance.state();
        if let Err(denied) = state.may(&me.account_id(), Permission::Rotate, None, self.now_ms) {
            return Err(AuthorError::Refused(denied.missing().to_owned()));
        }
        let allowed: Vec<DeviceId> = state.member_devices().collect();
        let recipients: Vec<Recipient> = allowed
            .iter()
            .filter_map(|device| Some(Recipient { device: *device, prekey: self.world.registers.prekey(device)? }))
            .collect();
        let tips = server.ring.tips();
        let parents: Vec<EpochParent<'_>> =
            tips.iter().map(|(id, generation, root)| EpochParent { id: *id, generation: *generation, root }).collect();
        let root = HistoryRoot::new(Zeroizing::new(random()));
        let plan = EpochPlan {
            server: server_id,
            parents: &parents,
            allowed: &allowed,
            recipients: &recipients,
            link_nonce: random(),
            reason,
        };
        let new = NewEpoch::make(root, &plan, |to, info, aad, secret| prekey::seal(&to.prekey, info, aad, secret).ok());
        let NewEpoch { data, root } = new;
        let data = KeyEpoch::from_wire(data).map_err(|error| AuthorError::Refused(error.to_string()))?;
        let event = self.author(server_id, Payload::KeyEpoch(data))?;
        let id = EpochId::from(event.id());
        // The event commits to this very secret.
        self.hold(server_id, id, Secret::History(root))?.map_err(AuthorError::Refused)?;
        self.follow_topics(server_id);
        Ok(())
    }

    /// Takes secrets that a member handed on.
    ///
    /// # Errors
    /// [`LedgerError`] as a pipeline error.
    pub fn take_grants(&mut self, server: ServerId, grants: &[v1::KeyGrant]) -> Result<(), super::PipelineError> {
        for grant in grants {
            let (Ok(epoch), Some(row)) = (EpochId::try_from(grant.epoch.as_ref()), &grant.row) else { continue };
            let (Some(kind), Ok(prekey)) = (WrapKind::from_wire(row.kind), <[u8; 32]>::try_from(row.prekey.as_ref()))
            else {
                continue;
            };
            match self.open_row(server, epoch, kind, &prekey, &row.sealed) {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(?epoch, error, "a granted secret is not the one committed to"),
                Err(error) => return Err(super::PipelineError::Storage(std::sync::Arc::new(error))),
            }
        }
        self.follow_topics(server);
        Ok(())
    }

    /// Seals to a member's device the secrets it asks for and we hold.
    pub fn make_grants(&self, server_id: ServerId, device: DeviceId, epochs: &[EpochId]) -> Vec<v1::KeyGrant> {
        let Some(server) = self.world.servers.get(&server_id) else { return Vec::new() };
        let Some(public) = self.world.registers.prekey(&device) else { return Vec::new() };
        epochs
            .iter()
            .filter_map(|epoch| {
                let secret = server.ring.secret(epoch)?;
                let (generation, commitments) = server.ring.header(epoch)?;
                let kind = match secret {
                    Secret::History(_) => WrapKind::History,
                    Secret::Messages(_) => WrapKind::Messages,
                };
                let scope =
                    WrapScope { server: server_id, scope: server_id, generation, history_commit: commitments.history };
                let aad = WrapScope::aad(&device, &public, kind);
                let sealed = prekey::seal(&public, &scope.info(), &aad, secret.expose()).ok()?;
                Some(v1::KeyGrant {
                    server: Bytes::copy_from_slice(server_id.as_ref()),
                    epoch: Bytes::copy_from_slice(epoch.as_ref()),
                    row: Some(v1::WrapRow {
                        device: Bytes::copy_from_slice(device.as_ref()),
                        prekey: Bytes::copy_from_slice(&public),
                        kind: kind.to_wire().into(),
                        sealed: Bytes::copy_from_slice(&sealed),
                    }),
                })
            })
            .collect()
    }

    /// Opens one wrapped secret with the prekey it was sealed to. The inner error says why the secret is worth nothing.
    fn open_row(
        &mut self,
        server_id: ServerId,
        epoch: EpochId,
        kind: WrapKind,
        sealed_to: &[u8; 32],
        sealed: &[u8],
    ) -> Result<Result<(), String>, LedgerError> {
        let Some(me) = self.world.me.clone() else { return Ok(Err("locked".into())) };
        let Some(server) = self.world.servers.get(&server_id) else { return Ok(Err("unknown server".into())) };
        let Some((generation, commitments)) = server.ring.header(&epoch) else {
            return Ok(Err("unknown epoch".into()));
        };
        let scope = WrapScope { server: server_id, scope: server_id, generation, history_commit: commitments.history };
        let aad = WrapScope::aad(&me.device_id(), sealed_to, kind);
        let secret = match me.account.open_wrap(sealed_to, &scope.info(), &aad, sealed) {
            Some(Ok(secret)) => secret,
            Some(Err(error)) => return Ok(Err(error.to_string())),
            None => return Ok(Err("sealed to a prekey that is not here any more".into())),
        };
        let secret = match kind {
            WrapKind::History => Secret::History(HistoryRoot::new(secret)),
            WrapKind::Messages => Secret::Messages(secret),
        };
        self.hold(server_id, epoch, secret)
    }

    /// Takes a secret and what its history links hand over, and stores them.
    fn hold(&mut self, server_id: ServerId, epoch: EpochId, secret: Secret) -> Result<Result<(), String>, LedgerError> {
        self.batch()?;
        let Some(server) = self.world.servers.get_mut(&server_id) else { return Ok(Err("unknown server".into())) };
        let gained = match server.ring.hold(epoch, secret) {
            Ok(gained) => gained,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let rows: Vec<(EpochId, EpochSecretKind, Zeroizing<[u8; 32]>)> = gained
            .iter()
            .filter_map(|id| {
                let secret = server.ring.secret(id)?;
                let kind = match secret {
                    Secret::History(_) => EpochSecretKind::History,
                    Secret::Messages(_) => EpochSecretKind::Messages,
                };
                Some((*id, kind, Zeroizing::new(*secret.expose())))
            })
            .collect();
        for (id, kind, secret) in rows {
            self.batch()?.put_epoch_secret(id, kind, &secret)?;
        }
        Ok(Ok(()))
    }

    /// Follows the topics of the epochs held, and no others.
    pub(super) fn follow_topics(&mut self, server_id: ServerId) {
        let Some(server) = self.world.servers.get_mut(&server_id) else { return };
        let wanted = server.ring.topics();
        for topic in wanted.difference(&server.topics) {
            self.world.topics.insert(*topic, server_id);
            self.wiring.topics.follow(*topic);
        }
        for topic in server.topics.difference(&wanted) {
            self.world.topics.remove(topic);
            self.wiring.topics.leave(*topic);
        }
        server.topics = wanted;
    }
}
