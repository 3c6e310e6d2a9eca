//! The door: `/folkmoot/join/1` as any ready member's node serves it. Also where members ask for keys.

use std::time::Instant;

use bytes::Bytes;
use folkmoot_core::{
    ids::{DeviceId, ServerId},
    standing::{is_work, standing_key},
};
use folkmoot_overlay::{FramedStream, OverlayHandle};
use folkmoot_proto::v1;
use v1::{RefusalReason, join_frame::Frame};

use super::Rates;
use crate::{
    clock::random,
    pipeline::{DoorRefusal, Pipeline},
    sync::{SyncError, portions, serve_keys},
};

/// What a door works with.
#[derive(Clone, Copy)]
pub struct Doorway<'a> {
    /// The road into the ledger.
    pub pipeline: &'a Pipeline,
    /// Knows from where somebody comes.
    pub overlay: &'a OverlayHandle,
    /// How often they may.
    pub rates: &'a Rates,
}

/// Answers a stream: a joiner's hello or a member's key request.
///
/// # Errors
/// [`SyncError`] when the stream breaks; refusals are answers.
pub async fn answer(doorway: Doorway<'_>, peer: DeviceId, mut stream: FramedStream) -> Result<(), SyncError> {
    match receive(&mut stream).await? {
        Frame::Hello(hello) => admit(doorway, peer, &mut stream, hello).await,
        Frame::KeyRequest(request) => serve_keys(doorway.pipeline, peer, &mut stream, request).await,
        _ => refuse(&mut stream, RefusalReason::Malformed).await,
    }
}

async fn admit(
    doorway: Doorway<'_>,
    peer: DeviceId,
    stream: &mut FramedStream,
    hello: v1::JoinHello,
) -> Result<(), SyncError> {
    // 1. The invite must be in force in our state and by our clock.
    let (Ok(server), Ok(invite_key)) =
        (ServerId::try_from(hello.server.as_ref()), <[u8; 32]>::try_from(hello.invite_key.as_ref()))
    else {
        return refuse(stream, RefusalReason::Malformed).await;
    };
    let pipeline = doorway.pipeline;
    let checked = pipeline.read(move |world| world.check_door(&server, &invite_key, &peer)).await?;
    if let Err(refusal) = checked {
        return refuse(stream, reason(&refusal)).await;
    }
    // 2. An invite that everybody has opens the door only so often, and for some work.
    let work_bits = match invite_key == standing_key(&server).public() {
        false => 0,
        true => match visit(doorway, peer).await {
            Some(bits) => bits,
            None => return refuse(stream, RefusalReason::Busy).await,
        },
    };
    // 3. A challenge, so that a request cannot be replayed.
    let nonce = random::<32>();
    let challenge = v1::JoinChallenge { nonce: Bytes::copy_from_slice(&nonce), work_bits };
    send(stream, Frame::Challenge(challenge)).await?;
    let Frame::Proof(v1::JoinProof { request: Some(request), work }) = receive(stream).await? else {
        return refuse(stream, RefusalReason::Malformed).await;
    };
    if !is_work(&nonce, &peer, work, work_bits) {
        return refuse(stream, RefusalReason::Malformed).await;
    }
    // 4. ADMIT, authored here and committed before the joiner hears of it.
    let admitted = pipeline.act(move |turn| turn.admit(server, invite_key, nonce, peer, request.into())).await?;
    let admitted = match admitted {
        Ok(admitted) => admitted,
        Err(refusal) => return refuse(stream, reason(&refusal)).await,
    };
    // 5. Everything the new member needs: the events, who is who, the keys.
    for portion in portions(admitted.events) {
        let events = portion.into_iter().map(Into::into).collect();
        send(stream, Frame::Events(v1::AuthEvents { events })).await?;
    }
    for portion in portions(admitted.registers) {
        let registers = portion.into_iter().map(Into::into).collect();
        send(stream, Frame::Registers(v1::AuthRegisters { registers })).await?;
    }
    send(stream, Frame::Grants(v1::KeyGrants { grants: admitted.grants })).await?;
    let admit = Bytes::copy_from_slice(admitted.admit.as_ref());
    send(stream, Frame::Done(v1::JoinDone { admit })).await
}

/// Counts a visit by the block of addresses it comes from; none when there were too many.
async fn visit(doorway: Doorway<'_>, peer: DeviceId) -> Option<u32> {
    let peers = doorway.overlay.peers().await.ok()?;
    let ip = peers.iter().find(|connected| connected.device == peer)?.address.ip()?;
    doorway.rates.visit(ip, Instant::now())
}

const fn reason(refusal: &DoorRefusal) -> RefusalReason {
    match refusal {
        DoorRefusal::UnknownServer => RefusalReason::UnknownServer,
        DoorRefusal::NotReady => RefusalReason::Locked,
        DoorRefusal::UnknownInvite => RefusalReason::InviteUnknown,
        DoorRefusal::Expired => RefusalReason::InviteExpired,
        DoorRefusal::Revoked => RefusalReason::InviteRevoked,
        DoorRefusal::UsedUp => RefusalReason::InviteUsedUp,
        DoorRefusal::Banned => RefusalReason::Banned,
        DoorRefusal::Malformed => RefusalReason::Malformed,
        DoorRefusal::Full => RefusalReason::Limit,
        DoorRefusal::Storage => RefusalReason::Storage,
    }
}

async fn refuse(stream: &mut FramedStream, reason: RefusalReason) -> Result<(), SyncError> {
    send(stream, Frame::Refusal(v1::Refusal { reason: reason.into() })).await
}

async fn send(stream: &mut FramedStream, frame: Frame) -> Result<(), SyncError> {
    stream.send_message(&v1::JoinFrame { frame: Some(frame) }).await?;
    Ok(())
}

async fn receive(stream: &mut FramedStream) -> Result<Frame, SyncError> {
    let frame: v1::JoinFrame = stream.recv_message().await?;
    frame.frame.ok_or(SyncError::Protocol { what: "an empty frame" })
}
