//! The chat interface.
