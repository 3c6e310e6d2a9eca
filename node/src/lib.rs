//! folkmoot.
