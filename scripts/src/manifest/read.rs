//! From `bot.toml` to a [`Manifest`]: every fault names what stands there and what was expected.

use std::{collections::BTreeMap, path::Path};

use folkmoot_rpc::Scope;
use serde::Deserialize;

use super::{
    allow::AllowedHost,
    config::ConfigEntry,
    shape::{ASKABLE, EVENT_TYPES, Events, HTTP_BODY_MAX, HTTP_TIMEOUT_MAX_MS, Http, Manifest, wants_type},
};
use crate::engine::source_file::{PlainError, is_file_name, read_plain};
use crate::engine::{KV_MB_MAX, Limits, OPS_MAX, SENDS_PER_MIN_MAX, STRING_KB_MAX, WALL_MS_MAX};

/// Name of the file in the bot's folder.
pub const MANIFEST_FILE: &str = "bot.toml";
/// Bytes of it.
pub const MANIFEST_BYTES: usize = 16 * 1024;
/// The version of the script API that this program speaks.
const API: u32 = 1;
/// Characters of a bot's id.
const ID_CHARS: usize = 32;
/// Characters of a description.
const DESCRIPTION_CHARS: usize = 300;
/// Items of each list and table.
const ITEMS: usize = 64;

/// Why a manifest cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It cannot be read.
    #[error("cannot read bot.toml: {reason}")]
    Unreadable {
        /// Why not.
        reason: String,
    },
    /// It is not TOML, or has a key or a type that is not expected.
    #[error("bot.toml: {reason}")]
    Malformed {
        /// What stands where, and what was expected.
        reason: String,
    },
    /// A value is not among those that make sense.
    #[error("bot.toml: {key}: {reason}")]
    Invalid {
        /// Table and key.
        key: String,
        /// What was expected.
        reason: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    bot: Bot,
    #[serde(default)]
    permissions: Permissions,
    #[serde(default)]
    events: EventsTable,
    #[serde(default)]
    http: HttpTable,
    #[serde(default)]
    limits: LimitsTable,
    #[serde(default)]
    config: BTreeMap<String, ConfigEntry>,
    #[serde(default)]
    secrets: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bot {
    id: String,
    name: Option<String>,
    version: String,
    api: u32,
    #[serde(default = "main_file")]
    entry: String,
    description: String,
}

fn main_file() -> String {
    "main.rhai".to_owned()
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Permissions {
    #[serde(default)]
    scopes: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct EventsTable {
    types: Option<Vec<String>>,
    channels: Option<Vec<String>>,
    ignore_bots: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct HttpTable {
    #[serde(default)]
    allow: Vec<String>,
    max_body: Option<u64>,
    timeout_ms: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsTable {
    ops: Option<u64>,
    wall_ms: Option<u64>,
    string_kb: Option<u64>,
    kv_mb: Option<u64>,
    sends_per_min: Option<u64>,
    depth: Option<u64>,
}

fn invalid(key: impl Into<String>, reason: impl Into<String>) -> ManifestError {
    ManifestError::Invalid { key: key.into(), reason: reason.into() }
}

impl Manifest {
    /// Reads the manifest of a bot's folder.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn read(folder: &Path) -> Result<Self, ManifestError> {
        let unreadable = |reason: String| ManifestError::Unreadable { reason };
        let text = read_plain(&folder.join(MANIFEST_FILE), MANIFEST_BYTES).map_err(|error| {
            unreadable(match error {
                PlainError::Link { .. } => "it is a link".into(),
                PlainError::TooLong => format!("it has more than {MANIFEST_BYTES} bytes"),
                PlainError::NotText => "it is not UTF-8".into(),
                PlainError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                    format!("{} has none; `moot bot new NAME` makes a folder to begin with", folder.display())
                }
                PlainError::Io { source, .. } => source.to_string(),
            })
        })?;
        Self::parse(&text)
    }

    /// Reads a manifest's text.
    ///
    /// # Errors
    /// [`ManifestError::Malformed`] and [`ManifestError::Invalid`].
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let file: File = toml::from_str(text)
            .map_err(|error| ManifestError::Malformed { reason: error.to_string().trim_end().to_owned() })?;
        let id = identity(&file.bot)?;
        let manifest = Self {
            name: file.bot.name.unwrap_or_else(|| id.clone()),
            id,
            version: file.bot.version,
            description: file.bot.description,
            entry: file.bot.entry,
            scopes: scopes(&file.permissions.scopes)?,
            events: events(file.events)?,
            http: http(&file.http)?,
            limits: limits(&file.limits)?,
            config: config(file.config)?,
            secrets: secrets(file.secrets)?,
        };
        Ok(manifest)
    }
}

fn identity(bot: &Bot) -> Result<String, ManifestError> {
    let letters =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if bot.id.is_empty() || bot.id.len() > ID_CHARS || !letters(&bot.id) || bot.id.starts_with('-') {
        return Err(invalid(
            "bot.id",
            format!("expected 1 to {ID_CHARS} small letters, digits and dashes, found {:?}", bot.id),
        ));
    }
    if let Some(name) = &bot.name
        && (name.trim() != name
            || !(1..=ID_CHARS).contains(&name.chars().count())
            || name.chars().any(char::is_control))
    {
        return Err(invalid(
            "bot.name",
            format!("expected 1 to {ID_CHARS} characters without white space around them"),
        ));
    }
    let numbers = bot.version.split('.').filter(|part| part.len() < 10 && part.parse::<u32>().is_ok()).count();
    if numbers != 3 || bot.version.split('.').count() != 3 {
        return Err(invalid(
            "bot.version",
            format!("expected three numbers such as \"1.0.0\", found {:?}", bot.version),
        ));
    }
    if bot.api != API {
        return Err(invalid(
            "bot.api",
            format!("this program speaks version {API}, the bot was written for {}", bot.api),
        ));
    }
    if !is_file_name(&bot.entry) || !bot.entry.ends_with(".rhai") {
        return Err(invalid(
            "bot.entry",
            format!("expected a file of the bot's folder such as \"main.rhai\", found {:?}", bot.entry),
        ));
    }
    let length = bot.description.chars().count();
    if bot.description.trim().is_empty() || length > DESCRIPTION_CHARS {
        return Err(invalid(
            "bot.description",
            format!("expected 1 to {DESCRIPTION_CHARS} characters, found {length}"),
        ));
    }
    Ok(bot.id.clone())
}

fn few<T>(key: &str, items: &[T]) -> Result<(), ManifestError> {
    if items.len() > ITEMS { Err(invalid(key, format!("at most {ITEMS} of them"))) } else { Ok(()) }
}

fn scopes(words: &[String]) -> Result<Vec<Scope>, ManifestError> {
    const KEY: &str = "permissions.scopes";
    few(KEY, words)?;
    let mut scopes = Vec::new();
    for word in words {
        let scope = word.parse::<Scope>().ok().filter(|scope| ASKABLE.contains(scope));
        let Some(scope) = scope else {
            let known: Vec<&str> = ASKABLE.iter().map(|scope| scope.as_str()).collect();
            return Err(invalid(KEY, format!("a bot cannot ask for {word:?}; expected some of: {}", known.join(", "))));
        };
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    Ok(scopes)
}

fn events(table: EventsTable) -> Result<Events, ManifestError> {
    let defaults = Events::default();
    let types = table.types.unwrap_or(defaults.types);
    few("events.types", &types)?;
    for word in &types {
        if !EVENT_TYPES.iter().any(|kind| wants_type(word, kind)) {
            let known = EVENT_TYPES.join(", ");
            return Err(invalid(
                "events.types",
                format!(
                    "no event is of type {word:?}; expected some of: {known}, or a beginning with * such as \"message.*\""
                ),
            ));
        }
    }
    let channels = table.channels.unwrap_or(defaults.channels);
    few("events.channels", &channels)?;
    if let Some(wrong) = channels.iter().find(|name| *name != "*" && !(name.len() > 1 && name.starts_with('#'))) {
        return Err(invalid(
            "events.channels",
            format!("expected \"*\" or names such as \"#general\", found {wrong:?}"),
        ));
    }
    Ok(Events { types, channels, ignore_bots: table.ignore_bots.unwrap_or(defaults.ignore_bots) })
}

fn http(table: &HttpTable) -> Result<Http, ManifestError> {
    few("http.allow", &table.allow)?;
    let hosts = table.allow.iter().map(|text| text.parse::<AllowedHost>());
    let allow = hosts.collect::<Result<_, _>>().map_err(|error| invalid("http.allow", error.to_string()))?;
    let defaults = Http::default();
    Ok(Http {
        allow,
        max_body: within("http.max_body", table.max_body, defaults.max_body, 1, HTTP_BODY_MAX)?,
        timeout_ms: within("http.timeout_ms", table.timeout_ms, defaults.timeout_ms, 100, HTTP_TIMEOUT_MAX_MS)?,
    })
}

fn within(key: &str, given: Option<u64>, default: u64, least: u64, most: u64) -> Result<u64, ManifestError> {
    let value = given.unwrap_or(default);
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    Err(invalid(key, format!("expected a number from {least} to {most}, found {value}")))
}

fn limits(table: &LimitsTable) -> Result<Limits, ManifestError> {
    let defaults = Limits::default();
    Ok(Limits {
        ops: within("limits.ops", table.ops, defaults.ops, 1_000, OPS_MAX)?,
        wall_ms: within("limits.wall_ms", table.wall_ms, defaults.wall_ms, 100, WALL_MS_MAX)?,
        string_kb: within("limits.string_kb", table.string_kb, defaults.string_kb, 1, STRING_KB_MAX)?,
        kv_mb: within("limits.kv_mb", table.kv_mb, defaults.kv_mb, 1, KV_MB_MAX)?,
        sends_per_min: within(
            "limits.sends_per_min",
            table.sends_per_min,
            defaults.sends_per_min,
            1,
            SENDS_PER_MIN_MAX,
        )?,
        depth: within("limits.depth", table.depth, defaults.depth, 0, 16)?,
    })
}

fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= ITEMS
        && bytes.next().is_some_and(|first| first.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn config(table: BTreeMap<String, ConfigEntry>) -> Result<BTreeMap<String, ConfigEntry>, ManifestError> {
    if table.len() > ITEMS {
        return Err(invalid("config", format!("at most {ITEMS} settings")));
    }
    for (name, entry) in &table {
        let key = format!("config.{name}");
        if !is_name(name) {
            return Err(invalid(key, "a setting's name is made of letters, digits and _"));
        }
        entry.check(&entry.default).map_err(|reason| invalid(format!("{key}.default"), reason))?;
    }
    Ok(table)
}

fn secrets(table: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, ManifestError> {
    if table.len() > ITEMS {
        return Err(invalid("secrets", format!("at most {ITEMS} secrets")));
    }
    match table.keys().find(|name| !is_name(name)) {
        Some(name) => Err(invalid(format!("secrets.{name}"), "a secret's name is made of letters, digits and _")),
        None => Ok(table),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KARMA: &str = r##"
        [bot]
        id = "karma"
        version = "1.0.0"
        api = 1
        description = "Counts thanks."
        [permissions]
        scopes = ["read", "message:write"]
        [events]
        types = ["message.created", "message.reaction_*"]
        channels = ["#general"]
        [http]
        allow = ["api.example.org:443"]
        [limits]
        ops = 5000
        [config]
        prefix = { type = "string", default = "!" }
        most = { type = "int", default = 3, min = 1, max = 9 }
        [secrets]
        TOKEN = "of example.org"
    "##;

    #[test]
    fn a_whole_manifest_is_read() {
        let manifest = Manifest::parse(KARMA).expect("valid");
        assert_eq!(
            (manifest.id.as_str(), manifest.name.as_str(), manifest.entry.as_str()),
            ("karma", "karma", "main.rhai")
        );
        assert_eq!(manifest.scopes, [Scope::Read, Scope::MessageWrite]);
        assert!(manifest.events.wants_type("message.reaction_added") && !manifest.events.wants_type("message.edited"));
        assert!(manifest.events.wants_channel("general") && !manifest.events.wants_channel("other"));
        assert!(manifest.http.allows("API.example.org", 443) && !manifest.http.allows("api.example.org", 80));
        assert_eq!((manifest.limits.ops, manifest.limits.wall_ms), (5_000, 2_000));
    }

    #[test]
    fn every_fault_names_what_was_expected() {
        let cases = [
            ("id = \"karma\"", "id = \"Karma\"", "small letters"),
            ("version = \"1.0.0\"", "version = \"1.0\"", "three numbers"),
            ("api = 1", "api = 2", "version 1"),
            ("api = 1", "apis = 1", "expected one of"),
            ("description = \"Counts thanks.\"", "description = \"\"", "1 to 300"),
            ("\"read\"", "\"admin\"", "message:write"),
            ("\"read\"", "\"reed\"", "message:write"),
            ("message.created", "message.made", "message.created"),
            ("\"#general\"", "\"general\"", "#general"),
            ("api.example.org:443", "127.0.0.1:443", "a name with a port"),
            ("ops = 5000", "ops = 1", "1000 to 10000000"),
            ("ops = 5000", "oops = 1", "ops"),
            ("default = \"!\"", "default = 5", "a text"),
            ("default = 3", "default = 12", "from 1 to 9"),
            ("TOKEN", "\"MY-TOKEN\"", "letters, digits and _"),
        ];
        for (from, to, expected) in cases {
            let text = KARMA.replacen(from, to, 1);
            assert_ne!(text, KARMA, "{from}");
            let refused = Manifest::parse(&text).expect_err(to).to_string();
            assert!(refused.contains(expected), "{to}: {refused}");
        }
    }

    #[test]
    fn what_is_not_toml_is_told_with_its_line() {
        let refused = Manifest::parse("[bot\nid = 1").expect_err("not TOML").to_string();
        assert!(refused.contains("line 1"), "{refused}");
    }

    #[test]
    fn settings_are_checked_and_filled_up() {
        let manifest = Manifest::parse(KARMA).expect("valid");
        let set = |json: serde_json::Value| manifest.configure(json.as_object().expect("an object"));
        assert_eq!(
            serde_json::Value::Object(set(serde_json::json!({"most": 5})).expect("fits")),
            serde_json::json!({"most": 5, "prefix": "!"})
        );
        assert!(set(serde_json::json!({"most": 10})).expect_err("too many").to_string().contains("from 1 to 9"));
        assert!(set(serde_json::json!({"least": 1})).expect_err("unknown").to_string().contains("most, prefix"));
    }
}
