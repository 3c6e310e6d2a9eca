//! `server.heirs.*` and `server.succession.*`: who may appoint a steward when the owners are gone.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::act::{Act, example_act};
use super::server::ServerParams;
use super::{Method, Scope, sample};
use crate::error::{ApiError, ErrorKind};
use crate::ids::{AccountId, ActId, ServerId};

/// Heirs of a server.
pub const HEIRS_MAX: usize = 32;

/// An heir's word for a steward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HeirSignature {
    /// The heir.
    pub heir_id: AccountId,
    /// Whom the heir wants.
    pub account_id: AccountId,
}

/// Who may appoint a steward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Heirs {
    /// The server.
    pub server_id: ServerId,
    /// The heirs; empty while none are named.
    pub account_ids: Vec<AccountId>,
    /// How many of them it takes; 0 while none are named.
    pub threshold: u32,
    /// What they have signed and was not used yet.
    pub signatures: Vec<HeirSignature>,
    /// Grows with every change.
    pub rev: u64,
}

/// `server.heirs.get`
pub struct Get;

impl Method for Get {
    const NAME: &'static str = "server.heirs.get";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound];
    const SUMMARY: &'static str = "Who may appoint a steward, and whom they have signed for.";
    type Params = ServerParams;
    type Output = Heirs;

    fn example() -> (ServerParams, Heirs) {
        (ServerParams { server_id: sample::SERVER }, example_heirs())
    }
}

fn example_heirs() -> Heirs {
    Heirs {
        server_id: sample::SERVER,
        account_ids: vec![sample::ACCOUNT, sample::OTHER],
        threshold: 2,
        signatures: Vec::new(),
        rev: 1,
    }
}

/// `server.heirs.set`
pub struct Set;

/// The new heirs, all of them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetParams {
    /// The server.
    pub server_id: ServerId,
    /// 1 to 32 people.
    #[schemars(length(min = 1, max = 32))]
    pub account_ids: Vec<AccountId>,
    /// How many of them it takes.
    #[schemars(range(min = 1, max = 32))]
    pub threshold: u32,
    /// Refused with 2003 unless the heirs still have this revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_rev: Option<u64>,
}

impl Method for Set {
    const NAME: &'static str = "server.heirs.set";
    const SCOPE: Scope = Scope::ServerManage;
    const ERRORS: &'static [ErrorKind] =
        &[ErrorKind::NotFound, ErrorKind::Precondition, ErrorKind::Conflict, ErrorKind::Storage];
    const SUMMARY: &'static str = "Names who may appoint a steward together; owners only.";
    type Params = SetParams;
    type Output = Heirs;

    fn check(params: &SetParams) -> Result<(), ApiError> {
        let mut accounts = params.account_ids.clone();
        accounts.sort_unstable();
        accounts.dedup();
        if accounts.is_empty() || accounts.len() > HEIRS_MAX || accounts.len() != params.account_ids.len() {
            return Err(ApiError::invalid_params("account_ids", "account_ids are 1 to 32 different accounts"));
        }
        if !usize::try_from(params.threshold).is_ok_and(|threshold| (1..=accounts.len()).contains(&threshold)) {
            return Err(ApiError::invalid_params("threshold", "threshold is 1 to the number of heirs"));
        }
        Ok(())
    }

    fn example() -> (SetParams, Heirs) {
        let params = SetParams {
            server_id: sample::SERVER,
            account_ids: vec![sample::ACCOUNT, sample::OTHER],
            threshold: 2,
            if_rev: None,
        };
        (params, example_heirs())
    }
}

/// `server.succession.sign`
pub struct Sign;

/// Whom one wants as steward.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignParams {
    /// The server.
    pub server_id: ServerId,
    /// The future steward.
    pub account_id: AccountId,
}

/// How far a succession is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Signed {
    /// One's own word.
    #[serde(flatten)]
    pub act: Act,
    /// Heirs who have signed for the same person.
    pub signatures: u32,
    /// How many it takes.
    pub threshold: u32,
    /// The event that makes the steward, once enough have signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succession_id: Option<ActId>,
}

impl Method for Sign {
    const NAME: &'static str = "server.succession.sign";
    const SCOPE: Scope = Scope::ServerManage;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::Precondition, ErrorKind::Storage];
    const SUMMARY: &'static str =
        "Signs as an heir for a steward; whoever sees enough signatures makes the succession of them.";
    type Params = SignParams;
    type Output = Signed;

    fn example() -> (SignParams, Signed) {
        let params = SignParams { server_id: sample::SERVER, account_id: sample::OTHER };
        let signed = Signed {
            act: example_act("Alice signs for Bob as steward"),
            signatures: 1,
            threshold: 2,
            succession_id: None,
        };
        (params, signed)
    }
}
