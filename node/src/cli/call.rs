//! Reaching the node that runs on a data folder.

use std::path::Path;

use anyhow::Context;
use folkmoot_rpc::{Client, Endpoint, client::ClientError};

use super::CliError;

/// Connects, runs one exchange, and tells what failed in the command line's words.
pub(super) fn once<T, F>(data_dir: &Path, exchange: impl FnOnce(Client) -> F) -> Result<T, CliError>
where
    F: Future<Output = Result<T, ClientError>>,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")?;
    let told = |error| match error {
        ClientError::Api { error } => CliError::Api(error),
        ClientError::NoEndpoint { .. } | ClientError::Connect { .. } => CliError::NoNode(data_dir.to_owned()),
        ClientError::Refused { status: 401 | 403 } => CliError::Unauthorized,
        other => CliError::Other(other.into()),
    };
    runtime.block_on(async {
        let client = Client::connect(&Endpoint::path_in(data_dir)).await.map_err(told)?;
        exchange(client).await.map_err(told)
    })
}
