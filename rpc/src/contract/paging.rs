//! Pages of lists. What a cursor means is the node's matter.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// Bytes of a cursor.
pub(super) const CURSOR_BYTES: usize = 256;

/// Where a page begins. Opaque: only the method that gave it takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cursor(pub String);

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() > CURSOR_BYTES {
            return Err(D::Error::custom(format_args!("cursor is at most {CURSOR_BYTES} bytes")));
        }
        Ok(Self(text))
    }
}

impl JsonSchema for Cursor {
    fn schema_name() -> Cow<'static, str> {
        "Cursor".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "maxLength": CURSOR_BYTES })
    }
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Page<T> {
    /// The items, in the order the method names.
    pub items: Vec<T>,
    /// Where the next page begins; missing on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<Cursor>,
    /// Where the page before begins; missing on the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev_cursor: Option<Cursor>,
}

impl<T> Page<T> {
    /// A list that is one page.
    #[must_use]
    pub const fn whole(items: Vec<T>) -> Self {
        Self { items, next_cursor: None, prev_cursor: None }
    }
}
