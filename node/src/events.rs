//! The kinds of the durable event log. The log keeps kinds and ids; what an event shows is rendered when it is read, so that a
//! redaction holds there too.

/// What happened. The number is what the ledger keeps and never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// A message is in the ledger.
    MessageCreated,
    /// A message says something else.
    MessageEdited,
    /// A message was redacted.
    MessageDeleted,
    /// An emoji was put to a message.
    MessageReactionAdded,
    /// An emoji was taken back.
    MessageReactionRemoved,
    /// A message was pinned.
    MessagePinned,
    /// A message is pinned no more.
    MessageUnpinned,
    /// More members hold a message of this account.
    MessageDelivery,
    /// A channel was made.
    ChannelCreated,
    /// A channel was changed.
    ChannelUpdated,
    /// A channel was moved.
    ChannelMoved,
    /// A channel was archived, or opened again.
    ChannelArchived,
    /// This node made a server.
    ServerCreated,
    /// This node joined a server.
    ServerJoined,
    /// This node left a server, or was taken out of it.
    ServerLeft,
    /// A server's settings changed.
    ServerUpdated,
    /// An owner closed a server.
    ServerDeleted,
    /// An owner opened a closed server again.
    ServerRestored,
    /// Other heirs were named, or one of them signed.
    ServerHeirs,
    /// An act was lost to what somebody higher decided unseen.
    ServerRolledBack,
    /// A role was made.
    RoleCreated,
    /// A role was changed.
    RoleUpdated,
    /// A role was deleted.
    RoleDeleted,
    /// An account became a member.
    MemberJoined,
    /// An account left.
    MemberLeft,
    /// An account's profile changed.
    MemberUpdated,
    /// An account was taken out.
    MemberKicked,
    /// An account was taken out and is kept out.
    MemberBanned,
    /// A ban was lifted.
    MemberUnbanned,
    /// An account was put in timeout, or let out of it.
    MemberTimedOut,
    /// A device wrote two entries with one number.
    MemberForked,
    /// An invite was made.
    InviteCreated,
    /// An invite was taken back.
    InviteRevoked,
    /// This account read up to a message.
    ReadUpdated,
    /// A draft changed.
    DraftUpdated,
    /// A value of the windows changed.
    UiStateUpdated,
    /// What may disturb was changed.
    NotificationSettingsUpdated,
    /// Somebody is to be told of a message.
    NotificationCreated,
    /// A new epoch is in force.
    KeyRotated,
    /// A machine became one of this account's.
    DeviceAdded,
    /// A machine of this account was disowned.
    DeviceRevoked,
    /// A person was blocked or unblocked.
    ContactUpdated,
    /// Catch-up brought entries and is done.
    SyncCompleted,
    /// A peer connected.
    PeerUp,
    /// A peer is gone.
    PeerDown,
}

/// Kind, number in the ledger, name in the API.
const TABLE: [(EventKind, u16, &str); 45] = [
    (EventKind::MessageCreated, 1, "message.created"),
    (EventKind::MessageEdited, 2, "message.edited"),
    (EventKind::MessageDeleted, 3, "message.deleted"),
    (EventKind::MessageReactionAdded, 4, "message.reaction_added"),
    (EventKind::MessageReactionRemoved, 5, "message.reaction_removed"),
    (EventKind::MessagePinned, 6, "message.pinned"),
    (EventKind::MessageUnpinned, 7, "message.unpinned"),
    (EventKind::MessageDelivery, 8, "message.delivery"),
    (EventKind::ChannelCreated, 16, "channel.created"),
    (EventKind::ChannelUpdated, 17, "channel.updated"),
    (EventKind::ChannelMoved, 18, "channel.moved"),
    (EventKind::ChannelArchived, 19, "channel.archived"),
    (EventKind::ServerCreated, 32, "server.created"),
    (EventKind::ServerJoined, 33, "server.joined"),
    (EventKind::ServerLeft, 34, "server.left"),
    (EventKind::ServerUpdated, 35, "server.updated"),
    (EventKind::ServerDeleted, 36, "server.deleted"),
    (EventKind::ServerRestored, 37, "server.restored"),
    (EventKind::ServerHeirs, 38, "server.heirs_updated"),
    (EventKind::ServerRolledBack, 39, "server.rolled_back"),
    (EventKind::RoleCreated, 40, "role.created"),
    (EventKind::RoleUpdated, 41, "role.updated"),
    (EventKind::RoleDeleted, 42, "role.deleted"),
    (EventKind::MemberJoined, 48, "member.joined"),
    (EventKind::MemberLeft, 49, "member.left"),
    (EventKind::MemberUpdated, 50, "member.updated"),
    (EventKind::MemberForked, 51, "member.forked"),
    (EventKind::MemberKicked, 52, "member.kicked"),
    (EventKind::MemberBanned, 53, "member.banned"),
    (EventKind::MemberUnbanned, 54, "member.unbanned"),
    (EventKind::MemberTimedOut, 55, "member.timed_out"),
    (EventKind::InviteCreated, 64, "invite.created"),
    (EventKind::InviteRevoked, 65, "invite.revoked"),
    (EventKind::ReadUpdated, 80, "read.updated"),
    (EventKind::DraftUpdated, 81, "draft.updated"),
    (EventKind::UiStateUpdated, 82, "ui.state_updated"),
    (EventKind::NotificationSettingsUpdated, 83, "notification.settings_updated"),
    (EventKind::NotificationCreated, 84, "notification.created"),
    (EventKind::KeyRotated, 96, "key.rotated"),
    (EventKind::DeviceAdded, 104, "identity.device_added"),
    (EventKind::DeviceRevoked, 105, "identity.device_revoked"),
    (EventKind::ContactUpdated, 108, "contact.updated"),
    (EventKind::SyncCompleted, 112, "sync.completed"),
    (EventKind::PeerUp, 128, "peer.up"),
    (EventKind::PeerDown, 129, "peer.down"),
];

impl EventKind {
    /// The number in the ledger.
    #[must_use]
    pub fn number(self) -> u16 {
        TABLE.iter().find(|(kind, ..)| *kind == self).map_or(0, |(_, number, _)| *number)
    }

    /// The name in the API.
    #[must_use]
    pub fn name(self) -> &'static str {
        TABLE.iter().find(|(kind, ..)| *kind == self).map_or("", |(.., name)| name)
    }

    /// Whether it is a matter of this node's person alone: what was begun and how windows look. Shown only to who may speak for it.
    #[must_use]
    pub const fn is_personal(self) -> bool {
        matches!(self, Self::DraftUpdated | Self::UiStateUpdated | Self::NotificationSettingsUpdated)
    }

    /// From the number in the ledger; `None` for one that a newer program wrote.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        TABLE.iter().find(|(_, n, _)| *n == number).map(|(kind, ..)| *kind)
    }

    /// From the name in the API.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        TABLE.iter().find(|(.., n)| *n == name).map(|(kind, ..)| *kind)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn numbers_and_names_lead_back_to_their_kind() {
        for (kind, number, name) in TABLE {
            assert_eq!(EventKind::from_number(number), Some(kind));
            assert_eq!(EventKind::from_name(name), Some(kind));
            assert_eq!((kind.number(), kind.name()), (number, name));
        }
        assert_eq!(TABLE.iter().map(|(_, n, _)| n).collect::<HashSet<_>>().len(), TABLE.len());
    }
}
