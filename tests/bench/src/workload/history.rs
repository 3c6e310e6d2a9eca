//! W4 and W5: one node with a long history. How long a page from anywhere in it takes; what the node costs at rest.

use std::time::Instant;

use anyhow::{Context, ensure};
use folkmoot_rpc::contract::Method;
use folkmoot_rpc::contract::message::{List, ListParams, MessagePage};
use folkmoot_rpc::ids::MessageId;

use super::IN_FLIGHT;
use crate::figure::Sample;
use crate::fill;
use crate::node::{Moot, Node};
use crate::options::{Options, Sizes, Workload};
use crate::report::Report;
use crate::scene::{self, Host};

/// Messages of a page.
const PAGE: usize = 50;
/// The node's folder.
const NAME: &str = "w4-w5";

pub(super) async fn run(moot: &Moot, options: &Options, sizes: &Sizes, report: &mut Report) -> anyhow::Result<()> {
    Report::progress(&format!("W4, W5: a channel of {} messages", sizes.history));
    let mut host = scene::host(moot, NAME).await?;
    let sent = fill::send(&host.node.client, host.channel, 0..sizes.history, IN_FLIGHT).await?;
    let (mut pages, mut idle) = (Vec::new(), Vec::new());
    for run in 0..options.runs() {
        Report::progress(&format!("W4, W5: run {}", run + 1));
        // Started again, so that all of the history is on disk and none of it is left from the sending.
        host.node.stop().await?;
        host.node = moot.start(NAME).await?;
        if options.wants(Workload::W5) {
            idle.push(idle_once(&host.node, sizes.history).await?);
        }
        if options.wants(Workload::W4) {
            pages.push(pages_once(&host, &sent.ids, sizes.pages).await?);
        }
    }
    host.node.stop().await?;
    moot.forget(NAME)?;
    report.record("W4", sizes.history, &pages)?;
    report.record("W5", sizes.history, &idle)
}

/// W4: pages of 50 before a random message, one at a time.
async fn pages_once(host: &Host, ids: &[MessageId], pages: usize) -> anyhow::Result<Vec<Sample>> {
    let mut places = Places(0);
    let mut took_ms = Vec::with_capacity(pages);
    for _ in 0..pages {
        // Every page is a full one: the first messages have too few before them, and those on their way together are in
        // the log in another order.
        let index = PAGE + IN_FLIGHT + places.next(ids.len() - PAGE - IN_FLIGHT);
        let mut params = ListParams::newest(host.channel);
        params.before = ids.get(index).copied();
        let begun = Instant::now();
        let answer = host.node.client.call_raw(List::NAME, &params).await?;
        took_ms.push(begun.elapsed().as_secs_f64() * 1_000.0);
        let page: MessagePage = serde_json::from_str(answer.get()).context("an unreadable page")?;
        ensure!(page.items.len() == PAGE, "a page of {} items before message {index}", page.items.len());
    }
    Ok(Sample::latencies(took_ms))
}

/// W5: memory at rest, start to ready, disk.
async fn idle_once(node: &Node, messages: usize) -> anyhow::Result<Vec<Sample>> {
    let memory = node.idle_memory().await?;
    #[expect(clippy::cast_precision_loss, reason = "bytes of a database of 100,000 messages")]
    let bytes_each = node.disk_bytes()? as f64 / messages as f64;
    Ok(vec![
        Sample::new("rss", memory.rss_mb, "MB"),
        Sample::new("pss", memory.pss_mb, "MB"),
        Sample::new("ready", node.ready_in.as_secs_f64() * 1_000.0, "ms"),
        Sample::new("disk", bytes_each, "B/message"),
    ])
}

/// Places all over the history, the same ones in every measurement: the generator splitmix64.
struct Places(u64);

impl Places {
    /// A place below `end`.
    fn next(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let mixed = u128::from(mixed ^ (mixed >> 31));
        // Below `end` because the random part is below 2^64.
        usize::try_from((mixed * end as u128) >> 64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_spread_over_the_whole_history() {
        let mut places = Places(0);
        let mut tenths = [0; 10];
        for _ in 0..10_000 {
            tenths[places.next(1_000) / 100] += 1;
        }
        assert!(tenths.iter().all(|count| (900..1_100).contains(count)), "{tenths:?}");
    }
}
