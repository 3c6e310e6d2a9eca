//! `endpoint.json`: where a running node is found. Written by the node once it is ready, read by everybody else.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ClientError;
use crate::credential::{Token, read_token};

/// Bytes of an `endpoint.json`; a real one has a few hundred.
const ENDPOINT_BYTES: u64 = 64 * 1024;

/// Where a running node is found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// `http://127.0.0.1:PORT`
    pub url: String,
    /// `ws://127.0.0.1:PORT/rpc`
    pub ws_url: String,
    /// Address of the interface, without a ticket.
    pub ui_url: String,
    /// The node's process.
    pub pid: u32,
    /// The program's version.
    pub version: String,
    /// The contract's version.
    pub api: String,
    /// Absolute path of the admin token.
    pub admin_token_file: PathBuf,
}

impl Endpoint {
    /// Name of the file in the node's `api` folder.
    pub const FILE_NAME: &'static str = "endpoint.json";

    /// Where it stands in a data folder.
    #[must_use]
    pub fn path_in(data_dir: &Path) -> PathBuf {
        data_dir.join("api").join(Self::FILE_NAME)
    }

    /// The endpoint of a server that listens at `url`.
    #[must_use]
    pub fn of(server: &crate::Server, version: &str, admin_token_file: PathBuf) -> Self {
        Self {
            url: server.url(),
            ws_url: server.ws_url(),
            ui_url: format!("{}/", server.url()),
            pid: std::process::id(),
            version: version.to_owned(),
            api: crate::API_VERSION.to_owned(),
            admin_token_file,
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// If it is not there or holds something else.
    pub fn read(path: &Path) -> Result<Self, ClientError> {
        let mut text = String::new();
        File::open(path)
            .and_then(|file| file.take(ENDPOINT_BYTES).read_to_string(&mut text))
            .map_err(|source| ClientError::NoEndpoint { path: path.to_owned(), source })?;
        serde_json::from_str(&text).map_err(|_| ClientError::BadEndpoint { path: path.to_owned() })
    }

    /// Writes it so that a reader sees the old one, none, or all of the new one; 0600.
    ///
    /// # Errors
    /// If the file system refuses.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut text = serde_json::to_vec_pretty(self).map_err(io::Error::other)?;
        text.push(b'\n');
        let mut draft = path.as_os_str().to_owned();
        draft.push(".new");
        let draft = PathBuf::from(draft);
        Self::remove(&draft)?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&draft, path)
    }

    /// Removes it: the node stops.
    ///
    /// # Errors
    /// If the file system refuses; a file that is not there is removed.
    pub fn remove(path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    /// Reads the admin token it names.
    ///
    /// # Errors
    /// If it cannot be read or others could read it too.
    pub fn admin_token(&self) -> Result<Token, ClientError> {
        read_token(&self.admin_token_file).map_err(|source| ClientError::Token { source })
    }
}
