//! How often a suite repeats what it shows, and the seeded choices it makes: `cargo xtask soak` asks for more.

/// Repetitions: `default`, or what `FOLKMOOT_SOAK_CASES` says.
pub(crate) fn cases(default: u64) -> u64 {
    match std::env::var("FOLKMOOT_SOAK_CASES") {
        Ok(cases) => cases.parse().expect("FOLKMOOT_SOAK_CASES is a number"),
        Err(_) => default,
    }
}

/// A sequence of choices that its seed determines (SplitMix64, Steele et al. 2014).
pub(crate) struct Choices(u64);

impl Choices {
    /// From `FOLKMOOT_SEED`, else from the system; told, so that a failure can be looked at again.
    pub(crate) fn seeded() -> Self {
        let seed = match std::env::var("FOLKMOOT_SEED") {
            Ok(seed) => seed.parse().expect("FOLKMOOT_SEED is a number"),
            Err(_) => getrandom::u64().expect("the system's random source works"),
        };
        println!("FOLKMOOT_SEED={seed}");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number of the range.
    pub(crate) fn within(&mut self, range: std::ops::Range<u64>) -> u64 {
        range.start + self.next() % (range.end - range.start)
    }
}
