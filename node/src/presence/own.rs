//! What this node's person says of himself or herself, and how that is kept.

use bytes::Bytes;
use folkmoot_core::signal::{Said, Status, check_status_text};
use folkmoot_ledger::{Ledger, LedgerError};

/// Name of the sealed setting that keeps it: somebody invisible stays so over a restart.
pub(crate) const SETTING: &str = "presence";

/// How one wants to be seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OwnStatus {
    /// There.
    #[default]
    Online,
    /// Away from the screen.
    Idle,
    /// Not to be disturbed.
    Dnd,
    /// Not at all: nothing is said.
    Invisible,
}

/// Status and words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// How one wants to be seen.
    pub status: OwnStatus,
    /// A few words beside the name, as [`check_status_text`] allows; may be empty.
    pub text: String,
}

impl Own {
    /// What was chosen last, read from the ledger, which must be unlocked; online when nothing was.
    ///
    /// Blocks on the disk.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn kept(ledger: &Ledger) -> Result<Self, LedgerError> {
        let kept = ledger.snapshot()?.setting(SETTING)?;
        Ok(kept.and_then(|kept| Self::decode(&kept)).unwrap_or_default())
    }

    /// What is told to others; nothing while invisible.
    #[must_use]
    pub fn said(&self) -> Option<Said> {
        let status = match self.status {
            OwnStatus::Online => Status::Online,
            OwnStatus::Idle => Status::Idle,
            OwnStatus::Dnd => Status::Dnd,
            OwnStatus::Invisible => return None,
        };
        Some(Said::Presence { status, text: self.text.clone() })
    }

    /// For the sealed setting: one letter and the words.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let letter = match self.status {
            OwnStatus::Online => 'o',
            OwnStatus::Idle => 'i',
            OwnStatus::Dnd => 'd',
            OwnStatus::Invisible => 'v',
        };
        format!("{letter}{}", self.text).into()
    }

    /// From the sealed setting; `None` for one that this program does not understand.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut chars = text.chars();
        let status = match chars.next()? {
            'o' => OwnStatus::Online,
            'i' => OwnStatus::Idle,
            'd' => OwnStatus::Dnd,
            'v' => OwnStatus::Invisible,
            _ => return None,
        };
        let text = chars.as_str();
        check_status_text(text).ok()?;
        Some(Self { status, text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_back_and_noise_is_not() {
        for status in [OwnStatus::Online, OwnStatus::Idle, OwnStatus::Dnd, OwnStatus::Invisible] {
            let own = Own { status, text: "brewing".into() };
            assert_eq!(Own::decode(&own.encode()), Some(own));
        }
        assert_eq!(Own::decode(b"o"), Some(Own::default()));
        for noise in [&b""[..], b"x", b"o a", &[b'o', 0xff]] {
            assert_eq!(Own::decode(noise), None, "{noise:?}");
        }
    }

    #[test]
    fn the_invisible_say_nothing() {
        assert_eq!(Own { status: OwnStatus::Invisible, text: "hm".into() }.said(), None);
        let said = Own { status: OwnStatus::Dnd, text: "hm".into() }.said();
        assert_eq!(said, Some(Said::Presence { status: Status::Dnd, text: "hm".into() }));
    }
}
