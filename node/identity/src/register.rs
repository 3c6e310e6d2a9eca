//! [`Register`]: a signed value of which only the latest counts. An account's profile, a device's prekey and its node's
//! addresses.
//!
//! Kept outside the governance DAG. That the device of a PREKEY or PEER belongs to the account it claims is not checked here:
//! ask governance.

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use folkmoot_proto::{
    limits::{ADDRESS_BYTES, ADDRESSES, SMALL_SIGNED_BYTES},
    v1,
};
use prost::Message;

use crate::{
    AccountId, AccountKey, DeviceId, DeviceKey, Hlc, Profile,
    id::WrongLength,
    id32,
    kdf::{Purpose, derive},
    prekey::{PrekeyError, validate_public},
    profile::ProfileError,
    signed::{CanonicalError, Context, SignatureError, SignedBytes, decode_canonical, sign, verify},
};

/// The format this code writes and understands.
const FORMAT: u32 = 1;

id32! {
    /// Identifier of a register: `KDF("register", body)`.
    RegisterId
}

/// Which value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegisterKind {
    /// What people see of an account; one per account.
    Profile,
    /// The X25519 key to which group keys are wrapped; one per device.
    Prekey,
    /// Where a device's node was last reachable; one per device.
    Peer,
}

impl RegisterKind {
    const fn to_wire(self) -> v1::RegisterKind {
        match self {
            Self::Profile => v1::RegisterKind::Profile,
            Self::Prekey => v1::RegisterKind::Prekey,
            Self::Peer => v1::RegisterKind::Peer,
        }
    }
}

/// The value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegisterValue {
    /// Of [`RegisterKind::Profile`].
    Profile(Profile),
    /// Of [`RegisterKind::Prekey`]: an X25519 public key that is not weak.
    Prekey([u8; 32]),
    /// Of [`RegisterKind::Peer`]: at most 8 multiaddresses without a peer id, as text; not parsed here.
    Peer(Vec<String>),
}

/// Why a register is worth nothing. Whoever relayed it is at fault: honest nodes verify first.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RegisterError {
    /// Larger than any register.
    #[error("register of {actual} bytes")]
    TooLarge {
        /// Bytes there were.
        actual: usize,
    },
    /// Register or its data is not in canonical form.
    #[error("register is malformed")]
    Malformed {
        /// How.
        #[source]
        source: CanonicalError,
    },
    /// Of a format this code does not know.
    #[error("register of unknown format {found}")]
    Format {
        /// The format it says.
        found: u32,
    },
    /// Of a kind this code does not know.
    #[error("register of unknown kind {found}")]
    Kind {
        /// The number it says.
        found: i32,
    },
    /// A profile names a device, though it speaks for the whole account.
    #[error("profile names a device")]
    DeviceInProfile,
    /// An id or key is not 32 bytes.
    #[error("id in a register has the wrong size")]
    Id {
        /// How long.
        #[source]
        source: WrongLength,
    },
    /// Profile breaks the rules of names.
    #[error("profile in a register is refused")]
    Profile {
        /// Why.
        #[source]
        source: ProfileError,
    },
    /// Prekey to which nothing can be sealed.
    #[error("prekey in a register is refused")]
    Prekey {
        /// Why.
        #[source]
        source: PrekeyError,
    },
    /// More than 8 addresses.
    #[error("peer record of {actual} addresses, at most 8")]
    TooManyAddresses {
        /// Addresses there were.
        actual: usize,
    },
    /// An address that is empty, too long, not plain ASCII or does not begin with a slash.
    #[error("address {index} of a peer record is no multiaddress")]
    Address {
        /// Its place, from 0.
        index: usize,
    },
    /// Not signed by the account or device it names.
    #[error("register is not signed by its owner")]
    Signature {
        /// How.
        #[source]
        source: SignatureError,
    },
}

/// A verified register, and the bytes it was verified from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// Identifier.
    pub id: RegisterId,
    /// Which value.
    pub kind: RegisterKind,
    /// The account: signer of a PROFILE, otherwise only what the device claims.
    pub account: AccountId,
    /// The signing device; `None` in a PROFILE.
    pub device: Option<DeviceId>,
    /// When it was made.
    pub hlc: Hlc,
    /// The value.
    pub value: RegisterValue,
    /// As signed, for forwarding.
    pub signed: SignedBytes,
}

impl Register {
    /// Makes and signs the profile of an account.
    #[must_use]
    pub fn sign_profile(account: &AccountKey, profile: &Profile, hlc: Hlc) -> Self {
        let value = RegisterValue::Profile(profile.clone());
        Self::sign(account.signing_key(), account.id(), None, value, hlc)
    }

    /// Makes and signs the prekey of a device. `public` comes from a `PrekeySecret`.
    #[must_use]
    pub fn sign_prekey(device: &DeviceKey, account: AccountId, public: [u8; 32], hlc: Hlc) -> Self {
        Self::sign(device.signing_key(), account, Some(device.id()), RegisterValue::Prekey(public), hlc)
    }

    /// Makes and signs the peer record of a device's node.
    ///
    /// # Errors
    /// [`RegisterError::TooManyAddresses`], `Address`.
    pub fn sign_peer(
        device: &DeviceKey,
        account: AccountId,
        addresses: Vec<String>,
        hlc: Hlc,
    ) -> Result<Self, RegisterError> {
        validate_addresses(&addresses)?;
        Ok(Self::sign(device.signing_key(), account, Some(device.id()), RegisterValue::Peer(addresses), hlc))
    }

    fn sign(key: &SigningKey, account: AccountId, device: Option<DeviceId>, value: RegisterValue, hlc: Hlc) -> Self {
        let (kind, data) = match &value {
            RegisterValue::Profile(profile) => (RegisterKind::Profile, profile.to_wire().encode_to_vec()),
            RegisterValue::Prekey(public) => {
                (RegisterKind::Prekey, v1::Prekey { public: Bytes::copy_from_slice(public) }.encode_to_vec())
            }
            RegisterValue::Peer(addresses) => {
                (RegisterKind::Peer, v1::PeerRecord { addresses: addresses.clone() }.encode_to_vec())
            }
        };
        let body: Bytes = v1::Register {
            format: FORMAT,
            kind: kind.to_wire().into(),
            account: Bytes::copy_from_slice(account.as_ref()),
            device: device.map_or_else(Bytes::new, |device| Bytes::copy_from_slice(device.as_ref())),
            hlc: hlc.bits(),
            data: data.into(),
        }
        .encode_to_vec()
        .into();
        let id = register_id(&body);
        let sig = sign(key, Context::Register, id.as_bytes());
        Self { id, kind, account, device, hlc, value, signed: SignedBytes { body, sig } }
    }

    /// Checks form, limits, names and signature.
    ///
    /// # Errors
    /// [`RegisterError`].
    pub fn verify(signed: SignedBytes) -> Result<Self, RegisterError> {
        if signed.body.len() > SMALL_SIGNED_BYTES {
            return Err(RegisterError::TooLarge { actual: signed.body.len() });
        }
        let wire: v1::Register =
            decode_canonical("Register", &signed.body).map_err(|source| RegisterError::Malformed { source })?;
        if wire.format != FORMAT {
            return Err(RegisterError::Format { found: wire.format });
        }
        let account = AccountId::try_from(wire.account.as_ref()).map_err(|source| RegisterError::Id { source })?;
        let value = decode_value(wire.kind, &wire.data)?;
        let kind = value.kind();
        let (device, signer) = match kind {
            RegisterKind::Profile if wire.device.is_empty() => (None, *account.as_bytes()),
            RegisterKind::Profile => return Err(RegisterError::DeviceInProfile),
            RegisterKind::Prekey | RegisterKind::Peer => {
                let device = DeviceId::try_from(wire.device.as_ref()).map_err(|source| RegisterError::Id { source })?;
                (Some(device), *device.as_bytes())
            }
        };
        let id = register_id(&signed.body);
        verify(&signer, Context::Register, id.as_bytes(), &signed.sig)
            .map_err(|source| RegisterError::Signature { source })?;
        // Last, because it costs a scalar multiplication: a stranger must have signed for it.
        if let RegisterValue::Prekey(public) = &value {
            validate_public(public).map_err(|source| RegisterError::Prekey { source })?;
        }
        Ok(Self { id, kind, account, device, hlc: Hlc::from_bits(wire.hlc), value, signed })
    }

    /// Whether both speak of the same thing: kind, and the account or device that owns it.
    ///
    /// The account a device claims is no part of it: a device has one prekey, whoever it says it belongs to.
    #[must_use]
    pub fn same_slot(&self, other: &Self) -> bool {
        self.kind == other.kind
            && match (self.device, other.device) {
                (None, None) => self.account == other.account,
                (mine, theirs) => mine == theirs,
            }
    }

    /// Whether this one replaces `other`: of the same slot, and later by (hlc, id). False for a register and itself.
    #[must_use]
    pub fn supersedes(&self, other: &Self) -> bool {
        self.same_slot(other) && (self.hlc, self.id) > (other.hlc, other.id)
    }
}

impl RegisterValue {
    /// The kind it belongs to.
    #[must_use]
    pub const fn kind(&self) -> RegisterKind {
        match self {
            Self::Profile(_) => RegisterKind::Profile,
            Self::Prekey(_) => RegisterKind::Prekey,
            Self::Peer(_) => RegisterKind::Peer,
        }
    }
}

fn decode_value(kind: i32, data: &Bytes) -> Result<RegisterValue, RegisterError> {
    let malformed = |source| RegisterError::Malformed { source };
    match v1::RegisterKind::try_from(kind) {
        Ok(v1::RegisterKind::Profile) => {
            let wire: v1::Profile = decode_canonical("Profile", data).map_err(malformed)?;
            let profile = Profile::from_wire(wire).map_err(|source| RegisterError::Profile { source })?;
            Ok(RegisterValue::Profile(profile))
        }
        Ok(v1::RegisterKind::Prekey) => {
            let wire: v1::Prekey = decode_canonical("Prekey", data).map_err(malformed)?;
            let actual = wire.public.len();
            let public =
                wire.public.as_ref().try_into().map_err(|_| RegisterError::Id { source: WrongLength { actual } })?;
            Ok(RegisterValue::Prekey(public))
        }
        Ok(v1::RegisterKind::Peer) => {
            let wire: v1::PeerRecord = decode_canonical("PeerRecord", data).map_err(malformed)?;
            validate_addresses(&wire.addresses)?;
            Ok(RegisterValue::Peer(wire.addresses))
        }
        Ok(v1::RegisterKind::Unspecified) | Err(_) => Err(RegisterError::Kind { found: kind }),
    }
}

fn validate_addresses(addresses: &[String]) -> Result<(), RegisterError> {
    if addresses.len() > ADDRESSES {
        return Err(RegisterError::TooManyAddresses { actual: addresses.len() });
    }
    let fine = |address: &String| {
        address.len() <= ADDRESS_BYTES
            && address.starts_with('/')
            && address.bytes().all(|byte| byte.is_ascii_graphic())
    };
    match addresses.iter().position(|address| !fine(address)) {
        Some(index) => Err(RegisterError::Address { index }),
        None => Ok(()),
    }
}

fn register_id(body: &[u8]) -> RegisterId {
    RegisterId::new(derive(Purpose::Register, &[body]))
}

#[cfg(test)]
mod tests;
