//! Adverts: what strangers may know of a public server. Signed by somebody who may speak for it and carrying the proof of that
//! from the GENESIS on, so that whoever finds one, anywhere, can tell whether it is worth looking at without holding the
//! server's events.
//!
//! A hint all the same: it cannot show what was revoked since. What a server is, its members' governance says.

mod book;
mod draft;
mod found;
mod invalid;
mod key;
mod lineage;
mod listing;
mod proof;

pub use book::Book;
pub use draft::{Draft, DraftError};
pub use found::Advert;
pub use invalid::InvalidAdvert;
pub use key::{Heading, record_key};
pub use listing::{Listing, Search};
pub use proof::{Proof, barred, may_sign};
