//! `device.key`: the device's seed and the local secret.

use std::path::Path;

use bytes::Bytes;
use folkmoot_proto::v1;
use prost::Message;
use zeroize::Zeroizing;

use super::{
    KeystoreError,
    frame::{self, FileKind},
    secrets::{encode_secret, secret_field},
};
use crate::{DeviceKey, random::secret_bytes};

/// What the file holds.
pub(super) struct DeviceFile {
    pub(super) device: DeviceKey,
    /// Part of the key of `account.key`, whatever the passphrase.
    pub(super) local_secret: Zeroizing<[u8; 32]>,
}

impl DeviceFile {
    pub(super) fn generate() -> Result<Self, KeystoreError> {
        Ok(Self { device: DeviceKey::generate()?, local_secret: secret_bytes()? })
    }

    /// The whole file.
    pub(super) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let message = encode_secret(&v1::DeviceFile {
            device_seed: secret_field(self.device.seed()),
            local_secret: secret_field(&self.local_secret),
        });
        frame::encode(FileKind::Device, &message)
    }

    pub(super) fn decode(file: Zeroizing<Vec<u8>>, path: &Path) -> Result<Self, KeystoreError> {
        let damaged = |what| KeystoreError::Damaged { path: path.to_owned(), what };
        let message: Bytes = frame::decode(FileKind::Device, file, path)?;
        let wire = v1::DeviceFile::decode(message).map_err(|_| damaged("unreadable content"))?;
        let seed: &[u8; 32] =
            wire.device_seed.as_ref().try_into().map_err(|_| damaged("device seed of wrong length"))?;
        let local: &[u8; 32] =
            wire.local_secret.as_ref().try_into().map_err(|_| damaged("local secret of wrong length"))?;
        Ok(Self { device: DeviceKey::from_seed(seed), local_secret: Zeroizing::new(*local) })
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    #[test]
    fn golden_device_key_file() {
        let file = DeviceFile { device: DeviceKey::from_seed(&[2; 32]), local_secret: Zeroizing::new([5; 32]) };
        let seed = "02".repeat(32);
        let local = "05".repeat(32);
        let expected = [
            "6d6f6f742d646576", // magic "moot-dev"
            "00000001",         // format 1
            "0a20",
            &seed, // 1 device_seed
            "1220",
            &local,                                                             // 2 local_secret
            "c598b689637a44812daecccc1e6bee398acc39e6b96e162901bd7ac50dfed558", // checksum
        ];
        assert_eq!(HEXLOWER.encode(&file.encode()), expected.concat());
    }

    #[test]
    fn the_file_gives_back_what_was_put_in() {
        let made = DeviceFile::generate().unwrap();
        let read = DeviceFile::decode(made.encode(), Path::new("device.key")).unwrap();
        assert_eq!(read.device.seed(), made.device.seed());
        assert_eq!(*read.local_secret, *made.local_secret);
    }

    #[test]
    fn keys_of_the_wrong_length_are_damage() {
        let message = v1::DeviceFile { device_seed: vec![1; 31].into(), local_secret: vec![1; 32].into() };
        let file = frame::encode(FileKind::Device, &message.encode_to_vec());
        match DeviceFile::decode(file, Path::new("device.key")).map(|_| ()) {
            Err(KeystoreError::Damaged { what: "device seed of wrong length", .. }) => {}
            other => panic!("{other:?}"),
        }
    }
}
