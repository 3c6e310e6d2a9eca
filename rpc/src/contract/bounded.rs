//! Parameter values with a bound or a secret in them. A value outside its bound is refused while it is read, so that no
//! handler ever sees one.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Characters of a nonce.
pub(super) const NONCE_CHARS: usize = 64;
/// Characters of a consumer's name.
pub(super) const CONSUMER_CHARS: usize = 64;
/// Bytes of a passphrase; Argon2 takes more, but nobody types more.
pub(super) const PASSPHRASE_BYTES: usize = 1024;

/// How many items a page may hold: 1 to `MAX`, `DEFAULT` when left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Limit<const DEFAULT: u16 = 50, const MAX: u16 = 200>(u16);

impl<const DEFAULT: u16, const MAX: u16> Limit<DEFAULT, MAX> {
    /// A limit, if it is within 1 to `MAX`.
    #[must_use]
    pub const fn new(limit: u16) -> Option<Self> {
        if limit >= 1 && limit <= MAX { Some(Self(limit)) } else { None }
    }

    /// The number of items.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

impl<const DEFAULT: u16, const MAX: u16> Default for Limit<DEFAULT, MAX> {
    fn default() -> Self {
        Self(DEFAULT)
    }
}

impl<'de, const DEFAULT: u16, const MAX: u16> Deserialize<'de> for Limit<DEFAULT, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = i64::deserialize(deserializer)?;
        u16::try_from(number)
            .ok()
            .and_then(Self::new)
            .ok_or_else(|| D::Error::custom(format_args!("limit is 1 to {MAX}")))
    }
}

impl<const DEFAULT: u16, const MAX: u16> JsonSchema for Limit<DEFAULT, MAX> {
    fn schema_name() -> Cow<'static, str> {
        format!("Limit{MAX}").into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": MAX, "default": DEFAULT })
    }
}

macro_rules! short_text {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
        pub struct $name(Box<str>);

        impl $name {
            /// The text, if it has 1 to the bound's characters.
            #[must_use]
            pub fn new(text: &str) -> Option<Self> {
                // Bytes first: counting characters of a megabyte to refuse it is work for nothing.
                let fits = !text.is_empty() && text.len() <= $max * 4 && text.chars().count() <= $max;
                fits.then(|| Self(text.into()))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'_, str>::deserialize(deserializer)?;
                Self::new(&text)
                    .ok_or_else(|| D::Error::custom(format_args!("{} is 1 to {} characters", $what, $max)))
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "minLength": 1, "maxLength": $max })
            }
        }
    };
}

short_text! {
    /// Makes a create idempotent: the same token, method and nonce return the first result.
    Nonce, "nonce", NONCE_CHARS
}

short_text! {
    /// A reader of the event log whose position the node keeps.
    ConsumerName, "consumer", CONSUMER_CHARS
}

/// A passphrase on its way to the node: never printed, wiped when dropped.
///
/// It serializes because the client has to send it; no result holds one.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Passphrase(String);

impl Passphrase {
    /// Wraps a passphrase.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The passphrase itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

impl Serialize for Passphrase {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Passphrase {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let passphrase = Self(String::deserialize(deserializer)?);
        if passphrase.0.is_empty() || passphrase.0.len() > PASSPHRASE_BYTES {
            return Err(D::Error::custom(format_args!("passphrase is 1 to {PASSPHRASE_BYTES} bytes")));
        }
        Ok(passphrase)
    }
}

impl JsonSchema for Passphrase {
    fn schema_name() -> Cow<'static, str> {
        "Passphrase".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "maxLength": PASSPHRASE_BYTES, "writeOnly": true })
    }
}

/// A hybrid logical clock: 16 hexadecimal digits that sort as text exactly as the clock does.
///
/// Text, since 64 bits do not survive a JavaScript number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hlc(pub u64);

impl Serialize for Hlc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = [0_u8; 16];
        for (place, nibble) in text.iter_mut().rev().zip((0..64).step_by(4)) {
            let digit = u8::try_from((self.0 >> nibble) & 0xf).expect("four bits");
            *place = if digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
        }
        serializer.serialize_str(std::str::from_utf8(&text).expect("hexadecimal digits are ASCII"))
    }
}

impl<'de> Deserialize<'de> for Hlc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        let digits = text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        match u64::from_str_radix(&text, 16) {
            Ok(clock) if digits => Ok(Self(clock)),
            _ => Err(D::Error::custom("hlc is 16 hexadecimal digits")),
        }
    }
}

impl JsonSchema for Hlc {
    fn schema_name() -> Cow<'static, str> {
        "Hlc".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9a-f]{16}$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_outside_its_range_is_refused() {
        for json in ["0", "201", "-1", "65537", "1.5", "\"5\"", "null"] {
            assert!(serde_json::from_str::<Limit>(json).is_err(), "{json}");
        }
        assert_eq!(serde_json::from_str::<Limit>("200").map(Limit::get).ok(), Some(200));
        assert_eq!(Limit::<50, 200>::default().get(), 50);
    }

    #[test]
    fn nonce_is_counted_in_characters() {
        assert!(Nonce::new(&"ä".repeat(64)).is_some());
        assert!(Nonce::new(&"ä".repeat(65)).is_none());
        assert!(Nonce::new("").is_none());
    }

    #[test]
    fn passphrase_does_not_show_in_debug() {
        let passphrase = Passphrase::new("correct horse".into());
        assert_eq!(format!("{passphrase:?}"), "Passphrase(..)");
    }

    #[test]
    fn clock_text_sorts_as_the_clock() {
        let texts: Vec<String> =
            [0, 1, 0xffff, u64::MAX].map(|clock| serde_json::to_string(&Hlc(clock)).expect("clocks serialize")).into();
        assert!(texts.is_sorted(), "{texts:?}");
        assert_eq!(texts[2], "\"000000000000ffff\"");
        assert_eq!(serde_json::from_str::<Hlc>(&texts[3]).ok(), Some(Hlc(u64::MAX)));
        assert!(serde_json::from_str::<Hlc>("\"+00000000000ffff\"").is_err());
    }
}
