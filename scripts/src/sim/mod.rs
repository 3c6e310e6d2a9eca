//! A simulated world for one bot: people who talk, a clock that is told, a web that answers what a test says. It answers the calls of
//! a bot as a node would, so that the very code that runs in a worker runs in it; nothing in it touches a network, a disk or a clock.
//!
//! [`World`] is the state and the rules, [`Stage`] puts a bot into it, [`mod@test`] runs the scripts of a bot's `tests` folder.

mod effect;
mod methods;
mod people;
mod script;
mod stage;
pub mod test;
mod web;
mod world;

pub use effect::Effect;
pub use stage::Stage;
pub use world::{SimHost, World};
