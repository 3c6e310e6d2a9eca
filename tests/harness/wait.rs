//! Waiting for a condition, never for a while.

use std::time::Duration;

use tokio::time::Instant;

/// Between two looks.
const LOOK: Duration = Duration::from_millis(20);

/// Looks until the condition holds and returns what it yields; tells how long that took, for whoever asks why a test is slow.
///
/// # Panics
/// After `within`, telling what was waited for and what the last look found instead.
#[track_caller]
pub(crate) fn wait_for<T>(
    what: &str,
    within: Duration,
    mut look: impl AsyncFnMut() -> Result<T, String>,
) -> impl Future<Output = T> {
    let caller = std::panic::Location::caller();
    async move {
        let began = Instant::now();
        loop {
            let missing = match look().await {
                Ok(found) => {
                    println!("{caller}: {what}, after {:?}", began.elapsed());
                    return found;
                }
                Err(missing) => missing,
            };
            assert!(began.elapsed() < within, "{caller}: waited {within:?} in vain until {what}: {missing}");
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// The value of a future that ends in time.
///
/// # Panics
/// After `within`.
#[track_caller]
pub(crate) fn in_time<T>(what: &str, within: Duration, future: impl Future<Output = T>) -> impl Future<Output = T> {
    let caller = std::panic::Location::caller();
    async move {
        match tokio::time::timeout(within, future).await {
            Ok(value) => value,
            Err(_) => panic!("{caller}: waited {within:?} in vain for {what}"),
        }
    }
}
