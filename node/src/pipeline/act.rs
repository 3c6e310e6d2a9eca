//! Acts of this node's own account: making servers, channels and invites, leaving, renaming oneself, marking as read. What moderates
//! and governs stands in the files below.

mod channel;
mod heir;
mod invite;
mod moderate;
mod role;
mod rollback;

pub use channel::{ChannelEdit, ChannelMove};
pub use heir::Signing;
pub(crate) use heir::{unused_signatures, wanted};
pub use moderate::{Expel, Silence};
pub use role::{NewRole, RoleEdit};

use bytes::Bytes;
use folkmoot_core::{
    governance::{
        ChannelKind, ChannelPut, EventBody, Founder, Genesis, Governance, MessageRate, Payload, Permission, Role,
        ServerSettings, State, Visibility, Why,
    },
    ids::{AccountId, ChannelId, EntryId, EventId, ServerId},
    log::EntryKind,
};
use folkmoot_identity::Register;
use folkmoot_ledger::{EventRecord, LedgerError, NonceRecord};

use super::{NonceKey, Turn, govern::AuthorError};
use crate::{clock::random, contacts, events::EventKind, sync::Nudge};

/// How long the answer to a nonce is kept.
const NONCE_MS: u64 = 24 * 60 * 60 * 1_000;
/// Member devices that are told at once when this account leaves; the others hear of it from them.
const TOLD: usize = 64;
/// The channel every server begins with.
const FIRST_CHANNEL: &str = "general";

/// A server to make. Texts are validated by the caller.
#[derive(Clone, Debug)]
pub struct NewServer {
    /// 1-64 characters.
    pub name: String,
    /// At most 1 KiB.
    pub description: String,
    /// Who may find it.
    pub visibility: Visibility,
    /// At most 8.
    pub tags: Vec<String>,
    /// Multiaddresses with peer id.
    pub bootstrap: Vec<String>,
    /// What is mostly spoken; empty when not said.
    pub language: String,
    /// How fast one author may write.
    pub message_rate: MessageRate,
}

/// A channel to make. Texts are validated by the caller.
#[derive(Clone, Debug)]
pub struct NewChannel {
    /// Where.
    pub server: ServerId,
    /// 1-64 characters.
    pub name: String,
    /// What it is for.
    pub kind: ChannelKind,
    /// At most 256 characters.
    pub topic: String,
    /// The category it stands under.
    pub parent: Option<ChannelId>,
    /// Whether it has members and keys of its own.
    pub private: bool,
}

/// An invite to make.
#[derive(Clone, Copy, Debug)]
pub struct NewInvite {
    /// To where.
    pub server: ServerId,
    /// How often it may be used.
    pub max_uses: Option<u32>,
    /// When it ends, ms UTC.
    pub expires_ms: Option<u64>,
    /// What it confers.
    pub role: Role,
}

/// Why an act was not done.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ActError {
    /// No identity, or locked.
    #[error("the node is not ready")]
    NotReady,
    /// Not a server of ours.
    #[error("no such server")]
    UnknownServer,
    /// Not a channel of a server of ours.
    #[error("no such channel")]
    UnknownChannel,
    /// Not a message of that channel.
    #[error("no such message")]
    UnknownMessage,
    /// The account lacks a permission.
    #[error("{missing} is missing")]
    Forbidden {
        /// The permission's word.
        missing: String,
    },
    /// The category named as parent is none.
    #[error("the parent is not a category of this server")]
    BadParent,
    /// A limit of the server is reached.
    #[error("at most {limit} {what}")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// Not a member of that server.
    #[error("no such member")]
    UnknownMember,
    /// Not a role of that server.
    #[error("no such role")]
    UnknownRole,
    /// Not an invite of a server of ours.
    #[error("no such invite")]
    UnknownInvite,
    /// Not an act of that server.
    #[error("no such act")]
    UnknownAct,
    /// Not banned.
    #[error("no such ban")]
    UnknownBan,
    /// Changed meanwhile.
    #[error("changed meanwhile")]
    Conflict {
        /// What it is now.
        current_rev: u64,
    },
    /// The only owner may not leave.
    #[error("the only owner cannot leave; name another owner first")]
    LastOwner,
    /// The nonce was used with other parameters.
    #[error("nonce was used with other parameters")]
    NonceReused,
    /// Governance did not take it.
    #[error("refused: {0}")]
    Refused(String),
    /// The ledger takes no writes.
    #[error("the ledger takes no writes")]
    Storage(#[source] std::sync::Arc<LedgerError>),
}

impl From<LedgerError> for ActError {
    fn from(error: LedgerError) -> Self {
        Self::Storage(std::sync::Arc::new(error))
    }
}

impl From<AuthorError> for ActError {
    fn from(error: AuthorError) -> Self {
        match error {
            AuthorError::NotReady => Self::NotReady,
            AuthorError::NotMember => Self::UnknownServer,
            AuthorError::Refused(why) => Self::Refused(why),
            AuthorError::Ineffective(why) => why.into(),
            AuthorError::Ledger(error) => error.into(),
        }
    }
}

impl From<Why> for ActError {
    /// Which permission is missing, or `level`; else the rule.
    fn from(why: Why) -> Self {
        match why {
            Why::Lacks(permission) => Self::missing(permission),
            Why::OwnersOnly | Why::StewardsOnly | Why::ExceedsAuthor | Why::RoleNotBelow | Why::InviteAboveMember => {
                Self::level()
            }
            Why::UnknownRole => Self::UnknownRole,
            Why::UnknownChannel => Self::UnknownChannel,
            Why::UnknownInvite => Self::UnknownInvite,
            why => Self::Refused(why.to_string()),
        }
    }
}

impl ActError {
    /// A permission is missing.
    fn missing(permission: Permission) -> Self {
        Self::Forbidden { missing: permission.word().to_owned() }
    }

    /// One's level is not high enough.
    fn level() -> Self {
        Self::Forbidden { missing: "level".to_owned() }
    }
}

/// An act of governance that was done, or only tried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// The event; `None` after a dry run, and where nothing had to be done.
    pub event: Option<EventId>,
    /// Who does what to whom, in words.
    pub summary: String,
    /// Whether it was only tried out.
    pub dry_run: bool,
}

/// What an act made, and whether it had been made by an earlier call with the same nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made<T> {
    /// Its id.
    pub id: T,
    /// Whether this answers a repetition.
    pub replayed: bool,
}

impl Turn<'_> {
    /// Makes a server with a first channel and a first epoch.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn create_server(&mut self, new: NewServer, nonce: Option<NonceKey>) -> Result<Made<ServerId>, ActError> {
        let me = self.world.me.clone().ok_or(ActError::NotReady)?;
        if let Some(id) = self.replayed(nonce)? {
            return Ok(Made { id: ServerId::new(id), replayed: true });
        }
        self.batch()?;
        let NewServer { name, description, visibility, tags, bootstrap, language, message_rate } = new;
        let settings = ServerSettings { name, description, tags, bootstrap, language, message_rate };
        let founder = Founder {
            account: me.account_id(),
            certificate: me.account.certificate().clone(),
            prekey: me.account.prekey_register().clone(),
            profile: me.account.profile().clone(),
        };
        let genesis = Genesis {
            visibility,
            founders: vec![founder],
            nonce: random(),
            name: settings.name.clone(),
            message_rate,
            // What may grow and change stands in a SERVER_SET: every advert of a public server carries its GENESIS whole.
            description: String::new(),
            tags: Vec::new(),
            bootstrap: Vec::new(),
        };
        let founded = genesis.settings();
        let hlc = self.stamp(self.world.hlc);
        let event = EventBody::genesis(me.account_id(), me.device_id(), hlc, genesis).sign(me.device.signing_key());
        let governance = Governance::new(event).map_err(|error| ActError::Refused(error.to_string()))?;
        let id = governance.server();
        self.adopt(id, governance)?;
        if founded != settings {
            self.author(id, Payload::ServerSet(Box::new(settings)))?;
        }
        if visibility == Visibility::Public {
            self.open_to_all(id)?;
        }
        self.rotate(id, id.into(), "first")?;
        self.put_channel(
            ChannelPut {
                channel: None,
                name: FIRST_CHANNEL.into(),
                kind: ChannelKind::Text,
                topic: String::new(),
                parent: None,
                overrides: Vec::new(),
                private: false,
                order: 0,
            },
            id,
        )?;
        self.emit(
            EventRecord::new(EventKind::ServerCreated.number(), self.now_ms, hlc)
                .server(id)
                .actor(me.account_id())
                .subject(id.as_ref()),
        )?;
        self.remember(nonce, id.as_ref())?;
        Ok(Made { id, replayed: false })
    }

    /// Authors a CHANNEL_PUT.
    fn put_channel(&mut self, put: ChannelPut, server: ServerId) -> Result<ChannelId, ActError> {
        let event = self.author(server, Payload::ChannelPut(put))?;
        Ok(ChannelId::from(event.id()))
    }

    /// Leaves a server. The word is the account's own, signed with its root key.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn leave(&mut self, server: ServerId) -> Result<(), ActError> {
        let me = self.world.me.clone().ok_or(ActError::NotReady)?;
        let state = self.world.servers.get(&server).ok_or(ActError::UnknownServer)?.governance.state();
        if !state.is_member(&me.account_id()) {
            return Err(ActError::UnknownServer);
        }
        if state.is_owner(&me.account_id()) {
            return Err(ActError::LastOwner);
        }
        let members: Vec<_> = state.member_devices().filter(|device| *device != me.device_id()).take(TOLD).collect();
        let fences = self.world.fences_of(&server, &me.account_id(), None);
        self.author(server, Payload::Leave { fences })?;
        // No frame says so: nothing is sealed once somebody has gone. Nor does our own round reach a server that is not ours any more.
        let wants_sync = self.wiring.wants_sync.clone();
        self.after_commit(move |committed| {
            if committed.is_ok() {
                for peer in members {
                    if wants_sync.try_send(Nudge { server, peer: Some(peer) }).is_err() {
                        tracing::trace!("catch-up is being asked for already");
                    }
                }
            }
        });
        Ok(())
    }

    /// Publishes a changed profile.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn publish_profile(&mut self, register: Register) -> Result<(), ActError> {
        self.publish_register(register)?;
        Ok(())
    }

    /// Moves the read marker of a channel up to a message; never back.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn mark_read(&mut self, channel: ChannelId, up_to: EntryId) -> Result<(), ActError> {
        let me = self.world.me.clone().ok_or(ActError::NotReady)?;
        let server = *self.world.channel_home.get(&channel).ok_or(ActError::UnknownChannel)?;
        let snapshot = self.wiring.ledger.snapshot()?;
        let entry = snapshot.entry(&up_to)?.ok_or(ActError::UnknownMessage)?;
        if entry.channel != channel || entry.entry.header.kind != EntryKind::Message {
            return Err(ActError::UnknownMessage);
        }
        let position = (entry.entry.header.hlc, up_to);
        if snapshot.read_marker(&channel)?.is_some_and(|marker| (marker.hlc, marker.entry) >= position) {
            return Ok(());
        }
        self.batch()?.put_read_marker(channel, position.0, position.1)?;
        self.emit(
            EventRecord::new(EventKind::ReadUpdated.number(), self.now_ms, self.world.hlc)
                .server(server)
                .channel(channel)
                .actor(me.account_id())
                .subject(up_to.as_ref()),
        )?;
        Ok(())
    }

    /// Tells the event log that catch-up brought entries.
    pub fn sync_completed(&mut self, server: ServerId) {
        let event = EventRecord::new(EventKind::SyncCompleted.number(), self.now_ms, self.world.hlc)
            .server(server)
            .subject(server.as_ref());
        if let Err(error) = self.emit(event) {
            tracing::error!(%error, "event not written");
        }
    }

    /// Tells the event log that a peer came or went; nothing while locked.
    pub fn peer_changed(&mut self, kind: EventKind, device: folkmoot_core::ids::DeviceId) {
        if self.world.me.is_none() {
            return;
        }
        let event = EventRecord::new(kind.number(), self.now_ms, self.world.hlc).subject(device.as_ref());
        if let Err(error) = self.emit(event) {
            tracing::error!(%error, "event not written");
        }
    }

    /// Does an act, or only looks whether it could be done.
    fn perform(&mut self, server: ServerId, payload: Payload, dry_run: bool) -> Result<Deed, ActError> {
        let me = self.member(server)?;
        let summary = self.world.describe(&server, &me, &payload, None).summary;
        if dry_run {
            self.consider(server, &payload)?;
            return Ok(Deed { event: None, summary, dry_run });
        }
        let event = self.author(server, payload)?;
        Ok(Deed { event: Some(event.id()), summary, dry_run })
    }

    /// Nothing has to be done for an act that changes nothing.
    fn already(&self, server: ServerId, payload: &Payload, dry_run: bool) -> Result<Deed, ActError> {
        let me = self.member(server)?;
        Ok(Deed { event: None, summary: self.world.describe(&server, &me, payload, None).summary, dry_run })
    }

    /// This node's account, if it is a member of the server.
    fn member(&self, server: ServerId) -> Result<AccountId, ActError> {
        let me = self.world.me.as_ref().ok_or(ActError::NotReady)?.account_id();
        if self.state(server)?.is_member(&me) { Ok(me) } else { Err(ActError::UnknownServer) }
    }

    /// What a server's events come to.
    fn state(&self, server: ServerId) -> Result<&State, ActError> {
        Ok(self.world.servers.get(&server).ok_or(ActError::UnknownServer)?.governance.state())
    }

    /// Level of the highest of this account's roles that holds a permission: by that one it would act.
    fn acting_level(&self, server: ServerId, permission: Permission) -> Result<u8, ActError> {
        let me = self.member(server)?;
        let state = self.state(server)?;
        let roles = state.member(&me).map_or(&[][..], |member| &member.roles);
        let acting = roles.iter().filter_map(|role| state.role(role)).filter(|role| role.bits.contains(permission));
        acting.map(|role| role.level).max().ok_or_else(|| ActError::missing(permission))
    }

    /// Refuses unless the account holds a permission in a server.
    pub(super) fn require(&self, server: ServerId, permission: Permission) -> Result<(), ActError> {
        let me = self.world.me.as_ref().ok_or(ActError::NotReady)?;
        let state = self.world.servers.get(&server).ok_or(ActError::UnknownServer)?.governance.state();
        if !state.is_member(&me.account_id()) {
            return Err(ActError::UnknownServer);
        }
        state
            .may(&me.account_id(), permission, None, self.now_ms)
            .map_err(|denied| ActError::Forbidden { missing: denied.missing().to_owned() })
    }

    /// Whether an earlier call with this nonce made this node's account.
    ///
    /// # Errors
    /// [`ActError::NonceReused`].
    pub fn made_account(&self, nonce: NonceKey) -> Result<bool, ActError> {
        Ok(self.replayed(Some(nonce))?.is_some())
    }

    /// Remembers the nonce of the call that made this node's account.
    ///
    /// # Errors
    /// [`ActError::Storage`].
    pub fn remember_account(&mut self, nonce: NonceKey, account: AccountId) -> Result<(), ActError> {
        self.remember(Some(nonce), account.as_ref())
    }

    /// The id that an earlier call with this nonce made.
    fn replayed(&self, nonce: Option<NonceKey>) -> Result<Option<[u8; 32]>, ActError> {
        let Some(nonce) = nonce else { return Ok(None) };
        match self.known_nonce(&nonce.key)? {
            None => Ok(None),
            Some((params_hash, _)) if params_hash != nonce.params_hash => Err(ActError::NonceReused),
            Some((_, result)) => Ok(result.as_ref().try_into().ok()),
        }
    }

    fn remember(&mut self, nonce: Option<NonceKey>, id: &[u8]) -> Result<(), ActError> {
        let Some(NonceKey { key, params_hash }) = nonce else { return Ok(()) };
        let result = Bytes::copy_from_slice(id);
        self.world.in_flight.add_nonce(key, params_hash, result.clone());
        let expires_ms = self.now_ms + NONCE_MS;
        self.batch()?.put_nonce(key, NonceRecord { params_hash, result, expires_ms })?;
        Ok(())
    }
}

/// Name of the sealed setting that keeps an invite's seed.
#[must_use]
pub fn invite_setting(id: &EventId) -> String {
    format!("invite/{}", data_encoding::HEXLOWER.encode(id.as_ref()))
}

impl Turn<'_> {
    /// Keeps a sealed setting unless `most` of its prefix are kept already.
    pub fn keep_setting(&mut self, name: &str, value: &Bytes, prefix: &str, most: usize) {
        let kept = self.wiring.ledger.snapshot().and_then(|snapshot| snapshot.settings(prefix));
        let known = kept.as_ref().is_ok_and(|kept| kept.len() < most || kept.iter().any(|(held, _)| held == name));
        let put = known.then(|| self.batch().and_then(|batch| batch.put_setting(name, value)));
        if !matches!(put, Some(Ok(()))) {
            tracing::warn!(name = prefix, "setting not kept");
        }
    }

    /// Keeps somebody blocked, or not any more.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn keep_blocked(&mut self, account: AccountId, since_ms: Option<u64>) -> Result<(), ActError> {
        let (name, limit) = (contacts::setting(&account), contacts::BLOCKED);
        match since_ms {
            Some(since) => {
                if self.wiring.ledger.snapshot()?.settings(contacts::PREFIX)?.len() >= limit {
                    return Err(ActError::TooMany { what: "people to block", limit });
                }
                self.batch()?.put_setting(&name, &contacts::value(since))?;
            }
            None => self.batch()?.delete_setting(&name),
        }
        let event = EventRecord::new(EventKind::ContactUpdated.number(), self.now_ms, self.world.hlc);
        self.emit(event.subject(account.as_ref()))?;
        Ok(())
    }

    /// Forgets a setting.
    pub fn forget_setting(&mut self, name: &str) {
        if let Err(error) = self.batch().map(|batch| batch.delete_setting(name)) {
            tracing::warn!(%error, "setting not forgotten");
        }
    }

    /// Drops the answers to nonces whose day is over.
    pub fn forget_expired_nonces(&mut self) {
        let now_ms = self.now_ms;
        let expired = self.wiring.ledger.snapshot().and_then(|snapshot| snapshot.expired_nonces(now_ms, 10_000));
        for nonce in expired.unwrap_or_default() {
            if let Err(error) = self.batch().map(|batch| batch.delete_nonce(&nonce)) {
                tracing::debug!(%error, "nonce not forgotten");
                return;
            }
        }
    }

    /// Replaces the view of the own account, after its profile or prekeys changed.
    pub fn use_account(&mut self, account: std::sync::Arc<folkmoot_identity::Account>) {
        if let Some(me) = self.world.me.as_mut() {
            me.account = account;
        }
    }
}
