//! A public server with real keys, its adverts, and adverts that nobody may believe. Shared by the suites that show it to the
//! decoder, to a node's table, to a node that searches, and to a node that joins.

#![allow(dead_code, unused_imports, reason = "every suite uses another part")]

mod craft;
mod town;

pub(crate) use craft::forgeries;
pub(crate) use town::{Person, Town};
