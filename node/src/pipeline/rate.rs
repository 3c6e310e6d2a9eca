//! How fast an author may write: a token bucket per account and server, for messages and for their bytes.

use std::collections::HashMap;

use folkmoot_core::ids::AccountId;

/// Bytes a second that go with the default of 50 messages a second; scales with a server's own rate.
const BYTES_PER_MESSAGE: f64 = 1_048_576.0 / 50.0;
/// Buckets kept; when more authors speak at once the fullest are forgotten, which only favours them.
const BUCKETS: usize = 20_000;

/// Rate a server allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    /// Messages a second.
    pub(super) per_second: u32,
    /// Messages at once after a pause.
    pub(super) burst: u32,
}

struct Bucket {
    messages: f64,
    bytes: f64,
    at_ms: u64,
}

/// Buckets of one server.
#[derive(Default)]
pub(super) struct Rates(HashMap<AccountId, Bucket>);

impl Rates {
    /// Takes one message of `bytes` from the author's bucket.
    ///
    /// # Errors
    /// How many milliseconds to wait until there is room.
    pub(super) fn take(&mut self, author: AccountId, rate: Rate, bytes: usize, now_ms: u64) -> Result<(), u64> {
        if self.0.len() >= BUCKETS && !self.0.contains_key(&author) {
            self.0.retain(|_, bucket| now_ms.saturating_sub(bucket.at_ms) < 60_000);
            if self.0.len() >= BUCKETS {
                self.0.clear();
            }
        }
        let (per_second, burst) = (f64::from(rate.per_second), f64::from(rate.burst));
        let bucket =
            self.0.entry(author).or_insert(Bucket { messages: burst, bytes: burst * BYTES_PER_MESSAGE, at_ms: now_ms });
        #[expect(clippy::cast_precision_loss, reason = "milliseconds between two messages")]
        let elapsed = now_ms.saturating_sub(bucket.at_ms) as f64 / 1_000.0;
        bucket.at_ms = now_ms.max(bucket.at_ms);
        bucket.messages = (bucket.messages + elapsed * per_second).min(burst);
        bucket.bytes = (bucket.bytes + elapsed * per_second * BYTES_PER_MESSAGE).min(burst * BYTES_PER_MESSAGE);
        #[expect(clippy::cast_precision_loss, reason = "at most 16 KiB")]
        let bytes = bytes as f64;
        if bucket.messages >= 1.0 && bucket.bytes >= bytes {
            bucket.messages -= 1.0;
            bucket.bytes -= bytes;
            return Ok(());
        }
        let lacking =
            ((1.0 - bucket.messages) / per_second).max((bytes - bucket.bytes) / (per_second * BYTES_PER_MESSAGE));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive and at most seconds")]
        Err((lacking * 1_000.0).ceil().max(1.0) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_the_rate_holds() {
        let (mut rates, ann) = (Rates::default(), AccountId::new([1; 32]));
        let rate = Rate { per_second: 10, burst: 3 };
        let results: Vec<_> = (0..4).map(|_| rates.take(ann, rate, 200, 1_000)).collect();
        assert_eq!(results, [Ok(()), Ok(()), Ok(()), Err(100)]);
        assert_eq!(rates.take(ann, rate, 200, 1_100), Ok(()));
    }

    #[test]
    fn authors_do_not_share_a_bucket() {
        let mut rates = Rates::default();
        let rate = Rate { per_second: 1, burst: 1 };
        assert_eq!(rates.take(AccountId::new([1; 32]), rate, 1, 0), Ok(()));
        assert_eq!(rates.take(AccountId::new([2; 32]), rate, 1, 0), Ok(()));
    }
}
