//! Bots written in Rhai.
