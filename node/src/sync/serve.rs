//! The answering end of `/folkmoot/log/1`. Serves members only; remembers nothing but what the asker says it holds.

use bytes::Bytes;
use folkmoot_core::{
    ids::{ChannelId, DeviceId, LogId, ServerId},
    log::SeqRange,
    sync::{LogSummary, server_digest},
};
use folkmoot_ledger::{Ledger, LedgerError};
use folkmoot_overlay::{FrameError, FramedStream};
use folkmoot_proto::{limits::FETCH_ENTRIES, v1};
use prost::Message;
use v1::{RefusalReason, log_frame::Frame};

use super::{
    SyncError, note_held,
    pull::{frame, from_wire, receive, summaries, to_wire},
    refusal,
};
use crate::{
    log_index::LogIndex,
    pipeline::{Channel, Pipeline, World},
    sync::auth::Standing,
};

/// Plain bytes packed into one frame: compressed it stays below the frame limit, and the first screen does not wait for the rest.
const RUN_BYTES: usize = 512 * 1024;
/// Logs in one offer: with their inits of at most 500 bytes they fit a frame.
const OFFER_LOGS: usize = 1_024;
/// Speed over size: the stream is rarely the bottleneck.
const ZSTD_LEVEL: i32 = 1;

/// Answers a peer's questions until it closes the stream.
///
/// # Errors
/// [`SyncError`].
pub(super) async fn serve(
    pipeline: &Pipeline,
    log_index: &LogIndex,
    ledger: &Ledger,
    peer: DeviceId,
    mut stream: FramedStream,
) -> Result<(), SyncError> {
    let Frame::Hello(hello) = receive(&mut stream).await? else {
        return Err(SyncError::Protocol { what: "no hello" });
    };
    let Ok(server) = ServerId::try_from(hello.server.as_ref()) else {
        return refuse(&mut stream, RefusalReason::Malformed).await;
    };
    let standing = pipeline.read(move |world| Standing::of(world, &server, &peer)).await?;
    if standing != Standing::Member {
        return refuse(&mut stream, RefusalReason::NotMember).await;
    }
    let digests =
        pipeline.read(move |world| world.servers.get(&server).map(|s| s.digests_for(&peer))).await?.unwrap_or_default();
    let same = hello.digest.as_ref() == server_digest(&digests);
    let channels = if same { Vec::new() } else { digests };
    let channels = channels
        .into_iter()
        .map(|(id, digest)| v1::ChannelDigest {
            channel: Bytes::copy_from_slice(id.as_ref()),
            digest: Bytes::copy_from_slice(&digest),
        })
        .collect();
    stream.send_message(&frame(Frame::Digests(v1::LogDigests { channels }))).await?;
    if same {
        let all = pipeline.read(move |world| all_summaries(world, &server, &peer)).await?;
        note_held(pipeline, log_index, peer, &all).await?;
    }
    loop {
        let asked = match receive(&mut stream).await {
            Ok(asked) => asked,
            Err(SyncError::Stream(FrameError::Closed)) => return Ok(()),
            Err(error) => return Err(error),
        };
        match asked {
            Frame::Have(have) => {
                let Ok(channel) = ChannelId::try_from(have.channel.as_ref()) else {
                    return refuse(&mut stream, RefusalReason::Malformed).await;
                };
                let theirs = have.logs.iter().map(from_wire).collect::<Result<Vec<_>, _>>()?;
                let offer = offer(pipeline, log_index, server, peer, channel, theirs).await?;
                stream.send_message(&frame(Frame::Offer(offer))).await?;
            }
            Frame::Fetch(fetch) => answer(pipeline, ledger, (server, peer), &mut stream, fetch).await?,
            _ => return refuse(&mut stream, RefusalReason::Malformed).await,
        }
    }
}

fn all_summaries(world: &World, server: &ServerId, peer: &DeviceId) -> Vec<LogSummary> {
    let Some(held) = world.servers.get(server) else { return Vec::new() };
    let shown = held.channels.iter().filter(|(id, _)| held.shows(peer, id));
    shown.flat_map(|(_, channel)| Channel::summaries(channel)).collect()
}

async fn offer(
    pipeline: &Pipeline,
    log_index: &LogIndex,
    server: ServerId,
    peer: DeviceId,
    channel: ChannelId,
    theirs: Vec<LogSummary>,
) -> Result<v1::LogOffer, SyncError> {
    note_held(pipeline, log_index, peer, &theirs).await?;
    let offer = pipeline
        .read(move |world| {
            if !world.servers.get(&server).is_some_and(|held| held.shows(&peer, &channel)) {
                return v1::LogOffer::default();
            }
            // As many logs as fit a frame, those the asker does not know first; the rest comes with its next question.
            let mut ours = summaries(world, &server, &channel);
            ours.sort_by_key(|s| theirs.iter().any(|t| t.log == s.log));
            ours.truncate(OFFER_LOGS);
            let inits = ours
                .iter()
                .filter(|s| theirs.iter().all(|t| t.log != s.log))
                .filter_map(|s| world.find_log(&s.log))
                .map(|log| log.authorized.init().signed.clone().into())
                .collect();
            v1::LogOffer {
                channel: Bytes::copy_from_slice(channel.as_ref()),
                logs: ours.iter().map(to_wire).collect(),
                inits,
            }
        })
        .await?;
    Ok(offer)
}

/// Sends the entries asked for, newest first, in frames that each verify on their own.
async fn answer(
    pipeline: &Pipeline,
    ledger: &Ledger,
    (server, peer): (ServerId, DeviceId),
    stream: &mut FramedStream,
    fetch: v1::LogFetch,
) -> Result<(), SyncError> {
    let (Ok(log), Some(range)) = (LogId::try_from(fetch.log.as_ref()), fetch.range) else {
        return refuse(stream, RefusalReason::Malformed).await;
    };
    let too_long = range.from == 0 || range.to < range.from || range.to - range.from >= FETCH_ENTRIES;
    let (home, standing) = pipeline
        .read(move |world| {
            let home = world.log_home.get(&log).copied();
            let shown = |(server, channel): &(ServerId, ChannelId)| {
                world.servers.get(server).is_some_and(|held| held.shows(&peer, channel))
            };
            (home.filter(shown), Standing::of(world, &server, &peer))
        })
        .await?;
    if standing != Standing::Member {
        return refuse(stream, RefusalReason::NotMember).await;
    }
    if too_long || home.is_none_or(|(home, _)| home != server) {
        return refuse(stream, RefusalReason::Malformed).await;
    }
    let mut to = range.to;
    loop {
        let ledger = ledger.clone();
        let part = SeqRange { from: range.from, to };
        let (compressed, lowest) = tokio::task::spawn_blocking(move || pack(&ledger, log, part))
            .await
            .map_err(|_| SyncError::Protocol { what: "a range that could not be read" })??;
        let last = lowest.is_none_or(|lowest| lowest <= range.from);
        let run =
            v1::LogRun { request: fetch.request, log: Bytes::copy_from_slice(log.as_ref()), entries: compressed, last };
        stream.send_message(&frame(Frame::Run(run))).await?;
        match lowest {
            Some(lowest) if !last => to = lowest - 1,
            _ => return Ok(()),
        }
    }
}

/// The newest entries of a range up to [`RUN_BYTES`], compressed, and the lowest number among them.
fn pack(ledger: &Ledger, log: LogId, range: SeqRange) -> Result<(Bytes, Option<u64>), LedgerError> {
    let stored = ledger.snapshot()?.run_newest(&log, range, RUN_BYTES)?;
    let Some(lowest) = stored.first().map(|e| e.entry.header.seq) else { return Ok((Bytes::new(), None)) };
    let plain = v1::RunEntries { entries: stored.iter().map(|e| e.entry.to_wire()).collect() }.encode_to_vec();
    let compressed = zstd::bulk::compress(&plain, ZSTD_LEVEL).map_err(|source| LedgerError::io("compress", source))?;
    Ok((compressed.into(), Some(lowest)))
}

async fn refuse(stream: &mut FramedStream, reason: RefusalReason) -> Result<(), SyncError> {
    stream.send_message(&frame(Frame::Refusal(refusal(reason)))).await?;
    Ok(())
}
