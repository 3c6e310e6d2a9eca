//! `server.rollback.*`: acts that were lost because somebody higher had not seen them, and bringing them back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::act::{Act, example_act};
use super::server_audit::Person;
use super::{Cursor, Limit, Method, Page, Scope, sample};
use crate::error::{ApiError, ErrorKind};
use crate::ids::{ActId, ServerId};

/// Acts ratified by one call.
pub const RATIFY_MAX: usize = 512;

/// An act that was lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RollbackItem {
    /// The event.
    pub event_id: ActId,
    /// Its kind, such as `CHANNEL_PUT`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whose act it was.
    pub author: Person,
    /// When, milliseconds UTC by its author's clock.
    pub at: u64,
    /// The act in one line.
    pub summary: String,
    /// What took it away.
    pub killers: Vec<ActId>,
    /// The level it takes to bring it back.
    pub level: u32,
    /// Whether one's own level is enough.
    pub can_ratify: bool,
}

/// `server.rollback.list`
pub struct List;

/// Which server, which page.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListParams {
    /// The server.
    pub server_id: ServerId,
    /// Items of the page.
    #[serde(default)]
    pub limit: Limit,
    /// Where the page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
}

impl Method for List {
    const NAME: &'static str = "server.rollback.list";
    const SCOPE: Scope = Scope::Read;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::CursorInvalid];
    const SUMMARY: &'static str =
        "Acts that were in order and are lost to what others decided without knowing of them.";
    type Params = ListParams;
    type Output = Page<RollbackItem>;

    fn example() -> (ListParams, Page<RollbackItem>) {
        let params = ListParams { server_id: sample::SERVER, limit: Limit::default(), cursor: None };
        let item = RollbackItem {
            event_id: sample::ACT,
            kind: "CHANNEL_PUT".into(),
            author: Person { account_id: sample::OTHER, display_name: "Bob".into() },
            at: sample::TIME_MS,
            summary: "Bob makes the channel oolong".into(),
            killers: vec![sample::KILLER],
            level: 80,
            can_ratify: true,
        };
        (params, Page::whole(vec![item]))
    }
}

/// `server.rollback.ratify`
pub struct Ratify;

/// What to bring back.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RatifyParams {
    /// The server.
    pub server_id: ServerId,
    /// 1 to 512 acts of the rollback list.
    #[schemars(length(min = 1, max = 512))]
    pub event_ids: Vec<ActId>,
    /// Only tells whether it would be allowed.
    #[serde(default)]
    pub dry_run: bool,
}

/// What was brought back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ratified {
    /// One's own act.
    #[serde(flatten)]
    pub act: Act,
    /// Acts that count again.
    pub restored: Vec<ActId>,
}

impl Method for Ratify {
    const NAME: &'static str = "server.rollback.ratify";
    const SCOPE: Scope = Scope::ServerManage;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::NotFound, ErrorKind::Precondition, ErrorKind::Storage];
    const SUMMARY: &'static str = "Brings lost acts back; takes the level of whoever took them away.";
    type Params = RatifyParams;
    type Output = Ratified;

    fn check(params: &RatifyParams) -> Result<(), ApiError> {
        if params.event_ids.is_empty() || params.event_ids.len() > RATIFY_MAX {
            return Err(ApiError::invalid_params("event_ids", "event_ids are 1 to 512 acts"));
        }
        Ok(())
    }

    fn example() -> (RatifyParams, Ratified) {
        let params = RatifyParams { server_id: sample::SERVER, event_ids: vec![sample::ACT], dry_run: false };
        let act = Act { event_id: Some(sample::KILLER), ..example_act("Alice ratifies 1 act") };
        (params, Ratified { act, restored: vec![sample::ACT] })
    }
}
