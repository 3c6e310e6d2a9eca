//! The `moot` binary.

fn main() {}
