//! `moot invite create|preview|accept`.

use std::path::Path;

use clap::{Args as ClapArgs, Subcommand};
use folkmoot_rpc::{
    contract::invite::{Accept, AcceptParams, Create, CreateParams, LinkParams, Preview},
    ids::ServerId,
};

use super::{CliError, call, output};

/// Arguments of `moot invite`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an invite and print its link.
    Create {
        /// The server, srv_…
        server_id: String,
        /// How often it may be used; any number of times without it.
        #[arg(long, value_name = "N")]
        max_uses: Option<u32>,
        /// When it ends, ms UTC; never without it.
        #[arg(long, value_name = "MS")]
        expires_at: Option<u64>,
        /// Print the whole invite as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show where a link leads, without going there.
    Preview {
        /// The link, moot://join/…
        link: String,
    },
    /// Join the server a link leads to.
    Accept {
        /// The link, moot://join/…
        link: String,
    },
}

pub(super) fn run(data_dir: &Path, args: Args) -> Result<(), CliError> {
    match args.action {
        Action::Create { server_id, max_uses, expires_at, json } => {
            let server_id: ServerId =
                server_id.parse().map_err(|error| CliError::Usage(format!("{server_id}: {error}")))?;
            let params = CreateParams { server_id, max_uses, expires_at, role: None, nonce: None };
            let invite = call::once(data_dir, |client| async move { client.call::<Create>(&params).await })?;
            if json {
                output::json(&invite);
            } else {
                output::line(&invite.object.link);
            }
        }
        Action::Preview { link } => {
            let params = LinkParams { link };
            output::json(&call::once(data_dir, |client| async move { client.call::<Preview>(&params).await })?);
        }
        Action::Accept { link } => {
            let params = AcceptParams { link, nonce: None };
            output::json(&call::once(data_dir, |client| async move { client.call::<Accept>(&params).await })?);
        }
    }
    Ok(())
}
