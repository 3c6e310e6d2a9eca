//! How fast gossip goes over loopback within one process: `cargo run -p folkmoot-overlay --example speed -- [PEERS] [FRAMES]`.
//!
//! Latency: one frame at a time, publish to the last peer's receipt. Throughput: as fast as publishing goes.

use std::time::{Duration, Instant};

use bytes::Bytes;
use folkmoot_overlay::{Address, EventReceiver, Overlay, OverlayConfig, OverlayEvent, OverlayHandle, Topic, Verdict};
use tokio::{sync::mpsc, time::timeout};
use zeroize::Zeroizing;

const TOPIC: Topic = [7; 32];
const FRAME_BYTES: usize = 400;
const ROUNDS: u32 = 2_000;

async fn start(seed: u8) -> Overlay {
    let listen = vec![Address::quic([127, 0, 0, 1].into(), 0)];
    Overlay::start(OverlayConfig::new(Zeroizing::new([seed; 32]), listen)).await.expect("loopback has free ports")
}

fn frame(number: u32) -> Bytes {
    let mut frame = vec![0xcd; FRAME_BYTES];
    frame.iter_mut().zip(number.to_be_bytes()).for_each(|(byte, digit)| *byte = digit);
    frame.into()
}

/// Reads and accepts everything; tells of each frame.
async fn read(mut events: EventReceiver, told: mpsc::Sender<Instant>) {
    while let Some(event) = events.recv().await {
        if let OverlayEvent::Gossip(gossip) = event {
            gossip.token.report(Verdict::Accept);
            if told.send(Instant::now()).await.is_err() {
                return;
            }
        }
    }
}

async fn latency(sender: &OverlayHandle, peers: usize, received: &mut mpsc::Receiver<Instant>) {
    let mut times = Vec::new();
    for round in 0..ROUNDS {
        let begun = Instant::now();
        sender.publish(TOPIC, frame(round)).await.expect("one frame finds room");
        for _ in 0..peers {
            received.recv().await.expect("readers run");
        }
        times.push(begun.elapsed());
    }
    times.sort();
    let at = |share: f64| times.get((share * f64::from(ROUNDS)) as usize).copied().unwrap_or_default();
    println!("latency to all {peers}: p50 {:?}, p99 {:?}", at(0.5), at(0.99));
}

async fn throughput(sender: &OverlayHandle, peers: usize, frames: u32, received: &mut mpsc::Receiver<Instant>) {
    let begun = Instant::now();
    let publishing = async {
        let mut full = 0;
        for number in 0..frames {
            if sender.publish(TOPIC, frame(ROUNDS + number)).await.is_err() {
                full += 1;
            }
        }
        (full, begun.elapsed())
    };
    let reading = async {
        let (mut count, mut last) = (0_u64, begun);
        while count < u64::from(frames) * peers as u64 {
            match timeout(Duration::from_secs(2), received.recv()).await {
                Ok(Some(at)) => (count, last) = (count + 1, at),
                _ => break,
            }
        }
        (count, last - begun)
    };
    let ((full, publish_time), (count, time)) = tokio::join!(publishing, reading);
    let per_second = |count: f64, time: Duration| (count / time.as_secs_f64()) as u64;
    println!(
        "published {frames} in {publish_time:?} ({}/s), {full} refused",
        per_second(f64::from(frames), publish_time)
    );
    println!(
        "received {count} of {} in {time:?} ({}/s each)",
        u64::from(frames) * peers as u64,
        per_second(count as f64 / peers as f64, time)
    );
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse().expect("a number"));
    let peers = arguments.next().unwrap_or(4) as usize;
    let frames = arguments.next().unwrap_or(20_000);
    let mut sender = start(1).await;
    sender.handle.subscribe(TOPIC).await.expect("first topic");
    let (told, mut received) = mpsc::channel(100_000);
    let mut others = Vec::new();
    for seed in 2..2 + peers as u8 {
        let Overlay { handle, events, listening } = start(seed).await;
        handle.subscribe(TOPIC).await.expect("first topic");
        sender.handle.dial(listening.into_iter().next().expect("listens")).await.expect("reachable");
        tokio::spawn(read(events, told.clone()));
        others.push(handle);
    }
    let mut joined = 0;
    while joined < peers {
        if let Some(OverlayEvent::TopicPeer { joined: true, .. }) = sender.events.recv().await {
            joined += 1;
        }
    }
    let sender_handle = sender.handle.clone();
    tokio::spawn(async move { while sender.events.recv().await.is_some() {} });
    latency(&sender_handle, peers, &mut received).await;
    throughput(&sender_handle, peers, frames, &mut received).await;
    println!("sender: {:?}", sender_handle.status().await.expect("runs").counters);
    for other in others {
        println!("peer:   {:?}", other.status().await.expect("runs").counters);
    }
}
