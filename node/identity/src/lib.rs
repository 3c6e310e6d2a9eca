//! Who somebody is: account and device keys, certificates, registers, the keystore on disk, the recovery phrase; and the two
//! things every signed byte rests on, [`kdf`] and [`signed`].
//!
//! Knows nothing of servers, channels or the network.

pub mod hlc;
pub mod id;
pub mod kdf;
pub mod signed;

pub use hlc::Hlc;
pub use id::{AccountId, DeviceId};
