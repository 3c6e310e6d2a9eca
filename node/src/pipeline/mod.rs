//! The one road into the ledger. A thread of its own owns the [`World`]: the governance state, keys and log heads of every server.
//!
//! Local writes, gossip and catch-up all become commands here: verified, authorized, put into one batch, and only after the synced
//! commit acknowledged and announced. Readers get [`crate::view::Views`] or ask with [`Pipeline::read`].

mod ack;
mod act;
mod actor;
mod admit;
mod advert;
mod change;
mod delivered;
mod describe;
mod desk;
mod effects;
mod fence;
mod gossip;
mod govern;
mod hollow;
mod keys;
mod load;
mod logs;
mod mention;
mod notices;
mod outgoing;
mod publish;
mod rate;
mod registers;
mod rejudge;
mod rev;
mod run;
mod settings;
mod signals;
mod subject;
mod turn;
mod turned;
mod world;

pub use ack::AckError;
pub use act::{
    ActError, ChannelEdit, ChannelMove, Deed, Expel, NewChannel, NewInvite, NewRole, NewServer, RoleEdit, Signing,
    Silence, invite_setting,
};
pub(crate) use act::{unused_signatures, wanted};
pub use actor::{Pipeline, PipelineError, Wiring};
pub use admit::{DoorRefusal, Joined};
pub use change::Change;
pub use describe::Described;
pub use desk::{Desk, DeskError};
pub use gossip::GossipFrame;
pub use govern::Applied;
pub use load::LoadError;
pub use publish::{NonceKey, PublishError, PublishMessage, Published};
pub use rev::rev;
pub use run::{IncomingRun, RunOutcome};
pub use settings::SettingsChange;
pub use turn::Turn;
pub use world::{Channel, Log, Me, Server, World};
