//! The node's one clock. Everything else takes time as an argument.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds UTC; 0 before 1970.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one clock that the others ask")]
pub fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX))
}

/// Fills an array with random bytes of the operating system.
///
/// # Panics
/// When the operating system has no randomness to give: nothing can be kept secret then.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}
