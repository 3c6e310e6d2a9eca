//! Numbers that stand for channels and logs in keys: four bytes instead of thirty-two, in two large columns.
//!
//! A number is given out when a batch first needs it and is written with that batch. A batch may be dropped, so every batch
//! carries the rows of those numbers of its own that no committed batch has carried yet.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use folkmoot_core::ids::{ChannelId, LogId};

use crate::{
    LedgerError,
    backend::{Op, Span, Step, View},
    catalog::Column,
    key,
};

#[derive(Clone, Copy, Debug)]
struct Given {
    number: u32,
    /// Written by a batch that was committed.
    written: bool,
}

#[derive(Default)]
struct Table {
    channels: HashMap<ChannelId, Given>,
    logs: HashMap<LogId, (Given, ChannelId)>,
    log_ids: HashMap<u32, (LogId, ChannelId)>,
    next_channel: u32,
    next_log: u32,
}

/// All numbers of a ledger. Grows with the logs it holds: about 150 bytes each.
#[derive(Default)]
pub(crate) struct Numbers {
    table: Mutex<Table>,
}

/// Numbers whose rows a batch carries.
#[derive(Debug)]
pub(crate) struct Claims {
    channels: Vec<ChannelId>,
    logs: Vec<LogId>,
}

impl Claims {
    pub(crate) const fn new() -> Self {
        Self { channels: Vec::new(), logs: Vec::new() }
    }
}

impl Numbers {
    /// Reads all numbers given out so far.
    pub(crate) fn load(view: &dyn View) -> Result<Self, LedgerError> {
        let mut table = Table::default();
        let mut channel_ids = HashMap::new();
        let damaged = |key: &[u8]| LedgerError::damaged(Column::Meta, key, "not a number");
        view.scan(Column::Meta, Span::prefix(&[key::tag::CHANNEL]), &mut |row, value| {
            let id = ChannelId::new(key::read_tagged(row).ok_or_else(|| damaged(row))?);
            let number = u32::from_be_bytes(value.try_into().map_err(|_| damaged(row))?);
            table.channels.insert(id, Given { number, written: true });
            table.next_channel = table.next_channel.max(number.saturating_add(1));
            channel_ids.insert(number, id);
            Ok(Step::Next)
        })?;
        view.scan(Column::Meta, Span::prefix(&[key::tag::LOG]), &mut |row, value| {
            let id = LogId::new(key::read_tagged(row).ok_or_else(|| damaged(row))?);
            let (number, channel) = value.split_first_chunk::<4>().ok_or_else(|| damaged(row))?;
            let number = u32::from_be_bytes(*number);
            let channel = u32::from_be_bytes(channel.try_into().map_err(|_| damaged(row))?);
            let channel = *channel_ids.get(&channel).ok_or_else(|| damaged(row))?;
            table.logs.insert(id, (Given { number, written: true }, channel));
            table.log_ids.insert(number, (id, channel));
            table.next_log = table.next_log.max(number.saturating_add(1));
            Ok(Step::Next)
        })?;
        Ok(Self { table: Mutex::new(table) })
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // A table that a panic left behind is whole: it is changed by single inserts.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn channel(&self, channel: &ChannelId) -> Option<u32> {
        self.table().channels.get(channel).map(|given| given.number)
    }

    pub(crate) fn log(&self, log: &LogId) -> Option<u32> {
        self.table().logs.get(log).map(|(given, _)| given.number)
    }

    /// Channel and log behind a number, and the log's channel.
    pub(crate) fn log_id(&self, number: u32) -> Option<(LogId, ChannelId)> {
        self.table().log_ids.get(&number).copied()
    }

    /// Numbers of a log and its channel, given out if need be; rows not yet written are pushed to `ops`, once per batch.
    pub(crate) fn claim(
        &self,
        log: LogId,
        channel: ChannelId,
        claims: &mut Claims,
        ops: &mut Vec<Op>,
    ) -> Result<(u32, u32), LedgerError> {
        let mut table = self.table();
        if table.logs.get(&log).is_some_and(|(_, home)| *home != channel) {
            return Err(LedgerError::OtherChannel);
        }
        let channel_no = table.claim_channel(channel, claims, ops)?;
        let log_given = match table.logs.get(&log) {
            Some((given, _)) => *given,
            None => {
                let number = next(&mut table.next_log, "number of logs", u32::MAX)?;
                let given = Given { number, written: false };
                table.logs.insert(log, (given, channel));
                table.log_ids.insert(number, (log, channel));
                given
            }
        };
        if !log_given.written && !claims.logs.contains(&log) {
            claims.logs.push(log);
            let value = [log_given.number.to_be_bytes(), channel_no.to_be_bytes()].concat();
            ops.push(Op { column: Column::Meta, key: key::log_number(&log), value: Some(value) });
        }
        Ok((log_given.number, channel_no))
    }

    /// The number of a channel, in the same way.
    pub(crate) fn claim_channel(
        &self,
        channel: ChannelId,
        claims: &mut Claims,
        ops: &mut Vec<Op>,
    ) -> Result<u32, LedgerError> {
        self.table().claim_channel(channel, claims, ops)
    }

    /// Notes that a batch with these rows is on the disk.
    pub(crate) fn written(&self, claims: &Claims) {
        if claims.channels.is_empty() && claims.logs.is_empty() {
            return;
        }
        let mut table = self.table();
        for channel in &claims.channels {
            if let Some(given) = table.channels.get_mut(channel) {
                given.written = true;
            }
        }
        for log in &claims.logs {
            if let Some((given, _)) = table.logs.get_mut(log) {
                given.written = true;
            }
        }
    }
}

impl Table {
    fn claim_channel(
        &mut self,
        channel: ChannelId,
        claims: &mut Claims,
        ops: &mut Vec<Op>,
    ) -> Result<u32, LedgerError> {
        let given = match self.channels.get(&channel) {
            Some(given) => *given,
            None => {
                // The highest bit tells effects from messages.
                let number = next(&mut self.next_channel, "number of channels", key::EFFECTS)?;
                let given = Given { number, written: false };
                self.channels.insert(channel, given);
                given
            }
        };
        if !given.written && !claims.channels.contains(&channel) {
            claims.channels.push(channel);
            let value = given.number.to_be_bytes().to_vec();
            ops.push(Op { column: Column::Meta, key: key::channel_number(&channel), value: Some(value) });
        }
        Ok(given.number)
    }
}

/// Numbers below `end`; the last of them is never given out, so that there is one behind each.
fn next(counter: &mut u32, what: &'static str, end: u32) -> Result<u32, LedgerError> {
    let number = *counter;
    let behind = number.checked_add(1).filter(|behind| *behind < end);
    let limit = end as usize;
    *counter = behind.ok_or(LedgerError::TooLarge { what, actual: limit, limit })?;
    Ok(number)
}
