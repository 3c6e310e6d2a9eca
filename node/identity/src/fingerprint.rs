//! [`Fingerprint`]: digits by which two people find out that they mean the same account.

use std::fmt;

use crate::{
    AccountId,
    kdf::{Purpose, derive},
};

/// Groups of a fingerprint.
pub const FINGERPRINT_GROUPS: usize = 8;

/// Eight groups of five digits, read aloud or compared on two screens. 132 bits: no second account with the same digits can be
/// made.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u32; FINGERPRINT_GROUPS]);

impl Fingerprint {
    /// Of an account: `KDF("fingerprint", account)`, each four bytes (big-endian) modulo 100,000.
    #[must_use]
    pub fn of(account: &AccountId) -> Self {
        let digest = derive(Purpose::Fingerprint, &[account.as_ref()]);
        let (words, _) = digest.as_chunks::<4>();
        let mut groups = [0; FINGERPRINT_GROUPS];
        for (group, word) in groups.iter_mut().zip(words) {
            *group = u32::from_be_bytes(*word) % 100_000;
        }
        Self(groups)
    }

    /// The groups, each 0-99,999.
    #[must_use]
    pub const fn groups(&self) -> &[u32; FINGERPRINT_GROUPS] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, group) in self.0.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{group:05}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_a_known_account_never_change() {
        let shown = Fingerprint::of(&AccountId::new([1; 32])).to_string();
        assert_eq!(shown, "93620 53876 08694 28438 26592 03940 10709 08857");
    }

    #[test]
    fn every_group_has_five_digits_and_accounts_differ() {
        let shown = Fingerprint::of(&AccountId::new([1; 32])).to_string();
        assert_eq!(shown.len(), FINGERPRINT_GROUPS * 6 - 1);
        assert!(shown.split(' ').all(|group| group.len() == 5), "{shown}");
        assert_ne!(shown, Fingerprint::of(&AccountId::new([2; 32])).to_string());
    }
}
