//! Many messages over one connection, a fixed number of them on their way at any time.

use std::ops::Range;
use std::time::{Duration, Instant};

use folkmoot_rpc::Client;
use folkmoot_rpc::ids::{ChannelId, MessageId};
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::{scene, text};

/// What was sent and acknowledged.
pub(crate) struct Sent {
    /// In the order of their numbers; the log's differs among those that were on their way together.
    pub(crate) ids: Vec<MessageId>,
    /// From the first call to the last answer.
    pub(crate) took: Duration,
}

/// Sends the messages of these numbers.
///
/// # Errors
/// What the node says to the first it does not take.
pub(crate) async fn send(
    client: &Client,
    channel: ChannelId,
    numbers: Range<usize>,
    in_flight: usize,
) -> anyhow::Result<Sent> {
    // Made before the clock runs: composing is not the node's work.
    let texts: Vec<String> = numbers.map(text::message).collect();
    let begun = Instant::now();
    let ids = stream::iter(texts)
        .map(|content| scene::send(client, channel, content))
        .buffered(in_flight)
        .try_collect()
        .await?;
    Ok(Sent { ids, took: begun.elapsed() })
}
