//! Identifiers of the protocol: servers, events, channels, logs, entries, and the device and account they belong to.

pub use folkmoot_identity::id::{AccountId, DeviceId, WrongLength};
use folkmoot_identity::id32;

id32! {
    /// A server: the id of its GENESIS event.
    ServerId
}
id32! {
    /// A governance event: `KDF("auth-event", body)`.
    EventId
}
id32! {
    /// A channel: the id of the CHANNEL_PUT that made it.
    ChannelId
}
id32! {
    /// A channel log: `KDF("log-init", body)` of its LOG_INIT.
    LogId
}
id32! {
    /// An entry of a log: `KDF("entry", log id ‖ header)`.
    EntryId
}
id32! {
    /// A unit of confidentiality with group keys of its own: a server by its id, or a private channel by its.
    ScopeId
}
id32! {
    /// An epoch: the id of its KEY_EPOCH event.
    EpochId
}

impl From<EventId> for ServerId {
    fn from(genesis: EventId) -> Self {
        Self::new(*genesis.as_bytes())
    }
}

impl From<EventId> for ChannelId {
    fn from(put: EventId) -> Self {
        Self::new(*put.as_bytes())
    }
}

impl From<ServerId> for ScopeId {
    fn from(server: ServerId) -> Self {
        Self::new(*server.as_bytes())
    }
}

impl From<ChannelId> for ScopeId {
    fn from(channel: ChannelId) -> Self {
        Self::new(*channel.as_bytes())
    }
}

impl ScopeId {
    /// The private channel of this scope; meaningless for the scope of a server.
    #[must_use]
    pub const fn channel(&self) -> ChannelId {
        ChannelId::new(*self.as_bytes())
    }
}

impl From<EventId> for EpochId {
    fn from(event: EventId) -> Self {
        Self::new(*event.as_bytes())
    }
}

impl EpochId {
    /// The KEY_EPOCH event of this epoch.
    #[must_use]
    pub const fn event(&self) -> EventId {
        EventId::new(*self.as_bytes())
    }
}

impl ServerId {
    /// The GENESIS event of this server.
    #[must_use]
    pub const fn genesis(&self) -> EventId {
        EventId::new(*self.as_bytes())
    }
}
