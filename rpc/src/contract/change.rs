//! A parameter that changes something which may be there or not: left out it stays, `null` takes it away, a value sets it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What becomes of an optional value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Left out: it stays as it is.
    #[default]
    Keep,
    /// `null`: there is none from now on.
    Clear,
    /// A value: this one from now on.
    Set(T),
}

impl<T> Change<T> {
    /// Whether nothing changes; then it is left out on the wire.
    #[must_use]
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// Does it.
    pub fn apply(self, value: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *value = None,
            Self::Set(new) => *value = Some(new),
        }
    }
}

impl<T: Serialize> Serialize for Change<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Keep | Self::Clear => serializer.serialize_none(),
            Self::Set(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

impl<T: JsonSchema> JsonSchema for Change<T> {
    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Params {
        #[serde(default, skip_serializing_if = "Change::is_keep")]
        level: Change<u8>,
    }

    #[test]
    fn left_out_null_and_value_are_three_things() {
        for (json, level) in
            [("{}", Change::Keep), (r#"{"level":null}"#, Change::Clear), (r#"{"level":3}"#, Change::Set(3))]
        {
            let params: Params = serde_json::from_str(json).expect("reads");
            assert_eq!(params, Params { level });
            assert_eq!(serde_json::to_string(&params).expect("serializes"), json);
        }
    }

    #[test]
    fn changes_are_applied() {
        let mut value = Some(1);
        Change::Keep.apply(&mut value);
        assert_eq!(value, Some(1));
        Change::Set(2).apply(&mut value);
        assert_eq!(value, Some(2));
        Change::Clear.apply(&mut value);
        assert_eq!(value, None);
    }
}
