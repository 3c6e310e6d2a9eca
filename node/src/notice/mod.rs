//! Of which messages this node's person is told, and which of them may disturb. Pure: the pipeline asks for each message it places.

mod keyword;
mod rules;

pub use keyword::holds;
pub use rules::{Effective, Heard, Settings};
