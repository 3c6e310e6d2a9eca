//! `moot serve`: a node without a window.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::Context;
use clap::Args as ClapArgs;
use folkmoot_identity::IdentityState;
use tempfile::TempDir;
use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use super::{CliError, output};
use crate::{
    config::{Config, Overrides},
    desktop::MootLink,
    node::Node,
};

/// Arguments of `moot serve`, and of `moot` alone.
#[derive(Clone, Debug, Default, ClapArgs)]
pub(crate) struct Args {
    /// Address of the local API; loopback only, port 0 takes a free one.
    #[arg(long, value_name = "IP:PORT")]
    rpc: Option<SocketAddr>,
    /// Where to listen for peers, for example /ip4/0.0.0.0/udp/4001/quic-v1 or /ip4/0.0.0.0/tcp/4001; may be given several times.
    #[arg(long, value_name = "MULTIADDR")]
    listen: Vec<String>,
    /// A peer to connect to at start, with its /p2p/ part; may be given several times.
    #[arg(long, value_name = "MULTIADDR")]
    bootstrap: Vec<String>,
    /// Neither announce this node on the local network nor meet others there.
    #[arg(long)]
    no_mdns: bool,
    /// Keep the API token of the last start.
    #[arg(long)]
    keep_tokens: bool,
    /// File whose first line is the passphrase.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Use a data folder that is deleted when the node stops.
    #[arg(long)]
    ephemeral: bool,
    /// Log filter, for example info or folkmoot=debug,info.
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
}

impl Args {
    /// What was given after `serve`, filled up with what was given before it.
    pub(super) fn or(self, top: Self) -> Self {
        let list = |own: Vec<String>, top: Vec<String>| if own.is_empty() { top } else { own };
        Self {
            rpc: self.rpc.or(top.rpc),
            listen: list(self.listen, top.listen),
            bootstrap: list(self.bootstrap, top.bootstrap),
            no_mdns: self.no_mdns || top.no_mdns,
            keep_tokens: self.keep_tokens || top.keep_tokens,
            passphrase_file: self.passphrase_file.or(top.passphrase_file),
            ephemeral: self.ephemeral || top.ephemeral,
            log: self.log.or(top.log),
        }
    }

    pub(super) fn overrides(&self) -> Overrides {
        Overrides {
            rpc: self.rpc,
            listen: self.listen.clone(),
            bootstrap: self.bootstrap.clone(),
            mdns: self.no_mdns.then_some(false),
            keep_tokens: self.keep_tokens,
            passphrase_file: self.passphrase_file.clone(),
            log: self.log.clone(),
        }
    }
}

/// A data folder with its configuration, and a log that is set up.
pub(super) struct Prepared {
    pub(super) data_dir: PathBuf,
    pub(super) config: Config,
    /// The folder of `--ephemeral`, deleted with this.
    _temporary: Option<TempDir>,
}

pub(super) fn prepare(data_dir: PathBuf, args: &Args) -> Result<Prepared, CliError> {
    let temporary = if args.ephemeral {
        Some(tempfile::Builder::new().prefix("moot-").tempdir().context("cannot make a temporary data folder")?)
    } else {
        None
    };
    let data_dir = temporary.as_ref().map_or(data_dir, |folder| folder.path().join("data"));
    let config = Config::load(&data_dir, &args.overrides())?;
    let filter =
        EnvFilter::try_new(&config.log).map_err(|error| CliError::Usage(format!("--log {}: {error}", config.log)))?;
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    Ok(Prepared { data_dir, config, _temporary: temporary })
}

pub(super) fn run(prepared: &Prepared) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")?;
    runtime.block_on(async {
        let node = Node::start(&prepared.data_dir, &prepared.config).await;
        serve_until_signal(node.map_err(|error| CliError::Other(error.into()))?, None).await
    })
}

/// Tells where the node is and lets it run until it is told to stop. `link`: to be opened with the interface.
pub(super) async fn serve_until_signal(node: Node, link: Option<&MootLink>) -> Result<(), CliError> {
    announce(&node);
    if let Some(address) = node.inner().sessions.ticket() {
        tell_ticketed(&link.map_or(address.url.clone(), |link| link.in_address(&address.url)));
    }
    let signals = cancel_on_signal(node.inner().shutdown.clone());
    let stopped = node.run().await;
    signals.abort();
    stopped.map_err(|error| CliError::Other(error.into()))
}

/// Cancels on the first SIGTERM or SIGINT.
pub(super) fn cancel_on_signal(shutdown: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(async move {
        if let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
            tokio::select! {
                _ = term.recv() => {}
                _ = int.recv() => {}
            }
            shutdown.cancel();
        }
    })
}

/// One line with the address, and what to do first.
pub(super) fn announce(node: &Node) {
    let data_dir = node.inner().data_dir.display();
    output::line(&format!("Folkmoot runs at {}/ (data in {data_dir})", node.url()));
    if node.inner().keystore.state() == IdentityState::Locked {
        output::line(&format!("Locked: moot --data-dir {data_dir} rpc identity.unlock passphrase=…"));
    }
}

/// The way into the interface, for whoever reads this terminal.
pub(super) fn tell_ticketed(url: &str) {
    output::line(&format!("Open the chat: {url}\n  good once, within a minute; `moot ui` prints a fresh one"));
}
