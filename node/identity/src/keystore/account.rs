//! [`Account`]: the unlocked account as one consistent view. Changes make a new view; this one stays as it was.

use std::{fmt, sync::Arc};

use zeroize::Zeroizing;

use crate::{
    AccountId, AccountKey, Certificate, DeviceKey, Hlc, PrekeySecret, Profile, Register,
    kdf::{Purpose, derive_secret},
    prekey::PrekeyError,
    random::{RandomnessError, secret_bytes},
};

/// How long a prekey is kept after its replacement: 7 days, for wraps sealed to it that are still under way (protocol, E10).
pub const PREKEY_KEEP_MS: u64 = 7 * 24 * 60 * 60 * 1_000;
/// Prekeys kept at once, the current one included. Who rotates more often than that within 7 days loses the oldest early; what
/// was sealed to it must then be granted anew.
pub const PREKEYS_MAX: usize = 64;

/// A prekey and when it came and went.
pub(super) struct StoredPrekey {
    pub(super) prekey: PrekeySecret,
    pub(super) created_ms: u64,
}

/// A prekey that was replaced.
#[derive(Clone)]
pub(super) struct RetiredPrekey {
    pub(super) stored: Arc<StoredPrekey>,
    pub(super) retired_ms: u64,
}

/// Keys and records of the account on this device. Take it for one operation and let it go: the secrets are wiped from memory
/// when the last holder drops it, and [`Keystore::lock`](super::Keystore::lock) can only drop its own hold.
pub struct Account {
    pub(super) key: Arc<AccountKey>,
    pub(super) master_key: Arc<Zeroizing<[u8; 32]>>,
    pub(super) certificate: Certificate,
    pub(super) profile: Register,
    pub(super) prekey_register: Register,
    pub(super) current: Arc<StoredPrekey>,
    /// Newest first.
    pub(super) retired: Vec<RetiredPrekey>,
}

impl Account {
    /// A new account on this device, or a recovered one, from its key.
    pub(super) fn establish(
        key: AccountKey,
        device: &DeviceKey,
        profile: &Profile,
        now_ms: u64,
    ) -> Result<Self, RandomnessError> {
        let hlc = Hlc::from_ms(now_ms);
        let prekey = PrekeySecret::generate()?;
        Ok(Self {
            master_key: Arc::new(secret_bytes()?),
            certificate: Certificate::issue(&key, device.id(), hlc),
            profile: Register::sign_profile(&key, profile, hlc),
            prekey_register: Register::sign_prekey(device, key.id(), *prekey.public(), hlc),
            key: Arc::new(key),
            current: Arc::new(StoredPrekey { prekey, created_ms: now_ms }),
            retired: Vec::new(),
        })
    }

    /// The account.
    #[must_use]
    pub fn id(&self) -> AccountId {
        self.certificate.account
    }

    /// The root key, for what the account itself signs.
    #[must_use]
    pub fn account_key(&self) -> &AccountKey {
        &self.key
    }

    /// The certificate of this device.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The profile as last signed.
    #[must_use]
    pub const fn profile(&self) -> &Register {
        &self.profile
    }

    /// The register of the current prekey.
    #[must_use]
    pub const fn prekey_register(&self) -> &Register {
        &self.prekey_register
    }

    /// When the current prekey was made, ms UTC.
    #[must_use]
    pub fn prekey_created_ms(&self) -> u64 {
        self.current.created_ms
    }

    /// The secret of a prekey, current or retired and not yet pruned; `None` if it is not here.
    #[must_use]
    pub fn prekey(&self, public: &[u8; 32]) -> Option<&PrekeySecret> {
        let retired = self.retired.iter().map(|retired| &retired.stored);
        std::iter::once(&self.current)
            .chain(retired)
            .map(|stored| &stored.prekey)
            .find(|prekey| prekey.public() == public)
    }

    /// Opens a secret sealed to one of the prekeys; `None` if that prekey is not here (any more).
    ///
    /// # Errors
    /// As [`PrekeySecret::open`].
    pub fn open_wrap(
        &self,
        public: &[u8; 32],
        info: &[u8],
        aad: &[u8],
        sealed: &[u8],
    ) -> Option<Result<Zeroizing<[u8; 32]>, PrekeyError>> {
        self.prekey(public).map(|prekey| prekey.open(info, aad, sealed))
    }

    /// The key under which the ledger seals its values on this machine. The same for as long as the account is on this device.
    #[must_use]
    pub fn store_key(&self) -> Zeroizing<[u8; 32]> {
        derive_secret(Purpose::LedgerSeal, &[self.master_key.as_slice()])
    }

    /// The next view, with another profile. Its stamp exceeds that of the last even if the clock went back.
    pub(super) fn with_profile(&self, profile: &Profile, now_ms: u64) -> Self {
        let hlc = self.profile.hlc.after(now_ms);
        Self { profile: Register::sign_profile(&self.key, profile, hlc), ..self.share() }
    }

    /// The next view, with a new prekey; the old one is retired.
    pub(super) fn with_new_prekey(&self, device: &DeviceKey, now_ms: u64) -> Result<Self, RandomnessError> {
        let prekey = PrekeySecret::generate()?;
        let hlc = self.prekey_register.hlc.after(now_ms);
        let retiring = RetiredPrekey { stored: Arc::clone(&self.current), retired_ms: now_ms };
        Ok(Self {
            prekey_register: Register::sign_prekey(device, self.id(), *prekey.public(), hlc),
            current: Arc::new(StoredPrekey { prekey, created_ms: now_ms }),
            retired: std::iter::once(retiring).chain(self.retired.iter().cloned()).take(PREKEYS_MAX - 1).collect(),
            ..self.share()
        })
    }

    /// The next view, without the prekeys retired 7 days ago or more, and how many those are.
    pub(super) fn without_old_prekeys(&self, now_ms: u64) -> (Self, usize) {
        let mut next = self.share();
        next.retired.retain(|retired| now_ms.saturating_sub(retired.retired_ms) < PREKEY_KEEP_MS);
        let pruned = self.retired.len() - next.retired.len();
        (next, pruned)
    }

    /// Another view of the same; secrets are shared, never copied.
    fn share(&self) -> Self {
        Self {
            key: Arc::clone(&self.key),
            master_key: Arc::clone(&self.master_key),
            certificate: self.certificate.clone(),
            profile: self.profile.clone(),
            prekey_register: self.prekey_register.clone(),
            current: Arc::clone(&self.current),
            retired: self.retired.clone(),
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account of {:?}", self.id())
    }
}
