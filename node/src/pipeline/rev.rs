//! Revisions of what governance says: numbers that grow with every change and are the same on every node.

use folkmoot_identity::Hlc;

/// The revision of something that was changed at that stamp: at least 1, and exact in a client whose numbers are floats.
///
/// Milliseconds and the low ten bits of the stamp's counter: two changes in one millisecond differ unless a thousand lie between.
#[must_use]
pub fn rev(changed: Hlc) -> u64 {
    ((changed.ms() << 10) | (changed.bits() & 0x3ff)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_grow_and_fit_into_the_numbers_of_javascript() {
        let at = Hlc::from_ms(1_800_000_000_000);
        assert!(rev(at.next()) > rev(at) && rev(Hlc::from_ms(at.ms() + 1)) > rev(at.next()));
        assert_eq!(rev(Hlc::ZERO), 1);
        // The year 2248.
        assert!(rev(Hlc::from_ms(8_796_093_022_207)) < 1 << 53);
    }
}
