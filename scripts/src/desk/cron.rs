//! Cron patterns of five fields at a fixed offset from UTC.

use chrono::{DateTime, FixedOffset};
use croner::parser::{CronParser, Seconds};

/// A pattern.
#[derive(Clone, Debug)]
pub struct Cron {
    pattern: croner::Cron,
    offset: FixedOffset,
}

impl Cron {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(pattern: &str, offset_min: i32) -> Result<Self, String> {
        if pattern.split_whitespace().count() != 5 || pattern.len() > 128 {
            return Err("expected five fields: minute, hour, day of the month, month, day of the week".into());
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).build();
        let pattern = parser.parse(pattern).map_err(|error| error.to_string())?;
        let offset = FixedOffset::east_opt(offset_min.saturating_mul(60)).ok_or("no such offset from UTC")?;
        let cron = Self { pattern, offset };
        // 30 February and its like.
        cron.after(0).ok_or("this never comes")?;
        Ok(cron)
    }

    fn time(&self, ms: u64) -> Option<DateTime<FixedOffset>> {
        let time = DateTime::from_timestamp_millis(i64::try_from(ms).ok()?)?;
        Some(time.with_timezone(&self.offset))
    }

    /// The first time after this one, milliseconds UTC.
    #[must_use]
    pub fn after(&self, ms: u64) -> Option<u64> {
        let next = self.pattern.find_next_occurrence(&self.time(ms)?, false).ok()?;
        u64::try_from(next.timestamp_millis()).ok()
    }

    /// The last time up to this one, milliseconds UTC.
    #[must_use]
    pub fn last(&self, ms: u64) -> Option<u64> {
        let last = self.pattern.find_previous_occurrence(&self.time(ms)?, true).ok()?;
        u64::try_from(last.timestamp_millis()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday, 2026-10-05 00:00 UTC.
    const MONDAY: u64 = 1_791_158_400_000;
    const HOUR: u64 = 3_600_000;

    #[test]
    fn a_pattern_is_due_on_its_days_at_its_hour() {
        let cron = Cron::parse("0 9 * * 1-5", 0).expect("valid");
        assert_eq!(cron.after(MONDAY), Some(MONDAY + 9 * HOUR));
        assert_eq!(cron.after(MONDAY + 9 * HOUR), Some(MONDAY + 33 * HOUR));
        assert_eq!(cron.last(MONDAY + 10 * HOUR), Some(MONDAY + 9 * HOUR));
        assert_eq!(cron.last(MONDAY + 9 * HOUR), Some(MONDAY + 9 * HOUR));
        // Friday evening: the next is on Monday.
        assert_eq!(cron.after(MONDAY + (4 * 24 + 18) * HOUR), Some(MONDAY + (7 * 24 + 9) * HOUR));
    }

    #[test]
    fn an_offset_moves_the_hour() {
        let cron = Cron::parse("0 9 * * *", 120).expect("valid");
        assert_eq!(cron.after(MONDAY), Some(MONDAY + 7 * HOUR));
    }

    #[test]
    fn what_is_no_pattern_or_never_comes_is_told() {
        for pattern in ["", "* * * *", "* * * * * *", "61 * * * *", "0 0 30 2 *", "a b c d e"] {
            assert!(Cron::parse(pattern, 0).is_err(), "{pattern}");
        }
    }
}
