//! Key and id derivation. Every context string of the protocol stands here once, so that none is used for two things.

use zeroize::Zeroizing;

/// What a derived value is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Id of a governance event.
    AuthEvent,
    /// Id of an entry.
    Entry,
    /// Id of a log.
    LogInit,
    /// Commitment to a salted payload.
    Payload,
    /// Id of a device certificate.
    Certificate,
    /// Id of a register.
    Register,
    /// Id of a join request.
    JoinRequest,
    /// Id of a signal.
    Signal,
    /// Message secret of an epoch from its history root.
    EpochMessage,
    /// Key of live frames.
    Live,
    /// Key of sealed chunks.
    Chunk,
    /// Key of the eight-byte hints by which a frame's epoch is found.
    Hint,
    /// Key of control messages at keepers.
    Control,
    /// Key of topic names.
    TopicKey,
    /// Name of a gossip topic.
    Topic,
    /// Key of storage pseudonyms.
    Store,
    /// Key of history links.
    History,
    /// Commitment to a history root.
    HistoryCommit,
    /// Commitment to a message secret.
    MessageCommit,
    /// Digest of an epoch's recipients.
    Recipients,
    /// Rank of a device when keys must be rotated.
    Rotate,
    /// Digest of what a node holds, exchanged in syncs.
    Heads,
    /// Key under which values of the ledger are sealed on this machine.
    LedgerSeal,
    /// Key under which the keystore seals the account.
    Keystore,
    /// Checksum at the end of a key file.
    KeystoreCheck,
    /// Digits by which people compare accounts.
    Fingerprint,
    /// Stream of ephemeral key material for one wrap.
    WrapSeed,
    /// Id of a public server's advert.
    Advert,
    /// Where in the distributed hash table a server's advert is.
    AdvertKey,
    /// Where in it those are named who carry adverts: all, of a tag, of a language.
    Directory,
    /// Seed of a public server's standing invite.
    StandingInvite,
    /// What a joiner by a standing invite has to work on.
    JoinWork,
}

impl Purpose {
    /// The whole BLAKE3 context string.
    #[must_use]
    pub const fn context(self) -> &'static str {
        match self {
            Self::AuthEvent => "folkmoot v1 auth-event",
            Self::Entry => "folkmoot v1 entry",
            Self::LogInit => "folkmoot v1 log-init",
            Self::Payload => "folkmoot v1 payload",
            Self::Certificate => "folkmoot v1 certificate",
            Self::Register => "folkmoot v1 register",
            Self::JoinRequest => "folkmoot v1 join-request",
            Self::Signal => "folkmoot v1 signal",
            Self::EpochMessage => "folkmoot v1 epoch-msg",
            Self::Live => "folkmoot v1 live",
            Self::Chunk => "folkmoot v1 chunk",
            Self::Hint => "folkmoot v1 hint",
            Self::Control => "folkmoot v1 ctl",
            Self::TopicKey => "folkmoot v1 topic-key",
            Self::Topic => "folkmoot v1 topic",
            Self::Store => "folkmoot v1 store",
            Self::History => "folkmoot v1 hist",
            Self::HistoryCommit => "folkmoot v1 hc",
            Self::MessageCommit => "folkmoot v1 mc",
            Self::Recipients => "folkmoot v1 recipients",
            Self::Rotate => "folkmoot v1 rotate",
            Self::Heads => "folkmoot v1 heads",
            Self::LedgerSeal => "folkmoot v1 ledger-seal",
            Self::Keystore => "folkmoot v1 keystore",
            Self::KeystoreCheck => "folkmoot v1 keystore-check",
            Self::Fingerprint => "folkmoot v1 fingerprint",
            Self::WrapSeed => "folkmoot v1 wrap-seed",
            Self::Advert => "folkmoot v1 advert-body",
            Self::AdvertKey => "folkmoot v1 advert",
            Self::Directory => "folkmoot v1 directory",
            Self::StandingInvite => "folkmoot v1 standing-invite",
            Self::JoinWork => "folkmoot v1 join-work",
        }
    }
}

/// `KDF(purpose, parts joined)`: 32 bytes that are public (ids, commitments).
#[must_use]
pub fn derive(purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(purpose.context());
    for part in parts {
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

/// `KDF(purpose, parts joined)`: 32 bytes that are secret and wiped when dropped.
#[must_use]
pub fn derive_secret(purpose: Purpose, parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(derive(purpose, parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Purpose; 32] = [
        Purpose::AuthEvent,
        Purpose::Entry,
        Purpose::LogInit,
        Purpose::Payload,
        Purpose::Certificate,
        Purpose::Register,
        Purpose::JoinRequest,
        Purpose::Signal,
        Purpose::EpochMessage,
        Purpose::Live,
        Purpose::Chunk,
        Purpose::Hint,
        Purpose::Control,
        Purpose::TopicKey,
        Purpose::Topic,
        Purpose::Store,
        Purpose::History,
        Purpose::HistoryCommit,
        Purpose::MessageCommit,
        Purpose::Recipients,
        Purpose::Rotate,
        Purpose::Heads,
        Purpose::LedgerSeal,
        Purpose::Keystore,
        Purpose::KeystoreCheck,
        Purpose::Fingerprint,
        Purpose::WrapSeed,
        Purpose::Advert,
        Purpose::AdvertKey,
        Purpose::Directory,
        Purpose::StandingInvite,
        Purpose::JoinWork,
    ];

    #[test]
    fn every_purpose_has_a_context_of_its_own() {
        let mut contexts: Vec<_> = ALL.iter().map(|p| p.context()).collect();
        contexts.sort_unstable();
        contexts.dedup();
        assert_eq!(contexts.len(), ALL.len());
    }
}
