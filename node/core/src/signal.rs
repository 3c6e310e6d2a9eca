//! Signals: presence and typing, signed by a device, told over the live road to whoever listens now and kept nowhere.

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use folkmoot_identity::{
    Hlc,
    kdf::{Purpose, derive},
    signed::{CanonicalError, Context, SignatureError, SignedBytes, decode_canonical, sign, verify},
};
use folkmoot_proto::{
    limits::{PRESENCE_MEMBERS, PRESENCE_MISSED, PRESENCE_MS, SIGNAL_BYTES, STATUS_CHARS},
    v1,
};
use prost::Message;

use crate::ids::{AccountId, ChannelId, DeviceId, ServerId};

/// The format this code writes and understands.
const FORMAT: u32 = 1;

/// How somebody is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// There.
    Online,
    /// Away from the screen.
    Idle,
    /// Not to be disturbed.
    Dnd,
    /// Says goodbye.
    Offline,
}

/// What a signal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Somebody writes in a channel.
    Typing {
        /// Where.
        channel: ChannelId,
    },
    /// Somebody is there, or goes.
    Presence {
        /// How.
        status: Status,
        /// A few words beside the name; may be empty. See [`check_status_text`].
        text: String,
    },
}

/// Something that passes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Where it is told.
    pub server: ServerId,
    /// Who.
    pub account: AccountId,
    /// The device that signs.
    pub device: DeviceId,
    /// Grows from one signal of a device to the next.
    pub hlc: Hlc,
    /// What.
    pub said: Said,
}

/// Why a signal is worth nothing. Whoever relayed it is at fault unless said otherwise: honest nodes check first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSignal {
    /// Larger than any signal.
    #[error("signal of {actual} bytes, limit {SIGNAL_BYTES}")]
    TooLarge {
        /// Bytes there were.
        actual: usize,
    },
    /// Not the canonical form of its message.
    #[error("signal is malformed")]
    Malformed(#[from] CanonicalError),
    /// Made by a newer program. Nobody's fault.
    #[error("signal of unknown format {found}")]
    UnknownFormat {
        /// The format there was.
        found: u32,
    },
    /// A kind this program does not know. Nobody's fault.
    #[error("signal of unknown kind {found}")]
    UnknownKind {
        /// The number there was.
        found: i32,
    },
    /// A field has the wrong length or value.
    #[error("field {field} of a signal is out of range")]
    Field {
        /// Its name.
        field: &'static str,
    },
    /// Not signed by the device it names.
    #[error("signal is not signed by its device")]
    Signature(#[from] SignatureError),
}

impl InvalidSignal {
    /// Whether a newer program may see sense in it, so that nobody is to be blamed.
    #[must_use]
    pub const fn may_be_newer(&self) -> bool {
        matches!(self, Self::UnknownFormat { .. } | Self::UnknownKind { .. })
    }
}

/// A signal whose signature nobody has checked.
#[derive(Clone, Debug)]
pub struct Unverified {
    signal: Signal,
    id: [u8; 32],
    sig: Bytes,
}

impl Signal {
    /// Signs it with the device's key.
    ///
    /// # Panics
    /// When `device` is not the key of the device named: a mistake of the program.
    #[must_use]
    pub fn sign(&self, device: &SigningKey) -> SignedBytes {
        assert_eq!(device.verifying_key().to_bytes(), *self.device.as_bytes(), "signals are signed by their device");
        let (kind, data) = match &self.said {
            Said::Typing { channel } => (
                v1::SignalKind::Typing,
                v1::Typing { channel: Bytes::copy_from_slice(channel.as_ref()) }.encode_to_vec(),
            ),
            Said::Presence { status, text } => (
                v1::SignalKind::Presence,
                v1::Presence { status: status.to_wire().into(), text: text.clone() }.encode_to_vec(),
            ),
        };
        let body: Bytes = v1::Signal {
            format: FORMAT,
            server: Bytes::copy_from_slice(self.server.as_ref()),
            account: Bytes::copy_from_slice(self.account.as_ref()),
            device: Bytes::copy_from_slice(self.device.as_ref()),
            hlc: self.hlc.bits(),
            kind: kind.into(),
            data: data.into(),
        }
        .encode_to_vec()
        .into();
        let sig = sign(device, Context::Signal, &derive(Purpose::Signal, &[&body]));
        SignedBytes { body, sig }
    }
}

impl Unverified {
    /// Decodes and checks the form.
    ///
    /// # Errors
    /// [`InvalidSignal`], but for the signature.
    pub fn decode(signed: SignedBytes) -> Result<Self, InvalidSignal> {
        let SignedBytes { body, sig } = signed;
        if body.len() > SIGNAL_BYTES {
            return Err(InvalidSignal::TooLarge { actual: body.len() });
        }
        let wire: v1::Signal = decode_canonical("Signal", &body)?;
        if wire.format != FORMAT {
            return Err(InvalidSignal::UnknownFormat { found: wire.format });
        }
        let signal = Signal {
            server: id(&wire.server, "server")?,
            account: id(&wire.account, "account")?,
            device: id(&wire.device, "device")?,
            hlc: Hlc::from_bits(wire.hlc),
            said: decode_said(wire.kind, &wire.data)?,
        };
        Ok(Self { signal, id: derive(Purpose::Signal, &[&body]), sig })
    }

    /// What it claims.
    #[must_use]
    pub const fn claimed(&self) -> &Signal {
        &self.signal
    }

    /// Checks the signature. That the device belongs to the account is for governance to say.
    ///
    /// # Errors
    /// [`InvalidSignal::Signature`].
    pub fn verify(self) -> Result<Signal, InvalidSignal> {
        verify(self.signal.device.as_bytes(), Context::Signal, &self.id, &self.sig)?;
        Ok(self.signal)
    }
}

impl Status {
    const fn to_wire(self) -> v1::PresenceStatus {
        match self {
            Self::Online => v1::PresenceStatus::Online,
            Self::Idle => v1::PresenceStatus::Idle,
            Self::Dnd => v1::PresenceStatus::Dnd,
            Self::Offline => v1::PresenceStatus::Offline,
        }
    }

    fn from_wire(number: i32) -> Option<Self> {
        match v1::PresenceStatus::try_from(number) {
            Ok(v1::PresenceStatus::Online) => Some(Self::Online),
            Ok(v1::PresenceStatus::Idle) => Some(Self::Idle),
            Ok(v1::PresenceStatus::Dnd) => Some(Self::Dnd),
            Ok(v1::PresenceStatus::Offline) => Some(Self::Offline),
            Ok(v1::PresenceStatus::Unspecified) | Err(_) => None,
        }
    }
}

fn id<'a, T: TryFrom<&'a [u8]>>(bytes: &'a Bytes, field: &'static str) -> Result<T, InvalidSignal> {
    T::try_from(bytes.as_ref()).map_err(|_| InvalidSignal::Field { field })
}

fn decode_said(kind: i32, data: &Bytes) -> Result<Said, InvalidSignal> {
    match v1::SignalKind::try_from(kind) {
        Ok(v1::SignalKind::Typing) => {
            let wire: v1::Typing = decode_canonical("Typing", data)?;
            Ok(Said::Typing { channel: id(&wire.channel, "channel")? })
        }
        Ok(v1::SignalKind::Presence) => {
            let wire: v1::Presence = decode_canonical("Presence", data)?;
            let status = Status::from_wire(wire.status).ok_or(InvalidSignal::Field { field: "status" })?;
            check_status_text(&wire.text).map_err(|_| InvalidSignal::Field { field: "text" })?;
            Ok(Said::Presence { status, text: wire.text })
        }
        Ok(v1::SignalKind::Unspecified) | Err(_) => Err(InvalidSignal::UnknownKind { found: kind }),
    }
}

/// Why the words beside a name are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatusTextError {
    /// Too long.
    #[error("longer than {STATUS_CHARS} characters")]
    TooLong,
    /// White space at an end.
    #[error("white space at an end")]
    Padded,
    /// A line break, another control character, or one that turns the direction of what follows.
    #[error("holds the character U+{:04X}, which changes how others are read", *character as u32)]
    Forbidden {
        /// The first such character.
        character: char,
    },
}

/// Checks the words beside a name: one line of at most 128 characters, trimmed; may be empty.
///
/// # Errors
/// [`StatusTextError`].
pub fn check_status_text(text: &str) -> Result<(), StatusTextError> {
    // Bytes first: counting a megabyte to refuse it is work for nothing.
    if text.len() > STATUS_CHARS * 4 || text.chars().count() > STATUS_CHARS {
        return Err(StatusTextError::TooLong);
    }
    if text.trim().len() != text.len() {
        return Err(StatusTextError::Padded);
    }
    let turns =
        |c: char| matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    match text.chars().find(|c| c.is_control() || turns(*c)) {
        Some(character) => Err(StatusTextError::Forbidden { character }),
        None => Ok(()),
    }
}

/// How often a presence is said again in a server of so many members, ms.
#[must_use]
pub const fn refresh_ms(members: u64) -> u64 {
    if members <= PRESENCE_MEMBERS { PRESENCE_MS } else { PRESENCE_MS.saturating_mul(members) / PRESENCE_MEMBERS }
}

/// How long somebody is taken to be there after having said so, in a server of so many members, ms.
#[must_use]
pub const fn presence_ms(members: u64) -> u64 {
    refresh_ms(members) * PRESENCE_MISSED
}

#[cfg(test)]
mod tests;
