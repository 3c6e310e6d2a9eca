//! 32-byte identifiers. Each kind is its own type, so that an account never stands where a device is meant.

use std::fmt;

/// Declares an identifier type of 32 bytes.
///
/// Shape: opaque bytes, ordered bytewise; `Debug` shows the first four bytes in hex.
#[macro_export]
macro_rules! id32 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Wraps 32 bytes.
            #[must_use]
            pub const fn new(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = $crate::id::WrongLength;

            fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
                bytes.try_into().map(Self).map_err(|_| $crate::id::WrongLength { actual: bytes.len() })
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::id::fmt_short(stringify!($name), &self.0, f)
            }
        }
    };
}

/// An identifier that is not 32 bytes long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("identifier of {actual} bytes, expected 32")]
pub struct WrongLength {
    /// Bytes there were.
    pub actual: usize,
}

/// Writes `Name(0a1b2c3d)`.
///
/// # Errors
/// As the formatter.
pub fn fmt_short(name: &str, bytes: &[u8; 32], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let [a, b, c, d, ..] = bytes;
    write!(f, "{name}({a:02x}{b:02x}{c:02x}{d:02x})")
}

id32! {
    /// A person: the public half of the account's root Ed25519 key.
    AccountId
}

id32! {
    /// A machine of a person: the public half of the device's Ed25519 key, also the identity of its node in the overlay.
    DeviceId
}

impl AccountId {
    /// The account key seen as a signer: events signed by the account itself name it where a device would stand.
    #[must_use]
    pub const fn as_device(&self) -> DeviceId {
        DeviceId::new(*self.as_bytes())
    }
}
