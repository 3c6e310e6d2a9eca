//! folkmoot-overlay.
