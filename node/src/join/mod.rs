//! Through the door: `door` is any ready member's node that admits whoever shows a valid invite, `knock` the joiner's side with an
//! invite link, `find` the same for a public server, whose invite everybody knows and whose doors have to be found.

mod door;
mod find;
mod kept;
mod knock;
mod rates;

pub use door::{Doorway, answer};
pub use find::find;
pub(crate) use kept::{Kept, forget, keep_link, keep_public, kept};
pub use knock::{KnockError, knock};
pub use rates::Rates;
