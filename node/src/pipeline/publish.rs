//! Road 2, from here: a message, its steps numbered as they are done; and the one way in which anything enters a log of our own.

use bytes::Bytes;
use folkmoot_core::{
    governance::Permission,
    ids::{AccountId, ChannelId, EntryId, ScopeId, ServerId},
    log::{Author, AuthorizedLog, Content, Draft, EntryKind, MessagePayload, NewLog},
};
use folkmoot_ledger::{LedgerError, NonceRecord, StoredEntry};
use folkmoot_proto::limits::{MENTIONS, TEXT_BYTES};
use tokio::sync::oneshot;

use super::{PipelineError, Turn, logs::Placed, mention, rate::Rate};
use crate::clock::random;

/// How long the answer to a nonce is kept.
const NONCE_MS: u64 = 24 * 60 * 60 * 1_000;

/// Identifies a repeated call: hash of token, method and nonce, and of the parameters.
#[derive(Clone, Copy, Debug)]
pub struct NonceKey {
    /// Hash of token, method and nonce.
    pub key: [u8; 32],
    /// Hash of the parameters.
    pub params_hash: [u8; 32],
}

/// A message to publish.
#[derive(Debug)]
pub struct PublishMessage {
    /// Where.
    pub channel: ChannelId,
    /// What. Whom it mentions follows from its text.
    pub payload: MessagePayload,
    /// Set when the caller may repeat the call.
    pub nonce: Option<NonceKey>,
}

/// A message that stands in the ledger.
#[derive(Debug)]
pub struct Published {
    /// Its id.
    pub id: EntryId,
    /// The entry; absent when this answers a repeated call, whose entry is in the ledger.
    pub entry: Option<StoredEntry>,
    /// Its server.
    pub server: ServerId,
    /// Whether the call was a repetition.
    pub replayed: bool,
}

/// Why a message cannot be published.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PublishError {
    /// No identity, or locked.
    #[error("the node is not ready")]
    NotReady,
    /// No such channel in any server joined.
    #[error("no channel {0:?} here")]
    UnknownChannel(ChannelId),
    /// The channel is a category.
    #[error("a category takes no messages")]
    NotText,
    /// The account lacks a permission there.
    #[error("{missing} is missing")]
    Forbidden {
        /// The permission's word.
        missing: String,
    },
    /// Nothing but white space.
    #[error("the text is blank")]
    Blank,
    /// Longer than allowed.
    #[error("{actual} bytes of text, limit {TEXT_BYTES}")]
    TooLong {
        /// Bytes there were.
        actual: usize,
    },
    /// Names more accounts than a message may.
    #[error("{actual} accounts mentioned, limit {MENTIONS}")]
    TooManyMentions {
        /// Accounts there were.
        actual: usize,
    },
    /// Refers to a message that is not here.
    #[error("no message {0:?} in this channel")]
    UnknownMessage(EntryId),
    /// The message was deleted.
    #[error("the message was deleted")]
    Gone,
    /// The message named as a thread's beginning stands in a thread itself.
    #[error("the message stands in a thread, that of {root:?}")]
    InThread {
        /// Where that thread begins.
        root: EntryId,
    },
    /// The message is not the revision that was to be changed.
    #[error("the message has revision {current}")]
    Conflict {
        /// Its revision.
        current: u64,
    },
    /// The message shows as many emoji as it may.
    #[error("the message shows {limit} emoji, more it cannot show")]
    TooManyEmoji {
        /// The limit.
        limit: usize,
    },
    /// Faster than the server's message rate.
    #[error("faster than the server's message rate")]
    RateLimited {
        /// When to try again.
        retry_after_ms: u64,
    },
    /// The nonce was used with other parameters.
    #[error("nonce was used with other parameters")]
    NonceReused,
    /// The ledger takes no writes.
    #[error("the ledger takes no writes")]
    Storage(#[source] std::sync::Arc<LedgerError>),
    /// No answer.
    #[error(transparent)]
    Pipeline(PipelineError),
}

impl From<LedgerError> for PublishError {
    fn from(error: LedgerError) -> Self {
        Self::Storage(std::sync::Arc::new(error))
    }
}

pub(super) fn handle(
    turn: &mut Turn<'_>,
    message: PublishMessage,
    reply: oneshot::Sender<Result<Published, PublishError>>,
) {
    match publish(turn, message) {
        Ok(published) => turn.after_commit(move |committed| {
            let answer = match committed {
                Ok(()) => Ok(published),
                Err(error) => Err(PublishError::Storage(error)),
            };
            drop(reply.send(answer));
        }),
        Err(error) => drop(reply.send(Err(error))),
    }
}

fn publish(turn: &mut Turn<'_>, message: PublishMessage) -> Result<Published, PublishError> {
    let PublishMessage { channel: channel_id, mut payload, nonce } = message;
    // 1. The node is ready and the channel is known.
    let me = turn.world.me.clone().ok_or(PublishError::NotReady)?;
    let server_id = *turn.world.channel_home.get(&channel_id).ok_or(PublishError::UnknownChannel(channel_id))?;
    // 2. A repeated call gets the first answer.
    if let Some(nonce) = &nonce
        && let Some((params_hash, result)) = turn.known_nonce(&nonce.key)?
    {
        if params_hash != nonce.params_hash {
            return Err(PublishError::NonceReused);
        }
        let id = EntryId::try_from(result.as_ref()).map_err(|_| PublishError::NonceReused)?;
        return Ok(Published { id, entry: None, server: server_id, replayed: true });
    }
    // 3. The text is within limits and the account may write here.
    payload.mentions = check_text(&payload.text)?;
    let server = turn.world.servers.get_mut(&server_id).ok_or(PublishError::UnknownChannel(channel_id))?;
    let account = me.account_id();
    let state = server.governance.state();
    if !state.takes_messages(&channel_id) {
        return Err(PublishError::NotText);
    }
    state
        .may(&account, Permission::Send, Some(&channel_id), turn.now_ms)
        .map_err(|denied| PublishError::Forbidden { missing: denied.missing().to_owned() })?;
    // 4. The ledger takes writes; from here on nothing fails.
    turn.batch()?;
    let refs = payload.refs();
    check_references(turn, channel_id, &payload)?;
    // 5. Not faster than the server allows, not under keys that somebody who left still holds, and then the road everything takes.
    let stored = turn.write(server_id, channel_id, &Content::Message(payload), refs)?;
    let id = stored.entry.id;
    if let Some(nonce) = nonce {
        let result = Bytes::copy_from_slice(id.as_ref());
        let expires_ms = turn.now_ms + NONCE_MS;
        turn.world.in_flight.add_nonce(nonce.key, nonce.params_hash, result.clone());
        turn.batch()?.put_nonce(nonce.key, NonceRecord { params_hash: nonce.params_hash, result, expires_ms })?;
    }
    Ok(Published { id, entry: Some(stored), server: server_id, replayed: false })
}

/// What a message refers to is a message of the same channel that says something; a thread begins in no other.
fn check_references(turn: &mut Turn<'_>, channel: ChannelId, payload: &MessagePayload) -> Result<(), PublishError> {
    if let Some(answered) = payload.reply_to
        && turn.message_in(channel, answered)?.entry.body.is_none()
    {
        return Err(PublishError::Gone);
    }
    if let Some(root) = payload.thread
        && let Some(said) = turn.message_in(channel, root)?.entry.message()
        && let Some(root) = said.thread
    {
        return Err(PublishError::InThread { root });
    }
    Ok(())
}

/// Whom a text mentions, if it can be the text of a message.
pub(super) fn check_text(text: &str) -> Result<Vec<AccountId>, PublishError> {
    if text.trim().is_empty() {
        return Err(PublishError::Blank);
    }
    if text.len() > TEXT_BYTES {
        return Err(PublishError::TooLong { actual: text.len() });
    }
    let mentions = mention::accounts(text);
    if mentions.len() > MENTIONS {
        return Err(PublishError::TooManyMentions { actual: mentions.len() });
    }
    Ok(mentions)
}

impl Turn<'_> {
    /// A message of a channel that is held.
    pub(super) fn message_in(&self, channel: ChannelId, id: EntryId) -> Result<StoredEntry, PublishError> {
        self.held_entry(&id)?
            .filter(|held| held.channel == channel && held.entry.header.kind == EntryKind::Message)
            .ok_or(PublishError::UnknownMessage(id))
    }

    /// Writes an entry into this device's log in a channel: within the server's rate, under keys that nobody holds who left.
    pub(super) fn write(
        &mut self,
        server_id: ServerId,
        channel_id: ChannelId,
        content: &Content,
        refs: Vec<EntryId>,
    ) -> Result<StoredEntry, PublishError> {
        let account = self.world.me.as_ref().ok_or(PublishError::NotReady)?.account_id();
        let draft = Draft::of(content, refs, random());
        self.batch()?;
        let server = self.world.servers.get_mut(&server_id).ok_or(PublishError::UnknownChannel(channel_id))?;
        let rate = server.governance.state().message_rate();
        let rate = Rate { per_second: rate.per_second, burst: rate.burst };
        server
            .own_rate
            .take(account, rate, draft.payload.len(), self.now_ms)
            .map_err(|retry_after_ms| PublishError::RateLimited { retry_after_ms })?;
        let scope = self.scope_of(&server_id, &channel_id);
        super::keys::rotate_before_sending(self, server_id, scope)?;
        append_own(self, server_id, channel_id, draft)
    }
}

/// Signs the next entry of this device's log in the channel, opening the log if there is none.
fn append_own(
    turn: &mut Turn<'_>,
    server_id: ServerId,
    channel_id: ChannelId,
    draft: Draft,
) -> Result<StoredEntry, PublishError> {
    let me = turn.world.me.clone().ok_or(PublishError::NotReady)?;
    let unknown = || PublishError::UnknownChannel(channel_id);
    let server = turn.world.servers.get_mut(&server_id).ok_or_else(unknown)?;
    if server.channels.entry(channel_id).or_default().own.is_none() {
        let state = server.governance.state();
        let grant = state
            .grant_of(&me.account_id())
            .ok_or_else(|| PublishError::Forbidden { missing: Permission::Send.word().to_owned() })?;
        let new = NewLog {
            server: server_id,
            channel: channel_id,
            account: me.account_id(),
            grant,
            heads: server.governance.heads(),
            nonce: random(),
            hlc: turn.world.hlc.after(turn.now_ms),
        };
        let init = new.sign(me.device.signing_key());
        let authorized = AuthorizedLog::authorize(init.clone(), &server.governance)
            .map_err(|refused| PublishError::Forbidden { missing: refused.to_string() })?;
        turn.open_log(authorized, true)?;
        let scope = turn.scope_of(&server_id, &channel_id);
        turn.outgoing.init(server_id, scope, init.signed.clone());
        let server = turn.world.servers.get_mut(&server_id).ok_or_else(unknown)?;
        server.channels.entry(channel_id).or_default().own = Some(Author::new(&init));
    }
    let now_ms = turn.now_ms;
    let channel = turn
        .world
        .servers
        .get_mut(&server_id)
        .and_then(|server| server.channels.get_mut(&channel_id))
        .ok_or_else(unknown)?;
    let seen = channel.hlc;
    let author = channel.own.as_mut().ok_or_else(unknown)?;
    let verified = author.append(me.device.signing_key(), draft, seen, now_ms);
    let log_id = verified.entry().log;
    let log = channel.logs.get(&log_id).ok_or_else(unknown)?;
    let announce_init =
        verified.entry().header.seq.is_multiple_of(INIT_EVERY).then(|| log.authorized.init().signed.clone());
    let authorized = log.authorized.admit(verified).map_err(|_| unknown())?;
    let placed = turn.place(&authorized)?;
    debug_assert_eq!(placed, Placed::New, "an own entry follows the head of its log");
    if let Some(init) = announce_init {
        let scope = turn.scope_of(&server_id, &channel_id);
        turn.outgoing.init(server_id, scope, init);
    }
    let scope = turn.scope_of(&server_id, &channel_id);
    turn.outgoing.entry(server_id, scope, log_id, authorized.entry().to_wire());
    turn.held_entry(&authorized.entry().id)?.ok_or_else(unknown)
}

/// Every so many entries a log's first record is announced again, for peers that came later.
const INIT_EVERY: u64 = 64;

impl Turn<'_> {
    /// The scope under whose keys what is said in a channel travels.
    pub(super) fn scope_of(&self, server: &ServerId, channel: &ChannelId) -> ScopeId {
        self.world.servers.get(server).map_or(ScopeId::from(*server), |s| s.governance.state().scope_of(channel))
    }

    /// What a nonce was answered with, and the hash of the parameters then.
    pub(super) fn known_nonce(&self, key: &[u8; 32]) -> Result<Option<([u8; 32], Bytes)>, LedgerError> {
        if let Some((params_hash, result)) = self.world.in_flight.nonce(key) {
            return Ok(Some((*params_hash, result.clone())));
        }
        let record = self.wiring.ledger.snapshot()?.nonce(key)?;
        Ok(record.filter(|r| r.expires_ms > self.now_ms).map(|r| (r.params_hash, r.result)))
    }
}
