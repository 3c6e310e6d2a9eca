//! The rows of a desk: texts by key, what has changed among them, and how many bytes those of the storage take.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use serde::de::DeserializeOwned;

/// What keys of the bot's own storage begin with.
pub(super) const KV: &str = "k/";

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// JSON.
    pub text: String,
    /// When it is gone, milliseconds UTC.
    pub expires_ms: Option<u64>,
}

/// A row that was put, or is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its key.
    pub key: String,
    /// What it holds now.
    pub row: Option<Row>,
}

/// All rows of one bot.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    held: BTreeMap<String, Row>,
    changed: BTreeSet<String>,
    kv_bytes: u64,
}

fn weight(key: &str, row: &Row) -> u64 {
    if key.starts_with(KV) { u64::try_from(key.len() + row.text.len()).unwrap_or(u64::MAX) } else { 0 }
}

impl Rows {
    pub(super) fn load(rows: impl IntoIterator<Item = (String, Row)>) -> Self {
        let held: BTreeMap<String, Row> = rows.into_iter().collect();
        let kv_bytes = held.iter().map(|(key, row)| weight(key, row)).sum();
        Self { held, changed: BTreeSet::new(), kv_bytes }
    }

    /// A row that is not gone by `now_ms`.
    pub(super) fn get(&self, key: &str, now_ms: u64) -> Option<&Row> {
        self.held.get(key).filter(|row| row.expires_ms.is_none_or(|expires| expires > now_ms))
    }

    pub(super) fn read<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        serde_json::from_str(&self.held.get(key)?.text).ok()
    }

    /// Rows whose key begins so, without that beginning.
    pub(super) fn read_all<'a, T: DeserializeOwned>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (String, T)> + 'a {
        self.from(prefix, None).filter_map(move |(key, row)| {
            let id = key.strip_prefix(prefix)?;
            Some((id.to_owned(), serde_json::from_str(&row.text).ok()?))
        })
    }

    /// Rows whose key begins so, behind another key.
    pub(super) fn from<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&str>,
    ) -> impl Iterator<Item = (&'a str, &'a Row)> + 'a {
        let begin = match after {
            Some(after) if after >= prefix => Bound::Excluded(after.to_owned()),
            _ => Bound::Included(prefix.to_owned()),
        };
        self.held
            .range::<String, _>((begin, Bound::Unbounded))
            .take_while(move |(key, _)| key.starts_with(prefix))
            .map(|(key, row)| (key.as_str(), row))
    }

    pub(super) fn put(&mut self, key: String, row: Option<Row>) {
        self.kv_bytes += row.as_ref().map_or(0, |row| weight(&key, row));
        let before = match row {
            Some(row) => self.held.insert(key.clone(), row),
            None => self.held.remove(&key),
        };
        self.kv_bytes -= before.as_ref().map_or(0, |row| weight(&key, row));
        self.changed.insert(key);
    }

    /// Bytes the storage would take with this row in it.
    pub(super) fn kv_bytes_with(&self, key: &str, row: &Row) -> u64 {
        let before = self.held.get(key).map_or(0, |row| weight(key, row));
        self.kv_bytes.saturating_sub(before).saturating_add(weight(key, row))
    }

    /// Bytes the storage takes.
    pub(super) const fn kv_bytes(&self) -> u64 {
        self.kv_bytes
    }

    pub(super) fn take_changes(&mut self) -> Vec<Change> {
        let changed = std::mem::take(&mut self.changed);
        changed.into_iter().map(|key| Change { row: self.held.get(&key).cloned(), key }).collect()
    }

    /// Keys of rows that are gone by `now_ms`, at most so many.
    pub(super) fn expired(&self, now_ms: u64, most: usize) -> Vec<String> {
        let gone = |row: &Row| row.expires_ms.is_some_and(|expires| expires <= now_ms);
        self.held.iter().filter(|(_, row)| gone(row)).map(|(key, _)| key.clone()).take(most).collect()
    }
}
