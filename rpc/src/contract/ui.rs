//! `ui.*`: what a window wants to find again, on this machine alone and the same in every window.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{Method, Scope};
use crate::error::{ApiError, ErrorKind};

/// Characters of a key.
pub const KEY_CHARS: usize = 64;
/// Bytes of a value as JSON: the layout and habits of a window are a few hundred.
pub const VALUE_BYTES: usize = 64 * 1024;
/// Keys kept; together with [`VALUE_BYTES`] what a client can make grow is 4 MiB.
pub const KEYS_MAX: usize = 64;

/// Names a value: 1 to 64 of `a-z A-Z 0-9 . _ - : /`. It is an id and stands unsealed in the event log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct StateKey(Box<str>);

impl StateKey {
    /// The key, if it is well-formed.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:/".contains(&byte);
        ((1..=KEY_CHARS).contains(&text.len()) && text.bytes().all(plain)).then(|| Self(text.into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for StateKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        Self::new(&text).ok_or_else(|| D::Error::custom("key is 1 to 64 letters, digits and . _ - : /"))
    }
}

impl JsonSchema for StateKey {
    fn schema_name() -> Cow<'static, str> {
        "StateKey".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9._:/-]{1,64}$" })
    }
}

/// A value kept under a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "UiState")]
pub struct State {
    /// The key.
    pub key: StateKey,
    /// Any JSON; `null` where nothing is kept.
    pub value: Value,
    /// Grows with every change; 0 where nothing is kept.
    pub rev: u64,
}

fn example_state() -> State {
    State { key: example_key(), value: serde_json::json!({ "theme": "dark", "density": "cozy" }), rev: 1 }
}

fn example_key() -> StateKey {
    StateKey::new("preferences").expect("a plain word")
}

/// `ui.state.get`
pub struct GetState;

/// Which value.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetStateParams {
    /// The key.
    pub key: StateKey,
}

impl Method for GetState {
    const NAME: &'static str = "ui.state.get";
    const SCOPE: Scope = Scope::Identity;
    const ERRORS: &'static [ErrorKind] = &[ErrorKind::Storage];
    const SUMMARY: &'static str = "What a window keeps under a key; null with rev 0 where nothing is kept.";
    type Params = GetStateParams;
    type Output = State;

    fn example() -> (GetStateParams, State) {
        (GetStateParams { key: example_key() }, example_state())
    }
}

/// `ui.state.set`
pub struct SetState;

/// The new value.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetStateParams {
    /// The key.
    pub key: StateKey,
    /// Any JSON of at most 64 KiB; `null` forgets the key.
    pub value: Value,
    /// Refused with 2003 unless the value still has this revision; 0: unless nothing is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_rev: Option<u64>,
}

impl Method for SetState {
    const NAME: &'static str = "ui.state.set";
    const SCOPE: Scope = Scope::Identity;
    const ERRORS: &'static [ErrorKind] =
        &[ErrorKind::Conflict, ErrorKind::TooLarge, ErrorKind::Quota, ErrorKind::Storage];
    const SUMMARY: &'static str = "Keeps a value under a key, for every window of this node; null forgets it.";
    type Params = SetStateParams;
    type Output = State;

    fn check(params: &SetStateParams) -> Result<(), ApiError> {
        let bytes = serde_json::to_vec(&params.value).map_or(usize::MAX, |json| json.len());
        if bytes > VALUE_BYTES {
            return Err(ApiError::too_large("value", VALUE_BYTES as u64));
        }
        Ok(())
    }

    fn example() -> (SetStateParams, State) {
        let State { key, value, .. } = example_state();
        (SetStateParams { key, value, if_rev: None }, example_state())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_short_and_plain() {
        for good in ["a", "preferences", "server/srv_x:collapsed", &"k".repeat(64)] {
            assert!(StateKey::new(good).is_some(), "{good}");
        }
        for bad in ["", "a b", "naïve", "a\n", &"k".repeat(65)] {
            assert!(StateKey::new(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn value_above_its_limit_is_refused() {
        let params = |value| SetStateParams { key: example_key(), value, if_rev: None };
        assert_eq!(SetState::check(&params(Value::String("x".repeat(VALUE_BYTES - 2)))), Ok(()));
        let refused = SetState::check(&params(Value::String("x".repeat(VALUE_BYTES - 1))));
        assert_eq!(refused.map_err(|error| error.kind()), Err(ErrorKind::TooLarge));
    }
}
