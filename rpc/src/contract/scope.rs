//! What a credential may do. Says nothing about what the account behind it may do in a server: that is governance.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The right a method asks of the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Scope {
    /// Any valid credential will do.
    #[serde(rename = "public")]
    Public,
    /// Reading servers, channels, messages, members, events.
    #[serde(rename = "read")]
    Read,
    /// Writing, editing, deleting own messages; reactions; read positions.
    #[serde(rename = "message:write")]
    MessageWrite,
    /// Making and changing channels.
    #[serde(rename = "channel:manage")]
    ChannelManage,
    /// Making, changing, leaving servers.
    #[serde(rename = "server:manage")]
    ServerManage,
    /// Moderation.
    #[serde(rename = "member:moderate")]
    MemberModerate,
    /// Making and accepting invites.
    #[serde(rename = "invite")]
    Invite,
    /// Bots.
    #[serde(rename = "bot")]
    Bot,
    /// Peers and connections.
    #[serde(rename = "net")]
    Net,
    /// The identity of this node, and what only its person decides or sees: drafts, presence, window state, what may
    /// disturb.
    #[serde(rename = "identity")]
    Identity,
    /// Everything.
    #[serde(rename = "admin")]
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 11] = [
        Self::Public,
        Self::Read,
        Self::MessageWrite,
        Self::ChannelManage,
        Self::ServerManage,
        Self::MemberModerate,
        Self::Invite,
        Self::Bot,
        Self::Net,
        Self::Identity,
        Self::Admin,
    ];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Read => "read",
            Self::MessageWrite => "message:write",
            Self::ChannelManage => "channel:manage",
            Self::ServerManage => "server:manage",
            Self::MemberModerate => "member:moderate",
            Self::Invite => "invite",
            Self::Bot => "bot",
            Self::Net => "net",
            Self::Identity => "identity",
            Self::Admin => "admin",
        }
    }

    const fn bit(self) -> u16 {
        1 << (self as u16)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such scope: {word}")]
pub struct UnknownScope {
    /// The word.
    pub word: String,
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(word: &str) -> Result<Self, UnknownScope> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == word)
            .ok_or_else(|| UnknownScope { word: word.chars().take(32).collect() })
    }
}

/// The scopes of one credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScopeSet(u16);

impl ScopeSet {
    /// Every scope: what the admin token holds.
    #[must_use]
    pub const fn all() -> Self {
        Self(Scope::Admin.bit())
    }

    /// Whether a method that asks for `scope` may be called.
    #[must_use]
    pub const fn allows(self, scope: Scope) -> bool {
        matches!(scope, Scope::Public) || self.0 & (scope.bit() | Scope::Admin.bit()) != 0
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_word_reads_back_as_the_same_scope() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
            let json = serde_json::to_string(&scope).expect("scopes serialize");
            assert_eq!(json, format!("\"{scope}\""));
        }
        assert_eq!("root".parse::<Scope>(), Err(UnknownScope { word: "root".into() }));
    }

    #[test]
    fn admin_allows_everything_and_nothing_else_does() {
        let reader: ScopeSet = [Scope::Read].into_iter().collect();
        for scope in Scope::ALL {
            assert!(ScopeSet::all().allows(scope), "{scope}");
            assert_eq!(reader.allows(scope), matches!(scope, Scope::Public | Scope::Read), "{scope}");
            assert_eq!(ScopeSet::default().allows(scope), scope == Scope::Public, "{scope}");
        }
    }
}
