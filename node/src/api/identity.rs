//! `identity.*`.

use std::sync::Arc;

use folkmoot_identity::{Fingerprint, IdentityState, KeystoreError, Profile, RegisterValue};
use folkmoot_rpc::{
    ApiError, CallContext, ErrorKind,
    contract::{
        Created,
        identity::{CreateParams, CreatedIdentity, Identity, IdentityState as State, UnlockParams, UpdateParams},
        node::NoParams,
    },
    ids,
};

use super::{Api, error, nonce};
use crate::{clock::now_ms, node::NodeError, pipeline::NonceKey};

/// Shortest passphrase, in characters: below it guessing is too cheap whatever the hash costs.
const PASSPHRASE_CHARS: usize = 8;

pub(super) async fn create(
    api: &Api,
    context: CallContext,
    params: CreateParams,
) -> Result<Created<CreatedIdentity>, ApiError> {
    let _one_at_a_time = api.node.identity.lock().await;
    // Without the passphrase: whoever holds the disk could try guesses against a hash of it.
    let key = nonce::key(&context, params.nonce.as_ref(), &params.display_name);
    if api.node.keystore.state() != IdentityState::None {
        return api.created_before(key).await;
    }
    let profile = Profile::new(&params.display_name, "").map_err(|e| error::profile(&e))?;
    if params.passphrase.as_ref().is_some_and(|p| p.expose().chars().count() < PASSPHRASE_CHARS) {
        let text = format!("passphrase: expected at least {PASSPHRASE_CHARS} characters, or none at all");
        return Err(ApiError::invalid_content("passphrase", text));
    }
    if let Err(error) = api.node.ledger.check_writable() {
        return Err(error::ledger(&error));
    }
    let passphrase = params.passphrase;
    let phrase = api
        .keystore(move |keystore| keystore.create_account(&profile, passphrase.as_ref().map(|p| p.expose()), now_ms()))
        .await?;
    // From here on the answer is given whatever happens: the phrase is told this once.
    let account = api.node.keystore.account_id().ok_or_else(error::no_identity)?;
    match api.load().await {
        Ok(()) => {
            if let Some(key) = key
                && let Err(error) = api.node.pipeline.act(move |turn| turn.remember_account(key, account)).await
            {
                tracing::error!(%error, "the nonce of the first call is not kept");
            }
        }
        Err(error) => tracing::error!(%error, "the ledger does not open; identity.unlock tries again"),
    }
    Ok(Created::new(CreatedIdentity {
        account_id: ids::AccountId::from_bytes(*account.as_bytes()),
        fingerprint: Fingerprint::of(&account).to_string(),
        recovery_phrase: Some(phrase.reveal().as_str().to_owned()),
    }))
}

pub(super) async fn get(api: &Api, _context: CallContext, _params: NoParams) -> Result<Identity, ApiError> {
    api.identity()
}

pub(super) async fn update(api: &Api, _context: CallContext, params: UpdateParams) -> Result<Identity, ApiError> {
    let _one_at_a_time = api.node.identity.lock().await;
    let current = api.identity()?;
    if params.if_rev.is_some_and(|rev| rev != current.rev) {
        return Err(ApiError::conflict(current.rev));
    }
    if params.avatar.is_some() {
        return Err(ApiError::new(ErrorKind::BlobUnavailable, "no such blob here").field("avatar"));
    }
    let name = params.display_name.as_deref().unwrap_or(&current.display_name);
    let bio = params.bio.as_deref().or(current.bio.as_deref()).unwrap_or_default();
    let profile = Profile::new(name, bio).map_err(|e| error::profile(&e))?;
    if profile.display_name() == current.display_name && profile.bio() == current.bio.as_deref().unwrap_or_default() {
        return Ok(current);
    }
    if let Err(error) = api.node.ledger.check_writable() {
        return Err(error::ledger(&error));
    }
    // Revisions are stamps: two changes within a millisecond have two.
    let now_ms = now_ms().max(current.rev + 1);
    let register = api.keystore(move |keystore| keystore.update_profile(&profile, now_ms)).await?;
    let account = api.node.keystore.account().ok_or_else(ApiError::locked)?;
    api.node
        .pipeline
        .act(move |turn| {
            turn.use_account(account);
            turn.publish_profile(register)
        })
        .await
        .map_err(|e| error::pipeline(&e))?
        .map_err(error::act)?;
    api.identity()
}

pub(super) async fn lock(api: &Api, _context: CallContext, _params: NoParams) -> Result<Identity, ApiError> {
    let _one_at_a_time = api.node.identity.lock().await;
    let identity = api.identity()?;
    api.keystore(folkmoot_identity::Keystore::lock).await?;
    api.node.unload().await;
    Ok(Identity { state: State::Locked, ..identity })
}

pub(super) async fn unlock(api: &Api, _context: CallContext, params: UnlockParams) -> Result<Identity, ApiError> {
    let _one_at_a_time = api.node.identity.lock().await;
    if api.node.keystore.state() == IdentityState::Locked {
        api.keystore(move |keystore| keystore.unlock(params.passphrase.expose())).await?;
    }
    if api.node.ledger.is_locked() {
        api.load().await?;
    }
    api.identity()
}

impl Api {
    /// The account, without its phrase, when an earlier call with this nonce made it; 2002 otherwise.
    async fn created_before(&self, key: Option<NonceKey>) -> Result<Created<CreatedIdentity>, ApiError> {
        let exists = || ApiError::new(ErrorKind::AlreadyExists, "this node has an identity already");
        let key = key.ok_or_else(exists)?;
        let made = self.node.pipeline.act(move |turn| turn.made_account(key)).await;
        if !made.map_err(|e| error::pipeline(&e))?.map_err(error::act)? {
            return Err(exists());
        }
        let account = self.node.keystore.account_id().ok_or_else(error::no_identity)?;
        Ok(Created::replayed(CreatedIdentity {
            account_id: ids::AccountId::from_bytes(*account.as_bytes()),
            fingerprint: Fingerprint::of(&account).to_string(),
            recovery_phrase: None,
        }))
    }

    /// Changes the keystore off the runtime: keys are stretched and files written.
    async fn keystore<T: Send + 'static>(
        &self,
        change: impl FnOnce(&folkmoot_identity::Keystore) -> Result<T, KeystoreError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let keystore = Arc::clone(&self.node.keystore);
        tokio::task::spawn_blocking(move || change(&keystore))
            .await
            .map_err(|_| ApiError::internal())?
            .map_err(|e| error::keystore(&e))
    }

    async fn load(&self) -> Result<(), ApiError> {
        self.node.load().await.map_err(|load| {
            tracing::error!(error = &load as &dyn std::error::Error, "the ledger could not be loaded");
            match load {
                NodeError::Pipeline(error) => error::pipeline(&error),
                other => ApiError::storage(self.node.data_dir.display().to_string(), other.to_string()),
            }
        })
    }

    pub(super) fn identity(&self) -> Result<Identity, ApiError> {
        let keystore = &self.node.keystore;
        let account = keystore.account_id().ok_or_else(error::no_identity)?;
        let id = ids::AccountId::from_bytes(*account.as_bytes());
        let opened = keystore.account();
        let (display_name, bio, rev) = match opened.as_ref().map(|a| (&a.profile().value, a.profile().hlc.ms())) {
            Some((RegisterValue::Profile(profile), rev)) => {
                (profile.display_name().to_owned(), profile.bio().to_owned(), rev)
            }
            _ => (String::new(), String::new(), 0),
        };
        Ok(Identity {
            id,
            account_id: id,
            device_id: ids::DeviceId::from_bytes(*keystore.device().id().as_bytes()),
            fingerprint: Fingerprint::of(&account).to_string(),
            display_name,
            bio: (!bio.is_empty()).then_some(bio),
            avatar: None,
            state: if opened.is_some() { State::Ready } else { State::Locked },
            rev,
        })
    }
}
