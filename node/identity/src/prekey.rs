//! [`PrekeySecret`] and [`seal`]: how a 32-byte group secret reaches one device. HPKE (RFC 9180), base mode, X25519, HKDF-SHA256,
//! ChaCha20-Poly1305. What a wrap is bound to (`info`, `aad`) is `core::epoch`'s to say.

use std::{convert::Infallible, fmt};

use hpke::{
    Deserializable, Kem as _, OpModeR, OpModeS, Serializable,
    aead::{AeadTag, ChaCha20Poly1305},
    inout::InOutBuf,
    kdf::HkdfSha256,
    kem::X25519HkdfSha256,
    rand_core::{TryCryptoRng, TryRng},
};
use zeroize::Zeroizing;

use crate::{
    kdf::Purpose,
    random::{RandomnessError, secret_bytes},
};

type Aead = ChaCha20Poly1305;
type Kdf = HkdfSha256;
type Kem = X25519HkdfSha256;
type Public = <Kem as hpke::Kem>::PublicKey;
type Private = <Kem as hpke::Kem>::PrivateKey;
type Encapsulated = <Kem as hpke::Kem>::EncappedKey;

/// Length of a sealed secret: encapsulated key (32) ‖ ciphertext (32) ‖ tag (16).
pub const SEALED_BYTES: usize = 80;
/// Bytes of `info`; ours has 132, and the cipher suite gives up at 64 KiB.
pub const INFO_BYTES_MAX: usize = 1_024;

/// Why a secret could not be sealed or opened.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub enum PrekeyError {
    /// The public key is of small order: whatever is sealed to it, everybody could open. Its owner is at fault.
    #[error("prekey is weak")]
    WeakKey,
    /// Not 80 bytes.
    #[error("sealed secret of {actual} bytes, expected 80")]
    Length {
        /// Bytes there were.
        actual: usize,
    },
    /// `info` above [`INFO_BYTES_MAX`].
    #[error("context of {actual} bytes")]
    InfoTooLong {
        /// Bytes there were.
        actual: usize,
    },
    /// Sealed to another key, for another purpose, or altered.
    #[error("sealed secret does not open")]
    Unopenable,
    /// No randomness for the ephemeral key.
    #[error("cannot seal")]
    Randomness {
        /// Why.
        #[source]
        source: RandomnessError,
    },
}

/// The private half of a device's prekey. Wiped when dropped.
pub struct PrekeySecret {
    secret: Zeroizing<[u8; 32]>,
    public: [u8; 32],
}

impl PrekeySecret {
    /// A new prekey.
    ///
    /// # Errors
    /// [`RandomnessError`].
    pub fn generate() -> Result<Self, RandomnessError> {
        Ok(Self::from_bytes(&*secret_bytes()?))
    }

    /// The prekey of 32 secret bytes (clamped as RFC 7748 says).
    #[must_use]
    pub fn from_bytes(secret: &[u8; 32]) -> Self {
        let public = Kem::sk_to_pk(&private(secret));
        let mut bytes = [0; 32];
        public.write_exact(&mut bytes);
        Self { secret: Zeroizing::new(*secret), public: bytes }
    }

    /// The public half, as it stands in the PREKEY register.
    #[must_use]
    pub const fn public(&self) -> &[u8; 32] {
        &self.public
    }

    /// Opens what [`seal`] made for this key with the same `info` and `aad`.
    ///
    /// # Errors
    /// [`PrekeyError`], never `Randomness`.
    pub fn open(&self, info: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<[u8; 32]>, PrekeyError> {
        let sealed: &[u8; SEALED_BYTES] =
            sealed.try_into().map_err(|_| PrekeyError::Length { actual: sealed.len() })?;
        validate_info(info)?;
        let (encapsulated, rest) = sealed.split_at(32);
        let (ciphertext, tag) = rest.split_at(32);
        let encapsulated = Encapsulated::from_bytes(encapsulated).map_err(|_| PrekeyError::Unopenable)?;
        let tag = AeadTag::<Aead>::from_bytes(tag).map_err(|_| PrekeyError::Unopenable)?;
        let mut secret = Zeroizing::new([0; 32]);
        secret.copy_from_slice(ciphertext);
        hpke::single_shot_open_inout_detached::<Aead, Kdf, Kem>(
            &OpModeR::Base,
            &private(&self.secret),
            &encapsulated,
            info,
            InOutBuf::from(secret.as_mut_slice()),
            aad,
            &tag,
        )
        .map_err(|_| PrekeyError::Unopenable)?;
        Ok(secret)
    }

    pub(crate) const fn secret(&self) -> &Zeroizing<[u8; 32]> {
        &self.secret
    }
}

impl fmt::Debug for PrekeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::id::fmt_short("PrekeySecret of ", &self.public, f)
    }
}

/// Seals 32 bytes to the holder of a prekey.
///
/// # Errors
/// [`PrekeyError::WeakKey`], `InfoTooLong`, `Randomness`.
pub fn seal(public: &[u8; 32], info: &[u8], aad: &[u8], secret: &[u8; 32]) -> Result<[u8; SEALED_BYTES], PrekeyError> {
    let seed = secret_bytes().map_err(|source| PrekeyError::Randomness { source })?;
    seal_with_seed(public, info, aad, secret, &seed)
}

/// As [`seal`], with the randomness given: the same seed makes the same bytes. A seed must never seal twice outside of tests and
/// simulations: it is the ephemeral key.
///
/// # Errors
/// [`PrekeyError::WeakKey`], `InfoTooLong`.
pub fn seal_with_seed(
    public: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    secret: &[u8; 32],
    seed: &[u8; 32],
) -> Result<[u8; SEALED_BYTES], PrekeyError> {
    validate_info(info)?;
    let public = Public::from_bytes(public).map_err(|_| PrekeyError::WeakKey)?;
    let mut text = Zeroizing::new(*secret);
    let (encapsulated, tag) = hpke::single_shot_seal_inout_detached_with_rng::<Aead, Kdf, Kem>(
        &OpModeS::Base,
        &public,
        info,
        InOutBuf::from(text.as_mut_slice()),
        aad,
        &mut SeedRng::new(seed),
    )
    .map_err(|_| PrekeyError::WeakKey)?;
    let mut sealed = [0; SEALED_BYTES];
    let (encapsulated_out, rest) = sealed.split_at_mut(32);
    let (text_out, tag_out) = rest.split_at_mut(32);
    encapsulated.write_exact(encapsulated_out);
    text_out.copy_from_slice(text.as_slice());
    tag.write_exact(tag_out);
    Ok(sealed)
}

/// Checks that something can be sealed to a public key, so that one bad register does not spoil an epoch later.
///
/// # Errors
/// [`PrekeyError::WeakKey`].
pub fn validate_public(public: &[u8; 32]) -> Result<(), PrekeyError> {
    // Decapsulating is one scalar multiplication that fails on points of small order, whatever the scalar.
    let point = Encapsulated::from_bytes(public).map_err(|_| PrekeyError::WeakKey)?;
    Kem::decap(&private(&[1; 32]), None, &point).map(|_| ()).map_err(|_| PrekeyError::WeakKey)
}

fn validate_info(info: &[u8]) -> Result<(), PrekeyError> {
    if info.len() > INFO_BYTES_MAX { Err(PrekeyError::InfoTooLong { actual: info.len() }) } else { Ok(()) }
}

fn private(secret: &[u8; 32]) -> Private {
    Private::from_bytes(secret).expect("any 32 bytes are an X25519 private key")
}

/// Gives the library the bytes of one seed, however many it asks for: a failing system source is then an error and not a panic
/// inside it.
struct SeedRng(Zeroizing<blake3::OutputReader>);

impl SeedRng {
    fn new(seed: &[u8; 32]) -> Self {
        let mut hasher = Zeroizing::new(blake3::Hasher::new_derive_key(Purpose::WrapSeed.context()));
        hasher.update(seed);
        Self(Zeroizing::new(hasher.finalize_xof()))
    }
}

impl TryRng for SeedRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for SeedRng {}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    const SECRET: [u8; 32] = [0x5a; 32];

    #[test]
    fn golden_wrap() {
        let prekey = PrekeySecret::from_bytes(&[3; 32]);
        let sealed = seal_with_seed(prekey.public(), b"info", b"aad", &SECRET, &[4; 32]).unwrap();
        let expected = [
            "3cf83c62b20cab20c562a7b85e0fd1e32507a297ab046d8fc4718ea223f0df16", // encapsulated key
            "6652cfa870870beec02bc6528d857918386f6b9509ba56269e74006f5ea43c22", // ciphertext
            "0fb2d617f11856669a8ff48c0b8e7ef1",                                 // tag
        ];
        assert_eq!(HEXLOWER.encode(&sealed), expected.concat());
        assert_eq!(*prekey.open(b"info", b"aad", &sealed).unwrap(), SECRET);
    }

    #[test]
    fn a_wrap_opens_for_its_key_info_and_aad_only() {
        let prekey = PrekeySecret::generate().unwrap();
        let sealed = seal(prekey.public(), b"info", b"aad", &SECRET).unwrap();
        assert_eq!(*prekey.open(b"info", b"aad", &sealed).unwrap(), SECRET);
        let unopenable = |result: Result<_, PrekeyError>| {
            let error = result.expect_err("must not open");
            assert!(matches!(error, PrekeyError::Unopenable), "{error:?}");
        };
        unopenable(prekey.open(b"info2", b"aad", &sealed));
        unopenable(prekey.open(b"info", b"aad2", &sealed));
        unopenable(PrekeySecret::generate().unwrap().open(b"info", b"aad", &sealed));
        for at in 0..SEALED_BYTES {
            let mut altered = sealed;
            altered[at] ^= 1;
            unopenable(prekey.open(b"info", b"aad", &altered));
        }
    }

    #[test]
    fn no_two_wraps_are_alike() {
        let prekey = PrekeySecret::generate().unwrap();
        let once = seal(prekey.public(), b"info", b"aad", &SECRET).unwrap();
        let twice = seal(prekey.public(), b"info", b"aad", &SECRET).unwrap();
        assert_ne!(once, twice);
    }

    #[test]
    fn nothing_is_sealed_to_a_weak_key() {
        let mut order_eight = [0; 32];
        order_eight[0] = 1;
        for weak in [[0; 32], order_eight] {
            let error = seal(&weak, b"info", b"aad", &SECRET).expect_err("weak");
            assert!(matches!(error, PrekeyError::WeakKey), "{error:?}");
            let error = validate_public(&weak).expect_err("weak");
            assert!(matches!(error, PrekeyError::WeakKey), "{error:?}");
        }
        validate_public(PrekeySecret::generate().unwrap().public()).expect("a real key");
    }

    #[test]
    fn wrong_sizes_are_errors_not_panics() {
        let prekey = PrekeySecret::from_bytes(&[3; 32]);
        let error = prekey.open(b"", b"", &[0; 79]).expect_err("short");
        assert!(matches!(error, PrekeyError::Length { actual: 79 }), "{error:?}");
        let long = vec![0; 70_000];
        let error = prekey.open(&long, b"", &[0; 80]).expect_err("long info");
        assert!(matches!(error, PrekeyError::InfoTooLong { actual: 70_000 }), "{error:?}");
        let error = seal(prekey.public(), &long, b"", &SECRET).expect_err("long info");
        assert!(matches!(error, PrekeyError::InfoTooLong { actual: 70_000 }), "{error:?}");
    }

    #[test]
    fn debug_shows_the_public_half_only() {
        let shown = format!("{:?}", PrekeySecret::from_bytes(&[0xa7; 32]));
        assert!(shown.starts_with("PrekeySecret of ("), "{shown}");
        assert!(!shown.contains("a7a7"), "{shown}");
    }
}
