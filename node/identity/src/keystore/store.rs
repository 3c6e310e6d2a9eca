//! [`Keystore`]: the folder and the state of the account: none, locked, ready.

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use zeroize::Zeroizing;

use super::{
    Account, KeystoreError,
    account_file::{AccountFile, Head, seal_key},
    device_file::DeviceFile,
    folder::Folder,
    frame::FileKind,
    passphrase::{PassphraseCost, Stretch, validate_passphrase},
    secrets,
};
use crate::{AccountId, AccountKey, DeviceKey, Profile, RecoveryPhrase, Register, random::secret_bytes};

/// How far the person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityState {
    /// No account yet.
    None,
    /// An account whose passphrase was not given since the start, or since it was locked.
    Locked,
    /// Keys in memory.
    Ready,
}

/// The keys of this node. One per process and folder; share it by `Arc`.
///
/// Reads take a short lock and never wait for disk or Argon2. Changes exclude each other, write the file first and show
/// themselves after it is synced.
pub struct Keystore {
    folder: Folder,
    device: DeviceKey,
    local_secret: Zeroizing<[u8; 32]>,
    cost: PassphraseCost,
    state: RwLock<State>,
    /// Held through a change, disk and Argon2 included.
    change: Mutex<()>,
}

enum State {
    None,
    Locked(AccountFile),
    Ready(Ready),
}

#[derive(Clone)]
struct Ready {
    account: Arc<Account>,
    /// Seals the next version of the file without asking for the passphrase again.
    seal_key: Arc<Zeroizing<[u8; 32]>>,
    file: AccountFile,
}

impl Keystore {
    /// Opens `data_dir/identity`; at first start makes the folder, the device key and its file. An account without a passphrase
    /// is ready at once.
    ///
    /// Blocks on the disk.
    ///
    /// # Errors
    /// [`KeystoreError`]: `Damaged`, `Permissions`, `Owner`, `NewerFormat`, `InUse`, `Io`, `Randomness`.
    pub fn open(data_dir: &Path) -> Result<Self, KeystoreError> {
        Self::open_with_cost(data_dir, PassphraseCost::STANDARD)
    }

    /// As [`Keystore::open`], with another cost for passphrases set from now on.
    pub(super) fn open_with_cost(data_dir: &Path, cost: PassphraseCost) -> Result<Self, KeystoreError> {
        let folder = Folder::open(data_dir)?;
        let account_file = folder.read(FileKind::Account.name())?;
        let DeviceFile { device, local_secret } = match folder.read(FileKind::Device.name())? {
            Some(file) => DeviceFile::decode(file, &folder.path_of(FileKind::Device.name()))?,
            None if account_file.is_some() => {
                let path = folder.path_of(FileKind::Device.name());
                return Err(KeystoreError::Damaged { path, what: "missing, while account.key is there" });
            }
            None => {
                let made = DeviceFile::generate()?;
                folder.put(FileKind::Device.name(), &made.encode())?;
                made
            }
        };
        let state = match account_file {
            None => State::None,
            Some(file) => {
                let path = folder.path_of(FileKind::Account.name());
                let file = AccountFile::decode(file, &path)?;
                if file.head.device != device.id() {
                    return Err(KeystoreError::Damaged { path, what: "belongs to another device.key" });
                }
                if file.head.stretch.is_some() {
                    State::Locked(file)
                } else {
                    let key = seal_key(&local_secret, None);
                    let plain = file
                        .open(&key)
                        .ok_or(KeystoreError::Damaged { path, what: "does not open with device.key" })?;
                    State::Ready(Self::read_account(&folder, file, key, plain)?)
                }
            }
        };
        Ok(Self { folder, device, local_secret, cost, state: RwLock::new(state), change: Mutex::new(()) })
    }

    /// The key of this machine. There in all states.
    #[must_use]
    pub const fn device(&self) -> &DeviceKey {
        &self.device
    }

    /// How far the person is.
    #[must_use]
    pub fn state(&self) -> IdentityState {
        self.look(|state| match state {
            State::None => IdentityState::None,
            State::Locked(_) => IdentityState::Locked,
            State::Ready(_) => IdentityState::Ready,
        })
    }

    /// The account, locked or not; `None` while there is none.
    #[must_use]
    pub fn account_id(&self) -> Option<AccountId> {
        self.look(|state| state.file().map(|file| file.head.account))
    }

    /// Whether the account has a passphrase. False while there is none.
    #[must_use]
    pub fn has_passphrase(&self) -> bool {
        self.look(|state| state.file().is_some_and(|file| file.head.stretch.is_some()))
    }

    /// The account if it is ready.
    #[must_use]
    pub fn account(&self) -> Option<Arc<Account>> {
        self.ready_account().ok()
    }

    /// The account, or why it cannot be used.
    ///
    /// # Errors
    /// [`KeystoreError::NoAccount`], [`KeystoreError::Locked`].
    pub fn ready_account(&self) -> Result<Arc<Account>, KeystoreError> {
        self.look(|state| state.ready().map(|ready| Arc::clone(&ready.account)))
    }

    /// Makes a new account, its device certificate, profile and first prekey. The phrase is the only way to have the account
    /// back on another machine; it is given out here and never again.
    ///
    /// Blocks: disk, and Argon2 if there is a passphrase.
    ///
    /// # Errors
    /// [`KeystoreError::AlreadyExists`], `PassphraseLength`, `Stretch`, `Io`, `Randomness`.
    pub fn create_account(
        &self,
        profile: &Profile,
        passphrase: Option<&str>,
        now_ms: u64,
    ) -> Result<RecoveryPhrase, KeystoreError> {
        let key = AccountKey::generate()?;
        let phrase = key.recovery_phrase();
        self.install(key, profile, passphrase, now_ms)?;
        Ok(phrase)
    }

    /// Brings an account back from its phrase, as a new device of it.
    ///
    /// Blocks as [`Keystore::create_account`].
    ///
    /// # Errors
    /// As [`Keystore::create_account`].
    pub fn recover_account(
        &self,
        phrase: &RecoveryPhrase,
        profile: &Profile,
        passphrase: Option<&str>,
        now_ms: u64,
    ) -> Result<(), KeystoreError> {
        self.install(AccountKey::from_phrase(phrase), profile, passphrase, now_ms)
    }

    /// Opens the account with its passphrase. Does nothing if it is ready already; the passphrase is not looked at then.
    ///
    /// Blocks for Argon2; meanwhile other changes wait, reads do not.
    ///
    /// # Errors
    /// [`KeystoreError::WrongPassphrase`], `PassphraseLength`, `NoAccount`, `Damaged`, `Stretch`.
    pub fn unlock(&self, passphrase: &str) -> Result<(), KeystoreError> {
        let _change = self.begin_change();
        let locked = self.look(|state| match state {
            State::None => Err(KeystoreError::NoAccount),
            State::Locked(file) => Ok(Some(file.clone())),
            State::Ready(_) => Ok(None),
        })?;
        let Some(file) = locked else { return Ok(()) };
        let stretched = file.head.stretch.map(|stretch| stretch.run(passphrase)).transpose()?;
        let key = seal_key(&self.local_secret, stretched.as_deref());
        let plain = file.open(&key).ok_or(KeystoreError::WrongPassphrase)?;
        self.show(State::Ready(Self::read_account(&self.folder, file, key, plain)?));
        Ok(())
    }

    /// Forgets the account's secrets until its passphrase is given again. Whoever still holds an [`Account`] keeps them alive
    /// until it is dropped. Does nothing if it is locked already.
    ///
    /// # Errors
    /// [`KeystoreError::NoPassphrase`], `NoAccount`.
    pub fn lock(&self) -> Result<(), KeystoreError> {
        let _change = self.begin_change();
        let file = self.look(|state| state.file().cloned()).ok_or(KeystoreError::NoAccount)?;
        if file.head.stretch.is_none() {
            return Err(KeystoreError::NoPassphrase);
        }
        self.show(State::Locked(file));
        Ok(())
    }

    /// Signs and keeps another profile; returns its register, for the servers.
    ///
    /// Blocks on the disk.
    ///
    /// # Errors
    /// [`KeystoreError::NoAccount`], `Locked`, `Io`, `Randomness`.
    pub fn update_profile(&self, profile: &Profile, now_ms: u64) -> Result<Register, KeystoreError> {
        let _change = self.begin_change();
        let next = self.ready_account()?.with_profile(profile, now_ms);
        Ok(self.replace(next)?.profile.clone())
    }

    /// Makes another prekey and retires the current one; returns the new register, for the servers.
    ///
    /// Blocks on the disk.
    ///
    /// # Errors
    /// [`KeystoreError::NoAccount`], `Locked`, `Io`, `Randomness`.
    pub fn rotate_prekey(&self, now_ms: u64) -> Result<Register, KeystoreError> {
        let _change = self.begin_change();
        let next = self.ready_account()?.with_new_prekey(&self.device, now_ms)?;
        Ok(self.replace(next)?.prekey_register.clone())
    }

    /// Deletes the prekeys that were retired 7 days ago or more, for ever; returns how many. To be called only once all known
    /// epochs are processed: what is sealed to a deleted prekey cannot be opened any more.
    ///
    /// Blocks on the disk.
    ///
    /// # Errors
    /// [`KeystoreError::NoAccount`], `Locked`, `Io`, `Randomness`.
    pub fn prune_prekeys(&self, now_ms: u64) -> Result<usize, KeystoreError> {
        let _change = self.begin_change();
        let (next, pruned) = self.ready_account()?.without_old_prekeys(now_ms);
        if pruned > 0 {
            self.replace(next)?;
        }
        Ok(pruned)
    }

    fn install(
        &self,
        key: AccountKey,
        profile: &Profile,
        passphrase: Option<&str>,
        now_ms: u64,
    ) -> Result<(), KeystoreError> {
        let _change = self.begin_change();
        if let Some(account) = self.account_id() {
            return Err(KeystoreError::AlreadyExists { account });
        }
        passphrase.map(validate_passphrase).transpose()?;
        let stretch = passphrase.map(|_| Stretch::new(self.cost)).transpose()?;
        let stretched = match (&stretch, passphrase) {
            (Some(stretch), Some(passphrase)) => Some(stretch.run(passphrase)?),
            _ => None,
        };
        let head = Head { account: key.id(), device: self.device.id(), stretch };
        let account = Account::establish(key, &self.device, profile, now_ms)?;
        self.write(head, account, Arc::new(seal_key(&self.local_secret, stretched.as_deref())))?;
        Ok(())
    }

    /// Writes the next view of a ready account.
    fn replace(&self, next: Account) -> Result<Arc<Account>, KeystoreError> {
        let (head, key) =
            self.look(|state| state.ready().map(|ready| (ready.file.head, Arc::clone(&ready.seal_key))))?;
        self.write(head, next, key)
    }

    fn write(
        &self,
        head: Head,
        account: Account,
        seal_key: Arc<Zeroizing<[u8; 32]>>,
    ) -> Result<Arc<Account>, KeystoreError> {
        let file = AccountFile::seal(head, &seal_key, *secret_bytes()?, &secrets::encode(&account));
        self.folder.put(FileKind::Account.name(), &file.encode())?;
        let account = Arc::new(account);
        self.show(State::Ready(Ready { account: Arc::clone(&account), seal_key, file }));
        Ok(account)
    }

    fn read_account(
        folder: &Folder,
        file: AccountFile,
        key: Zeroizing<[u8; 32]>,
        plain: Zeroizing<Vec<u8>>,
    ) -> Result<Ready, KeystoreError> {
        let account = secrets::decode(plain, &file.head.account, &file.head.device)
            .map_err(|what| KeystoreError::Damaged { path: folder.path_of(FileKind::Account.name()), what })?;
        Ok(Ready { account: Arc::new(account), seal_key: Arc::new(key), file })
    }

    fn begin_change(&self) -> MutexGuard<'_, ()> {
        // The guard protects an order, not data: a panic elsewhere leaves nothing half-done in it.
        self.change.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn show(&self, next: State) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = next;
    }
}

impl State {
    const fn file(&self) -> Option<&AccountFile> {
        match self {
            Self::None => None,
            Self::Locked(file) | Self::Ready(Ready { file, .. }) => Some(file),
        }
    }

    const fn ready(&self) -> Result<&Ready, KeystoreError> {
        match self {
            Self::None => Err(KeystoreError::NoAccount),
            Self::Locked(_) => Err(KeystoreError::Locked),
            Self::Ready(ready) => Ok(ready),
        }
    }
}

impl fmt::Debug for Keystore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keystore({:?}, {:?})", self.device.id(), self.state())
    }
}
