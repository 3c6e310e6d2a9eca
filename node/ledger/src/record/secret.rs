//! Secrets of epochs.

use folkmoot_core::ids::EpochId;
use zeroize::Zeroizing;

/// Which secret of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EpochSecretKind {
    /// `M`: messages since joining.
    Messages,
    /// `H`: all history.
    History,
}

impl EpochSecretKind {
    pub(crate) const fn to_disk(self) -> u8 {
        match self {
            Self::Messages => 1,
            Self::History => 2,
        }
    }

    pub(crate) const fn from_disk(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Messages),
            2 => Some(Self::History),
            _ => None,
        }
    }
}

/// A secret of an epoch. Wiped when dropped.
pub struct EpochSecret {
    /// The epoch.
    pub epoch: EpochId,
    /// Which secret.
    pub kind: EpochSecretKind,
    /// Its 32 bytes.
    pub secret: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for EpochSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EpochSecret").field("epoch", &self.epoch).field("kind", &self.kind).finish_non_exhaustive()
    }
}
