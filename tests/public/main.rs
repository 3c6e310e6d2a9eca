//! Public servers with real processes on loopback: found by people who know one address, joined at any member's door, whatever the
//! directory and whoever is in it may say.

#[path = "../harness/mod.rs"]
mod harness;

#[path = "../forged/mod.rs"]
mod forged;

mod change;
mod door;
mod forgeries;
mod hostile;
mod road;
mod scene;
mod tcp;
