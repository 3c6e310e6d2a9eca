//! `moot serve`: a node without a window.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::Context;
use clap::Args as ClapArgs;
use folkmoot_identity::IdentityState;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::CliError;
use crate::{
    config::{Config, Overrides},
    node::{Node, NodeError},
};

/// Arguments of `moot serve`, and of `moot` alone.
#[derive(Clone, Debug, Default, ClapArgs)]
pub(crate) struct Args {
    /// Address of the local API; loopback only, port 0 takes a free one.
    #[arg(long, value_name = "IP:PORT")]
    rpc: Option<SocketAddr>,
    /// Where to listen for peers, for example /ip4/0.0.0.0/udp/4001/quic-v1; may be given several times.
    #[arg(long, value_name = "MULTIADDR")]
    listen: Vec<String>,
    /// A peer to connect to at start, with its /p2p/ part; may be given several times.
    #[arg(long, value_name = "MULTIADDR")]
    bootstrap: Vec<String>,
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
            keep_tokens: self.keep_tokens,
            passphrase_file: self.passphrase_file.clone(),
            log: self.log.clone(),
        }
    }
}

pub(super) fn run(data_dir: PathBuf, args: &Args) -> Result<(), CliError> {
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
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")?;
    runtime.block_on(serve(data_dir, config)).map_err(|error| CliError::Other(error.into()))
}

async fn serve(data_dir: PathBuf, config: Config) -> Result<(), NodeError> {
    let node = Node::start(&data_dir, &config).await?;
    announce(&node);
    let shutdown = node.inner().shutdown.clone();
    let signals = tokio::spawn(async move {
        if let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
            tokio::select! {
                _ = term.recv() => {}
                _ = int.recv() => {}
            }
            shutdown.cancel();
        }
    });
    let stopped = node.run().await;
    signals.abort();
    stopped
}

/// One line with the address, and what to do first.
fn announce(node: &Node) {
    println!("Folkmoot runs at {}/ (data in {})", node.url(), node.inner().data_dir.display());
    match node.inner().keystore.state() {
        IdentityState::None => {
            println!(
                "First: moot --data-dir {} rpc identity.create display_name=Alice",
                node.inner().data_dir.display()
            );
        }
        IdentityState::Locked => {
            println!("Locked: moot --data-dir {} rpc identity.unlock passphrase=…", node.inner().data_dir.display());
        }
        IdentityState::Ready => {}
    }
}
