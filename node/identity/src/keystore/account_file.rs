//! `account.key`: what is readable while locked, and the sealed rest.

use std::path::Path;

use bytes::Bytes;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce, aead::AeadInOut};
use folkmoot_proto::v1;
use prost::Message;
use zeroize::Zeroizing;

use super::{
    KeystoreError,
    frame::{self, FileKind},
    passphrase::Stretch,
};
use crate::{
    AccountId, DeviceId,
    kdf::{Purpose, derive_secret},
    signed::decode_canonical,
};

/// Length of the nonce, always random.
pub(super) const NONCE_BYTES: usize = 24;

/// The readable part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) account: AccountId,
    pub(super) device: DeviceId,
    /// `None` where the account opens without a passphrase.
    pub(super) stretch: Option<Stretch>,
}

/// The file: head and sealed rest. Holds no plain secret.
#[derive(Clone, Debug)]
pub(super) struct AccountFile {
    pub(super) head: Head,
    nonce: [u8; NONCE_BYTES],
    sealed: Bytes,
}

/// The key of the seal: `KDF("keystore", local secret ‖ stretched passphrase or nothing)`. With a passphrase both files and the
/// passphrase are needed; without one, both files.
pub(super) fn seal_key(local_secret: &[u8; 32], stretched: Option<&[u8; 32]>) -> Zeroizing<[u8; 32]> {
    derive_secret(Purpose::Keystore, &[local_secret, stretched.map_or(&[], <[u8; 32]>::as_slice)])
}

impl AccountFile {
    pub(super) fn seal(head: Head, key: &[u8; 32], nonce: [u8; NONCE_BYTES], plain: &[u8]) -> Self {
        let mut buffer = Vec::with_capacity(plain.len() + 16);
        buffer.extend_from_slice(plain);
        cipher(key)
            .encrypt_in_place(&XNonce::from(nonce), &associated_data(&head, &nonce), &mut buffer)
            .expect("a few KiB are within the cipher's limit");
        Self { head, nonce, sealed: buffer.into() }
    }

    /// The inside; `None` if the key is not the one, or head or rest were altered.
    pub(super) fn open(&self, key: &[u8; 32]) -> Option<Zeroizing<Vec<u8>>> {
        let mut buffer = Zeroizing::new(self.sealed.to_vec());
        let associated_data = associated_data(&self.head, &self.nonce);
        cipher(key).decrypt_in_place(&XNonce::from(self.nonce), &associated_data, &mut *buffer).ok()?;
        Some(buffer)
    }

    /// The whole file.
    pub(super) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let message = v1::AccountFile { sealed: self.sealed.clone(), ..head_to_wire(&self.head, &self.nonce) };
        frame::encode(FileKind::Account, &message.encode_to_vec())
    }

    pub(super) fn decode(file: Zeroizing<Vec<u8>>, path: &Path) -> Result<Self, KeystoreError> {
        let damaged = |what| KeystoreError::Damaged { path: path.to_owned(), what };
        let message = frame::decode(FileKind::Account, file, path)?;
        let wire: v1::AccountFile =
            decode_canonical("AccountFile", &message).map_err(|_| damaged("unreadable content"))?;
        let account = wire.account.as_ref().try_into().map_err(|_| damaged("account of wrong length"))?;
        let device = wire.device.as_ref().try_into().map_err(|_| damaged("device of wrong length"))?;
        let nonce = wire.nonce.as_ref().try_into().map_err(|_| damaged("nonce of wrong length"))?;
        let stretch = match &wire.passphrase {
            None => None,
            Some(wire) => Some(Stretch::from_wire(wire).ok_or_else(|| damaged("passphrase settings out of range"))?),
        };
        Ok(Self { head: Head { account, device, stretch }, nonce, sealed: Bytes::copy_from_slice(&wire.sealed) })
    }
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new_from_slice(key).expect("the key has 32 bytes")
}

/// Magic, format and everything readable: none of it can be changed under the seal.
fn associated_data(head: &Head, nonce: &[u8; NONCE_BYTES]) -> Vec<u8> {
    [FileKind::Account.header().as_slice(), &head_to_wire(head, nonce).encode_to_vec()].concat()
}

fn head_to_wire(head: &Head, nonce: &[u8; NONCE_BYTES]) -> v1::AccountFile {
    v1::AccountFile {
        account: Bytes::copy_from_slice(head.account.as_ref()),
        device: Bytes::copy_from_slice(head.device.as_ref()),
        passphrase: head.stretch.map(Stretch::to_wire),
        nonce: Bytes::copy_from_slice(nonce),
        sealed: Bytes::new(),
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;
    use crate::keystore::passphrase::{PassphraseCost, SALT_BYTES};

    fn head() -> Head {
        let stretch = Stretch { cost: PassphraseCost::STANDARD, salt: [6; SALT_BYTES] };
        Head { account: AccountId::new([1; 32]), device: DeviceId::new([2; 32]), stretch: Some(stretch) }
    }

    fn path() -> &'static Path {
        Path::new("account.key")
    }

    #[test]
    fn golden_account_key_file() {
        let key = seal_key(&[5; 32], Some(&[7; 32]));
        let file = AccountFile::seal(head(), &key, [8; NONCE_BYTES], b"inside");
        let (account, device, salt, nonce) = ("01".repeat(32), "02".repeat(32), "06".repeat(16), "08".repeat(24));
        let expected = [
            "6d6f6f742d616363", // magic "moot-acc"
            "00000001",         // format 1
            "0a20",
            &account, // 1 account
            "1220",
            &device, // 2 device
            "1a1a",  // 3 passphrase, 26 bytes:
            "0a10",
            &salt,      // 1 salt
            "10808004", // 2 memory_kib = 65,536
            "1803",     // 3 passes = 3
            "2001",     // 4 lanes = 1
            "2218",
            &nonce,                                                             // 4 nonce
            "2a16",                                                             // 5 sealed, 22 bytes:
            "e5bfd2898e42",                                                     // ciphertext of "inside"
            "d3f242b62d2a9418fdcd07a03949266a",                                 // tag
            "c3fb68cdea12f9eac8d3bf5b4036f17ca2a0ad83ef2ff5519f10ffa385c2114f", // checksum
        ];
        assert_eq!(HEXLOWER.encode(&file.encode()), expected.concat());
    }

    #[test]
    fn the_file_gives_back_what_was_sealed() {
        let key = seal_key(&[5; 32], None);
        for head in [head(), Head { stretch: None, ..head() }] {
            let file = AccountFile::seal(head, &key, [8; NONCE_BYTES], b"inside");
            let read = AccountFile::decode(file.encode(), path()).unwrap();
            assert_eq!(read.head, head);
            assert_eq!(read.open(&key).unwrap().as_slice(), b"inside");
        }
    }

    #[test]
    fn neither_head_nor_rest_can_be_altered_under_the_seal() {
        let key = seal_key(&[5; 32], None);
        let file = AccountFile::seal(head(), &key, [8; NONCE_BYTES], b"inside");
        let mut altered = file.clone();
        altered.head.stretch = None;
        assert!(altered.open(&key).is_none());
        let mut altered = file.clone();
        altered.head.account = AccountId::new([9; 32]);
        assert!(altered.open(&key).is_none());
        let mut altered = file.clone();
        altered.sealed = [&[file.sealed[0] ^ 1], &file.sealed[1..]].concat().into();
        assert!(altered.open(&key).is_none());
        assert!(file.open(&seal_key(&[4; 32], None)).is_none());
        assert!(file.open(&key).is_some());
    }

    #[test]
    fn the_key_needs_the_local_secret_and_the_passphrase() {
        let keys = [
            seal_key(&[5; 32], None),
            seal_key(&[6; 32], None),
            seal_key(&[5; 32], Some(&[7; 32])),
            seal_key(&[5; 32], Some(&[8; 32])),
        ];
        for (index, key) in keys.iter().enumerate() {
            assert!(!keys[..index].contains(key), "key {index} repeats");
        }
    }

    #[test]
    fn a_file_that_asks_for_a_terabyte_is_damage() {
        let key = seal_key(&[5; 32], None);
        let file = AccountFile::seal(head(), &key, [8; NONCE_BYTES], b"inside");
        let mut wire = v1::AccountFile { sealed: file.sealed.clone(), ..head_to_wire(&file.head, &file.nonce) };
        wire.passphrase.as_mut().unwrap().memory_kib = 1 << 30;
        let bytes = frame::encode(FileKind::Account, &wire.encode_to_vec());
        match AccountFile::decode(bytes, path()) {
            Err(KeystoreError::Damaged { what: "passphrase settings out of range", .. }) => {}
            other => panic!("{other:?}"),
        }
    }
}
