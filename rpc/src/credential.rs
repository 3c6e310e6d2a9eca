//! Who calls: tokens, what they may do, and the file that holds the admin token. What a token is compared with is only
//! ever its hash. Scoped tokens of `node.token.*` are kept by the node, which implements [`CredentialStore`] for them.

use std::fmt;
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::contract::{Scope, ScopeSet};
use crate::error::ApiError;
use crate::ids::ServerId;

/// Name of the admin token's file in the node's `api` folder.
pub const ADMIN_TOKEN_FILE: &str = "admin.token";
/// Calls a second of a scoped token that says nothing else.
pub const DEFAULT_RATE: u32 = 1_000;
/// Bytes of randomness in a token.
const TOKEN_BYTES: usize = 32;
/// The longest presented token that is looked at.
const TOKEN_TEXT_MAX: usize = 128;

/// Why the admin token could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// The file system refused.
    #[error("cannot {act} {}", path.display())]
    Io {
        /// What was tried.
        act: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Other users of this machine own it or could read it.
    #[error("{} is open to other users (mode {mode:o})", path.display())]
    Exposed {
        /// Which file or folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file holds something else.
    #[error("{} holds no token", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
    },
}

/// A secret that opens the API: 256 random bits, shown as base64url. Wiped when dropped, never printed.
pub struct Token(Zeroizing<String>);

impl Token {
    /// A new token from the operating system's random source.
    ///
    /// # Panics
    /// If that source fails, which it does not once the system is up.
    #[must_use]
    pub fn generate() -> Self {
        let mut bytes = Zeroizing::new([0_u8; TOKEN_BYTES]);
        getrandom::fill(&mut *bytes).expect("the operating system's random source works");
        Self(Zeroizing::new(BASE64URL_NOPAD.encode(&*bytes)))
    }

    /// Reads a token's text.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok().map(Zeroizing::new)?;
        (bytes.len() == TOKEN_BYTES).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The text to put behind `Bearer`.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What may be kept of it.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// Hash of a token: tells whether a presented one is the same, and nothing about it.
#[derive(Clone, Copy)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// Hash of a token's text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(blake3::derive_key("folkmoot v1 api-token", text.as_bytes()))
    }

    /// Compares in constant time.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    /// The bytes to keep.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Makes the admin token in `folder` (0700, made if need be): new unless `keep` and there is one. The file is 0600 and
/// never was anything else.
///
/// # Errors
/// If the file system refuses, or a kept file is open to others or damaged.
pub fn issue_admin_token(folder: &Path, keep: bool) -> Result<Token, CredentialError> {
    let path = folder.join(ADMIN_TOKEN_FILE);
    let fail = |act, path: &Path| {
        let path = path.to_owned();
        move |source| CredentialError::Io { act, path, source }
    };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(fail("create", folder))?;
    check_private(folder)?;
    if keep && path.exists() {
        return read_token(&path);
    }
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fail("replace", &path)(error)),
        Ok(()) | Err(_) => {}
    }
    let token = Token::generate();
    std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .custom_flags(no_follow())
        .open(&path)
        .and_then(|mut file| {
            file.write_all(token.expose().as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        })
        .map_err(fail("write", &path))?;
    Ok(token)
}

/// Reads a token file that only its owner can read.
///
/// # Errors
/// If it cannot be read, is open to others, or holds no token.
pub fn read_token(path: &Path) -> Result<Token, CredentialError> {
    let fail = |source| CredentialError::Io { act: "read", path: path.to_owned(), source };
    let file = std::fs::OpenOptions::new().read(true).custom_flags(no_follow()).open(path).map_err(fail)?;
    let mode = file.metadata().map_err(fail)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(CredentialError::Exposed { path: path.to_owned(), mode });
    }
    let mut text = Zeroizing::new(String::new());
    file.take(TOKEN_TEXT_MAX as u64).read_to_string(&mut text).map_err(fail)?;
    Token::from_text(text.trim_end()).ok_or_else(|| CredentialError::Malformed { path: path.to_owned() })
}

/// A link planted in place of the file is refused rather than followed.
fn no_follow() -> i32 {
    rustix::fs::OFlags::NOFOLLOW.bits().cast_signed()
}

fn check_private(folder: &Path) -> Result<(), CredentialError> {
    let metadata = std::fs::symlink_metadata(folder).map_err(|source| CredentialError::Io {
        act: "inspect",
        path: folder.to_owned(),
        source,
    })?;
    let mode = metadata.mode() & 0o777;
    let ours = metadata.uid() == rustix::process::geteuid().as_raw();
    if !ours || !metadata.is_dir() || mode & 0o077 != 0 {
        return Err(CredentialError::Exposed { path: folder.to_owned(), mode });
    }
    Ok(())
}

/// What a token stands for. Shared by all its connections, so that revoking it takes hold everywhere at once.
pub struct Credential {
    id: Arc<str>,
    scopes: ScopeSet,
    servers: Option<Vec<ServerId>>,
    rate: Option<RateLimit>,
    revoked: AtomicBool,
}

impl Credential {
    /// The admin token's: every scope, every server, no rate.
    #[must_use]
    pub fn admin() -> Self {
        Self { id: "admin".into(), scopes: ScopeSet::all(), servers: None, rate: None, revoked: AtomicBool::new(false) }
    }

    /// A session's of the interface: as the admin token's. All sessions share one name, so that a call repeated after a
    /// new ticket meets the nonce of its first time.
    #[must_use]
    pub(crate) fn interface() -> Self {
        Self { id: "interface".into(), ..Self::admin() }
    }

    /// A scoped token's. `servers`: only these; `per_second`: calls in the long run and at once.
    #[must_use]
    pub fn scoped(
        id: impl Into<Arc<str>>,
        scopes: impl IntoIterator<Item = Scope>,
        servers: Option<Vec<ServerId>>,
        per_second: u32,
    ) -> Self {
        let scopes = scopes.into_iter().collect();
        let rate = Some(RateLimit::new(per_second));
        Self { id: id.into(), scopes, servers, rate, revoked: AtomicBool::new(false) }
    }

    /// Names the token across restarts; what nonces are kept under.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it may do.
    #[must_use]
    pub const fn scopes(&self) -> ScopeSet {
        self.scopes
    }

    /// Whether it may touch a server. Handlers ask; nothing here knows which server a call means.
    #[must_use]
    pub fn allows_server(&self, server_id: ServerId) -> bool {
        self.servers.as_ref().is_none_or(|servers| servers.contains(&server_id))
    }

    /// Ends it everywhere: the next call on any connection is refused.
    pub fn revoke(&self) {
        self.revoked.store(true, Ordering::Release);
    }

    /// Whether it still holds.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        !self.revoked.load(Ordering::Acquire)
    }

    /// Counts one call against the token's rate.
    ///
    /// # Errors
    /// 4001 with the time after which there is room.
    pub fn take_call(&self, now: Instant) -> Result<(), ApiError> {
        match &self.rate {
            None => Ok(()),
            Some(rate) => rate.take(now).map_err(ApiError::rate_limited),
        }
    }

    /// Milliseconds until there is room for a call; none while there is.
    pub(crate) fn wait_ms(&self, now: Instant) -> Option<u64> {
        self.rate.as_ref().and_then(|rate| rate.wait_ms(now))
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("id", &self.id).field("scopes", &self.scopes).finish_non_exhaustive()
    }
}

/// A bucket that fills with `per_second` calls each second and holds no more than that.
struct RateLimit {
    per_second: f64,
    bucket: Mutex<Option<(f64, Instant)>>,
}

impl RateLimit {
    fn new(per_second: u32) -> Self {
        Self { per_second: f64::from(per_second.max(1)), bucket: Mutex::new(None) }
    }

    fn level(&self, bucket: Option<(f64, Instant)>, now: Instant) -> f64 {
        match bucket {
            None => self.per_second,
            Some((level, at)) => {
                (level + now.saturating_duration_since(at).as_secs_f64() * self.per_second).min(self.per_second)
            }
        }
    }

    fn take(&self, now: Instant) -> Result<(), u64> {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let level = self.level(*bucket, now);
        if level < 1.0 {
            *bucket = Some((level, now));
            return Err(self.wait_for(level));
        }
        *bucket = Some((level - 1.0, now));
        Ok(())
    }

    fn wait_ms(&self, now: Instant) -> Option<u64> {
        let bucket = *self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let level = self.level(bucket, now);
        (level < 1.0).then(|| self.wait_for(level))
    }

    fn wait_for(&self, level: f64) -> u64 {
        let wait = std::time::Duration::from_secs_f64((1.0 - level) / self.per_second);
        u64::try_from(wait.as_millis()).map_or(u64::MAX, |wait| wait + 1)
    }
}

/// Turns presented tokens into credentials.
pub trait CredentialStore: Send + Sync + 'static {
    /// What the token stands for; none if nothing, or not any more.
    fn authenticate(&self, token: &str) -> Option<Arc<Credential>>;
}

/// Two stores as one: what the first does not know the second may.
impl<A: CredentialStore, B: CredentialStore> CredentialStore for (A, B) {
    fn authenticate(&self, token: &str) -> Option<Arc<Credential>> {
        self.0.authenticate(token).or_else(|| self.1.authenticate(token))
    }
}

impl<S: CredentialStore + ?Sized> CredentialStore for Arc<S> {
    fn authenticate(&self, token: &str) -> Option<Arc<Credential>> {
        (**self).authenticate(token)
    }
}

/// The store that knows the admin token and no other.
pub struct AdminOnly {
    hash: TokenHash,
    credential: Arc<Credential>,
}

impl AdminOnly {
    /// Accepts this token.
    #[must_use]
    pub fn new(token: &Token) -> Self {
        Self { hash: token.hash(), credential: Arc::new(Credential::admin()) }
    }
}

impl CredentialStore for AdminOnly {
    fn authenticate(&self, token: &str) -> Option<Arc<Credential>> {
        // Longer than any token: not even hashed.
        if token.len() > TOKEN_TEXT_MAX {
            return None;
        }
        self.hash.matches(&TokenHash::of(token)).then(|| Arc::clone(&self.credential))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn admin_token_is_private_and_new_each_time() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let folder = home.path().join("api");
        let first = issue_admin_token(&folder, false).expect("issued");
        let mode = |path: &Path| std::fs::metadata(path).expect("exists").permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join(ADMIN_TOKEN_FILE))), (0o700, 0o600));
        let second = issue_admin_token(&folder, false).expect("issued again");
        assert_ne!(first.expose(), second.expose());
        let kept = issue_admin_token(&folder, true).expect("kept");
        assert_eq!(second.expose(), kept.expose());
    }

    #[test]
    fn planted_link_is_replaced_not_followed() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let folder = home.path().join("api");
        issue_admin_token(&folder, false).expect("issued");
        let path = folder.join(ADMIN_TOKEN_FILE);
        let victim = home.path().join("victim");
        std::fs::write(&victim, "precious").expect("written");
        std::fs::remove_file(&path).expect("removed");
        std::os::unix::fs::symlink(&victim, &path).expect("linked");
        assert!(read_token(&path).is_err(), "a link is not read");
        issue_admin_token(&folder, false).expect("issued");
        assert_eq!(std::fs::read_to_string(&victim).expect("readable"), "precious");
        assert!(!std::fs::symlink_metadata(&path).expect("exists").is_symlink());
    }

    #[test]
    fn token_others_can_read_is_refused() {
        let home = tempfile::tempdir().expect("a temporary folder");
        let folder = home.path().join("api");
        issue_admin_token(&folder, false).expect("issued");
        let path = folder.join(ADMIN_TOKEN_FILE);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("set");
        let refused = issue_admin_token(&folder, true).map(|_| ());
        assert!(matches!(refused, Err(CredentialError::Exposed { mode: 0o644, .. })), "{refused:?}");
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).expect("set");
        let refused = issue_admin_token(&folder, false).map(|_| ());
        assert!(matches!(refused, Err(CredentialError::Exposed { mode: 0o755, .. })), "{refused:?}");
    }

    #[test]
    fn only_the_right_token_is_authenticated() {
        let token = Token::generate();
        let store = AdminOnly::new(&token);
        assert_eq!(
            store.authenticate(token.expose()).map(|credential| credential.id().to_owned()),
            Some("admin".into())
        );
        for wrong in ["", "x", Token::generate().expose(), &format!("{} ", token.expose()), &"a".repeat(100_000)] {
            assert!(store.authenticate(wrong).is_none());
        }
        assert_eq!(format!("{token:?}"), "Token(..)");
    }

    #[test]
    fn scoped_token_has_a_rate_and_the_admin_token_none() {
        let now = Instant::now();
        let scoped = Credential::scoped("tok_a", [Scope::Read], None, 2);
        assert_eq!((scoped.take_call(now), scoped.take_call(now)), (Ok(()), Ok(())));
        let refused = scoped.take_call(now).expect_err("the third call within the second");
        assert_eq!(refused.detail().retry_after_ms, Some(501));
        assert_eq!(scoped.take_call(now + Duration::from_millis(501)), Ok(()));
        let admin = Credential::admin();
        assert!((0..10_000).all(|_| admin.take_call(now).is_ok()));
    }
}
