//! Log records.

use folkmoot_core::ids::{ChannelId, LogId, ServerId};

use super::Snapshot;
use crate::{LedgerError, LogRecord, catalog::Column};

impl Snapshot<'_> {
    /// One log.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn log(&self, log: &LogId) -> Result<Option<LogRecord>, LedgerError> {
        self.read_sealed(Column::Logs, log.as_ref(), LogRecord::decode)
    }

    /// All logs, by id.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn logs(&self) -> Result<Vec<LogRecord>, LedgerError> {
        self.logs_where(|_| true)
    }

    /// The logs of a server. Reads all logs.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn logs_of_server(&self, server: &ServerId) -> Result<Vec<LogRecord>, LedgerError> {
        self.logs_where(|log| log.init.server == *server)
    }

    /// The logs of a channel. Reads all logs.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn logs_of_channel(&self, channel: &ChannelId) -> Result<Vec<LogRecord>, LedgerError> {
        self.logs_where(|log| log.init.channel == *channel)
    }

    fn logs_where(&self, wanted: impl Fn(&LogRecord) -> bool) -> Result<Vec<LogRecord>, LedgerError> {
        let mut logs = Vec::new();
        self.scan_sealed(Column::Logs, &[], |row, plain| {
            let log = LogRecord::decode(plain)?;
            if log.init.id.as_ref() != row {
                return Err("log stands under another id");
            }
            if wanted(&log) {
                logs.push(log);
            }
            Ok(())
        })?;
        Ok(logs)
    }
}
