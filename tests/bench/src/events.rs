//! A receiver: follows a node's events on a connection of its own and notes when each message came.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::{Duration, Instant};

use anyhow::Context;
use folkmoot_rpc::client::Follow;
use folkmoot_rpc::contract::events::{EventItem, Head, SubscribeParams, kind};
use folkmoot_rpc::contract::node::NoParams;
use folkmoot_rpc::ids::ChannelId;
use serde::Deserialize;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::node::Node;
use crate::text;

/// How long after the last arrival the rest may take: catch-up, which comes every 30 seconds, brings what gossip lost.
const SILENCE: Duration = Duration::from_secs(90);

/// A receiver at work; ends with its value.
pub(crate) struct Receiver(JoinHandle<anyhow::Result<BTreeMap<usize, Instant>>>);

impl Receiver {
    /// Starts one and waits until its subscription is live; messages of other numbers than these are passed over.
    ///
    /// # Errors
    /// What the node says.
    pub(crate) async fn start(node: &Node, channel: ChannelId, numbers: Range<usize>) -> anyhow::Result<Self> {
        let head = node.client.call::<Head>(&NoParams {}).await?.seq;
        let filter = SubscribeParams {
            since: Some(head),
            types: Some(vec![kind::MESSAGE_CREATED.to_owned()]),
            channels: Some(vec![channel]),
            ..SubscribeParams::default()
        };
        // Comes again when the node ends a reader that was too slow: then that is part of what is measured.
        let follow = Follow::endpoint(node.endpoint(), filter);
        let (live, is_live) = oneshot::channel();
        let receiver = Self(tokio::spawn(receive(follow, numbers, live)));
        if is_live.await.is_err() {
            receiver.finish().await?;
            anyhow::bail!("no events from a node that runs");
        }
        Ok(receiver)
    }

    /// When each message came, once all have.
    ///
    /// # Errors
    /// If some do not come.
    pub(crate) async fn finish(mut self) -> anyhow::Result<BTreeMap<usize, Instant>> {
        (&mut self.0).await.context("a receiver failed")?
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn receive(
    mut follow: Follow,
    numbers: Range<usize>,
    live: oneshot::Sender<()>,
) -> anyhow::Result<BTreeMap<usize, Instant>> {
    #[derive(Deserialize)]
    struct Said {
        content: String,
    }
    let mut live = Some(live);
    let mut came = BTreeMap::new();
    while came.len() < numbers.len() {
        let item = tokio::time::timeout(SILENCE, follow.next()).await;
        let now = Instant::now();
        let item = item.with_context(|| format!("{} of {} messages came, then none", came.len(), numbers.len()))??;
        match item {
            EventItem::Live { .. } => {
                // Nobody waits for it after the first time.
                if let Some(live) = live.take() {
                    live.send(()).ok();
                }
            }
            EventItem::Event(event) => {
                let said: Said = serde_json::from_str(event.data.get()).context("an event without a message")?;
                if let Some(number) = text::number(&said.content).filter(|number| numbers.contains(number)) {
                    came.entry(number).or_insert(now);
                }
            }
        }
    }
    Ok(came)
}
