//! From the node's errors to the API's: which code a caller sees for what.

use std::borrow::Cow;

use folkmoot_identity::{KeystoreError, name::NameError, profile::ProfileError};
use folkmoot_ledger::LedgerError;
use folkmoot_rpc::{ApiError, ErrorKind};

use crate::pipeline::{ActError, DeskError, PipelineError, PublishError};

/// 8001 with the path that the ledger names; a locked ledger is 1004.
pub(super) fn ledger(error: &LedgerError) -> ApiError {
    match error {
        LedgerError::Locked => ApiError::locked(),
        LedgerError::NoSpace { path, .. } | LedgerError::Storage { path, .. } | LedgerError::Read { path, .. } => {
            ApiError::storage(path.display().to_string(), error.to_string())
        }
        other => {
            tracing::error!(error = other as &dyn std::error::Error, "ledger failed");
            ApiError::storage("", error.to_string())
        }
    }
}

/// 4002 while the node stops, 8001 when storing failed.
pub(super) fn pipeline(error: &PipelineError) -> ApiError {
    match error {
        PipelineError::Stopped => ApiError::busy("the node is stopping"),
        PipelineError::Storage(error) => ledger(error),
    }
}

pub(super) fn publish(error: PublishError) -> ApiError {
    match error {
        PublishError::NotReady => no_identity(),
        PublishError::UnknownChannel(_) => ApiError::not_found("channel"),
        PublishError::NotText => ApiError::precondition("a category takes no messages"),
        PublishError::Forbidden { missing } => ApiError::forbidden(missing),
        PublishError::Blank => ApiError::invalid_content("content", "content is blank; expected some text"),
        PublishError::TooLong { .. } => ApiError::too_large("content", folkmoot_proto::limits::TEXT_BYTES as u64),
        PublishError::TooManyMentions { .. } => {
            let text = format!("a message mentions at most {} accounts", folkmoot_proto::limits::MENTIONS);
            ApiError::invalid_content("content", text)
        }
        PublishError::UnknownMessage(_) => ApiError::not_found("message"),
        PublishError::Gone => ApiError::new(ErrorKind::Gone, "the message was deleted"),
        PublishError::InThread { root } => {
            let root = folkmoot_rpc::ids::MessageId::from_bytes(*root.as_bytes());
            ApiError::precondition(format!("the message stands in a thread itself; expected where it begins, {root}"))
        }
        PublishError::Conflict { current } => ApiError::conflict(current),
        PublishError::TooManyEmoji { limit } => {
            let error = ApiError::new(ErrorKind::Quota, format!("a message shows at most {limit} different emoji"));
            error.with_detail(folkmoot_rpc::error::ErrorDetail { limit: Some(limit as u64), ..Default::default() })
        }
        PublishError::RateLimited { retry_after_ms } => ApiError::rate_limited(retry_after_ms),
        PublishError::NonceReused => ApiError::nonce_reused(),
        PublishError::Storage(error) => ledger(&error),
        PublishError::Pipeline(error) => pipeline(&error),
    }
}

pub(super) fn act(error: ActError) -> ApiError {
    match error {
        ActError::NotReady => no_identity(),
        ActError::UnknownServer => ApiError::not_found("server"),
        ActError::UnknownChannel => ApiError::not_found("channel"),
        ActError::UnknownMessage => ApiError::not_found("message"),
        ActError::Forbidden { missing } => ApiError::forbidden(missing),
        ActError::BadParent => ApiError::precondition("parent_id is not a category of this server"),
        ActError::UnknownMember => ApiError::not_found("member"),
        ActError::UnknownRole => ApiError::not_found("role"),
        ActError::UnknownInvite => ApiError::not_found("invite"),
        ActError::UnknownAct => ApiError::not_found("act"),
        ActError::UnknownBan => ApiError::not_found("ban"),
        ActError::Conflict { current_rev } => ApiError::conflict(current_rev),
        ActError::TooMany { what, limit } => {
            let error = ApiError::new(ErrorKind::Quota, format!("at most {limit} {what}"));
            let detail = folkmoot_rpc::error::ErrorDetail { limit: Some(limit as u64), ..Default::default() };
            error.with_detail(detail)
        }
        ActError::LastOwner => ApiError::precondition("an owner cannot leave; authority would leave with it"),
        ActError::NonceReused => ApiError::nonce_reused(),
        ActError::Refused(why) => ApiError::precondition(why),
        ActError::Storage(error) => ledger(&error),
    }
}

/// 2003, or 3004 naming what there is too much of.
pub(super) fn desk(error: DeskError, what: &str) -> ApiError {
    match error {
        DeskError::NotReady => no_identity(),
        DeskError::Conflict { rev } => ApiError::conflict(rev),
        DeskError::Full { limit } => {
            let error = ApiError::new(ErrorKind::Quota, format!("at most {limit} {what} are kept"));
            let detail = folkmoot_rpc::error::ErrorDetail { limit: Some(limit as u64), ..Default::default() };
            error.with_detail(detail)
        }
        DeskError::Ledger(error) => ledger(&error),
    }
}

/// 2005 while there is no identity.
pub(super) fn no_identity() -> ApiError {
    ApiError::precondition("there is no identity yet: call identity.create first")
}

/// 3001 or 3002 for a name.
pub(super) fn name(field: &'static str, error: &NameError) -> ApiError {
    ApiError::invalid_content(field, Cow::Owned(format!("{field}: {error}")))
}

/// 3001 for a profile.
pub(super) fn profile(error: &ProfileError) -> ApiError {
    match error {
        ProfileError::DisplayName { source } => name("display_name", source),
        ProfileError::Bio { source } => ApiError::invalid_content("bio", format!("bio: {source}")),
    }
}

pub(super) fn keystore(error: &KeystoreError) -> ApiError {
    match error {
        KeystoreError::AlreadyExists { .. } => {
            ApiError::new(ErrorKind::AlreadyExists, "this node has an identity already")
        }
        KeystoreError::NoAccount => no_identity(),
        KeystoreError::WrongPassphrase => {
            ApiError::new(ErrorKind::Locked, "the passphrase is wrong").field("passphrase")
        }
        KeystoreError::Locked => ApiError::locked(),
        KeystoreError::NoPassphrase => ApiError::precondition("the identity has no passphrase, so it cannot be locked"),
        other => ApiError::storage("", other.to_string()),
    }
}
