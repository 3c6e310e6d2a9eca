//! The columns (RocksDB: column families): what stands in each and under which key. How keys are built and read is in
//! [`key`](crate::key), how values look in [`record`](crate::record).
//!
//! Numbers in keys are big-endian, so that bytewise order is numeric order. `sealed(x)` is `nonce24 ‖ XChaCha20-Poly1305(x)` with
//! the column's name and the key as associated data. Columns are few: each has its own memtable, and a flush on closing costs
//! a sync per column.

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Column {
    /// Of the ledger about itself.
    /// - `0x00` -> sealed("folkmoot ledger"): tells a wrong key
    /// - `0x01` -> write number(8) ‖ seq of the last event(8)
    /// - `'c' ‖ channel(32)` -> channel number(4)
    /// - `'l' ‖ log(32)` -> log number(4) ‖ channel number(4)
    ///
    /// Numbers stand for ids in the keys of the large columns; they mean nothing outside this folder.
    Meta,
    /// Governance events: `server(32) ‖ event(32)` -> sealed(SignedBytes).
    Governance,
    /// Log records: `log(32)` -> sealed(StoredLog).
    Logs,
    /// Messages in the order people see them: `channel number(4) ‖ hlc(8) ‖ entry(32)` -> sealed(StoredEntry). Effects on messages
    /// stand apart: the highest bit of their channel's number is set.
    Timeline,
    /// Entries in the order of their log: `log number(4) ‖ seq(8) ‖ entry(32)` -> hlc(8) ‖ encoded length(4), whose highest bit is
    /// set for an effect.
    Chain,
    /// Entries by id: `entry(32)` -> channel number(4) ‖ hlc(8), the number as in the timeline.
    Ids,
    /// The durable event log: `seq(8)` -> StoredEvent. Not sealed: types and ids only. Gap-free from the oldest on.
    Events,
    /// Small facts, told apart by the first byte. Those under `A`, `B`, `D`, `K` and `T` follow from entries.
    /// - `'A' ‖ channel number(4) ‖ message(32) ‖ account(32)` -> sealed(StoredHand)
    /// - `'B' ‖ channel number(4) ‖ message(32)` -> sealed(StoredSubject)
    /// - `'C' ‖ name hash(32)` -> sealed(StoredConsumer)
    /// - `'D' ‖ channel number(4) ‖ message(32) ‖ hlc(8) ‖ edit(32)` -> account(32): edits of a message
    /// - `'E' ‖ epoch(32) ‖ kind(1)` -> sealed(secret(32)); kind 1 messages, 2 history
    /// - `'F' ‖ channel(32)` -> sealed(StoredDraft)
    /// - `'I' ‖ hlc(8) ‖ entry(32)` -> sealed(StoredNotice): the inbox, oldest first
    /// - `'K' ‖ kind(1) ‖ channel number(4) ‖ hlc(8) ‖ message(32)` -> nothing; kind 1 passed over as unread, 2 calls this account, 3
    ///   pinned, then with the stamp of the pin
    /// - `'L' ‖ place(1) [‖ server(32) or channel(32)]` -> sealed(StoredNoticeSettings); place 0 everything, 1 server, 2 channel
    /// - `'M' ‖ channel(32)` -> sealed(StoredMarker)
    /// - `'N' ‖ nonce key(32)` -> sealed(StoredNonce)
    /// - `'P' ‖ device(32)` -> sealed(what the overlay knows of a peer)
    /// - `'R' ‖ account(32) ‖ kind(1) [‖ device(32)]` -> sealed(SignedBytes); kind 1 profile, 2 prekey, 3 peer
    /// - `'S' ‖ name hash(32)` -> sealed(StoredSetting)
    /// - `'T' ‖ channel number(4) ‖ message(32) ‖ hlc(8) ‖ message(32)` -> nothing: the thread that begins with a message
    /// - `'U' ‖ name hash(32)` -> sealed(StoredUiState)
    /// - `'X' ‖ expiry ms(8) ‖ nonce key(32)` -> nothing: nonces in the order they expire
    /// - `'Z' ‖ row of timeline(44)` -> nothing: rows whose earlier value is to vanish from the disk
    State,
}

impl Column {
    pub(crate) const ALL: [Self; 8] =
        [Self::Meta, Self::Governance, Self::Logs, Self::Timeline, Self::Chain, Self::Ids, Self::Events, Self::State];

    /// Name on disk and in associated data. RocksDB always has a column `default`; ours of that name is [`Column::Meta`].
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Meta => "default",
            Self::Governance => "governance",
            Self::Logs => "logs",
            Self::Timeline => "timeline",
            Self::Chain => "chain",
            Self::Ids => "ids",
            Self::Events => "events",
            Self::State => "state",
        }
    }

    /// Place in [`Column::ALL`].
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_begins_another_so_associated_data_is_unambiguous() {
        for a in Column::ALL {
            for b in Column::ALL {
                assert!(a == b || !a.name().starts_with(b.name()), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn an_index_finds_its_column() {
        for column in Column::ALL {
            assert_eq!(Column::ALL[column.index()], column);
        }
    }
}
