//! The keystore: the folder `identity/` of a node, and the keys in memory.
//!
//! Two files. `device.key` holds the device's seed and a local secret, plain but for its owner only, so that the node has its
//! PeerId while the account is locked. `account.key`, once there is an account, holds everything else, sealed under a key made
//! of the local secret and, if the person wants one, a passphrase. Both are framed with a magic, a format number and a
//! checksum, so that a damaged file, a newer file and a wrong passphrase are three different answers.
//!
//! Reading state is cheap. Whatever writes or stretches a passphrase blocks (disk syncs; Argon2id over 64 MiB takes a fraction
//! of a second and as much memory): call it off the runtime. Nothing here goes near the network.

mod account;
mod account_file;
mod device_file;
mod error;
mod folder;
mod frame;
mod passphrase;
mod secrets;
mod store;

pub use account::{Account, PREKEY_KEEP_MS, PREKEYS_MAX};
pub use error::KeystoreError;
pub use passphrase::PASSPHRASE_BYTES_MAX;
pub use store::{IdentityState, Keystore};

#[cfg(test)]
mod tests;
