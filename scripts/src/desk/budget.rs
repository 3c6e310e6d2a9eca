//! How often: messages sent a minute, errors and kills within a while.

use std::collections::VecDeque;

/// Messages a bot may send: a bucket that fills evenly and holds a minute's worth.
#[derive(Clone, Debug)]
pub struct SendBudget {
    per_min: u64,
    /// Thousandths of a message.
    level: u64,
    at_ms: u64,
}

impl SendBudget {
    /// A full bucket.
    #[must_use]
    pub const fn new(per_min: u64) -> Self {
        Self { per_min, level: per_min * 1_000, at_ms: 0 }
    }

    /// Takes one message out.
    ///
    /// # Errors
    /// Milliseconds until there is one.
    pub fn take(&mut self, now_ms: u64) -> Result<(), u64> {
        let passed = now_ms.saturating_sub(self.at_ms);
        let full = self.per_min * 1_000;
        self.level = self.level.saturating_add(passed.saturating_mul(self.per_min) / 60).min(full);
        self.at_ms = self.at_ms.max(now_ms);
        if self.level < 1_000 {
            return Err((1_000 - self.level) * 60 / self.per_min.max(1) + 1);
        }
        self.level -= 1_000;
        Ok(())
    }
}

/// Times of the last few incidents.
#[derive(Clone, Debug)]
struct Window<const MOST: usize, const WITHIN_MS: u64>(VecDeque<u64>);

impl<const MOST: usize, const WITHIN_MS: u64> Window<MOST, WITHIN_MS> {
    const fn new() -> Self {
        Self(VecDeque::new())
    }

    /// Counts one; tells whether there were too many.
    fn count(&mut self, now_ms: u64) -> bool {
        self.0.push_back(now_ms);
        while self.0.front().is_some_and(|first| first.saturating_add(WITHIN_MS) < now_ms) {
            self.0.pop_front();
        }
        while self.0.len() > MOST {
            self.0.pop_front();
        }
        self.0.len() >= MOST
    }
}

/// Twenty errors within five minutes: the bot is off.
#[derive(Clone, Debug)]
pub struct ErrorWindow(Window<20, { 5 * 60 * 1_000 }>);

impl Default for ErrorWindow {
    fn default() -> Self {
        Self(Window::new())
    }
}

impl ErrorWindow {
    /// Counts an error; tells whether the bot is to be turned off.
    pub fn count(&mut self, now_ms: u64) -> bool {
        self.0.count(now_ms)
    }
}

/// Three kills within ten minutes: the bot is off.
#[derive(Clone, Debug)]
pub struct KillWindow(Window<3, { 10 * 60 * 1_000 }>);

impl Default for KillWindow {
    fn default() -> Self {
        Self(Window::new())
    }
}

impl KillWindow {
    /// Counts a kill; tells whether the bot is to be turned off.
    pub fn count(&mut self, now_ms: u64) -> bool {
        self.0.count(now_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_holds_as_many_messages_as_it_says() {
        let mut budget = SendBudget::new(20);
        let begin = 1_000_000;
        assert!((0..20).all(|_| budget.take(begin).is_ok()));
        let wait = budget.take(begin).expect_err("the 21st");
        assert_eq!(wait, 3_001);
        assert!(budget.take(begin + wait).is_ok());
        assert!(budget.take(begin + wait).is_err());
    }

    #[test]
    fn only_errors_close_together_turn_a_bot_off() {
        let mut errors = ErrorWindow::default();
        assert!((0..19).all(|n| !errors.count(n)));
        assert!(errors.count(19));
        let mut errors = ErrorWindow::default();
        assert!((0..100).all(|n| !errors.count(n * 20_000)));
        let mut kills = KillWindow::default();
        assert!(!kills.count(0) && !kills.count(1_000));
        assert!(kills.count(600_000));
        assert!(!kills.count(1_300_000));
    }
}
