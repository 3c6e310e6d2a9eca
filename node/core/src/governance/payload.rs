//! What an event does: one variant per kind, with its data as domain types.

use folkmoot_identity::{Certificate, Hlc, Register};
use folkmoot_proto::{limits::LANGUAGE_BYTES, v1};

use super::{JoinRequest, KeyEpoch, Permission, Permissions, Role};
use crate::ids::{AccountId, ChannelId, DeviceId, EventId, LogId};

/// What an event does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Founds the server.
    Genesis(Box<Genesis>),
    /// Makes another owner.
    OwnerAdd {
        /// Whom.
        account: AccountId,
    },
    /// Names who may appoint a steward when the owners are gone.
    Heirs(Heirs),
    /// Makes a steward by the heirs' signatures.
    Succession(Succession),
    /// An heir's word for a steward.
    HeirSignature {
        /// Whom the heir wants.
        account: AccountId,
    },
    /// Defines a role; the event's id is the role's.
    RoleDef(RoleDef),
    /// Sets a role's bits.
    RolePerms(RolePerms),
    /// Gives a role.
    Grant(RoleChange),
    /// Takes a role.
    RevokeRole(RoleChange),
    /// Takes a member out of the server.
    Remove(Expulsion),
    /// The same, and no invite lets it in again.
    Ban(Expulsion),
    /// Lifts bans that it knows of.
    Unban {
        /// Whose.
        account: AccountId,
    },
    /// The author goes.
    Leave {
        /// Last entries of its own that count, per log.
        fences: Vec<Fence>,
    },
    /// The author certifies another device.
    DeviceAdd {
        /// Of the device.
        certificate: Certificate,
    },
    /// The author disowns a device.
    DeviceRevoke {
        /// The device.
        device: DeviceId,
        /// Last entries accepted, per log of the device.
        fences: Vec<Fence>,
    },
    /// Makes an invite.
    Invite(Invite),
    /// Takes an invite back.
    InviteRevoke {
        /// The INVITE.
        invite: EventId,
    },
    /// Lets somebody in by an invite.
    Admit(Box<Admit>),
    /// Makes or changes a channel.
    ChannelPut(ChannelPut),
    /// Closes a channel to everything but reading.
    ChannelArchive {
        /// Which.
        channel: ChannelId,
    },
    /// Puts a member in timeout.
    Restrict(Restrict),
    /// Changes the server's settings.
    ServerSet(Box<ServerSettings>),
    /// Closes the server for everybody, or opens it again.
    ServerDelete {
        /// Whether it takes an earlier one back.
        restore: bool,
    },
    /// A new group key.
    KeyEpoch(KeyEpoch),
    /// Restores events lost with somebody removed.
    Ratify {
        /// Which.
        ids: Vec<EventId>,
    },
    /// What it has seen stays as it is.
    Checkpoint {
        /// Whether it also refuses what it had not seen.
        seal: bool,
    },
    /// A type, format or value of a newer program: kept and forwarded, without effect.
    Unknown {
        /// The format's number.
        format: u32,
        /// The type's number.
        kind: i32,
    },
}

/// Data of GENESIS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genesis {
    /// 1-64 characters.
    pub name: String,
    /// At most 1,024 bytes.
    pub description: String,
    /// Who may come in.
    pub visibility: Visibility,
    /// The owners from the first moment on, 1-8, ascending by account.
    pub founders: Vec<Founder>,
    /// 16 random bytes: two servers of one founder never share an id.
    pub nonce: [u8; 16],
    /// How fast one author may write.
    pub message_rate: MessageRate,
    /// At most 8 of 1-32 characters.
    pub tags: Vec<String>,
    /// At most 8 multiaddresses with peer id.
    pub bootstrap: Vec<String>,
}

impl Genesis {
    /// The settings it begins with.
    #[must_use]
    pub fn settings(&self) -> ServerSettings {
        ServerSettings {
            name: self.name.clone(),
            description: self.description.clone(),
            tags: self.tags.clone(),
            bootstrap: self.bootstrap.clone(),
            message_rate: self.message_rate,
            language: String::new(),
        }
    }
}

/// An owner from the first moment on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Founder {
    /// The account.
    pub account: AccountId,
    /// Of its first device.
    pub certificate: Certificate,
    /// Key of that device, to which group keys are wrapped.
    pub prekey: Register,
    /// Name and text about itself.
    pub profile: Register,
}

/// Whether strangers find the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Visibility {
    /// By invite only.
    Private,
    /// Anybody, by a standing invite.
    Public,
}

/// What SERVER_SET changes as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSettings {
    /// 1-64 characters.
    pub name: String,
    /// At most 1,024 bytes.
    pub description: String,
    /// At most 8 of 1-32 characters.
    pub tags: Vec<String>,
    /// At most 8 multiaddresses with peer id.
    pub bootstrap: Vec<String>,
    /// How fast one author may write.
    pub message_rate: MessageRate,
    /// What is mostly spoken, as [`is_language`] takes it; empty when not said.
    pub language: String,
}

/// Whether a text names a language as settings hold it: BCP 47 in lower case, `en` or `pt-br`, at most 16 bytes.
#[must_use]
pub fn is_language(text: &str) -> bool {
    let part = |part: &str, least| {
        (least..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    let mut parts = text.split('-');
    let primary = parts.next().is_some_and(|first| part(first, 2) && first.bytes().all(|b| b.is_ascii_lowercase()));
    primary && text.len() <= LANGUAGE_BYTES && parts.all(|rest| part(rest, 1))
}

/// How fast one author may write, per author and server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageRate {
    /// Messages per second.
    pub per_second: u32,
    /// Messages at once.
    pub burst: u32,
}

/// Data of HEIRS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heirs {
    /// Who, ascending.
    pub accounts: Vec<AccountId>,
    /// How many of them are needed.
    pub threshold: u32,
}

/// Data of SUCCESSION.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Succession {
    /// The steward.
    pub account: AccountId,
    /// HEIR_SIGNATURE events of the cosigning heirs, ascending.
    pub signatures: Vec<EventId>,
}

/// Data of ROLE_DEF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleDef {
    /// 1-64 characters.
    pub name: String,
    /// 1-99.
    pub level: u8,
    /// What it holds.
    pub bits: Permissions,
}

/// Data of ROLE_PERMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolePerms {
    /// Which role.
    pub role: Role,
    /// What it holds from now on.
    pub bits: Permissions,
    /// Another name, 1-64 characters; `None` keeps the one it has.
    pub name: Option<String>,
    /// Whether it confers nothing any more, neither bits nor a level.
    pub deleted: bool,
}

/// Data of GRANT and REVOKE_ROLE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleChange {
    /// Whom.
    pub account: AccountId,
    /// Which.
    pub role: Role,
}

/// Data of REMOVE and BAN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expulsion {
    /// Whom.
    pub account: AccountId,
    /// Why, shown to people.
    pub reason: String,
    /// Last entries accepted, per log of the account.
    pub fences: Vec<Fence>,
}

/// The last entry of a log that the author of an act of moderation had accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The log.
    pub log: LogId,
    /// Number of its last entry accepted.
    pub seq: u64,
}

/// Data of INVITE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// Ed25519 key whose seed is in the link.
    pub public_key: [u8; 32],
    /// What it confers.
    pub role: Role,
    /// How many accounts it lets in; `None` for any number.
    pub max_uses: Option<u32>,
    /// Until when; `None` for ever.
    pub expires: Option<Hlc>,
}

/// Data of ADMIT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admit {
    /// Who comes in.
    pub account: AccountId,
    /// By which INVITE.
    pub invite: EventId,
    /// What the joiner showed at the door.
    pub request: JoinRequest,
}

/// Data of CHANNEL_PUT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelPut {
    /// Which channel it changes; `None` makes a new one, whose id is the event's.
    pub channel: Option<ChannelId>,
    /// 1-64 characters.
    pub name: String,
    /// What it is for.
    pub kind: ChannelKind,
    /// At most 256 characters.
    pub topic: String,
    /// The category it stands in.
    pub parent: Option<ChannelId>,
    /// Who may do otherwise here, ascending by target.
    pub overrides: Vec<Override>,
    /// Whether it has group keys of its own.
    pub private: bool,
    /// Place among its siblings, ascending.
    pub order: u64,
}

/// What a channel is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChannelKind {
    /// Conversation.
    Text,
    /// A few write, all read.
    Announcement,
    /// Holds channels, no messages.
    Category,
}

/// Whom an override is about. Roles are applied before accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OverrideTarget {
    /// Everybody with the role.
    Role(Role),
    /// One account.
    Account(AccountId),
}

/// What a role or account may do otherwise in one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Override {
    /// Whom.
    pub target: OverrideTarget,
    /// Added, after `deny`.
    pub allow: Permissions,
    /// Taken away.
    pub deny: Permissions,
}

/// Data of RESTRICT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restrict {
    /// Whom.
    pub account: AccountId,
    /// Until when, ms UTC.
    pub until_ms: u64,
    /// Where, ascending; empty for everywhere.
    pub channels: Vec<ChannelId>,
    /// Last entries accepted, per log of the account.
    pub fences: Vec<Fence>,
    /// Earlier RESTRICTs of the account that end with this one, ascending.
    pub lifts: Vec<EventId>,
    /// Why, shown to people.
    pub reason: String,
}

impl Payload {
    /// Number of the type on the wire.
    #[must_use]
    pub const fn kind(&self) -> i32 {
        let kind = match self {
            Self::Genesis(_) => v1::EventType::Genesis,
            Self::OwnerAdd { .. } => v1::EventType::OwnerAdd,
            Self::Heirs(_) => v1::EventType::Heirs,
            Self::Succession(_) => v1::EventType::Succession,
            Self::HeirSignature { .. } => v1::EventType::HeirSignature,
            Self::RoleDef(_) => v1::EventType::RoleDef,
            Self::RolePerms(_) => v1::EventType::RolePerms,
            Self::Grant(_) => v1::EventType::Grant,
            Self::RevokeRole(_) => v1::EventType::RevokeRole,
            Self::Remove(_) => v1::EventType::Remove,
            Self::Ban(_) => v1::EventType::Ban,
            Self::Unban { .. } => v1::EventType::Unban,
            Self::Leave { .. } => v1::EventType::Leave,
            Self::DeviceAdd { .. } => v1::EventType::DeviceAdd,
            Self::DeviceRevoke { .. } => v1::EventType::DeviceRevoke,
            Self::Invite(_) => v1::EventType::Invite,
            Self::InviteRevoke { .. } => v1::EventType::InviteRevoke,
            Self::Admit(_) => v1::EventType::Admit,
            Self::ChannelPut(_) => v1::EventType::ChannelPut,
            Self::ChannelArchive { .. } => v1::EventType::ChannelArchive,
            Self::Restrict(_) => v1::EventType::Restrict,
            Self::ServerSet(_) => v1::EventType::ServerSet,
            Self::ServerDelete { .. } => v1::EventType::ServerDelete,
            Self::KeyEpoch(_) => v1::EventType::KeyEpoch,
            Self::Ratify { .. } => v1::EventType::Ratify,
            Self::Checkpoint { .. } => v1::EventType::Checkpoint,
            Self::Unknown { kind, .. } => return *kind,
        };
        kind as i32
    }

    /// Its name in the protocol, such as `REMOVE`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        let kind = v1::EventType::try_from(self.kind()).unwrap_or(v1::EventType::Unspecified);
        match kind.as_str_name().strip_prefix("EVENT_TYPE_") {
            Some("UNSPECIFIED") | None => "UNKNOWN",
            Some(word) => word,
        }
    }

    /// Whether the account itself must sign, not one of its devices.
    #[must_use]
    pub const fn is_own_word(&self) -> bool {
        matches!(self, Self::Leave { .. } | Self::DeviceAdd { .. } | Self::DeviceRevoke { .. })
    }

    /// Whether it gives somebody a role, so that events may cite it.
    #[must_use]
    pub const fn is_granting(&self) -> bool {
        matches!(self, Self::Genesis(_) | Self::OwnerAdd { .. } | Self::Succession(_) | Self::Grant(_) | Self::Admit(_))
    }

    /// Whether its author must cite a grant.
    #[must_use]
    pub const fn needs_grant(&self) -> bool {
        !matches!(
            self,
            Self::Genesis(_)
                | Self::Succession(_)
                | Self::HeirSignature { .. }
                | Self::Leave { .. }
                | Self::DeviceAdd { .. }
                | Self::DeviceRevoke { .. }
        )
    }

    /// The permission that the cited role must hold; `None` where another rule stands instead.
    #[must_use]
    pub const fn needed(&self) -> Option<Permission> {
        match self {
            Self::RoleDef(_) | Self::RolePerms(_) => Some(Permission::ManageRole),
            Self::Grant(_) | Self::RevokeRole(_) => Some(Permission::Grant),
            Self::Remove(_) => Some(Permission::Kick),
            Self::Ban(_) | Self::Unban { .. } => Some(Permission::Ban),
            Self::Invite(_) | Self::InviteRevoke { .. } => Some(Permission::Invite),
            Self::ChannelPut(_) | Self::ChannelArchive { .. } => Some(Permission::ManageChannel),
            Self::Restrict(_) => Some(Permission::Mute),
            Self::ServerSet(_) => Some(Permission::ManageServer),
            Self::KeyEpoch(_) => Some(Permission::Rotate),
            Self::Admit(_) => Some(Permission::View),
            _ => None,
        }
    }

    /// Events that its author must have known of for it to count, beside the grant it cites.
    #[must_use]
    pub fn rests_on(&self) -> Vec<EventId> {
        let role = |role: &Role| match role {
            Role::Custom(id) => vec![*id],
            _ => Vec::new(),
        };
        let channel = |channel: &ChannelId| vec![EventId::new(*channel.as_bytes())];
        match self {
            Self::Succession(succession) => succession.signatures.clone(),
            Self::RolePerms(perms) => role(&perms.role),
            Self::Grant(change) | Self::RevokeRole(change) => role(&change.role),
            Self::Invite(invite) => role(&invite.role),
            Self::InviteRevoke { invite } => vec![*invite],
            Self::Admit(admit) => vec![admit.invite],
            Self::ChannelPut(put) => put.channel.as_ref().map(channel).unwrap_or_default(),
            Self::ChannelArchive { channel: id } => channel(id),
            Self::Restrict(restrict) => restrict.lifts.clone(),
            _ => Vec::new(),
        }
    }
}
