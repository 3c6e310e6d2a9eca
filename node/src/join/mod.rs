//! Through the door: `door` is any ready member's node that admits whoever shows a valid invite, `knock` the joiner's side.

mod door;
mod kept;
mod knock;

pub use door::answer;
pub(crate) use kept::{forget, keep, kept};
pub use knock::{KnockError, knock};
