//! W2: one sender, four receivers, five nodes. How long a message takes to the receivers' clients, and how many a
//! second reach all of them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::IN_FLIGHT;
use crate::events::Receiver;
use crate::figure::Sample;
use crate::node::{Moot, Node};
use crate::options::{Options, Sizes, Workload};
use crate::report::Report;
use crate::scene::{self, Host};
use crate::{fill, text};

/// Receiving nodes.
const RECEIVERS: usize = 4;
/// Messages of W2a that are not measured: caches fill, and what two nodes do when they meet comes to its end.
const UNMEASURED: usize = 50;
/// Time between two messages of W2a: 50 a second.
const PACE: Duration = Duration::from_millis(20);

pub(super) async fn run(moot: &Moot, options: &Options, sizes: &Sizes, report: &mut Report) -> anyhow::Result<()> {
    Report::progress("W2: five nodes meet");
    let host = scene::host(moot, "w2-sender").await?;
    let link = host.invite().await?;
    let mut members = Vec::new();
    for number in 0..RECEIVERS {
        members.push(host.member(moot, &format!("w2-receiver-{number}"), &link).await?);
    }
    host.all_meet(&members).await?;
    host.warm_up(&members).await?;

    // Numbers go on from run to run: each message is told from those of all other runs.
    let mut next = 1;
    let mut numbers = |count: usize| {
        let numbers = next..next + count;
        next = numbers.end;
        numbers
    };
    let paced_count = usize::try_from(sizes.paced.as_millis() / PACE.as_millis())?;
    let (mut paced, mut flood) = (Vec::new(), Vec::new());
    for run in 0..options.runs() {
        if options.wants(Workload::W2a) {
            Report::progress(&format!("W2a: run {}", run + 1));
            paced_once(&host, &members, numbers(UNMEASURED)).await?;
            paced.push(paced_once(&host, &members, numbers(paced_count)).await?);
        }
        if options.wants(Workload::W2b) {
            Report::progress(&format!("W2b: run {}", run + 1));
            flood.push(flood_once(&host, &members, numbers(sizes.flood)).await?);
        }
    }
    report.record("W2a", paced_count, &paced)?;
    report.record("W2b", sizes.flood, &flood)
}

async fn receivers(host: &Host, members: &[Node], numbers: &Range<usize>) -> anyhow::Result<Vec<Receiver>> {
    let mut receivers = Vec::new();
    for member in members {
        receivers.push(Receiver::start(member, host.channel, numbers.clone()).await?);
    }
    Ok(receivers)
}

/// W2a: 50 a second. Sender and receivers are tasks of this process, so both ends read one clock.
async fn paced_once(host: &Host, members: &[Node], numbers: Range<usize>) -> anyhow::Result<Vec<Sample>> {
    let receivers = receivers(host, members, &numbers).await?;
    let mut ticks = tokio::time::interval(PACE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sending = JoinSet::new();
    let mut sent_at = BTreeMap::new();
    for number in numbers {
        ticks.tick().await;
        let (client, channel, content) = (host.node.client.clone(), host.channel, text::message(number));
        sent_at.insert(number, Instant::now());
        // Not waited for here: a slow answer must not make the next message late.
        sending.spawn(async move { scene::send(&client, channel, content).await });
    }
    while let Some(sent) = sending.join_next().await {
        sent.context("a sender failed")??;
    }
    let mut took_ms = Vec::new();
    for receiver in receivers {
        for (number, came_at) in receiver.finish().await? {
            let sent_at = sent_at.get(&number).context("a message nobody sent")?;
            took_ms.push(came_at.duration_since(*sent_at).as_secs_f64() * 1_000.0);
        }
    }
    Ok(Sample::latencies(took_ms))
}

/// W2b: as fast as it goes.
async fn flood_once(host: &Host, members: &[Node], numbers: Range<usize>) -> anyhow::Result<Vec<Sample>> {
    let receivers = receivers(host, members, &numbers).await?;
    let begun = Instant::now();
    #[expect(clippy::cast_precision_loss, reason = "at most 100,000 messages")]
    let count = numbers.len() as f64;
    let sent = fill::send(&host.node.client, host.channel, numbers, IN_FLIGHT).await?;
    let mut last = begun;
    for receiver in receivers {
        last = receiver.finish().await?.into_values().fold(last, Instant::max);
    }
    let delivered = count / last.duration_since(begun).as_secs_f64();
    Ok(vec![
        Sample::new("delivered", delivered, "messages/s"),
        Sample::new("acknowledged", count / sent.took.as_secs_f64(), "messages/s"),
    ])
}
