//! The chat interface: its built files, embedded in the program. What they say to the node is the API and nothing else;
//! how they are served is the server's business, and the window that shows them is a program of its own.

mod asset;
mod media_type;

pub use asset::{Asset, asset, icon};
