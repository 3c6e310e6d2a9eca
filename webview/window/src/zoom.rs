//! How large the page is shown: the steps of a browser.

use serde::Deserialize;

/// Every step, in percent.
const STEPS: [u16; 13] = [50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300];

/// What the keys ask for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    /// Ctrl +
    In,
    /// Ctrl -
    Out,
    /// Ctrl 0
    Reset,
}

/// A step of the zoom, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Zoom(u16);

impl Zoom {
    /// The step next to a kept value.
    pub(crate) fn near(percent: u16) -> Self {
        Self(STEPS.into_iter().min_by_key(|step| step.abs_diff(percent)).unwrap_or(100))
    }

    /// One step on; the first and the last stay.
    pub(crate) fn step(self, step: Step) -> Self {
        let next = match step {
            Step::In => STEPS.into_iter().find(|percent| *percent > self.0),
            Step::Out => STEPS.into_iter().rev().find(|percent| *percent < self.0),
            Step::Reset => Some(100),
        };
        next.map_or(self, Self)
    }

    pub(crate) const fn percent(self) -> u16 {
        self.0
    }

    /// As the engine takes it.
    pub(crate) fn factor(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_lead_to_both_ends_and_back() {
        let mut zoom = Zoom::near(100);
        for _ in 0..20 {
            zoom = zoom.step(Step::In);
        }
        assert_eq!(zoom.percent(), 300);
        for _ in 0..20 {
            zoom = zoom.step(Step::Out);
        }
        assert_eq!(zoom.percent(), 50);
        assert_eq!(zoom.step(Step::Reset), Zoom::near(100));
    }

    #[test]
    fn a_kept_value_becomes_a_step() {
        for (kept, percent) in [(0, 50), (99, 100), (108, 110), (u16::MAX, 300)] {
            assert_eq!(Zoom::near(kept).percent(), percent, "{kept}");
        }
    }
}
