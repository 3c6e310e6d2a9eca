//! [`AccountKey`]: the root key of a person. Signs device certificates, the profile and a LEAVE; everything else is signed by a
//! device.

use std::fmt;

use bytes::Bytes;
use ed25519_dalek::SigningKey;

use crate::{
    AccountId, RecoveryPhrase,
    random::{RandomnessError, secret_bytes},
    signed::{Context, sign},
};

/// The private half of an account: an Ed25519 key whose 32-byte seed is what the recovery phrase spells. Wiped when dropped.
pub struct AccountKey(SigningKey);

impl AccountKey {
    /// A new account.
    ///
    /// # Errors
    /// [`RandomnessError`].
    pub fn generate() -> Result<Self, RandomnessError> {
        Ok(Self::from_seed(&*secret_bytes()?))
    }

    /// The account of a seed.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The account that a recovery phrase spells.
    #[must_use]
    pub fn from_phrase(phrase: &RecoveryPhrase) -> Self {
        Self::from_seed(phrase.seed())
    }

    /// The phrase that brings this account back.
    #[must_use]
    pub fn recovery_phrase(&self) -> RecoveryPhrase {
        RecoveryPhrase::from_seed(self.seed())
    }

    /// The public half.
    #[must_use]
    pub fn id(&self) -> AccountId {
        AccountId::new(self.0.verifying_key().to_bytes())
    }

    /// Signs an id for a context. 64 bytes.
    #[must_use]
    pub fn sign(&self, context: Context, id: &[u8; 32]) -> Bytes {
        sign(&self.0, context, id)
    }

    /// The key itself, for what builds and signs in one step.
    #[must_use]
    pub const fn signing_key(&self) -> &SigningKey {
        &self.0
    }

    /// The seed, as the keystore seals it.
    #[must_use]
    pub(crate) fn seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountKey of {:?}", self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signed::verify;

    #[test]
    fn the_phrase_brings_the_same_account_back() {
        let key = AccountKey::generate().unwrap();
        let words = key.recovery_phrase().reveal();
        let again = AccountKey::from_phrase(&RecoveryPhrase::parse(&words).unwrap());
        assert_eq!(again.id(), key.id());
        assert_ne!(AccountKey::generate().unwrap().id(), key.id());
    }

    #[test]
    fn what_an_account_signs_verifies_under_its_id() {
        let key = AccountKey::from_seed(&[1; 32]);
        let sig = key.sign(Context::Event, &[9; 32]);
        assert_eq!(verify(key.id().as_bytes(), Context::Event, &[9; 32], &sig), Ok(()));
    }

    #[test]
    fn debug_shows_the_public_half_only() {
        let seed = [0xa7; 32];
        let shown = format!("{:?}", AccountKey::from_seed(&seed));
        assert!(shown.starts_with("AccountKey of AccountId("), "{shown}");
        assert!(!shown.contains("a7a7"), "{shown}");
    }
}
