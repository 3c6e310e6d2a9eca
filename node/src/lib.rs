//! A Folkmoot node: the composition root. [`node`] wires the actors, [`pipeline`] is the one road into the ledger, [`sync`] and
//! [`join`] talk to other nodes, [`directory`] finds public servers, [`api`] implements the RPC contract, [`cli`] is the command line.

pub mod api;
pub mod cli;
pub mod clock;
pub mod config;
pub mod contacts;
mod desktop;
pub mod directory;
pub mod events;
mod housekeeping;
mod inbound;
mod interface;
pub mod join;
mod listen;
pub mod log_index;
pub mod node;
pub mod notice;
pub mod pipeline;
pub mod presence;
pub mod sync;
pub mod topics;
pub mod view;
