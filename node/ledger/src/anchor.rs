//! The anchor: a small file that holds the number of the last acknowledged write.
//!
//! RocksDB recovers recent writes up to the first damaged one and cannot tell a damaged tail from one that was never synced. The
//! anchor can: it is written after each synced write and is not itself synced, so after a crash it names a write that must be
//! there. If it is not, acknowledged writes are lost, and that is said instead of passed over.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
};

/// number(8) ‖ first 8 bytes of its BLAKE3 hash. Less than a disk sector, so it is never half new.
const ANCHOR_BYTES: usize = 16;

/// The open file.
pub(crate) struct Anchor {
    file: File,
}

impl Anchor {
    /// Opens the file, or makes it, and reads it: `None` when it is new or was damaged.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, Option<u64>)> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        let mut bytes = Vec::with_capacity(ANCHOR_BYTES);
        file.by_ref().take(ANCHOR_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        let number = read(&bytes);
        if number.is_none() && !bytes.is_empty() {
            tracing::warn!(path = %path.display(), "anchor is damaged; lost writes would not be noticed at this start");
        }
        Ok((Self { file }, number))
    }

    /// Notes that a write is acknowledged.
    pub(crate) fn set(&self, number: u64) -> io::Result<()> {
        self.file.write_all_at(&encode(number), 0)
    }
}

fn encode(number: u64) -> [u8; ANCHOR_BYTES] {
    let number = number.to_be_bytes();
    let [a, b, c, d, e, f, g, h] = number;
    let [i, j, k, l, m, n, o, p, ..] = *blake3::hash(&number).as_bytes();
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
}

fn read(bytes: &[u8]) -> Option<u64> {
    let (number, _) = bytes.split_first_chunk::<8>()?;
    let number = u64::from_be_bytes(*number);
    (encode(number) == bytes).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_comes_back_and_a_damaged_one_does_not() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("anchor");
        let (anchor, number) = Anchor::open(&path).expect("made");
        assert_eq!(number, None);
        anchor.set(7).expect("written");
        anchor.set(8).expect("written");
        assert_eq!(Anchor::open(&path).expect("opened").1, Some(8));
        for at in 0..ANCHOR_BYTES {
            let mut bytes = encode(8);
            bytes[at] ^= 1;
            std::fs::write(&path, bytes).expect("written");
            assert_eq!(Anchor::open(&path).expect("opened").1, None, "byte {at}");
        }
    }
}
