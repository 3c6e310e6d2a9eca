//! The ledger from outside. What stands in `conformance` runs on RocksDB and on the twin in memory alike; the rest is about disks.

mod conformance;
mod damage;
mod disk;
mod kill;
mod open_ledger;
mod scene;
