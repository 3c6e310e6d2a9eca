//! [`Mark`]: messages of a channel that stand out, each kind in order of time.

/// Why a message stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Not counted as unread: this account's own, or redacted.
    Passed,
    /// Calls this account.
    Calls,
    /// Pinned; in order of the pins.
    Pinned,
}

impl Mark {
    pub(crate) const fn to_disk(self) -> u8 {
        match self {
            Self::Passed => 1,
            Self::Calls => 2,
            Self::Pinned => 3,
        }
    }
}
