//! `identity.*`: who this node speaks for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::node::NoParams;
use super::{Created, Method, Nonce, Passphrase, Scope, sample};
use crate::error::ErrorKind;
use crate::ids::{AccountId, BlobId, DeviceId};

/// What can be done with the identity now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdentityState {
    /// There is an account and its keys are sealed.
    Locked,
    /// There is an account and its keys are usable.
    Ready,
}

/// The account of this node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Identity {
    /// The same as `account_id`: every object has an `id`.
    pub id: AccountId,
    /// The person.
    pub account_id: AccountId,
    /// This machine.
    pub device_id: DeviceId,
    /// The account's key in a form people can compare.
    pub fingerprint: String,
    /// The name others see.
    pub display_name: String,
    /// A text about oneself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bio: Option<String>,
    /// A picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<BlobId>,
    /// Locked or ready.
    pub state: IdentityState,
    /// Grows with every change.
    pub rev: u64,
}

pub(super) fn example_identity(state: IdentityState) -> Identity {
    Identity {
        id: sample::ACCOUNT,
        account_id: sample::ACCOUNT,
        device_id: sample::DEVICE,
        fingerprint: "4444 4444 4444 4444".into(),
        display_name: "Alice".into(),
        bio: None,
        avatar: None,
        state,
        rev: 1,
    }
}

/// `identity.create`
pub struct Create;

/// The new account.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateParams {
    /// 1 to 32 characters.
    pub display_name: String,
    /// Seals the keys at rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passphrase: Option<Passphrase>,
    /// Makes the call repeatable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Nonce>,
}

/// The account and, this once, its recovery phrase.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CreatedIdentity {
    /// The person.
    pub account_id: AccountId,
    /// The account's key in a form people can compare.
    pub fingerprint: String,
    /// 24 words that bring the account back. Shown once and kept nowhere: a replayed result is without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_phrase: Option<String>,
}

impl std::fmt::Debug for CreatedIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreatedIdentity").field("account_id", &self.account_id).finish_non_exhaustive()
    }
}

impl Method for Create {
    const NAME: &'static str = "identity.create";
    const SCOPE: Scope = Scope::Identity;
    const ERRORS: &'static [ErrorKind] =
        &[ErrorKind::AlreadyExists, ErrorKind::NonceReused, ErrorKind::InvalidContent, ErrorKind::Storage];
    const SUMMARY: &'static str = "Makes the account of this node; its recovery phrase is shown this once.";
    type Params = CreateParams;
    type Output = Created<CreatedIdentity>;

    fn example() -> (CreateParams, Self::Output) {
        let params = CreateParams { display_name: "Alice".into(), passphrase: None, nonce: Nonce::new("first-run") };
        let identity = CreatedIdentity {
            account_id: sample::ACCOUNT,
            fingerprint: "4444 4444 4444 4444".into(),
            recovery_phrase: Some("abandon ability able …".into()),
        };
        (params, Created::new(identity))
    }
}

/// `identity.get`
pub struct Get;

impl Method for Get {
    const NAME: &'static str = "identity.get";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::Precondition];
    const SUMMARY: &'static str = "The account of this node; 2005 while there is none.";
    type Params = NoParams;
    type Output = Identity;

    fn example() -> (NoParams, Identity) {
        (NoParams {}, example_identity(IdentityState::Ready))
    }
}

/// `identity.update`
pub struct Update;

/// What changes; what is left out stays. An empty `bio` removes it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateParams {
    /// 1 to 32 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// At most 512 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bio: Option<String>,
    /// A picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<BlobId>,
    /// Refused with 2003 unless the identity still has this revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_rev: Option<u64>,
}

impl Method for Update {
    const NAME: &'static str = "identity.update";
    const SCOPE: Scope = Scope::Identity;
    const ERRORS: &'static [ErrorKind] = &[
        ErrorKind::Precondition,
        ErrorKind::Conflict,
        ErrorKind::InvalidContent,
        ErrorKind::TooLarge,
        ErrorKind::Storage,
    ];
    const SUMMARY: &'static str = "Changes name, text or picture.";
    type Params = UpdateParams;
    type Output = Identity;

    fn example() -> (UpdateParams, Identity) {
        let params = UpdateParams { display_name: Some("Alice".into()), ..UpdateParams::default() };
        (params, example_identity(IdentityState::Ready))
    }
}

/// `identity.lock`
pub struct Lock;

impl Method for Lock {
    const NAME: &'static str = "identity.lock";
    const SCOPE: Scope = Scope::Identity;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::Precondition];
    const SUMMARY: &'static str = "Forgets the keys until the passphrase comes again; 2005 without a passphrase.";
    type Params = NoParams;
    type Output = Identity;

    fn example() -> (NoParams, Identity) {
        (NoParams {}, example_identity(IdentityState::Locked))
    }
}

/// `identity.unlock`
pub struct Unlock;

/// What opens the keys.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnlockParams {
    /// The passphrase given to `identity.create`.
    pub passphrase: Passphrase,
}

impl Method for Unlock {
    const NAME: &'static str = "identity.unlock";
    const SCOPE: Scope = Scope::Identity;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::Locked, ErrorKind::Precondition, ErrorKind::Storage];
    const SUMMARY: &'static str = "Opens the keys; 1004 if the passphrase is wrong.";
    type Params = UnlockParams;
    type Output = Identity;

    fn example() -> (UnlockParams, Identity) {
        let passphrase = Passphrase::new("a passphrase of several words".into());
        (UnlockParams { passphrase }, example_identity(IdentityState::Ready))
    }
}
