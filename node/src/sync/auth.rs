//! Both ends of `/folkmoot/auth/1`: governance events and registers, always before anything else.
//!
//! Each side says hello, sends what the other lacks, and says done. Events are taken from anybody, since each proves itself; they
//! are sent to members only. Whoever opens the exchange with somebody who does not know it proves itself first, by the events its
//! own grant rests on; the answering side shows a stranger nothing but the ids of its heads until then. So a member that came
//! while we were away is let in by its own word and an admitter's, and knowing a server's id opens nothing.

use bytes::Bytes;
use folkmoot_core::{
    governance::DeviceSeqs,
    ids::{DeviceId, EventId, ServerId},
};
use folkmoot_identity::signed::SignedBytes;
use folkmoot_overlay::{FrameReader, FrameWriter, FramedStream, OverlayHandle, Protocol};
use folkmoot_proto::{
    limits::{HELLO_HEADS, MEMBERS, WANT_IDS},
    v1,
};
use v1::{RefusalReason, auth_frame::Frame};

use super::{SyncError, refusal, refused};
use crate::pipeline::{Pipeline, World};

/// Bytes of events or registers packed into one frame.
const FRAME_BYTES: usize = 256 * 1024;
/// Events taken from one stream before they are handed to the pipeline.
const INGEST_EVENTS: usize = 512;

/// Which end of the stream we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Opener,
    Answerer,
}

/// What a peer's device is to a server, as far as we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// A device of a present member.
    Member,
    /// Was one.
    Departed,
    /// Never seen.
    Unknown,
}

impl Standing {
    pub(super) fn of(world: &World, server: &ServerId, device: &DeviceId) -> Self {
        let Some(server) = world.servers.get(server) else { return Self::Unknown };
        let state = server.governance.state();
        if state.is_member_device(device) {
            Self::Member
        } else if state.account_of_device(device).is_some() {
            Self::Departed
        } else {
            Self::Unknown
        }
    }
}

/// What an exchange brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Exchanged {
    /// Events new to us.
    pub events: usize,
    /// Whether the peer is a member after it.
    pub member: bool,
}

/// Both ends of a stream, apart: what comes in is read while we send.
struct Ends {
    reader: FrameReader,
    writer: FrameWriter,
}

impl Ends {
    fn of(stream: FramedStream) -> Self {
        let (reader, writer) = stream.split();
        Self { reader, writer }
    }

    async fn send(&mut self, frame: Frame) -> Result<(), SyncError> {
        send(&mut self.writer, frame).await
    }

    async fn receive(&mut self) -> Result<Frame, SyncError> {
        let frame: v1::AuthFrame = self.reader.recv_message().await?;
        frame.frame.ok_or(SyncError::Protocol { what: "an empty frame" })
    }
}

struct Hello {
    heads: Vec<EventId>,
    seqs: DeviceSeqs,
    register_digest: [u8; 32],
}

/// Opens an exchange with a peer.
///
/// # Errors
/// [`SyncError`]; events taken before it are kept.
pub(super) async fn exchange(
    pipeline: &Pipeline,
    overlay: &OverlayHandle,
    server: ServerId,
    peer: DeviceId,
) -> Result<Exchanged, SyncError> {
    let standing = pipeline.read(move |world| Standing::of(world, &server, &peer)).await?;
    let mut stream = Ends::of(overlay.open_stream(peer, Protocol::Auth).await?);
    let Some(hello) = our_hello(pipeline, server, standing == Standing::Member).await? else {
        return Ok(Exchanged::default());
    };
    stream.send(Frame::Hello(hello)).await?;
    let theirs = match stream.receive().await? {
        Frame::Hello(hello) => read_hello(&hello)?,
        Frame::Refusal(refusal) => return Err(refused(&refusal)),
        _ => return Err(SyncError::Protocol { what: "no hello" }),
    };
    let (exchanged, missing) = converse(pipeline, &mut stream, End::Opener, (server, peer), &theirs).await?;
    fill_in(pipeline, &mut stream, server, peer, missing).await?;
    Ok(exchanged)
}

/// Answers an exchange that a peer opened.
///
/// # Errors
/// [`SyncError`]; events taken before it are kept.
pub(super) async fn answer(
    pipeline: &Pipeline,
    peer: DeviceId,
    stream: FramedStream,
) -> Result<(ServerId, Exchanged), SyncError> {
    let mut stream = Ends::of(stream);
    let Frame::Hello(hello) = stream.receive().await? else {
        return Err(SyncError::Protocol { what: "no hello" });
    };
    let Ok(server) = ServerId::try_from(hello.server.as_ref()) else {
        stream.send(Frame::Refusal(refusal(RefusalReason::Malformed))).await?;
        return Err(SyncError::Protocol { what: "a malformed server id" });
    };
    let theirs = read_hello(&hello)?;
    let standing = pipeline.read(move |world| Standing::of(world, &server, &peer)).await?;
    let Some(ours) = our_hello(pipeline, server, standing == Standing::Member).await? else {
        stream.send(Frame::Refusal(refusal(RefusalReason::UnknownServer))).await?;
        return Err(SyncError::Refused(RefusalReason::UnknownServer));
    };
    stream.send(Frame::Hello(ours)).await?;
    let (exchanged, _) = converse(pipeline, &mut stream, End::Answerer, (server, peer), &theirs).await?;
    while let Ok(Frame::Want(want)) = stream.receive().await {
        if pipeline.read(move |world| Standing::of(world, &server, &peer)).await? != Standing::Member {
            break;
        }
        let ids: Vec<EventId> =
            want.ids.iter().take(WANT_IDS).filter_map(|id| EventId::try_from(id.as_ref()).ok()).collect();
        let events = pipeline
            .read(move |world| {
                let governance = world.servers.get(&server).map(|s| &s.governance);
                ids.iter().filter_map(|id| governance?.event(id)).map(|e| e.signed().clone()).collect::<Vec<_>>()
            })
            .await?;
        send_events(&mut stream, events).await?;
        stream.send(Frame::Done(v1::AuthDone { more: false })).await?;
    }
    Ok((server, exchanged))
}

/// The part that is alike on both sides. Returns also the ids of parents that are still missing.
async fn converse(
    pipeline: &Pipeline,
    stream: &mut Ends,
    end: End,
    (server, peer): (ServerId, DeviceId),
    theirs: &Hello,
) -> Result<(Exchanged, Vec<EventId>), SyncError> {
    let standing = pipeline.read(move |world| Standing::of(world, &server, &peer)).await?;
    let first = match standing {
        Standing::Member => missing_for(pipeline, server, theirs).await?,
        Standing::Unknown if end == End::Opener => {
            Missing { events: proof_for(pipeline, server, theirs).await?, registers: Vec::new() }
        }
        // Whoever was taken out is told so, and nothing that came after.
        Standing::Departed => {
            Missing { events: farewell(pipeline, server, peer, theirs).await?, registers: Vec::new() }
        }
        Standing::Unknown => Missing::default(),
    };
    let more = standing == Standing::Unknown;
    let Ends { reader, writer } = stream;
    let sending = async {
        for frame in first.frames() {
            send(writer, frame).await?;
        }
        send(writer, Frame::Done(v1::AuthDone { more })).await
    };
    let (sent, taken) = tokio::join!(sending, take(pipeline, reader, server, peer));
    sent?;
    let mut taken = taken?;
    if more {
        let standing = pipeline.read(move |world| Standing::of(world, &server, &peer)).await?;
        if standing == Standing::Member {
            let rest = missing_for(pipeline, server, theirs).await?;
            for frame in rest.frames() {
                stream.send(frame).await?;
            }
            stream.send(Frame::Done(v1::AuthDone { more: false })).await?;
        } else {
            stream.send(Frame::Refusal(refusal(RefusalReason::NotMember))).await?;
        }
    }
    if taken.more {
        let rest = take(pipeline, &mut stream.reader, server, peer).await?;
        taken.events += rest.events;
        taken.missing = rest.missing;
    }
    let member = pipeline.read(move |world| Standing::of(world, &server, &peer)).await? == Standing::Member;
    Ok((Exchanged { events: taken.events, member }, taken.missing))
}

/// Asks for parents that were not among what came; happens when a device numbered two events alike.
async fn fill_in(
    pipeline: &Pipeline,
    stream: &mut Ends,
    server: ServerId,
    peer: DeviceId,
    mut missing: Vec<EventId>,
) -> Result<(), SyncError> {
    let mut rounds = 0;
    while !missing.is_empty() && rounds < 64 {
        rounds += 1;
        let ids = missing.iter().take(WANT_IDS).map(|id| Bytes::copy_from_slice(id.as_ref())).collect();
        stream.send(Frame::Want(v1::AuthWant { ids })).await?;
        let taken = take(pipeline, &mut stream.reader, server, peer).await?;
        if taken.missing == missing {
            break;
        }
        missing = taken.missing;
    }
    Ok(())
}

#[derive(Default)]
struct Taken {
    events: usize,
    missing: Vec<EventId>,
    more: bool,
}

/// Reads events and registers until the other side is done, handing them to the pipeline in portions.
async fn take(
    pipeline: &Pipeline,
    reader: &mut FrameReader,
    server: ServerId,
    peer: DeviceId,
) -> Result<Taken, SyncError> {
    let mut taken = Taken::default();
    let mut events: Vec<SignedBytes> = Vec::new();
    loop {
        let frame: v1::AuthFrame = reader.recv_message().await?;
        let done = match frame.frame {
            Some(Frame::Events(more)) => {
                events.extend(more.events.into_iter().map(SignedBytes::from));
                None
            }
            Some(Frame::Registers(registers)) => {
                let registers: Vec<SignedBytes> = registers.registers.into_iter().map(Into::into).collect();
                pipeline.act(move |turn| turn.ingest_registers(registers)).await?;
                None
            }
            Some(Frame::Done(done)) => Some(done.more),
            Some(Frame::Refusal(refusal)) => return Err(refused(&refusal)),
            _ => return Err(SyncError::Protocol { what: "an unexpected frame" }),
        };
        if events.len() >= INGEST_EVENTS || done.is_some() {
            let portion = std::mem::take(&mut events);
            let applied = pipeline.act(move |turn| turn.ingest_events(server, portion, Some(peer))).await??;
            taken.events += applied.new;
            taken.missing = applied.missing;
            if applied.invalid > 0 {
                return Err(SyncError::Protocol { what: "events that do not verify" });
            }
        }
        if let Some(more) = done {
            taken.more = more;
            return Ok(taken);
        }
    }
}

/// What a peer lacks, ready to be framed.
#[derive(Default)]
struct Missing {
    events: Vec<SignedBytes>,
    registers: Vec<SignedBytes>,
}

impl Missing {
    fn frames(self) -> Vec<Frame> {
        let events = portions(self.events)
            .map(|events| Frame::Events(v1::AuthEvents { events: events.into_iter().map(Into::into).collect() }));
        let registers = portions(self.registers).map(|registers| {
            Frame::Registers(v1::AuthRegisters { registers: registers.into_iter().map(Into::into).collect() })
        });
        events.chain(registers).collect()
    }
}

/// Cuts into portions of about [`FRAME_BYTES`].
pub(crate) fn portions(all: Vec<SignedBytes>) -> impl Iterator<Item = Vec<SignedBytes>> {
    let mut rest = all.into_iter().peekable();
    std::iter::from_fn(move || {
        let mut portion = Vec::new();
        let mut bytes = 0;
        while let Some(next) = rest.next_if(|next| bytes == 0 || bytes + next.body.len() < FRAME_BYTES) {
            bytes += next.body.len() + next.sig.len() + 16;
            portion.push(next);
        }
        (!portion.is_empty()).then_some(portion)
    })
}

async fn missing_for(pipeline: &Pipeline, server: ServerId, theirs: &Hello) -> Result<Missing, SyncError> {
    let (heads, seqs, digest) = (theirs.heads.clone(), theirs.seqs.clone(), theirs.register_digest);
    let missing = pipeline
        .read(move |world| {
            let Some(held) = world.servers.get(&server) else { return Missing::default() };
            let events = held.governance.missing_for(&heads, &seqs).map(|e| e.signed().clone()).collect();
            let same = world.registers.digest(held) == digest;
            let registers = if same { Vec::new() } else { world.registers.of(held) };
            Missing { events, registers }
        })
        .await?;
    Ok(missing)
}

/// The events that prove our own membership: what our grant rests on, and the grant.
async fn proof_for(pipeline: &Pipeline, server: ServerId, theirs: &Hello) -> Result<Vec<SignedBytes>, SyncError> {
    let (heads, seqs) = (theirs.heads.clone(), theirs.seqs.clone());
    let proof = pipeline
        .read(move |world| {
            let (Some(held), Some(me)) = (world.servers.get(&server), &world.me) else { return Vec::new() };
            let Some(grant) = held.governance.state().grant_of(&me.account_id()) else { return Vec::new() };
            held.governance
                .missing_for(&heads, &seqs)
                .filter(|e| e.id() == grant || held.governance.is_in_past(&e.id(), &grant))
                .map(|e| e.signed().clone())
                .collect()
        })
        .await?;
    Ok(proof)
}

/// The acts by which a peer is no longer a member, and what they rest on.
async fn farewell(
    pipeline: &Pipeline,
    server: ServerId,
    peer: DeviceId,
    theirs: &Hello,
) -> Result<Vec<SignedBytes>, SyncError> {
    let (heads, seqs) = (theirs.heads.clone(), theirs.seqs.clone());
    let events = pipeline
        .read(move |world| {
            let Some(governance) = world.servers.get(&server).map(|held| &held.governance) else { return Vec::new() };
            let Some(account) = governance.state().account_of_device(&peer) else { return Vec::new() };
            let acts = governance.departure_of(&account, &peer);
            governance
                .missing_for(&heads, &seqs)
                .filter(|e| acts.iter().any(|act| *act == e.id() || governance.is_in_past(&e.id(), act)))
                .map(|e| e.signed().clone())
                .collect()
        })
        .await?;
    Ok(events)
}

/// `whole` for members; strangers are told heads alone.
async fn our_hello(pipeline: &Pipeline, server: ServerId, whole: bool) -> Result<Option<v1::AuthHello>, SyncError> {
    let hello = pipeline
        .read(move |world| {
            let held = world.servers.get(&server)?;
            let heads = held.governance.heads();
            Some(v1::AuthHello {
                server: Bytes::copy_from_slice(server.as_ref()),
                heads: heads.iter().take(HELLO_HEADS).map(|h| Bytes::copy_from_slice(h.as_ref())).collect(),
                seqs: held
                    .governance
                    .device_seqs()
                    .iter()
                    .filter(|_| whole)
                    .map(|(device, seq)| v1::DeviceSeq { device: Bytes::copy_from_slice(device.as_ref()), seq: *seq })
                    .collect(),
                register_digest: Bytes::copy_from_slice(&if whole { world.registers.digest(held) } else { [0; 32] }),
            })
        })
        .await?;
    Ok(hello)
}

fn read_hello(hello: &v1::AuthHello) -> Result<Hello, SyncError> {
    let malformed = || SyncError::Protocol { what: "a malformed hello" };
    if hello.heads.len() > HELLO_HEADS || hello.seqs.len() > 2 * MEMBERS {
        return Err(malformed());
    }
    let id = |bytes: &Bytes| EventId::try_from(bytes.as_ref()).map_err(|_| malformed());
    let device = |bytes: &Bytes| DeviceId::try_from(bytes.as_ref()).map_err(|_| malformed());
    Ok(Hello {
        heads: hello.heads.iter().map(id).collect::<Result<_, _>>()?,
        seqs: hello.seqs.iter().map(|s| Ok((device(&s.device)?, s.seq))).collect::<Result<_, SyncError>>()?,
        register_digest: hello.register_digest.as_ref().try_into().map_err(|_| malformed())?,
    })
}

async fn send_events(stream: &mut Ends, events: Vec<SignedBytes>) -> Result<(), SyncError> {
    for frame in (Missing { events, registers: Vec::new() }).frames() {
        stream.send(frame).await?;
    }
    Ok(())
}

async fn send(writer: &mut FrameWriter, frame: Frame) -> Result<(), SyncError> {
    writer.send_message(&v1::AuthFrame { frame: Some(frame) }).await?;
    Ok(())
}
