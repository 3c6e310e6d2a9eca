//! What may be set on a bot: names with types and defaults, and whether given values fit.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::shape::Manifest;

/// Bytes of a text that is set.
const TEXT_BYTES: usize = 4 * 1024;
/// Texts of a list that is set.
const LIST_ITEMS: usize = 256;

/// The type of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfigType {
    /// A text.
    String,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// Yes or no.
    Bool,
    /// A channel, as `#name`.
    Channel,
    /// A list of texts.
    List,
}

impl ConfigType {
    /// How it is written in a manifest.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Int => "int",
            Self::Float => "float",
            Self::Bool => "bool",
            Self::Channel => "channel",
            Self::List => "list",
        }
    }
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigEntry {
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: ConfigType,
    /// What it is while nobody sets it.
    pub default: Value,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The least number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// The greatest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
}

/// A value that does not fit its setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct BadConfig {
    /// Which setting.
    pub name: String,
    /// What was expected.
    pub reason: String,
}

impl ConfigEntry {
    /// Whether a value fits.
    ///
    /// # Errors
    /// What was expected instead.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        let fits = match self.kind {
            ConfigType::String => value.as_str().is_some_and(|text| text.len() <= TEXT_BYTES),
            ConfigType::Int => value.as_i64().is_some_and(|number| self.within(number as f64)),
            ConfigType::Float => value.as_f64().is_some_and(|number| self.within(number)),
            ConfigType::Bool => value.is_boolean(),
            ConfigType::Channel => {
                value.as_str().is_some_and(|name| name.strip_prefix('#').is_some_and(|rest| !rest.is_empty()))
            }
            ConfigType::List => value.as_array().is_some_and(|list| {
                list.len() <= LIST_ITEMS
                    && list.iter().all(|item| item.as_str().is_some_and(|text| text.len() <= TEXT_BYTES))
            }),
        };
        if fits { Ok(()) } else { Err(format!("expected {}, found {}", self.expected(), shown(value))) }
    }

    fn within(&self, number: f64) -> bool {
        self.min.is_none_or(|min| number >= min) && self.max.is_none_or(|max| number <= max)
    }

    fn expected(&self) -> String {
        let kind = match self.kind {
            ConfigType::String => return format!("a text of at most {TEXT_BYTES} bytes"),
            ConfigType::Int => "a whole number",
            ConfigType::Float => "a number",
            ConfigType::Bool => return "true or false".into(),
            ConfigType::Channel => return "a channel such as \"#general\"".into(),
            ConfigType::List => return format!("a list of at most {LIST_ITEMS} texts"),
        };
        match (self.min, self.max) {
            (Some(min), Some(max)) => format!("{kind} from {min} to {max}"),
            (Some(min), None) => format!("{kind} of at least {min}"),
            (None, Some(max)) => format!("{kind} of at most {max}"),
            (None, None) => kind.into(),
        }
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 60 { text.chars().take(60).chain(['…']).collect() } else { text }
}

impl Manifest {
    /// All settings with their values: what is set, or the default.
    ///
    /// # Errors
    /// [`BadConfig`] for a name the manifest has not, or a value that does not fit.
    pub fn configure(&self, set: &Map<String, Value>) -> Result<Map<String, Value>, BadConfig> {
        for (name, value) in set {
            let bad = |reason| BadConfig { name: name.chars().take(64).collect(), reason };
            let Some(entry) = self.config.get(name) else {
                let known: Vec<&str> = self.config.keys().map(String::as_str).collect();
                return Err(bad(format!("no such setting; expected one of: {}", known.join(", "))));
            };
            entry.check(value).map_err(bad)?;
        }
        let value = |name: &String, entry: &ConfigEntry| set.get(name).unwrap_or(&entry.default).clone();
        Ok(self.config.iter().map(|(name, entry)| (name.clone(), value(name, entry))).collect())
    }
}
