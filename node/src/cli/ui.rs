//! `moot ui`: a fresh address of the interface.

use std::path::Path;

use clap::Args as ClapArgs;
use folkmoot_rpc::contract::node::{NoParams, UiTicket};

use super::{CliError, call, output};

/// Arguments of `moot ui`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Print the node's answer as JSON, with the time the address ends.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(data_dir: &Path, args: &Args) -> Result<(), CliError> {
    let address = call::once(data_dir, |client| async move { client.call::<UiTicket>(&NoParams {}).await })?;
    if args.json {
        output::json(&address);
    } else {
        output::line(&address.url);
    }
    Ok(())
}
