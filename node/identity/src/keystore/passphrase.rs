//! From passphrase to key: Argon2id. Slow and hungry on purpose; blocks for as long as it takes.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use folkmoot_proto::v1;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::KeystoreError;
use crate::random::secret_bytes;

/// Longest passphrase, in bytes; a sentence fits, a file given by mistake does not.
pub const PASSPHRASE_BYTES_MAX: usize = 1_024;
/// Length of the salt.
pub(super) const SALT_BYTES: usize = 16;
/// The most memory a key file may ask for: 1 GiB. More in a file is damage, or somebody's try to stop the node.
const MEMORY_KIB_MAX: u32 = 1024 * 1024;
/// The most passes a key file may ask for.
const PASSES_MAX: u32 = 64;
/// The most lanes a key file may ask for.
const LANES_MAX: u32 = 16;

/// What one guess at a passphrase costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PassphraseCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl PassphraseCost {
    /// 64 MiB, 3 passes, 1 lane: about 0.1 s on a desktop, and 64 MiB for every guess made at once.
    pub(super) const STANDARD: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

    /// Next to nothing, for tests.
    #[cfg(test)]
    pub(super) const TEST: Self = Self { memory_kib: 8, passes: 1, lanes: 1 };
}

/// How one passphrase is stretched: cost and salt, both readable in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) cost: PassphraseCost,
    pub(super) salt: [u8; SALT_BYTES],
}

impl Stretch {
    /// With a fresh salt.
    pub(super) fn new(cost: PassphraseCost) -> Result<Self, KeystoreError> {
        Ok(Self { cost, salt: *secret_bytes()? })
    }

    /// Stretches a passphrase. The same sentence typed on another keyboard gives the same key: it is brought to NFC.
    pub(super) fn run(&self, passphrase: &str) -> Result<Zeroizing<[u8; 32]>, KeystoreError> {
        validate_passphrase(passphrase)?;
        let PassphraseCost { memory_kib, passes, lanes } = self.cost;
        let failed = |source| KeystoreError::Stretch { source };
        let params = Params::new(memory_kib, passes, lanes, Some(32)).map_err(failed)?;
        // Room for NFC's worst case, so that no copy is left behind by growing.
        let mut normal = Zeroizing::new(String::with_capacity(passphrase.len() * 3));
        normal.extend(passphrase.nfc());
        let mut blocks = Zeroizing::new(Vec::<Block>::new());
        blocks
            .try_reserve_exact(params.block_count())
            .map_err(|_| KeystoreError::Stretch { source: argon2::Error::OutOfMemory })?;
        blocks.resize(params.block_count(), Block::default());
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(normal.as_bytes(), &self.salt, key.as_mut_slice(), blocks.as_mut_slice())
            .map_err(failed)?;
        Ok(key)
    }

    pub(super) fn to_wire(self) -> v1::PassphraseStretch {
        let PassphraseCost { memory_kib, passes, lanes } = self.cost;
        v1::PassphraseStretch { salt: self.salt.to_vec().into(), memory_kib, passes, lanes }
    }

    /// `None` where a cost is beyond all reason or the salt has the wrong length.
    pub(super) fn from_wire(wire: &v1::PassphraseStretch) -> Option<Self> {
        let v1::PassphraseStretch { memory_kib, passes, lanes, .. } = *wire;
        let sane = (1..=LANES_MAX).contains(&lanes)
            && (1..=PASSES_MAX).contains(&passes)
            && (8 * lanes..=MEMORY_KIB_MAX).contains(&memory_kib);
        let salt = wire.salt.as_ref().try_into().ok()?;
        sane.then_some(Self { cost: PassphraseCost { memory_kib, passes, lanes }, salt })
    }
}

/// Checks the length only: how good a passphrase is, is its owner's to judge.
pub(super) fn validate_passphrase(passphrase: &str) -> Result<(), KeystoreError> {
    match passphrase.len() {
        1..=PASSPHRASE_BYTES_MAX => Ok(()),
        actual => Err(KeystoreError::PassphraseLength { actual, max: PASSPHRASE_BYTES_MAX }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(salt: u8) -> Stretch {
        Stretch { cost: PassphraseCost::TEST, salt: [salt; SALT_BYTES] }
    }

    #[test]
    fn the_standard_cost_is_64_mib_and_3_passes() {
        assert_eq!(PassphraseCost::STANDARD, PassphraseCost { memory_kib: 65_536, passes: 3, lanes: 1 });
    }

    #[test]
    fn passphrase_and_salt_decide_the_key() {
        let key = stretch(1).run("tea").unwrap();
        assert_eq!(stretch(1).run("tea").unwrap(), key);
        assert_ne!(stretch(2).run("tea").unwrap(), key);
        assert_ne!(stretch(1).run("Tea").unwrap(), key);
    }

    #[test]
    fn the_way_an_accent_is_typed_does_not_matter() {
        assert_eq!(stretch(1).run("caf\u{e9}").unwrap(), stretch(1).run("cafe\u{301}").unwrap());
    }

    #[test]
    fn empty_and_endless_passphrases_are_refused() {
        for bad in [String::new(), "a".repeat(PASSPHRASE_BYTES_MAX + 1)] {
            match stretch(1).run(&bad) {
                Err(KeystoreError::PassphraseLength { actual, max: PASSPHRASE_BYTES_MAX }) => {
                    assert_eq!(actual, bad.len());
                }
                other => panic!("{:?}", other.map(|_| ())),
            }
        }
        stretch(1).run(&"a".repeat(PASSPHRASE_BYTES_MAX)).unwrap();
    }

    #[test]
    fn a_file_cannot_ask_for_more_than_the_bounds() {
        let sound = Stretch { cost: PassphraseCost::STANDARD, salt: [1; SALT_BYTES] };
        assert_eq!(Stretch::from_wire(&sound.to_wire()), Some(sound));
        let refused = [
            v1::PassphraseStretch { memory_kib: MEMORY_KIB_MAX + 1, ..sound.to_wire() },
            v1::PassphraseStretch { memory_kib: 7, ..sound.to_wire() },
            v1::PassphraseStretch { passes: 0, ..sound.to_wire() },
            v1::PassphraseStretch { passes: PASSES_MAX + 1, ..sound.to_wire() },
            v1::PassphraseStretch { lanes: 0, ..sound.to_wire() },
            v1::PassphraseStretch { lanes: u32::MAX, ..sound.to_wire() },
            v1::PassphraseStretch { salt: vec![1; 15].into(), ..sound.to_wire() },
        ];
        for wire in refused {
            assert_eq!(Stretch::from_wire(&wire), None, "{wire:?}");
        }
    }
}
