//! [`DeviceKey`]: the key of one machine. Signs events, entries, prekeys and peer records; is the identity of the node in the
//! overlay.

use std::fmt;

use bytes::Bytes;
use ed25519_dalek::SigningKey;

use crate::{
    DeviceId,
    random::{RandomnessError, secret_bytes},
    signed::{Context, sign},
};

/// The private half of a device: Ed25519. Wiped when dropped.
pub struct DeviceKey(SigningKey);

impl DeviceKey {
    /// A new device.
    ///
    /// # Errors
    /// [`RandomnessError`].
    pub fn generate() -> Result<Self, RandomnessError> {
        Ok(Self::from_seed(&*secret_bytes()?))
    }

    /// The device of a seed.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The public half.
    #[must_use]
    pub fn id(&self) -> DeviceId {
        DeviceId::new(self.0.verifying_key().to_bytes())
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

    /// The seed: secret. The overlay makes its key pair of it.
    #[must_use]
    pub fn seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey of {:?}", self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signed::verify;

    #[test]
    fn a_seed_is_the_whole_device() {
        let device = DeviceKey::generate().unwrap();
        assert_eq!(DeviceKey::from_seed(device.seed()).id(), device.id());
    }

    #[test]
    fn what_a_device_signs_verifies_under_its_id() {
        let device = DeviceKey::from_seed(&[2; 32]);
        let sig = device.sign(Context::Entry, &[9; 32]);
        assert_eq!(verify(device.id().as_bytes(), Context::Entry, &[9; 32], &sig), Ok(()));
    }

    #[test]
    fn debug_shows_the_public_half_only() {
        let shown = format!("{:?}", DeviceKey::from_seed(&[0xa7; 32]));
        assert!(shown.starts_with("DeviceKey of DeviceId("), "{shown}");
        assert!(!shown.contains("a7a7"), "{shown}");
    }
}
