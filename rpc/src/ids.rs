//! Identifiers as the API shows them: a prefix that names the kind, then lower-case base32 of 32 bytes. Clients treat
//! them as opaque; only the node turns them back into bytes. What an id refers to is never known here.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Letters of base32 for 32 bytes.
const BASE32_CHARS: usize = 52;
/// The longest id: a prefix of four letters and the bytes.
const TEXT_CHARS: usize = 4 + BASE32_CHARS;

/// RFC 4648 base32 in lower case, without padding; non-zero trailing bits are refused, so that one id has one spelling.
static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    specification.encoding().expect("32 distinct symbols make a base32 alphabet")
});

/// A text that is not an identifier of the kind asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed id, expected {prefix} and {BASE32_CHARS} characters of base32")]
pub struct MalformedId {
    /// The prefix of the kind asked for.
    pub prefix: &'static str,
}

/// The text of an id on the stack: ids are written for every message, an allocation each would show.
struct Text([u8; TEXT_CHARS]);

impl Text {
    fn new(prefix: &'static str, bytes: &[u8; 32]) -> Self {
        let mut text = [0_u8; TEXT_CHARS];
        let (head, tail) = text.split_at_mut(TEXT_CHARS - BASE32_CHARS);
        head.copy_from_slice(prefix.as_bytes());
        BASE32.encode_mut(bytes, tail);
        Self(text)
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("prefix and base32 are ASCII")
    }
}

fn decode(prefix: &'static str, text: &str) -> Result<[u8; 32], MalformedId> {
    let malformed = MalformedId { prefix };
    let encoded = text.strip_prefix(prefix).ok_or_else(|| malformed.clone())?;
    if encoded.len() != BASE32_CHARS {
        return Err(malformed);
    }
    let mut bytes = [0_u8; 32];
    match BASE32.decode_mut(encoded.as_bytes(), &mut bytes) {
        Ok(32) => Ok(bytes),
        Ok(_) | Err(_) => Err(malformed),
    }
}

macro_rules! prefixed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $visitor:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// What every id of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// Wraps the 32 bytes the node knows the thing by.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The 32 bytes the node knows the thing by.
            #[must_use]
            pub const fn to_bytes(self) -> [u8; 32] {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Text::new(Self::PREFIX, &self.0).as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = MalformedId;

            fn from_str(text: &str) -> Result<Self, MalformedId> {
                decode(Self::PREFIX, text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(Text::new(Self::PREFIX, &self.0).as_str())
            }
        }

        struct $visitor;

        impl Visitor<'_> for $visitor {
            type Value = $name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "an id that begins with {}", $prefix)
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                text.parse().map_err(E::custom)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str($visitor)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": concat!("^", $prefix, "[a-z2-7]{52}$") })
            }
        }
    };
}

prefixed_id! {
    /// A server: the id of its GENESIS event.
    ServerId, "srv_", ServerIdVisitor
}
prefixed_id! {
    /// A channel: the id of the event that made it.
    ChannelId, "chn_", ChannelIdVisitor
}
prefixed_id! {
    /// A message: the id of its log entry.
    MessageId, "msg_", MessageIdVisitor
}
prefixed_id! {
    /// A person: the account's root public key.
    AccountId, "acc_", AccountIdVisitor
}
prefixed_id! {
    /// A machine of a person: the device's public key.
    DeviceId, "dev_", DeviceIdVisitor
}
prefixed_id! {
    /// An invite: the id of the event that made it.
    InviteId, "inv_", InviteIdVisitor
}
prefixed_id! {
    /// A blob: the hash of its bytes.
    BlobId, "blb_", BlobIdVisitor
}
prefixed_id! {
    /// An act of governance: the id of its event.
    ActId, "act_", ActIdVisitor
}
prefixed_id! {
    /// A role somebody defined: the id of the event that did.
    CustomRoleId, "rol_", CustomRoleIdVisitor
}

/// The roles every server has from its first event on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BuiltinRole {
    /// Holds everything and cannot be outranked.
    Owner,
    /// Holds everything; below owners.
    Steward,
    /// Administers roles, channels and members.
    Admin,
    /// Moderates.
    Mod,
    /// Talks.
    Member,
}

impl BuiltinRole {
    /// Every built-in role, highest first.
    pub const ALL: [Self; 5] = [Self::Owner, Self::Steward, Self::Admin, Self::Mod, Self::Member];

    /// The word that stands for the role.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Steward => "steward",
            Self::Admin => "admin",
            Self::Mod => "mod",
            Self::Member => "member",
        }
    }
}

/// A role of a server: a built-in one by its word, or one that somebody defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoleId {
    /// One of the roles every server has.
    Builtin(BuiltinRole),
    /// A role somebody defined.
    Custom(CustomRoleId),
}

impl fmt::Display for RoleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builtin(role) => f.write_str(role.as_str()),
            Self::Custom(id) => fmt::Display::fmt(id, f),
        }
    }
}

impl FromStr for RoleId {
    type Err = MalformedId;

    fn from_str(text: &str) -> Result<Self, MalformedId> {
        match BuiltinRole::ALL.into_iter().find(|role| role.as_str() == text) {
            Some(role) => Ok(Self::Builtin(role)),
            None => text.parse().map(Self::Custom),
        }
    }
}

impl Serialize for RoleId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Builtin(role) => serializer.serialize_str(role.as_str()),
            Self::Custom(id) => id.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for RoleId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for RoleId {
    fn schema_name() -> Cow<'static, str> {
        "RoleId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^(owner|steward|admin|mod|member|rol_[a-z2-7]{52})$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_text_is_prefix_and_lower_case_base32() {
        let id = ServerId::from_bytes([0x5a; 32]);
        assert_eq!(id.to_string(), "srv_ljnfuws2ljnfuws2ljnfuws2ljnfuws2ljnfuws2ljnfuws2ljna");
        assert_eq!(id.to_string().parse::<ServerId>(), Ok(id));
    }

    #[test]
    fn one_id_has_one_spelling() {
        let text = ServerId::from_bytes([0; 32]).to_string();
        let upper = text.replace("srv_a", "srv_A");
        // The last letter carries four bits that must be zero.
        let trailing = format!("{}b", text.strip_suffix('a').expect("zero bytes end in a"));
        let wrong = [upper, trailing, text.replace("srv_", "chn_"), format!("{text}a"), "srv_".into(), String::new()];
        for spelling in wrong {
            assert_eq!(spelling.parse::<ServerId>(), Err(MalformedId { prefix: "srv_" }), "{spelling}");
        }
    }

    #[test]
    fn multibyte_text_is_malformed_rather_than_a_panic() {
        let text = format!("srv_{}", "ä".repeat(26));
        assert_eq!(text.parse::<ServerId>(), Err(MalformedId { prefix: "srv_" }));
    }

    #[test]
    fn built_in_roles_are_words() {
        let role: RoleId = serde_json::from_str("\"mod\"").expect("a built-in word");
        assert_eq!(role, RoleId::Builtin(BuiltinRole::Mod));
        assert_eq!(serde_json::to_string(&role).expect("roles serialize"), "\"mod\"");
        assert_eq!("king".parse::<RoleId>(), Err(MalformedId { prefix: "rol_" }));
        let custom = CustomRoleId::from_bytes([7; 32]).to_string();
        assert_eq!(custom.parse::<RoleId>().map(|role| role.to_string()), Ok(custom));
    }
}
