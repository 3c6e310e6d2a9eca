//! The asking end of `/folkmoot/log/1`: compares digests, plans what is lacking, fetches it newest first.

use std::collections::{HashMap, HashSet, VecDeque};

use bytes::Bytes;
use folkmoot_core::{
    ids::{ChannelId, DeviceId, EntryId, LogId, ServerId},
    log::{LogInit, Ranges, SeqRange, verify_run},
    sync::{Fetch, LogSummary, plan, server_digest},
};
use folkmoot_overlay::{FramedStream, OverlayHandle, Protocol};
use folkmoot_proto::{
    limits::{CHANNELS, LOG_ENTRIES, RANGES_PER_LOG, SEGMENT_PLAIN_BYTES},
    v1,
};
use futures::stream::{FuturesOrdered, StreamExt};
use prost::Message;
use v1::log_frame::Frame;

use super::{SyncError, note_held, refused};
use crate::log_index::LogIndex;
use crate::pipeline::{IncomingRun, Pipeline, RunOutcome, World};

/// Requests under way at once: hides the round trip without letting a peer fill our memory.
const WINDOW: usize = 6;
/// Runs handed to the pipeline and not yet committed.
const UNCOMMITTED: usize = 4;
/// Logs a peer may offer in one channel.
const LOGS_PER_CHANNEL: usize = 20_000;

/// What a pull brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pulled {
    /// Entries held now that were not before.
    pub entries: usize,
}

/// Fetches from `peer` what it holds of `server` and we do not.
///
/// # Errors
/// [`SyncError`]; what was fetched before it is kept.
pub(super) async fn pull(
    pipeline: &Pipeline,
    log_index: &LogIndex,
    overlay: &OverlayHandle,
    server: ServerId,
    peer: DeviceId,
) -> Result<Pulled, SyncError> {
    let mut stream = overlay.open_stream(peer, Protocol::Log).await?;
    let held = pipeline
        .read(move |world| {
            let (held, device) = (world.servers.get(&server)?, world.me.as_ref()?.device_id());
            let seen: HashSet<ChannelId> =
                held.governance.state().channel_ids().filter(|channel| held.shows(&device, channel)).collect();
            Some((held.digests_for(&device), seen))
        })
        .await?;
    let Some((ours, seen)) = held else { return Ok(Pulled::default()) };
    let hello = v1::LogHello {
        server: Bytes::copy_from_slice(server.as_ref()),
        digest: Bytes::copy_from_slice(&server_digest(&ours)),
    };
    stream.send_message(&frame(Frame::Hello(hello))).await?;
    let theirs = match receive(&mut stream).await? {
        Frame::Digests(digests) => digests.channels,
        Frame::Refusal(refusal) => return Err(refused(&refusal)),
        _ => return Err(SyncError::Protocol { what: "no digests after a hello" }),
    };
    if theirs.len() > CHANNELS {
        return Err(SyncError::Protocol { what: "more channels than a server may have" });
    }
    let ours: HashMap<ChannelId, [u8; 32]> = ours.into_iter().collect();
    let mut offers = Vec::new();
    for digest in theirs {
        let channel = channel_id(&digest.channel)?;
        if !seen.contains(&channel) {
            continue;
        }
        if ours.get(&channel).is_some_and(|ours| ours.as_slice() == digest.digest.as_ref()) {
            continue;
        }
        offers.extend(offer(pipeline, log_index, &mut stream, server, peer, channel).await?);
    }
    fetch_all(pipeline, &mut stream, server, offers).await
}

/// Tells what we hold of a channel and learns what the peer holds; opens the logs that are new to us.
async fn offer(
    pipeline: &Pipeline,
    log_index: &LogIndex,
    stream: &mut FramedStream,
    server: ServerId,
    peer: DeviceId,
    channel: ChannelId,
) -> Result<Vec<LogSummary>, SyncError> {
    let summaries = pipeline.read(move |world| summaries(world, &server, &channel)).await?;
    let have = v1::LogHave {
        channel: Bytes::copy_from_slice(channel.as_ref()),
        logs: summaries.iter().map(to_wire).collect(),
    };
    stream.send_message(&frame(Frame::Have(have))).await?;
    let offer = match receive(stream).await? {
        Frame::Offer(offer) => offer,
        Frame::Refusal(refusal) => return Err(refused(&refusal)),
        _ => return Err(SyncError::Protocol { what: "no offer after a have" }),
    };
    if offer.logs.len() > LOGS_PER_CHANNEL || offer.inits.len() > LOGS_PER_CHANNEL {
        return Err(SyncError::Protocol { what: "too many logs" });
    }
    let inits = tokio::task::spawn_blocking(move || {
        offer.inits.into_iter().filter_map(|init| LogInit::verify(init.into()).ok()).collect::<Vec<_>>()
    })
    .await
    .map_err(|_| SyncError::Protocol { what: "inits that could not be verified" })?;
    let offered = offer.logs.iter().map(from_wire).collect::<Result<Vec<_>, _>>()?;
    let seen = offered.clone();
    pipeline
        .act(move |turn| {
            for init in inits {
                turn.open_remote_log(init);
            }
        })
        .await?;
    note_held(pipeline, log_index, peer, &seen).await?;
    Ok(offered)
}

async fn fetch_all(
    pipeline: &Pipeline,
    stream: &mut FramedStream,
    server: ServerId,
    offers: Vec<LogSummary>,
) -> Result<Pulled, SyncError> {
    let (ours, inits, mut anchors) = pipeline
        .read(move |world| {
            let mut ours: HashMap<LogId, LogSummary> = HashMap::new();
            let mut inits: HashMap<LogId, LogInit> = HashMap::new();
            let mut anchors: HashMap<LogId, HashSet<EntryId>> = HashMap::new();
            for log in
                world.servers.get(&server).into_iter().flat_map(|s| s.channels.values()).flat_map(|c| c.logs.values())
            {
                let init = log.authorized.init();
                ours.insert(init.id, log.summary());
                anchors.insert(init.id, log.dangling.keys().copied().collect());
                inits.insert(init.id, init.clone());
            }
            (ours, inits, anchors)
        })
        .await?;
    // Logs that governance does not allow (yet) are not fetched.
    let offers: Vec<LogSummary> = offers.into_iter().filter(|offer| inits.contains_key(&offer.log)).collect();
    let mut queue: VecDeque<Fetch> = plan(|log| ours.get(log), &offers);
    let mut pulled = Pulled::default();
    let mut under_way: VecDeque<(u64, Fetch)> = VecDeque::new();
    let mut commits = FuturesOrdered::new();
    let mut request = 0;
    // Per request the lowest number its parts have come down to.
    let mut parts: HashMap<u64, u64> = HashMap::new();
    loop {
        while under_way.len() < WINDOW
            && let Some(fetch) = queue.pop_front()
        {
            request += 1;
            stream.send_message(&frame(Frame::Fetch(fetch_frame(request, &fetch)))).await?;
            under_way.push_back((request, fetch));
        }
        let Some((awaited, fetch)) = under_way.front().copied() else { break };
        let run = match receive(stream).await? {
            Frame::Run(run) if run.request == awaited && run.log.as_ref() == fetch.log.as_ref() => run,
            Frame::Refusal(refusal) => return Err(refused(&refusal)),
            _ => return Err(SyncError::Protocol { what: "an answer to no request" }),
        };
        if run.last {
            under_way.pop_front();
        } else if run.entries.is_empty() {
            return Err(SyncError::Protocol { what: "an empty part of a run" });
        }
        let run_last = run.last;
        let Some(init) = inits.get(&fetch.log).cloned() else { continue };
        let anchor = anchors.entry(fetch.log).or_default();
        let known = anchor.clone();
        let verified = tokio::task::spawn_blocking(move || open_run(&init, &run.entries, fetch.range, &known))
            .await
            .map_err(|_| SyncError::Protocol { what: "a run that could not be verified" })?;
        let verified = match verified {
            Ok(verified) => verified,
            Err(error) => {
                // The fault of one log; the others go on. What is asked for already still comes and fails alike.
                tracing::debug!(log = ?fetch.log, error = &error as &dyn std::error::Error, "run left out");
                queue.retain(|planned| planned.log != fetch.log);
                continue;
            }
        };
        let lowest = verified.entries.first().map(|oldest| oldest.entry().header.seq);
        if !run_last && lowest.is_none_or(|lowest| parts.insert(awaited, lowest).is_some_and(|before| lowest >= before))
        {
            return Err(SyncError::Protocol { what: "parts of a run that do not go down" });
        }
        anchor.extend(verified.entries.first().map(|oldest| oldest.entry().header.prev));
        if !verified.entries.is_empty() {
            let incoming = IncomingRun { log: fetch.log, run: verified };
            commits.push_back(pipeline.act(move |turn| turn.ingest_run(incoming)));
        }
        while commits.len() > UNCOMMITTED {
            if let Some(committed) = commits.next().await {
                pulled.entries += placed(committed?)?;
            }
        }
    }
    while let Some(committed) = commits.next().await {
        pulled.entries += placed(committed?)?;
    }
    Ok(pulled)
}

fn placed(outcome: Result<RunOutcome, folkmoot_ledger::LedgerError>) -> Result<usize, SyncError> {
    Ok(outcome?.placed)
}

/// Decompresses, decodes and verifies a run; entries outside what was asked for are a fault.
fn open_run(
    init: &LogInit,
    compressed: &[u8],
    range: SeqRange,
    anchors: &HashSet<EntryId>,
) -> Result<folkmoot_core::log::Run, SyncError> {
    if compressed.is_empty() {
        return Ok(folkmoot_core::log::Run { entries: Vec::new() });
    }
    let plain = zstd::bulk::decompress(compressed, SEGMENT_PLAIN_BYTES)
        .map_err(|_| SyncError::Protocol { what: "a run that does not decompress within 4 MiB" })?;
    let entries = v1::RunEntries::decode(Bytes::from(plain))
        .map_err(|_| SyncError::Protocol { what: "a run that does not decode" })?
        .entries;
    let run = verify_run(init, entries, anchors)?;
    let inside = |seq: u64| (range.from..=range.to).contains(&seq);
    if run.entries.iter().all(|e| inside(e.entry().header.seq)) {
        Ok(run)
    } else {
        Err(SyncError::Protocol { what: "entries that were not asked for" })
    }
}

pub(super) fn summaries(world: &World, server: &ServerId, channel: &ChannelId) -> Vec<LogSummary> {
    world
        .servers
        .get(server)
        .and_then(|server| server.channels.get(channel))
        .map(crate::pipeline::Channel::summaries)
        .unwrap_or_default()
}

pub(super) fn to_wire(summary: &LogSummary) -> v1::LogRanges {
    let ranges = summary.ranges.as_slice();
    // Above the limit the oldest gaps are not told; they come once the newer ones are closed.
    let told = ranges.get(ranges.len().saturating_sub(RANGES_PER_LOG)..).unwrap_or(ranges);
    v1::LogRanges {
        log: Bytes::copy_from_slice(summary.log.as_ref()),
        ranges: told.iter().map(|r| v1::SeqRange { from: r.from, to: r.to }).collect(),
        tip: Bytes::copy_from_slice(&summary.tip),
    }
}

pub(super) fn from_wire(wire: &v1::LogRanges) -> Result<LogSummary, SyncError> {
    let malformed = SyncError::Protocol { what: "malformed ranges" };
    if wire.ranges.len() > RANGES_PER_LOG
        || wire.ranges.iter().any(|r| r.from == 0 || r.from > r.to || r.to > LOG_ENTRIES)
    {
        return Err(malformed);
    }
    Ok(LogSummary {
        log: LogId::try_from(wire.log.as_ref()).map_err(|_| SyncError::Protocol { what: "malformed log id" })?,
        ranges: Ranges::from_ranges(wire.ranges.iter().map(|r| SeqRange { from: r.from, to: r.to })),
        tip: wire.tip.as_ref().try_into().map_err(|_| malformed)?,
    })
}

fn channel_id(bytes: &[u8]) -> Result<ChannelId, SyncError> {
    ChannelId::try_from(bytes).map_err(|_| SyncError::Protocol { what: "malformed channel id" })
}

fn fetch_frame(request: u64, fetch: &Fetch) -> v1::LogFetch {
    v1::LogFetch {
        request,
        log: Bytes::copy_from_slice(fetch.log.as_ref()),
        range: Some(v1::SeqRange { from: fetch.range.from, to: fetch.range.to }),
    }
}

pub(super) fn frame(frame: Frame) -> v1::LogFrame {
    v1::LogFrame { frame: Some(frame) }
}

pub(super) async fn receive(stream: &mut FramedStream) -> Result<Frame, SyncError> {
    let frame: v1::LogFrame = stream.recv_message().await?;
    frame.frame.ok_or(SyncError::Protocol { what: "an empty frame" })
}
