//! Who somebody is: account and device keys, certificates, registers, the keystore on disk, the recovery phrase; and the two
//! things every signed byte rests on, [`kdf`] and [`signed`].
//!
//! Knows nothing of servers, channels or the network.

#![warn(clippy::indexing_slicing, clippy::string_slice)]

pub mod account;
pub mod certificate;
pub mod device;
pub mod fingerprint;
pub mod hlc;
pub mod id;
pub mod invite_key;
pub mod kdf;
pub mod keystore;
pub mod name;
pub mod phrase;
pub mod prekey;
pub mod profile;
pub mod random;
pub mod register;
pub mod signed;

pub use account::AccountKey;
pub use certificate::Certificate;
pub use device::DeviceKey;
pub use fingerprint::Fingerprint;
pub use hlc::Hlc;
pub use id::{AccountId, DeviceId};
pub use invite_key::InviteKey;
pub use keystore::{Account, IdentityState, Keystore, KeystoreError};
pub use phrase::RecoveryPhrase;
pub use prekey::PrekeySecret;
pub use profile::Profile;
pub use register::{Register, RegisterId, RegisterKind, RegisterValue};
