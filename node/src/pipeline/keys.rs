//! Group keys in use: opening what was wrapped to us, handing on what we hold, rotating when somebody left.

use std::collections::BTreeSet;

use bytes::Bytes;
use folkmoot_core::{
    epoch::{
        Commitments, EpochParent, EpochPlan, HistoryRoot, KnownEpoch, NewEpoch, Recipient, Ring, Secret, WrapKind,
        WrapScope,
    },
    governance::{Governance, KeyEpoch, Payload, Permission, ScopeEpoch},
    ids::{DeviceId, EpochId, ScopeId, ServerId},
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
/// Removals within this time share one rotation. Nothing is sent under the old key meanwhile: whoever sends rotates at once.
const COALESCE_MS: u64 = 2_000;
/// How long a new epoch's secret is asked for before it is taken for one that nobody hands out.
const GRACE_MS: u64 = 15_000;
/// Age at which whoever sends makes a new epoch (rule E6).
const EPOCH_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// Brings a server's rings up to its governance: which epochs there are, which are usable, which secrets we can open, which topics
/// to follow.
///
/// # Errors
/// [`LedgerError`].
pub(super) fn refresh(turn: &mut Turn<'_>, server_id: ServerId) -> Result<(), LedgerError> {
    let Some(me) = turn.world.me.clone() else { return Ok(()) };
    let Some(server) = turn.world.servers.get(&server_id) else { return Ok(()) };
    let state = server.governance.state();
    let mut scopes: BTreeSet<ScopeId> = server.scopes.keys().copied().collect();
    scopes.insert(ScopeId::from(server_id));
    scopes.extend(state.private_scopes().filter(|scope| state.is_in_scope(&me.device_id(), scope)));
    for scope in scopes {
        refresh_scope(turn, server_id, scope, &me.device_id())?;
    }
    turn.follow_topics(server_id);
    Ok(())
}

fn refresh_scope(
    turn: &mut Turn<'_>,
    server_id: ServerId,
    scope: ScopeId,
    device: &DeviceId,
) -> Result<(), LedgerError> {
    let now_ms = turn.now_ms;
    let Some(server) = turn.world.servers.get_mut(&server_id) else { return Ok(()) };
    server.keys_mut(scope);
    let (governance, scopes) = (&server.governance, &mut server.scopes);
    let Some(keys) = scopes.get_mut(&scope) else { return Ok(()) };
    let mut effective = BTreeSet::new();
    let mut rows = Vec::new();
    for ScopeEpoch { state: epoch, usable } in governance.scope_epochs(&scope) {
        let id = EpochId::from(epoch.event);
        let data = &epoch.data;
        effective.insert(id);
        let known = KnownEpoch {
            generation: data.generation,
            author_level: epoch.author_level,
            commitments: Commitments { history: data.history_commit, message: data.message_commit },
            parents: data.parents.iter().map(|parent| EpochId::from(*parent)).collect(),
            hist_link: data.hist_link.clone(),
            usable,
        };
        keys.ring.note(id, known);
        if keys.ring.secret(&id).is_none() {
            rows.extend(data.rows.iter().filter(|row| row.device == *device).map(|row| (id, row.clone())));
        }
    }
    keys.ring.retain(&effective);
    for (id, row) in rows {
        if let Err(error) = turn.open_row(server_id, id, row.kind, &row.prekey, &row.sealed)? {
            tracing::warn!(epoch = ?id, error, "an epoch's secret could not be opened; asking others");
        }
    }
    let Some(server) = turn.world.servers.get_mut(&server_id) else { return Ok(()) };
    let (governance, scopes) = (&server.governance, &mut server.scopes);
    let Some(keys) = scopes.get_mut(&scope) else { return Ok(()) };
    let inside = governance.state().is_in_scope(device, &scope);
    keys.rotation_due_ms = if !inside || keys.ring.sending().is_some() {
        None
    } else {
        keys.rotation_due_ms.or_else(|| Some(now_ms + pause_ms(governance, &keys.ring, &scope, device)))
    };
    Ok(())
}

/// How long this device waits before it makes an epoch that is lacking: by its place among those who may, which the cause shuffles.
fn pause_ms(governance: &Governance, ring: &Ring, scope: &ScopeId, device: &DeviceId) -> u64 {
    let state = governance.state();
    let cause = match state.departures().max() {
        Some(departure) if *scope == ScopeId::from(governance.server()) => *departure.as_bytes(),
        _ => governance.scope_root(scope),
    };
    let rank = |device: &DeviceId| derive(Purpose::Rotate, &[&cause, device.as_ref()]);
    let rotates = |device: &DeviceId| {
        let account = state.account_of_device(device);
        account.is_some_and(|account| state.may(&account, Permission::Rotate, None, 0).is_ok())
    };
    let ours = rank(device);
    let before = state.scope_devices(scope).iter().filter(|d| rank(d) < ours && rotates(d)).count();
    let pause = COALESCE_MS + RANK_PAUSE_MS * (before as u64 + 1);
    // There is one to write under, only its secret is not here: it is asked for first.
    if ring.any_usable() { pause + GRACE_MS } else { pause }
}

/// Whoever has something to send and no usable epoch rotates at once; so does who finds the one there is too old.
///
/// # Errors
/// As storing does; not holding the parents' keys is no error, the message then waits for catch-up.
pub(super) fn rotate_before_sending(
    turn: &mut Turn<'_>,
    server_id: ServerId,
    scope: ScopeId,
) -> Result<(), PublishError> {
    let Some(server) = turn.world.servers.get(&server_id) else { return Ok(()) };
    let Some(ring) = server.ring(&scope) else { return Ok(()) };
    let reason = match ring.sending() {
        Some(epoch) => {
            let made = server.governance.event(&epoch.event()).map_or(u64::MAX, |event| event.hlc.ms());
            if made.saturating_add(EPOCH_MS) > turn.now_ms {
                return Ok(());
            }
            "age"
        }
        // One is there, and its secret may come any moment.
        None if ring.any_usable() => return Ok(()),
        None => "departure",
    };
    match turn.rotate(server_id, scope, reason) {
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
        let now_ms = self.now_ms;
        let due: Vec<(ServerId, ScopeId)> = self
            .world
            .servers
            .iter()
            .flat_map(|(id, server)| server.scopes.iter().map(|(scope, keys)| (*id, *scope, keys.rotation_due_ms)))
            .filter(|(.., due)| due.is_some_and(|due| due <= now_ms))
            .map(|(server, scope, _)| (server, scope))
            .collect();
        for (server_id, scope) in due {
            if let Err(error) = self.rotate(server_id, scope, "departure") {
                tracing::debug!(%error, "no new epoch now");
                if let Some(server) = self.world.servers.get_mut(&server_id) {
                    server.keys_mut(scope).rotation_due_ms = Some(now_ms + 10 * RANK_PAUSE_MS);
                }
            }
        }
    }

    /// Makes the next epoch of a scope, wrapped to every device of it whose prekey is known.
    pub(super) fn rotate(&mut self, server_id: ServerId, scope: ScopeId, reason: &str) -> Result<(), AuthorError> {
        let me = self.world.me.clone().ok_or(AuthorError::NotReady)?;
        let server = self.world.servers.get(&server_id).ok_or(AuthorError::NotMember)?;
        let state = server.governance.state();
        if let Err(denied) = state.may(&me.account_id(), Permission::Rotate, None, self.now_ms) {
            return Err(AuthorError::Refused(denied.missing().to_owned()));
        }
        let allowed: Vec<DeviceId> = state.scope_devices(&scope);
        if !allowed.contains(&me.device_id()) {
            return Err(AuthorError::NotMember);
        }
        let recipients: Vec<Recipient> = allowed
            .iter()
            .filter_map(|device| Some(Recipient { device: *device, prekey: self.world.registers.prekey(device)? }))
            .collect();
        let tips = server.ring(&scope).map(Ring::tips).unwrap_or_default();
        let parents: Vec<EpochParent<'_>> =
            tips.iter().map(|(id, generation, root)| EpochParent { id: *id, generation: *generation, root }).collect();
        let root = HistoryRoot::new(Zeroizing::new(random()));
        let plan = EpochPlan {
            server: server_id,
            scope,
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
        if let Some(server) = self.world.servers.get_mut(&server_id) {
            server.keys_mut(scope).rotation_due_ms = None;
        }
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
                let id = server.scope_of_epoch(epoch)?;
                if !server.governance.may_hand(&id, epoch, &device) {
                    return None;
                }
                let ring = server.ring(&id)?;
                let secret = ring.secret(epoch)?;
                let (generation, commitments) = ring.header(epoch)?;
                let kind = match secret {
                    Secret::History(_) => WrapKind::History,
                    Secret::Messages(_) => WrapKind::Messages,
                };
                let scope = WrapScope { server: server_id, scope: id, generation, history_commit: commitments.history };
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
        let scope = server.scope_of_epoch(&epoch);
        let Some((scope, (generation, commitments))) =
            scope.and_then(|scope| Some((scope, server.ring(&scope)?.header(&epoch)?)))
        else {
            return Ok(Err("unknown epoch".into()));
        };
        let scope = WrapScope { server: server_id, scope, generation, history_commit: commitments.history };
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
        let Some(scope) = server.scope_of_epoch(&epoch) else { return Ok(Err("unknown epoch".into())) };
        let ring = &mut server.keys_mut(scope).ring;
        let gained = match ring.hold(epoch, secret) {
            Ok(gained) => gained,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let rows: Vec<(EpochId, EpochSecretKind, Zeroizing<[u8; 32]>)> = gained
            .iter()
            .filter_map(|id| {
                let secret = ring.secret(id)?;
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

    /// Follows the topics of the epochs held, and no others; none where this device may not be any more.
    pub(super) fn follow_topics(&mut self, server_id: ServerId) {
        let Some(me) = self.world.me.as_ref().map(super::Me::device_id) else { return };
        let Some(server) = self.world.servers.get_mut(&server_id) else { return };
        let (governance, scopes) = (&server.governance, &mut server.scopes);
        for (scope, keys) in scopes {
            let inside = governance.state().is_in_scope(&me, scope);
            let wanted = if inside { keys.ring.topics() } else { BTreeSet::new() };
            for topic in wanted.difference(&keys.topics) {
                self.world.topics.insert(*topic, (server_id, *scope));
                self.wiring.topics.follow(*topic);
            }
            for topic in keys.topics.difference(&wanted) {
                self.world.topics.remove(topic);
                self.wiring.topics.leave(*topic);
            }
            keys.topics = wanted;
        }
    }
}
