//! Numbers from numbers: percentiles of one run, the median and the ends of several.

/// The value below which a share of the sorted samples lies: the nearest rank, so always a sample that was measured.
///
/// `None` without samples.
pub(crate) fn percentile(sorted: &[f64], percent: usize) -> Option<f64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

/// Sorts and takes p50 and p99.
pub(crate) fn p50_p99(mut samples: Vec<f64>) -> Option<(f64, f64)> {
    samples.sort_by(f64::total_cmp);
    Some((percentile(&samples, 50)?, percentile(&samples, 99)?))
}

/// One figure over all runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    /// The middle run; of an even number the mean of the two.
    pub(crate) median: f64,
    /// The lowest.
    pub(crate) min: f64,
    /// The highest.
    pub(crate) max: f64,
}

impl Spread {
    /// `None` without runs.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let upper = *sorted.get(sorted.len() / 2)?;
        let lower = *sorted.get((sorted.len() - 1) / 2)?;
        Some(Self { median: f64::midpoint(lower, upper), min, max })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_samples_of_the_nearest_rank() {
        let samples: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!((percentile(&samples, 50), percentile(&samples, 99)), (Some(100.0), Some(198.0)));
        assert_eq!(percentile(&[7.0], 99), Some(7.0));
        assert_eq!(percentile(&[], 50), None);
    }

    #[test]
    fn samples_are_sorted_first() {
        assert_eq!(p50_p99(vec![3.0, 1.0, 2.0]), Some((2.0, 3.0)));
        assert_eq!(p50_p99(Vec::new()), None);
    }

    #[test]
    fn spread_has_the_middle_and_both_ends() {
        assert_eq!(Spread::of(&[9.0, 1.0, 4.0]), Some(Spread { median: 4.0, min: 1.0, max: 9.0 }));
        assert_eq!(Spread::of(&[1.0, 2.0]), Some(Spread { median: 1.5, min: 1.0, max: 2.0 }));
        assert_eq!(Spread::of(&[]), None);
    }
}
