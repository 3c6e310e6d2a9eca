//! Telling readers of the event log that more members hold what this device wrote.

use folkmoot_core::{ids::LogId, log::SeqRange};
use folkmoot_ledger::{EventRecord, LedgerError};

use super::Turn;
use crate::events::EventKind;

/// Messages told of at once: the newest, since a member who catches up on years would fill the event log.
const TOLD_AT_ONCE: usize = 32;
/// Up to so many holders each one is told of; of more only when their number doubles.
const TOLD_EACH: u32 = 3;

impl Turn<'_> {
    /// A member was seen to hold these parts of our own logs that it was not known to hold.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn delivered(&mut self, news: &[(LogId, Vec<SeqRange>)]) -> Result<(), LedgerError> {
        let Some(me) = self.world.me.as_ref().map(super::Me::account_id) else { return Ok(()) };
        for (log_id, ranges) in news {
            let Some((server, channel)) = self.world.log_home.get(log_id).copied() else { continue };
            let Some(hlc) = self.world.log(&server, &channel, log_id).map(|log| log.top_hlc) else { continue };
            let mut left = TOLD_AT_ONCE;
            for range in ranges.iter().rev() {
                let messages = self.snapshot()?.newest_messages_of(log_id, *range, left)?;
                left -= messages.len();
                for (seq, id) in messages {
                    let holders = self.wiring.log_index.holders_at(log_id, seq);
                    if holders <= TOLD_EACH || holders.is_power_of_two() {
                        let event = EventRecord::new(EventKind::MessageDelivery.number(), self.now_ms, hlc);
                        self.emit(event.server(server).channel(channel).actor(me).subject(id.as_ref()))?;
                    }
                }
            }
        }
        Ok(())
    }
}
