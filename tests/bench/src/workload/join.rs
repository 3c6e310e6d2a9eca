//! W3: a fresh node joins a full channel. Until its newest page is readable, and until all of it is here.

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use folkmoot_rpc::Client;
use folkmoot_rpc::contract::Limit;
use folkmoot_rpc::contract::message::{List, ListParams, MessageItem, MessagePage};
use folkmoot_rpc::ids::{ChannelId, MessageId};
use folkmoot_rpc::{ErrorKind, client::ClientError};

use super::IN_FLIGHT;
use crate::figure::Sample;
use crate::fill;
use crate::node::Moot;
use crate::report::Report;
use crate::scene::{self, Host};

/// Messages of the page that a newcomer sees first.
const PAGE: usize = 50;
/// Rest between two looks at the newcomer: the resolution of the figures.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// How long catching up may take.
const PATIENCE: Duration = Duration::from_secs(300);

pub(super) async fn run(moot: &Moot, messages: usize, runs: u32, report: &mut Report) -> anyhow::Result<()> {
    Report::progress(&format!("W3: a channel of {messages} messages"));
    let name = format!("w3-host-{messages}");
    let host = scene::host(moot, &name).await?;
    fill::send(&host.node.client, host.channel, 0..messages, IN_FLIGHT).await?;
    // Those on their way together have no order before they are in the log.
    let ids = list(&host.node.client, host.channel).await?;
    ensure!(ids.len() == messages, "{messages} messages acknowledged, {} listed", ids.len());
    let link = host.invite().await?;
    let mut joins = Vec::new();
    for run in 0..runs {
        Report::progress(&format!("W3: run {}", run + 1));
        joins.push(join_once(moot, &format!("w3-{messages}-{run}"), &host, &link, &ids).await?);
    }
    host.node.stop().await?;
    moot.forget(&name)?;
    report.record("W3", messages, &joins)
}

async fn join_once(moot: &Moot, name: &str, host: &Host, link: &str, ids: &[MessageId]) -> anyhow::Result<Vec<Sample>> {
    let node = scene::person(moot, name).await?;
    let last = *ids.last().context("an empty channel")?;
    let begun = Instant::now();
    let (accepted, first_page, all) = tokio::join!(
        scene::accept(&node.client, link),
        first_page(&node.client, host.channel, last, ids.len().min(PAGE)),
        all_here(&node.client, ids.len() as u64),
    );
    accepted?;
    let (first_page, all) = (first_page?.duration_since(begun), all?.duration_since(begun));
    let listed = list(&node.client, host.channel).await?;
    ensure!(listed == ids, "the newcomer lists {} messages, not the {} of the host", listed.len(), ids.len());
    node.stop().await?;
    moot.forget(name)?;
    #[expect(clippy::cast_precision_loss, reason = "at most 100,000 messages")]
    let rate = ids.len() as f64 / all.as_secs_f64();
    Ok(vec![
        Sample::new("first page", first_page.as_secs_f64(), "s"),
        Sample::new("all", all.as_secs_f64(), "s"),
        Sample::new("rate", rate, "messages/s"),
    ])
}

/// When the newest page was readable, whole.
async fn first_page(client: &Client, channel: ChannelId, last: MessageId, rows: usize) -> anyhow::Result<Instant> {
    let begun = Instant::now();
    loop {
        match client.call::<List>(&ListParams::newest(channel)).await {
            Ok(page) => {
                let ids = message_ids(&page);
                if ids.len() == rows && ids.first() == Some(&last) {
                    return Ok(Instant::now());
                }
            }
            // Not a member yet.
            Err(ClientError::Api { error }) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        rest(begun).await?;
    }
}

/// When all messages were kept; a node keeps nothing that it did not verify and decrypt, and lists what it keeps.
async fn all_here(client: &Client, messages: u64) -> anyhow::Result<Instant> {
    let begun = Instant::now();
    while scene::messages(client).await? < messages {
        rest(begun).await?;
    }
    Ok(Instant::now())
}

async fn rest(begun: Instant) -> anyhow::Result<()> {
    if begun.elapsed() > PATIENCE {
        bail!("the newcomer has not caught up after {PATIENCE:?}");
    }
    tokio::time::sleep(LOOK_EVERY).await;
    Ok(())
}

/// All messages of a channel, oldest first, page by page.
async fn list(client: &Client, channel: ChannelId) -> anyhow::Result<Vec<MessageId>> {
    let mut ids = Vec::new();
    let mut params = ListParams::newest(channel);
    params.limit = Limit::new(200).unwrap_or_default();
    loop {
        let page = client.call::<List>(&params).await?;
        ids.extend(message_ids(&page));
        match page.next_cursor {
            Some(cursor) => params.cursor = Some(cursor),
            None => break,
        }
    }
    ids.reverse();
    Ok(ids)
}

fn message_ids(page: &MessagePage) -> Vec<MessageId> {
    let id = |item: &MessageItem| match item {
        MessageItem::Message(message) => Some(message.id),
        MessageItem::Gap(_) => None,
    };
    page.items.iter().filter_map(id).collect()
}
