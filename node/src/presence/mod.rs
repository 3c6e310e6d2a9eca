//! Who is there and who is writing: what others say of themselves, and saying it of oneself. Passing things, told over gossip
//! alone; nothing of it is stored but the own choice.
//!
//! `table` is what was heard and until when it holds, a pure matter of time; `board` shares it between the pipeline, which hears,
//! and the API, which shows; `speaker` says it of oneself.

mod board;
mod own;
mod speaker;
mod table;

pub use board::{News, Presences};
pub(crate) use own::SETTING;
pub use own::{Own, OwnStatus};
pub(crate) use speaker::{Speaker, goodbye, say};
pub use table::{Hearing, Shown};
