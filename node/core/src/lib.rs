//! The protocol, pure: no I/O, clock, randomness, async, libp2p or RocksDB. Time and randomness come in as arguments, so that
//! one process can simulate a thousand nodes from one seed.

pub mod advert;
pub mod epoch;
pub mod governance;
pub mod ids;
pub mod invite;
pub mod log;
pub mod signal;
pub mod standing;
pub mod sync;
