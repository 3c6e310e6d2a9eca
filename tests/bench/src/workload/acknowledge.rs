//! W1: one client, one node. How many messages it acknowledges, and how long one alone takes.

use std::time::Instant;

use anyhow::ensure;

use super::IN_FLIGHT;
use crate::figure::Sample;
use crate::node::Moot;
use crate::options::{Options, Sizes, Workload};
use crate::report::Report;
use crate::scene::{self, Host};
use crate::{fill, text};

/// Messages sent before the clock runs: first ones find cold caches and an empty write-ahead log.
const WARM_UP: usize = 200;

pub(super) async fn run(moot: &Moot, options: &Options, sizes: &Sizes, report: &mut Report) -> anyhow::Result<()> {
    let (mut pipelined, mut alone) = (Vec::new(), Vec::new());
    for run in 0..options.runs() {
        Report::progress(&format!("W1: run {}", run + 1));
        let name = format!("w1-{run}");
        let host = scene::host(moot, &name).await?;
        fill::send(&host.node.client, host.channel, 0..WARM_UP, IN_FLIGHT).await?;
        if options.wants(Workload::W1a) {
            pipelined.push(pipelined_once(&host, sizes.pipelined).await?);
        }
        if options.wants(Workload::W1b) {
            alone.push(alone_once(&host, sizes.alone).await?);
        }
        host.node.stop().await?;
        moot.forget(&name)?;
    }
    report.record("W1a", sizes.pipelined, &pipelined)?;
    report.record("W1b", sizes.alone, &alone)
}

/// W1a: many in flight.
async fn pipelined_once(host: &Host, messages: usize) -> anyhow::Result<Vec<Sample>> {
    let before = scene::messages(&host.node.client).await?;
    let sent = fill::send(&host.node.client, host.channel, 0..messages, IN_FLIGHT).await?;
    let kept = scene::messages(&host.node.client).await? - before;
    ensure!(kept == messages as u64, "{messages} messages acknowledged, {kept} kept");
    #[expect(clippy::cast_precision_loss, reason = "at most 100,000 messages")]
    let rate = messages as f64 / sent.took.as_secs_f64();
    Ok(vec![Sample::new("acknowledged", rate, "messages/s")])
}

/// W1b: one at a time.
async fn alone_once(host: &Host, messages: usize) -> anyhow::Result<Vec<Sample>> {
    let mut took_ms = Vec::with_capacity(messages);
    for number in 0..messages {
        let content = text::message(number);
        let begun = Instant::now();
        scene::send(&host.node.client, host.channel, content).await?;
        took_ms.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(Sample::latencies(took_ms))
}
