//! Keys for those already in: asking a member for secrets of epochs, and answering such a request, over `/folkmoot/join/1`.
//! Whoever holds a secret may hand it to a member, so nobody waits for one particular machine (rules E2, E7).

use bytes::Bytes;
use folkmoot_core::ids::{DeviceId, EpochId, ServerId};
use folkmoot_overlay::{FramedStream, OverlayHandle, Protocol};
use folkmoot_proto::{limits::KEY_REQUEST_EPOCHS, v1};
use v1::{RefusalReason, join_frame::Frame};

use super::{SyncError, auth::Standing, refusal, refused};
use crate::pipeline::Pipeline;

/// Asks `peer` for the secrets of epochs that are lacking; does nothing when none is.
///
/// # Errors
/// [`SyncError`].
pub async fn request_keys(
    pipeline: &Pipeline,
    overlay: &OverlayHandle,
    server: ServerId,
    peer: DeviceId,
) -> Result<(), SyncError> {
    let wanted = pipeline
        .read(move |world| {
            let me = world.me.as_ref()?;
            let held = world.servers.get(&server)?;
            let (state, device) = (held.governance.state(), me.device_id());
            let inside = held.scopes.iter().filter(|(scope, _)| state.is_in_scope(&device, scope));
            let mut lacking: Vec<EpochId> = inside.flat_map(|(_, keys)| keys.ring.lacking()).collect();
            lacking.truncate(KEY_REQUEST_EPOCHS);
            (!lacking.is_empty()).then(|| (lacking, me.account.prekey_register().signed.clone()))
        })
        .await?;
    let Some((epochs, prekey)) = wanted else { return Ok(()) };
    let mut stream = overlay.open_stream(peer, Protocol::Join).await?;
    let request = v1::KeyRequest {
        server: Bytes::copy_from_slice(server.as_ref()),
        epochs: epochs.iter().map(|e| Bytes::copy_from_slice(e.as_ref())).collect(),
        prekey: Some(prekey.into()),
    };
    stream.send_message(&v1::JoinFrame { frame: Some(Frame::KeyRequest(request)) }).await?;
    let answer: v1::JoinFrame = stream.recv_message().await?;
    match answer.frame {
        Some(Frame::Grants(grants)) => {
            pipeline.act(move |turn| turn.take_grants(server, &grants.grants)).await??;
            Ok(())
        }
        Some(Frame::Refusal(refusal)) => Err(refused(&refusal)),
        _ => Err(SyncError::Protocol { what: "no grants after a key request" }),
    }
}

/// Answers a key request: members get what we hold.
///
/// # Errors
/// [`SyncError`].
pub async fn serve_keys(
    pipeline: &Pipeline,
    peer: DeviceId,
    stream: &mut FramedStream,
    request: v1::KeyRequest,
) -> Result<(), SyncError> {
    let answer = match ServerId::try_from(request.server.as_ref()) {
        Ok(server) if pipeline.read(move |world| Standing::of(world, &server, &peer)).await? == Standing::Member => {
            let epochs: Vec<EpochId> = request
                .epochs
                .iter()
                .take(KEY_REQUEST_EPOCHS)
                .filter_map(|e| EpochId::try_from(e.as_ref()).ok())
                .collect();
            let prekey = request.prekey;
            let grants = pipeline
                .act(move |turn| {
                    if let Some(prekey) = prekey {
                        turn.ingest_registers(vec![prekey.into()]);
                    }
                    turn.make_grants(server, peer, &epochs)
                })
                .await?;
            Frame::Grants(v1::KeyGrants { grants })
        }
        Ok(_) => Frame::Refusal(refusal(RefusalReason::NotMember)),
        Err(_) => Frame::Refusal(refusal(RefusalReason::Malformed)),
    };
    stream.send_message(&v1::JoinFrame { frame: Some(answer) }).await?;
    Ok(())
}
