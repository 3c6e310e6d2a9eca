//! What holds for RocksDB and for the twin in memory alike.

mod chains;
mod desk;
mod events;
mod facts;
mod lock;
mod messages;
mod pages;
mod writing;
