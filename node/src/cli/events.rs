//! `moot events`: the event log as JSON lines.

use std::path::Path;

use clap::Args as ClapArgs;
use folkmoot_rpc::contract::events::{EventItem, SubscribeParams};

use super::{CliError, call, output};

/// Arguments of `moot events`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Begin behind this event; 0 prints everything kept. Without it only what happens from now on is printed.
    #[arg(long, value_name = "SEQ")]
    since: Option<u64>,
    /// Print these types only, separated by commas, for example message.created,member.*
    #[arg(long, value_delimiter = ',', value_name = "TYPE,…")]
    types: Vec<String>,
    /// Stop once everything kept is printed.
    #[arg(long)]
    no_follow: bool,
}

pub(super) fn run(data_dir: &Path, args: Args) -> Result<(), CliError> {
    let Args { since, types, no_follow } = args;
    let filter = SubscribeParams { since, types: (!types.is_empty()).then_some(types), ..SubscribeParams::default() };
    call::once(data_dir, |client| async move {
        let mut events = client.subscribe(&filter).await?;
        while let Some(item) = events.next().await {
            let item = item?;
            let live = matches!(item, EventItem::Live { .. });
            let line = serde_json::to_string(&item).unwrap_or_default();
            if !output::line(&line) || (live && no_follow) {
                break;
            }
        }
        Ok(())
    })
}
