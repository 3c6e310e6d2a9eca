//! `moot` alone, and `moot moot://…`: the chat on the screen. Starts the node if none runs on the data folder and shows the
//! window; without a screen it serves and prints the address. A second one brings the window of the first to the front.

use std::{path::Path, time::Duration};

use anyhow::Context;
use folkmoot_rpc::{Client, Endpoint, client::ClientError};
use tokio::{sync::mpsc, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{CliError, output, serve};
use crate::{
    config::Config,
    desktop::{Claim, Instance, Keeper, MootLink, Outcome, Raise, Request, Tickets, has_display, open_in_browser},
    node::{Node, NodeError},
};

/// How long a node that holds the data folder may take until it answers: it is starting.
const RUNNING_WITHIN: Duration = Duration::from_secs(60);
/// How often it is asked.
const ASK_EVERY: Duration = Duration::from_millis(100);

pub(super) fn run(prepared: &serve::Prepared, link: Option<MootLink>) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start")?;
    runtime.block_on(open(&prepared.data_dir, &prepared.config, link))
}

async fn open(data_dir: &Path, config: &Config, link: Option<MootLink>) -> Result<(), CliError> {
    if !has_display() {
        return match find_or_start(data_dir, config).await? {
            Home::Started(node) => serve::serve_until_signal(*node, link.as_ref()).await,
            Home::Running => tell_address(&Tickets::Running(data_dir.to_owned()), link.as_ref()).await,
        };
    }
    match Instance::claim(data_dir).map_err(anyhow::Error::from)? {
        Claim::Theirs(owner) => {
            owner.raise(&Raise { link }).await.map_err(anyhow::Error::from)?;
            output::line("Folkmoot is open already; its window comes to the front.");
            Ok(())
        }
        Claim::Ours(instance) => with_window(data_dir, config, &instance, link).await,
    }
}

/// The node that the window shows.
enum Home {
    /// We started it, and it goes when the window does.
    Started(Box<Node>),
    /// It runs by itself.
    Running,
}

async fn find_or_start(data_dir: &Path, config: &Config) -> Result<Home, CliError> {
    if answers(data_dir).await {
        return Ok(Home::Running);
    }
    match Node::start(data_dir, config).await {
        Ok(node) => Ok(Home::Started(Box::new(node))),
        Err(NodeError::Running { .. }) => {
            // It holds the folder but does not answer yet: it is starting as we do.
            let began = Instant::now();
            while began.elapsed() < RUNNING_WITHIN {
                if answers(data_dir).await {
                    return Ok(Home::Running);
                }
                tokio::time::sleep(ASK_EVERY).await;
            }
            Err(CliError::Other(anyhow::anyhow!("a node holds {} but does not answer", data_dir.display())))
        }
        Err(error) => Err(CliError::Other(error.into())),
    }
}

async fn answers(data_dir: &Path) -> bool {
    Client::connect(&Endpoint::path_in(data_dir)).await.is_ok()
}

async fn with_window(
    data_dir: &Path,
    config: &Config,
    instance: &Instance,
    link: Option<MootLink>,
) -> Result<(), CliError> {
    let requests = instance.requests().context("cannot listen for a second start")?;
    let home = find_or_start(data_dir, config).await?;
    let (tickets, stop) = match &home {
        Home::Started(node) => {
            serve::announce(node);
            (Tickets::Own(std::sync::Arc::clone(&node.inner().sessions)), node.inner().shutdown.clone())
        }
        Home::Running => (Tickets::Running(data_dir.to_owned()), CancellationToken::new()),
    };
    let signals = serve::cancel_on_signal(stop.clone());
    let keeper = Keeper { tickets, requests, state_file: instance.state_file(), link, stop: stop.clone() };
    let ended = match home {
        Home::Started(node) => {
            let (stopped, ()) = tokio::join!(node.run(), async {
                show(keeper, true).await;
                stop.cancel();
            });
            stopped.map_err(|error| CliError::Other(error.into()))
        }
        Home::Running => {
            show(keeper, false).await;
            Ok(())
        }
    };
    signals.abort();
    ended
}

/// Keeps the window until it is closed. Where none can be shown, opens a browser or tells the address instead; `stay` says
/// whether to go on then until told to stop, for the sake of a node of our own.
async fn show(mut keeper: Keeper, stay: bool) {
    let Outcome::NoWindow { why, link } = keeper.keep().await else { return };
    output::complain(&format!("moot: no window could be shown ({why}); using the browser"));
    in_browser(&keeper.tickets, link.as_ref()).await;
    if stay {
        output::complain("moot: the node runs until Ctrl+C");
        raise_browser(&keeper.tickets, &mut keeper.requests, &keeper.stop).await;
    }
}

/// Opens the browser again for those who come later.
async fn raise_browser(tickets: &Tickets, requests: &mut mpsc::Receiver<Request>, stop: &CancellationToken) {
    loop {
        let request = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            request = requests.recv() => request,
        };
        // The listener lives as long as the instance, which outlives this.
        let Some(request) = request else { return };
        let raise = request.heard();
        in_browser(tickets, raise.link.as_ref()).await;
    }
}

async fn in_browser(tickets: &Tickets, link: Option<&MootLink>) {
    let opened = match address(tickets, link).await {
        Ok(url) => open_in_browser(&url).await,
        Err(error) => return output::complain(&format!("moot: {error}")),
    };
    // A ticket works once, and nobody knows whether the browser has used it: another one.
    if !opened && let Err(error) = tell_address(tickets, link).await {
        output::complain(&format!("moot: {error}"));
    }
}

async fn tell_address(tickets: &Tickets, link: Option<&MootLink>) -> Result<(), CliError> {
    let url = address(tickets, link).await.map_err(|error| CliError::Other(error.into()))?;
    serve::tell_ticketed(&url);
    Ok(())
}

async fn address(tickets: &Tickets, link: Option<&MootLink>) -> Result<String, ClientError> {
    let url = tickets.fresh().await?;
    Ok(link.map_or(url.clone(), |link| link.in_address(&url)))
}
