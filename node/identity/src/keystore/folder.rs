//! [`Folder`]: the private folder on disk. Opens nothing that others can reach, follows no links, never leaves a half-written
//! file.

use std::{
    fs::{DirBuilder, File},
    io::{self, Read, Write},
    os::{fd::OwnedFd, unix::fs::DirBuilderExt},
    path::{Path, PathBuf},
};

use rustix::{
    fs::{AtFlags, Dir, FileType, FlockOperation, Mode, OFlags},
    io::Errno,
};
use zeroize::Zeroizing;

use super::KeystoreError;
use crate::random::secret_bytes;

/// Permission bits of the folder.
const FOLDER_MODE: u32 = 0o700;
/// Permission bits of a file.
const FILE_MODE: u32 = 0o600;
/// Permission bits that must not be set.
const OTHERS: u32 = 0o077;
/// A key file above this is none of ours: 64 prekeys, three signed records and two keys need 10 KiB.
const FILE_BYTES_MAX: usize = 64 * 1024;
/// Ends the name of a file that is being written.
const TEMPORARY: &str = ".tmp";

/// The folder, held open and locked against other processes until dropped.
pub(super) struct Folder {
    path: PathBuf,
    fd: OwnedFd,
}

impl Folder {
    /// Opens `data_dir/identity`, making what is missing of the path for its owner only.
    pub(super) fn open(data_dir: &Path) -> Result<Self, KeystoreError> {
        let path = data_dir.join("identity");
        DirBuilder::new()
            .recursive(true)
            .mode(FOLDER_MODE)
            .create(data_dir)
            .map_err(|source| KeystoreError::Io { path: data_dir.to_owned(), source })?;
        match DirBuilder::new().mode(FOLDER_MODE).create(&path) {
            Ok(()) => File::open(data_dir)
                .and_then(|parent| parent.sync_all())
                .map_err(|source| KeystoreError::Io { path: data_dir.to_owned(), source })?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(KeystoreError::Io { path, source }),
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = match rustix::fs::open(&path, flags, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::LOOP | Errno::NOTDIR) => {
                return Err(KeystoreError::Damaged { path, what: "not a folder" });
            }
            Err(errno) => return Err(KeystoreError::Io { path, source: errno.into() }),
        };
        validate_private(&fd, &path, FOLDER_MODE)?;
        match rustix::fs::flock(&fd, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => return Err(KeystoreError::InUse { path }),
            Err(errno) => return Err(KeystoreError::Io { path, source: errno.into() }),
        }
        let folder = Self { path, fd };
        folder.remove_leftovers()?;
        Ok(folder)
    }

    /// The path of a file, for messages.
    pub(super) fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Reads a whole file; `None` if there is none.
    pub(super) fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeystoreError> {
        let path = self.path_of(name);
        // NONBLOCK: opening a named pipe put in place of the file must not hang.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let fd = match rustix::fs::openat(&self.fd, name, flags, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP) => return Err(KeystoreError::Damaged { path, what: "a symbolic link" }),
            Err(errno) => return Err(KeystoreError::Io { path, source: errno.into() }),
        };
        let stat =
            rustix::fs::fstat(&fd).map_err(|errno| KeystoreError::Io { path: path.clone(), source: errno.into() })?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(KeystoreError::Damaged { path, what: "not a regular file" });
        }
        validate_private(&fd, &path, FILE_MODE)?;
        // Room from the start: a growing buffer would leave copies of secrets behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(FILE_BYTES_MAX + 1));
        File::from(fd)
            .take(FILE_BYTES_MAX as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|source| KeystoreError::Io { path: path.clone(), source })?;
        if bytes.len() > FILE_BYTES_MAX {
            return Err(KeystoreError::Damaged { path, what: "larger than any key file" });
        }
        Ok(Some(bytes))
    }

    /// Puts a file in place, new or instead of an old one: after a crash at any point there is either the old content or the new.
    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> Result<(), KeystoreError> {
        let path = self.path_of(name);
        let nonce = u64::from_le_bytes(*secret_bytes()?);
        let temporary = format!(".{name}.{nonce:016x}{TEMPORARY}");
        self.write_new(&temporary, bytes)
            .and_then(|()| Ok(rustix::fs::renameat(&self.fd, &temporary, &self.fd, name)?))
            .and_then(|()| Ok(rustix::fs::fsync(&self.fd)?))
            .map_err(|source| {
                // Best effort: the next opening removes what is left.
                rustix::fs::unlinkat(&self.fd, &temporary, AtFlags::empty()).ok();
                KeystoreError::Io { path, source }
            })
    }

    fn write_new(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(FILE_MODE);
        let mut file = File::from(rustix::fs::openat(&self.fd, name, flags, mode)?);
        file.write_all(bytes)?;
        file.sync_all()
    }

    /// Removes files that a crash left half-written. Safe under the lock: nobody else is writing.
    fn remove_leftovers(&self) -> Result<(), KeystoreError> {
        let failed = |errno: Errno| KeystoreError::Io { path: self.path.clone(), source: errno.into() };
        for entry in Dir::read_from(&self.fd).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_bytes();
            if name.starts_with(b".") && name.ends_with(TEMPORARY.as_bytes()) {
                rustix::fs::unlinkat(&self.fd, entry.file_name(), AtFlags::empty()).map_err(failed)?;
            }
        }
        Ok(())
    }
}

/// Checks that only the user of this process can reach an open file or folder.
fn validate_private(fd: &OwnedFd, path: &Path, expected_mode: u32) -> Result<(), KeystoreError> {
    let stat =
        rustix::fs::fstat(fd).map_err(|errno| KeystoreError::Io { path: path.to_owned(), source: errno.into() })?;
    validate_owner(path, stat.st_uid, rustix::process::geteuid().as_raw())?;
    let mode = Mode::from_raw_mode(stat.st_mode).bits() & 0o7777;
    if mode & OTHERS != 0 {
        return Err(KeystoreError::Permissions { path: path.to_owned(), mode, expected: expected_mode });
    }
    Ok(())
}

fn validate_owner(path: &Path, uid: u32, expected: u32) -> Result<(), KeystoreError> {
    if uid == expected { Ok(()) } else { Err(KeystoreError::Owner { path: path.to_owned(), uid, expected }) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode_of(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn what_is_put_is_read_back_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(&dir.path().join("data")).unwrap();
        assert!(folder.read("device.key").unwrap().is_none());
        folder.put("device.key", b"one").unwrap();
        folder.put("device.key", b"two").unwrap();
        assert_eq!(folder.read("device.key").unwrap().unwrap().as_slice(), b"two");
        assert_eq!(mode_of(&dir.path().join("data")), 0o700);
        assert_eq!(mode_of(&dir.path().join("data/identity")), 0o700);
        assert_eq!(mode_of(&folder.path_of("device.key")), 0o600);
        assert_eq!(std::fs::read_dir(dir.path().join("data/identity")).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_or_file_that_others_can_reach_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        folder.put("device.key", b"one").unwrap();
        for loose in [0o640, 0o604, 0o620] {
            std::fs::set_permissions(folder.path_of("device.key"), PermissionsExt::from_mode(loose)).unwrap();
            match folder.read("device.key") {
                Err(KeystoreError::Permissions { path, mode, expected: 0o600 }) => {
                    assert_eq!((path, mode), (folder.path_of("device.key"), loose));
                }
                other => panic!("{:?}", other.map(|_| ())),
            }
        }
        drop(folder);
        let identity = dir.path().join("identity");
        std::fs::set_permissions(&identity, PermissionsExt::from_mode(0o750)).unwrap();
        match Folder::open(dir.path()).map(|_| ()) {
            Err(KeystoreError::Permissions { path, mode: 0o750, expected: 0o700 }) => assert_eq!(path, identity),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn keys_of_another_user_are_refused() {
        validate_owner(Path::new("device.key"), 1_000, 1_000).unwrap();
        let error = validate_owner(Path::new("device.key"), 1_001, 1_000).unwrap_err();
        assert_eq!(error.to_string(), "device.key belongs to user 1001, expected 1000");
    }

    #[test]
    fn links_pipes_and_folders_are_no_key_files() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let what = |name: &str| match folder.read(name) {
            Err(KeystoreError::Damaged { what, .. }) => what,
            other => panic!("{:?}", other.map(|_| ())),
        };
        folder.put("real", b"one").unwrap();
        symlink(folder.path_of("real"), folder.path_of("link")).unwrap();
        assert_eq!(what("link"), "a symbolic link");
        let mode = Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(&folder.fd, "pipe", FileType::Fifo, mode, 0).unwrap();
        assert_eq!(what("pipe"), "not a regular file");
        std::fs::create_dir(folder.path_of("folder")).unwrap();
        assert_eq!(what("folder"), "not a regular file");
        std::fs::write(folder.path_of("huge"), vec![0; FILE_BYTES_MAX + 1]).unwrap();
        std::fs::set_permissions(folder.path_of("huge"), PermissionsExt::from_mode(0o600)).unwrap();
        assert_eq!(what("huge"), "larger than any key file");
    }

    #[test]
    fn a_linked_folder_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        symlink(elsewhere.path(), dir.path().join("identity")).unwrap();
        match Folder::open(dir.path()).map(|_| ()) {
            Err(KeystoreError::Damaged { what: "not a folder", .. }) => {}
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_second_opening_is_refused_until_the_first_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let first = Folder::open(dir.path()).unwrap();
        match Folder::open(dir.path()).map(|_| ()) {
            Err(KeystoreError::InUse { path }) => assert_eq!(path, dir.path().join("identity")),
            other => panic!("{other:?}"),
        }
        drop(first);
        Folder::open(dir.path()).map(|_| ()).unwrap();
    }

    #[test]
    fn what_a_crash_left_half_written_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        folder.put("device.key", b"one").unwrap();
        let leftover = folder.path_of(".device.key.0123456789abcdef.tmp");
        std::fs::write(&leftover, b"half").unwrap();
        drop(folder);
        let folder = Folder::open(dir.path()).unwrap();
        assert!(!leftover.exists());
        assert_eq!(folder.read("device.key").unwrap().unwrap().as_slice(), b"one");
    }
}
