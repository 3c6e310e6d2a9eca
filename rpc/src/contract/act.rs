//! What an act of governance answers with: the act in words, and whether it was done or only tried out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sample;
use crate::ids::ActId;

/// An act of governance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Act {
    /// The event that does it; absent after a dry run, and where nothing had to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_id: Option<ActId>,
    /// Who does what to whom, in words.
    pub summary: String,
    /// True when it was only tried out: it would be allowed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
}

pub(super) fn example_act(summary: &str) -> Act {
    Act { event_id: Some(sample::ACT), summary: summary.into(), dry_run: false }
}
