//! What a node is started with: built-in values, then `config.toml` in the data folder, then `MOOT_*` from the environment, then
//! the command line; the later wins.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use etcetera::{AppStrategy, AppStrategyArgs, choose_app_strategy};
use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};

/// Settings of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address of the local API; loopback only. Port 0 takes a free one.
    pub rpc: SocketAddr,
    /// Multiaddresses to listen on for peers, QUIC or TCP. Port 0 takes a free one at the first start, which is then kept.
    pub listen: Vec<String>,
    /// Multiaddresses with peer id that are dialled at start.
    pub bootstrap: Vec<String>,
    /// Announces this node on the local network and meets others there.
    pub mdns: bool,
    /// Keeps the admin token of the last start.
    pub keep_tokens: bool,
    /// File whose first line is the passphrase.
    pub passphrase_file: Option<PathBuf>,
    /// Log filter, as `info` or `folkmoot=debug,info`.
    pub log: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            rpc: SocketAddr::from(([127, 0, 0, 1], 0)),
            listen: ["/ip4/0.0.0.0/udp/0/quic-v1", "/ip6/::/udp/0/quic-v1", "/ip4/0.0.0.0/tcp/0", "/ip6/::/tcp/0"]
                .map(str::to_owned)
                .to_vec(),
            bootstrap: Vec::new(),
            mdns: true,
            keep_tokens: false,
            passphrase_file: None,
            log: "warn,folkmoot=info,libp2p_gossipsub=error,libp2p_kad=error,libp2p_mdns=error".into(),
        }
    }
}

/// `MOOT_*` that are no settings of a node: where it is, and what shows its window.
const NO_SETTINGS: &[&str] = &["data_dir", "ephemeral", "window", "window_automation"];

/// What the command line may set; absent values leave the other sources standing.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Overrides {
    /// See [`Config::rpc`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rpc: Option<SocketAddr>,
    /// See [`Config::listen`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub listen: Vec<String>,
    /// See [`Config::bootstrap`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bootstrap: Vec<String>,
    /// See [`Config::mdns`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mdns: Option<bool>,
    /// See [`Config::keep_tokens`].
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub keep_tokens: bool,
    /// See [`Config::passphrase_file`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passphrase_file: Option<PathBuf>,
    /// See [`Config::log`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
}

/// Why a node cannot be configured.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A source has an unknown key or a value of another type.
    #[error("configuration is not valid")]
    Invalid(#[source] Box<figment::Error>),
    /// The platform names no folder for data.
    #[error("no home folder found; name a data folder with --data-dir")]
    NoHome,
    /// The API would be reachable from other machines.
    #[error("--rpc {address} is not a loopback address; expected 127.0.0.1:PORT or [::1]:PORT")]
    NotLoopback {
        /// The address there was.
        address: SocketAddr,
    },
}

impl Config {
    /// Merges all sources for a data folder.
    ///
    /// # Errors
    /// [`ConfigError`], naming the source and key.
    pub fn load(data_dir: &Path, overrides: &Overrides) -> Result<Self, ConfigError> {
        let config: Self = Figment::from(Serialized::defaults(Self::default()))
            .merge(Toml::file(data_dir.join("config.toml")))
            .merge(Env::prefixed("MOOT_").ignore(NO_SETTINGS).map(|key| key.as_str().to_lowercase().into()))
            .merge(Serialized::defaults(overrides))
            .extract()
            .map_err(|e| ConfigError::Invalid(Box::new(e)))?;
        if !config.rpc.ip().is_loopback() {
            return Err(ConfigError::NotLoopback { address: config.rpc });
        }
        Ok(config)
    }
}

/// The platform's folder for Folkmoot's data.
///
/// # Errors
/// [`ConfigError::NoHome`].
pub fn default_data_dir() -> Result<PathBuf, ConfigError> {
    let strategy = choose_app_strategy(AppStrategyArgs {
        top_level_domain: "org".into(),
        author: "Folkmoot".into(),
        app_name: "folkmoot".into(),
    })
    .map_err(|_| ConfigError::NoHome)?;
    Ok(strategy.data_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_wins_over_the_file() {
        let dir = tempfile::tempdir().expect("temporary folder");
        std::fs::write(dir.path().join("config.toml"), "rpc = '127.0.0.1:7000'\nlog = 'debug'\n").expect("written");
        let overrides = Overrides { rpc: Some(SocketAddr::from(([127, 0, 0, 1], 7001))), ..Overrides::default() };
        let config = Config::load(dir.path(), &overrides).expect("valid");
        assert_eq!(config.rpc.port(), 7001);
        assert_eq!(config.log, "debug");
    }

    #[test]
    fn an_unknown_key_is_named() {
        let dir = tempfile::tempdir().expect("temporary folder");
        std::fs::write(dir.path().join("config.toml"), "lissen = []\n").expect("written");
        let error = Config::load(dir.path(), &Overrides::default()).expect_err("unknown key");
        let ConfigError::Invalid(source) = error else { panic!("another error") };
        assert!(source.to_string().contains("lissen"), "{source}");
    }

    #[test]
    fn the_api_stays_on_loopback() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let overrides = Overrides { rpc: Some(SocketAddr::from(([0, 0, 0, 0], 0))), ..Overrides::default() };
        let error = Config::load(dir.path(), &overrides).expect_err("refused");
        assert!(matches!(error, ConfigError::NotLoopback { .. }), "{error}");
    }
}
