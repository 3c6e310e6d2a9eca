//! Hybrid logical clock: 48 bits of milliseconds UTC, 16 bits of counter. Orders what people see; never decides authority.

use std::fmt;

/// A point of the hybrid clock. Compares as one 64-bit number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hlc(u64);

impl Hlc {
    /// The earliest point.
    pub const ZERO: Self = Self(0);

    /// From its 64-bit form.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The first point of a millisecond. Milliseconds beyond 48 bits saturate.
    #[must_use]
    pub const fn from_ms(ms: u64) -> Self {
        let max = (1 << 48) - 1;
        Self(if ms > max { max << 16 } else { ms << 16 })
    }

    /// The 64-bit form, as on wire and disk.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Milliseconds UTC.
    #[must_use]
    pub const fn ms(self) -> u64 {
        self.0 >> 16
    }

    /// The next point. Saturates at the end of time.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The stamp for something made at `now_ms` that must exceed `self`.
    #[must_use]
    pub fn after(self, now_ms: u64) -> Self {
        self.next().max(Self::from_ms(now_ms))
    }
}

impl fmt::Display for Hlc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.ms(), self.0 & 0xffff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_exceeds_what_it_follows_even_when_the_clock_went_back() {
        let seen = Hlc::from_ms(1_000);
        assert_eq!(seen.after(2_000), Hlc::from_ms(2_000));
        assert_eq!(seen.after(5), seen.next());
        assert!(seen.after(5) > seen);
    }
}
