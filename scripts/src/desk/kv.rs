//! The storage of a bot: values by key, with a time to live and a quota.

use folkmoot_rpc::{ApiError, ErrorKind, error::ErrorDetail};
use serde_json::{Value, json};

use super::{
    Desk,
    rows::{KV, Row},
};
use crate::host::{KEY_BYTES, SCAN_MAX, VALUE_BYTES};

/// Rows that are forgotten at once when their time is over: bounds the work between two triggers.
const PURGE_ROWS: usize = 256;

fn limit(which: &'static str, message: String) -> ApiError {
    ApiError::new(ErrorKind::BotLimit, message)
        .with_detail(ErrorDetail { which: Some(which.into()), ..ErrorDetail::default() })
}

impl Desk {
    /// A value; null if there is none.
    #[must_use]
    pub fn kv_get(&self, key: &str, now_ms: u64) -> Value {
        let row = self.rows.get(&format!("{KV}{key}"), now_ms);
        row.and_then(|row| serde_json::from_str(&row.text).ok()).unwrap_or(Value::Null)
    }

    /// Keeps a value; null forgets it.
    ///
    /// # Errors
    /// 7003 when key, value or the whole storage is too large.
    pub fn kv_set(&mut self, key: &str, value: &Value, ttl_ms: Option<u64>, now_ms: u64) -> Result<(), ApiError> {
        if key.is_empty() || key.len() > KEY_BYTES {
            return Err(limit("key", format!("a key has 1 to {KEY_BYTES} bytes")));
        }
        let key = format!("{KV}{key}");
        if value.is_null() {
            self.rows.put(key, None);
            return Ok(());
        }
        let row = Row { text: value.to_string(), expires_ms: ttl_ms.map(|ttl| now_ms.saturating_add(ttl)) };
        if row.text.len() > VALUE_BYTES {
            return Err(limit("value", format!("a value has at most {VALUE_BYTES} bytes as JSON")));
        }
        if self.rows.kv_bytes_with(&key, &row) > self.quota_bytes {
            self.kv_purge(now_ms);
            if self.rows.kv_bytes_with(&key, &row) > self.quota_bytes {
                return Err(limit("kv_mb", format!("the storage is full: {} MiB", self.quota_bytes / 1024 / 1024)));
            }
        }
        self.rows.put(key, Some(row));
        Ok(())
    }

    /// Adds to a number and yields the sum. What time to live it had it keeps.
    ///
    /// # Errors
    /// 3001 when something else is there; as [`kv_set`](Self::kv_set).
    pub fn kv_incr(&mut self, key: &str, by: i64, now_ms: u64) -> Result<Value, ApiError> {
        let held = self.kv_get(key, now_ms);
        let number = if held.is_null() { Some(0) } else { held.as_i64() };
        let Some(sum) = number.and_then(|number| number.checked_add(by)) else {
            return Err(ApiError::invalid_content("key", format!("{key} holds no number that can be added to")));
        };
        let expires = self.rows.get(&format!("{KV}{key}"), now_ms).and_then(|row| row.expires_ms);
        self.kv_set(key, &json!(sum), expires.map(|expires| expires.saturating_sub(now_ms)), now_ms)?;
        Ok(json!(sum))
    }

    /// Rows whose key begins so, by key.
    #[must_use]
    pub fn kv_scan(&self, prefix: &str, after: Option<&str>, most: usize, now_ms: u64) -> Vec<(String, Value)> {
        let (prefix, after) = (format!("{KV}{prefix}"), after.map(|after| format!("{KV}{after}")));
        let live = |row: &Row| row.expires_ms.is_none_or(|expires| expires > now_ms);
        self.rows
            .from(&prefix, after.as_deref())
            .filter(|(_, row)| live(row))
            .filter_map(|(key, row)| Some((key.strip_prefix(KV)?.to_owned(), serde_json::from_str(&row.text).ok()?)))
            .take(most.min(SCAN_MAX))
            .collect()
    }

    /// Bytes the storage takes, keys and values.
    #[must_use]
    pub const fn kv_bytes(&self) -> u64 {
        self.rows.kv_bytes()
    }

    /// Forgets values whose time is over.
    pub fn kv_purge(&mut self, now_ms: u64) {
        for key in self.rows.expired(now_ms, PURGE_ROWS) {
            self.rows.put(key, None);
        }
    }
}
