//! The frame around both key files: `magic (8) ‖ format (4, big-endian) ‖ message ‖ checksum (32)`. It stays the same through all
//! formats, so that an old program can tell a newer file from a damaged one.

use std::path::Path;

use bytes::Bytes;
use zeroize::Zeroizing;

use super::KeystoreError;
use crate::kdf::{Purpose, derive};

/// The newest format this code reads, and the one it writes.
pub(super) const FORMAT: u32 = 1;

const MAGIC_BYTES: usize = 8;
const FORMAT_BYTES: usize = 4;
/// Bytes before the message.
pub(super) const HEADER_BYTES: usize = MAGIC_BYTES + FORMAT_BYTES;
const CHECK_BYTES: usize = 32;

/// Which of the two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    /// `device.key`.
    Device,
    /// `account.key`.
    Account,
}

impl FileKind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Device => "device.key",
            Self::Account => "account.key",
        }
    }

    const fn magic(self) -> [u8; MAGIC_BYTES] {
        match self {
            Self::Device => *b"moot-dev",
            Self::Account => *b"moot-acc",
        }
    }

    /// Magic and format, as they begin a file.
    pub(super) fn header(self) -> [u8; HEADER_BYTES] {
        let mut header = [0; HEADER_BYTES];
        let (magic, format) = header.split_at_mut(MAGIC_BYTES);
        magic.copy_from_slice(&self.magic());
        format.copy_from_slice(&FORMAT.to_be_bytes());
        header
    }
}

/// Puts a message into its frame.
pub(super) fn encode(kind: FileKind, message: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut file = Zeroizing::new(Vec::with_capacity(HEADER_BYTES + message.len() + CHECK_BYTES));
    file.extend_from_slice(&kind.header());
    file.extend_from_slice(message);
    let check = checksum(&file);
    file.extend_from_slice(&check);
    file
}

/// Takes the message out of its frame. The memory is wiped once the last slice of it is dropped.
pub(super) fn decode(kind: FileKind, file: Zeroizing<Vec<u8>>, path: &Path) -> Result<Bytes, KeystoreError> {
    let damaged = |what| KeystoreError::Damaged { path: path.to_owned(), what };
    let (content, check) = file.split_last_chunk::<CHECK_BYTES>().ok_or_else(|| damaged("cut short"))?;
    let (magic, rest) = content.split_first_chunk::<MAGIC_BYTES>().ok_or_else(|| damaged("cut short"))?;
    let (format, message) = rest.split_first_chunk::<FORMAT_BYTES>().ok_or_else(|| damaged("cut short"))?;
    if *magic != kind.magic() {
        return Err(damaged("does not begin like a key file"));
    }
    if checksum(content) != *check {
        return Err(damaged("checksum does not match"));
    }
    match u32::from_be_bytes(*format) {
        FORMAT => {}
        0 => return Err(damaged("format 0")),
        found => return Err(KeystoreError::NewerFormat { path: path.to_owned(), found, supported: FORMAT }),
    }
    let end = HEADER_BYTES + message.len();
    Ok(Bytes::from_owner(file).slice(HEADER_BYTES..end))
}

/// Finds accidents, not attackers: those are kept out by permissions, and by the seal.
fn checksum(content: &[u8]) -> [u8; CHECK_BYTES] {
    derive(Purpose::KeystoreCheck, &[content])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(file: &[u8]) -> Result<Bytes, KeystoreError> {
        super::decode(FileKind::Device, Zeroizing::new(file.to_vec()), Path::new("device.key"))
    }

    #[test]
    fn a_frame_gives_back_its_message() {
        for message in [b"".as_slice(), b"message"] {
            assert_eq!(decode(&encode(FileKind::Device, message)).unwrap(), message);
        }
    }

    #[test]
    fn any_flipped_bit_and_any_cut_is_damage() {
        let file = encode(FileKind::Device, b"message");
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut flipped = file.clone();
                flipped[at] ^= 1 << bit;
                let error = decode(&flipped).unwrap_err();
                assert!(matches!(error, KeystoreError::Damaged { .. }), "byte {at} bit {bit}: {error}");
            }
            let error = decode(&file[..at]).unwrap_err();
            assert!(matches!(error, KeystoreError::Damaged { .. }), "cut at {at}: {error}");
        }
        let error = decode(&encode(FileKind::Account, b"message")).unwrap_err();
        assert!(matches!(error, KeystoreError::Damaged { .. }), "other kind: {error}");
    }

    #[test]
    fn a_sound_file_of_a_newer_format_says_so() {
        let mut file = encode(FileKind::Device, b"message").to_vec();
        file.truncate(file.len() - CHECK_BYTES);
        file[HEADER_BYTES - 1] = 9;
        let check = checksum(&file);
        file.extend(check);
        match decode(&file) {
            Err(KeystoreError::NewerFormat { found: 9, supported: FORMAT, .. }) => {}
            other => panic!("{other:?}"),
        }
    }
}
