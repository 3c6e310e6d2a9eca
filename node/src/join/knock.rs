//! The joiner's side of the door.

use bytes::Bytes;
use folkmoot_core::{
    ids::{DeviceId, EventId, ServerId},
    invite::InviteLink,
    standing::find_work,
};
use folkmoot_identity::{
    invite_key::InviteKey,
    kdf::{Purpose, derive},
    signed::{Context, SignedBytes},
};
use folkmoot_overlay::{Address, FramedStream, OverlayHandle, Protocol};
use folkmoot_proto::{limits::EVENTS_PER_SERVER, v1};
use prost::Message;
use v1::{RefusalReason, join_frame::Frame};

use crate::{
    pipeline::{Joined, Pipeline, World},
    sync::SyncError,
};

/// Bytes of events and registers a door may send.
const JOIN_BYTES: usize = 256 * 1024 * 1024;

/// Why no door opened.
#[derive(Debug, thiserror::Error)]
pub enum KnockError {
    /// No identity, or locked.
    #[error("the node is not ready")]
    NotReady,
    /// None of the link's addresses answered.
    #[error("none of {tried} addresses could be reached")]
    Unreachable {
        /// Addresses tried.
        tried: usize,
    },
    /// A door answered and refused.
    #[error("the door refused: {}", .0.as_str_name())]
    Refused(RefusalReason),
    /// Peers answered, and none of them knows such a public server.
    #[error("none of {asked} peers knows such a public server")]
    Unknown {
        /// Peers asked.
        asked: usize,
    },
    /// A member answered: the server only takes in whom it invites.
    #[error("the server takes in nobody without an invite")]
    Private,
    /// Our own pipeline gave no answer.
    #[error("pipeline gave no answer")]
    Pipeline(#[from] crate::pipeline::PipelineError),
    /// What the door sent does not hold together.
    #[error("the door sent a server that does not verify")]
    BadServer(#[source] SyncError),
}

impl KnockError {
    /// Whether the same link may open a door later.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::BadServer(_)
                | Self::Refused(
                    RefusalReason::UnknownServer
                        | RefusalReason::Locked
                        | RefusalReason::Busy
                        | RefusalReason::Limit
                        | RefusalReason::Storage
                )
        )
    }
}

/// Tries the link's addresses in turn until a door opens; the server is stored and followed when this returns.
///
/// # Errors
/// [`KnockError`]; a refusal about the invite itself ends the round, since every door knows the same.
pub async fn knock(pipeline: &Pipeline, overlay: &OverlayHandle, link: &InviteLink) -> Result<(), KnockError> {
    let ticket = Ticket { server: link.server, key: InviteKey::from_seed(&link.seed) };
    let mut last = KnockError::Unreachable { tried: link.addresses.len() };
    for text in &link.addresses {
        let Ok(address) = text.parse::<Address>() else { continue };
        let device = match overlay.dial(address).await {
            Ok(device) => device,
            Err(error) => {
                tracing::debug!(%error, "door not reached");
                continue;
            }
        };
        match through(pipeline, overlay, device, &ticket).await {
            Ok(()) => return Ok(()),
            Err(
                error @ (KnockError::NotReady
                | KnockError::Refused(
                    RefusalReason::InviteExpired
                    | RefusalReason::InviteRevoked
                    | RefusalReason::InviteUsedUp
                    | RefusalReason::Banned,
                )),
            ) => return Err(error),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// What opens a door.
pub(super) struct Ticket {
    /// Into which server.
    pub(super) server: ServerId,
    /// The invite's key.
    pub(super) key: InviteKey,
}

/// Asks at one connected device's door; the server is stored and followed when this returns.
///
/// # Errors
/// [`KnockError`].
pub(super) async fn through(
    pipeline: &Pipeline,
    overlay: &OverlayHandle,
    door: DeviceId,
    ticket: &Ticket,
) -> Result<(), KnockError> {
    let opened = ring(overlay, door, ticket).await?;
    enter(pipeline, overlay, opened, ticket).await
}

/// A door that answered and asks for proof.
pub(super) struct Opened {
    door: DeviceId,
    stream: FramedStream,
    challenge: v1::JoinChallenge,
}

/// Asks at a door whether it would let us in; it commits to nothing.
///
/// # Errors
/// [`KnockError`].
pub(super) async fn ring(overlay: &OverlayHandle, door: DeviceId, ticket: &Ticket) -> Result<Opened, KnockError> {
    let broken = |error: SyncError| KnockError::BadServer(error);
    let mut stream = overlay.open_stream(door, Protocol::Join).await.map_err(|e| broken(e.into()))?;
    let hello = v1::JoinHello {
        server: Bytes::copy_from_slice(ticket.server.as_ref()),
        invite_key: Bytes::copy_from_slice(&ticket.key.public()),
    };
    send(&mut stream, Frame::Hello(hello)).await?;
    match receive(&mut stream).await? {
        Frame::Challenge(challenge) => Ok(Opened { door, stream, challenge }),
        Frame::Refusal(refusal) => Err(refused(&refusal)),
        _ => Err(broken(SyncError::Protocol { what: "no challenge" })),
    }
}

/// Proves itself at a door that answered, and takes what it hands over.
///
/// # Errors
/// [`KnockError`].
pub(super) async fn enter(
    pipeline: &Pipeline,
    overlay: &OverlayHandle,
    opened: Opened,
    ticket: &Ticket,
) -> Result<(), KnockError> {
    let broken = |error: SyncError| KnockError::BadServer(error);
    let Opened { door, mut stream, challenge } = opened;
    let Ticket { server, key: invite } = ticket;
    let work = work_for(&challenge, overlay.device()).await?;
    let (server, nonce) = (*server, challenge.nonce);
    let request = pipeline.read(move |world| request(world, &server, nonce)).await?;
    let body: Bytes = request.ok_or(KnockError::NotReady)?.encode_to_vec().into();
    let sig = invite.sign(Context::Join, &derive(Purpose::JoinRequest, &[&body]));
    send(&mut stream, Frame::Proof(v1::JoinProof { request: Some(SignedBytes { body, sig }.into()), work })).await?;
    let joined = receive_server(&mut stream, server, door).await?;
    pipeline
        .act(move |turn| turn.join(joined))
        .await?
        .map_err(|_| broken(SyncError::Protocol { what: "a server that does not verify" }))
}

/// The work a door asks for, off the runtime; more than anybody may ask is not done.
async fn work_for(challenge: &v1::JoinChallenge, device: DeviceId) -> Result<u64, KnockError> {
    let broken = |what| KnockError::BadServer(SyncError::Protocol { what });
    let bits = challenge.work_bits;
    if bits == 0 {
        return Ok(0);
    }
    let nonce = <[u8; 32]>::try_from(challenge.nonce.as_ref()).map_err(|_| broken("a malformed challenge"))?;
    let found = tokio::task::spawn_blocking(move || find_work(&nonce, &device, bits)).await;
    found.ok().flatten().ok_or_else(|| broken("a challenge that asks for too much work"))
}

fn request(world: &World, server: &ServerId, nonce: Bytes) -> Option<v1::JoinRequest> {
    let me = world.me.as_ref()?;
    Some(v1::JoinRequest {
        format: 1,
        server: Bytes::copy_from_slice(server.as_ref()),
        nonce,
        account: Bytes::copy_from_slice(me.account_id().as_ref()),
        certificate: Some(me.account.certificate().signed.clone().into()),
        prekey: Some(me.account.prekey_register().signed.clone().into()),
        profile: Some(me.account.profile().signed.clone().into()),
    })
}

async fn receive_server(stream: &mut FramedStream, server: ServerId, door: DeviceId) -> Result<Joined, KnockError> {
    let mut joined = Joined {
        server,
        events: Vec::new(),
        registers: Vec::new(),
        grants: Vec::new(),
        admit: EventId::new([0; 32]),
        door,
    };
    let mut bytes = 0;
    loop {
        match receive(stream).await? {
            Frame::Events(events) => {
                joined
                    .events
                    .extend(events.events.into_iter().map(SignedBytes::from).inspect(|e| bytes += e.body.len()));
            }
            Frame::Registers(registers) => {
                let registers = registers.registers.into_iter().map(SignedBytes::from);
                joined.registers.extend(registers.inspect(|r| bytes += r.body.len()));
            }
            Frame::Grants(grants) => joined.grants.extend(grants.grants),
            Frame::Done(done) => {
                joined.admit = EventId::try_from(done.admit.as_ref())
                    .map_err(|_| KnockError::BadServer(SyncError::Protocol { what: "a malformed ADMIT id" }))?;
                return Ok(joined);
            }
            Frame::Refusal(refusal) => return Err(refused(&refusal)),
            _ => return Err(KnockError::BadServer(SyncError::Protocol { what: "an unexpected frame" })),
        }
        if joined.events.len() > EVENTS_PER_SERVER || bytes > JOIN_BYTES {
            return Err(KnockError::BadServer(SyncError::Protocol { what: "a server above the limits" }));
        }
    }
}

fn refused(refusal: &v1::Refusal) -> KnockError {
    KnockError::Refused(RefusalReason::try_from(refusal.reason).unwrap_or(RefusalReason::Malformed))
}

async fn send(stream: &mut FramedStream, frame: Frame) -> Result<(), KnockError> {
    stream.send_message(&v1::JoinFrame { frame: Some(frame) }).await.map_err(|e| KnockError::BadServer(e.into()))
}

async fn receive(stream: &mut FramedStream) -> Result<Frame, KnockError> {
    let frame: v1::JoinFrame = stream.recv_message().await.map_err(|e| KnockError::BadServer(e.into()))?;
    frame.frame.ok_or(KnockError::BadServer(SyncError::Protocol { what: "an empty frame" }))
}
