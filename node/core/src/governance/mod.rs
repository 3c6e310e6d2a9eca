//! Who may do what in a server that nobody hosts: a DAG of signed events that every member holds, resolved by a pure function
//! of the *set* of events. No clock, no order of arrival, no machine to ask.
//!
//! Authority flows downwards through levels. A decision about an event uses only revocations of strictly higher level, so that
//! levels are evaluated from the top: no ties, no cycles.

#[cfg(test)]
pub(crate) mod cast;
mod claim;
mod codec;
mod credentials;
mod dag;
mod event;
mod insert_error;
mod invalid;
mod join;
mod key_epoch;
mod live;
mod past;
mod payload;
mod permission;
mod resolve;
mod role;
mod state;
mod why;

pub use dag::DeviceSeqs;
pub use event::{Event, EventBody, Unverified, Verified};
pub use insert_error::InsertError;
pub use invalid::InvalidEvent;
pub use join::JoinRequest;
pub use key_epoch::{KeyEpoch, WrapRow};
pub use live::{Access, Governance, Inserted, LogBounds, Proposal, ScopeEpoch, Silence, Touched};
pub use payload::{
    Admit, ChannelKind, ChannelPut, Expulsion, Fence, Founder, Genesis, Heirs, Invite, MessageRate, Override,
    OverrideTarget, Payload, Restrict, RoleChange, RoleDef, RolePerms, ServerSettings, Succession, Visibility,
    is_language,
};
pub use permission::{Permission, Permissions};
pub use role::{LEVEL_ADMIN, LEVEL_MEMBER, LEVEL_MOD, LEVEL_OWNER, LEVEL_STEWARD, Role};
pub use state::{
    Because, ChannelState, Denied, EpochState, InviteState, InviteStatus, Member, Restriction, RoleState, Rule, State,
    Step,
};
pub use why::Why;
