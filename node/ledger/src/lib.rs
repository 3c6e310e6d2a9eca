//! folkmoot-ledger.
