//! [`KeystoreError`]: everything that opening, changing or unlocking the keystore can answer.

use std::{io, path::PathBuf};

use crate::{AccountId, random::RandomnessError};

/// Why the keystore did not do as asked. What names a path is for the person at the machine to mend; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum KeystoreError {
    /// The passphrase is not the one the account was sealed under. The file itself is sound.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// A file is cut short, altered, or not what its name says.
    #[error("{} is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Others on this machine may read or write a file or the folder.
    #[error("{} has permissions {mode:03o}, expected {expected:03o}: others on this machine can reach the keys", path.display())]
    Permissions {
        /// The file or folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// What they must be at most.
        expected: u32,
    },
    /// A file or the folder belongs to another user of this machine.
    #[error("{} belongs to user {uid}, expected {expected}", path.display())]
    Owner {
        /// The file or folder.
        path: PathBuf,
        /// Its owner.
        uid: u32,
        /// The user this process runs as.
        expected: u32,
    },
    /// Written by a newer version of the program.
    #[error("{} is of format {found}, this version reads up to {supported}", path.display())]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format known here.
        supported: u32,
    },
    /// Another process has the keystore open.
    #[error("{} is in use by another process", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// The system refused to read or write.
    #[error("cannot use {}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// There is an account already; a keystore holds one.
    #[error("an account exists already")]
    AlreadyExists {
        /// Which.
        account: AccountId,
    },
    /// There is no account yet.
    #[error("no account yet")]
    NoAccount,
    /// There is an account, but its passphrase was not given yet.
    #[error("account is locked")]
    Locked,
    /// Asked to lock an account that has no passphrase: it could be opened again by anybody.
    #[error("account has no passphrase, so locking it would protect nothing")]
    NoPassphrase,
    /// The passphrase is empty, or longer than [`PASSPHRASE_BYTES_MAX`](super::PASSPHRASE_BYTES_MAX).
    #[error("passphrase of {actual} bytes, expected 1 to {max}")]
    PassphraseLength {
        /// Bytes there were.
        actual: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Stretching the passphrase failed, for want of memory.
    #[error("cannot stretch the passphrase")]
    Stretch {
        /// Why.
        #[source]
        source: argon2::Error,
    },
    /// No randomness for new keys.
    #[error("cannot make keys")]
    Randomness {
        /// Why.
        #[from]
        source: RandomnessError,
    },
}
