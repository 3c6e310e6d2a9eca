//! [`InviteKey`]: the key behind an invite link. Whoever has its seed may knock at the door.

use std::fmt;

use bytes::Bytes;
use ed25519_dalek::SigningKey;

use crate::{
    random::{RandomnessError, secret_bytes},
    signed::{Context, sign},
};

/// The private half of an invite: Ed25519. Its seed travels in the link, its public half stands in the INVITE event. Wiped when
/// dropped.
pub struct InviteKey(SigningKey);

impl InviteKey {
    /// The key of a new invite.
    ///
    /// # Errors
    /// [`RandomnessError`].
    pub fn generate() -> Result<Self, RandomnessError> {
        Ok(Self::from_seed(&*secret_bytes()?))
    }

    /// The key of the seed in a link.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
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

    /// The seed, for the link only.
    #[must_use]
    pub fn seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for InviteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::id::fmt_short("InviteKey of ", &self.public(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signed::verify;

    #[test]
    fn the_seed_of_a_link_signs_for_the_key_of_the_invite() {
        let made = InviteKey::generate().unwrap();
        let from_link = InviteKey::from_seed(made.seed());
        let sig = from_link.sign(Context::Join, &[3; 32]);
        assert_eq!(verify(&made.public(), Context::Join, &[3; 32], &sig), Ok(()));
    }

    #[test]
    fn debug_shows_the_public_half_only() {
        let shown = format!("{:?}", InviteKey::from_seed(&[0xa7; 32]));
        assert!(shown.starts_with("InviteKey of ("), "{shown}");
        assert!(!shown.contains("a7a7"), "{shown}");
    }
}
