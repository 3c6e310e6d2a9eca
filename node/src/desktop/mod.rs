//! What `moot` does for somebody who sits in front of a screen: one window a data folder, shown by the program
//! `moot-window`, which is kept alive, replaced by a browser where it cannot be shown, and brought to the front by a second
//! `moot`. Links and the entry in the menu too.
//!
//! Nothing here knows WebKit, and the node knows nothing of this: a window is a client of its API like any other.

mod browser;
mod display;
mod entry;
mod instance;
mod keeper;
mod link;
mod tickets;
mod window;

pub(crate) use browser::open_in_browser;
pub(crate) use display::has_display;
pub(crate) use entry::Entry;
pub(crate) use instance::{Claim, Instance, Raise, Request};
pub(crate) use keeper::{Keeper, Outcome};
pub(crate) use link::MootLink;
pub(crate) use tickets::Tickets;
