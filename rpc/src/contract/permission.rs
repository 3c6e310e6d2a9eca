//! The permission bits of a server, by the words people and programs know them by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One right in a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Permission {
    /// Change the server's settings.
    ManageServer,
    /// Define roles and their bits.
    ManageRole,
    /// Make, change and archive channels.
    ManageChannel,
    /// Give and take roles.
    Grant,
    /// Remove members.
    Kick,
    /// Ban and unban.
    Ban,
    /// Make invites.
    Invite,
    /// Put members in timeout.
    Mute,
    /// Decide about storage.
    Store,
    /// Make group keys.
    Rotate,
    /// Read, and admit by an invite.
    View,
    /// Write messages.
    Send,
    /// Attach files.
    Attach,
    /// React to messages.
    React,
    /// Pin messages.
    Pin,
    /// Mention everybody.
    MentionAll,
    /// Redact the messages of others.
    RedactOthers,
}

impl Permission {
    /// Every permission, in the order of their bits.
    pub const ALL: [Self; 17] = [
        Self::ManageServer,
        Self::ManageRole,
        Self::ManageChannel,
        Self::Grant,
        Self::Kick,
        Self::Ban,
        Self::Invite,
        Self::Mute,
        Self::Store,
        Self::Rotate,
        Self::View,
        Self::Send,
        Self::Attach,
        Self::React,
        Self::Pin,
        Self::MentionAll,
        Self::RedactOthers,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_governance_model() {
        let words: Vec<String> = Permission::ALL
            .iter()
            .map(|permission| serde_json::to_value(permission).expect("a word").as_str().expect("text").to_owned())
            .collect();
        let expected = "MANAGE_SERVER MANAGE_ROLE MANAGE_CHANNEL GRANT KICK BAN INVITE MUTE STORE ROTATE VIEW SEND ATTACH REACT \
                        PIN MENTION_ALL REDACT_OTHERS";
        assert_eq!(words.join(" "), expected);
    }
}
