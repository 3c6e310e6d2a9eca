//! Road 1, a frame from the live road: opened, verified, authorized, placed; exactly one verdict goes back.
//!
//! Reject only for faults that need no context: form, authentication tag under a known epoch, signature. Whatever depends on what
//! this node has seen is ignore, or honest peers on the other side of a partition would ban each other.

use bytes::Bytes;
use folkmoot_core::{
    ids::{DeviceId, LogId, ScopeId, ServerId},
    log::{AuthorizedLog, LogInit, Unverified},
};
use folkmoot_identity::signed::SignedBytes;
use folkmoot_overlay::{MessageToken, Verdict};
use folkmoot_proto::{limits::CLOCK_LEAD_MS, v1};
use prost::Message;

use super::{Turn, logs::Placed, rate::Rate};
use crate::sync::Nudge;

/// A frame as the overlay hands it over.
#[derive(Debug)]
pub struct GossipFrame {
    /// Topic it came by.
    pub topic: [u8; 32],
    /// The peer that relayed it.
    pub source: DeviceId,
    /// Sealed bytes.
    pub frame: Bytes,
    /// Takes the verdict.
    pub token: MessageToken,
}

pub(super) fn handle(turn: &mut Turn<'_>, gossip: GossipFrame) {
    let GossipFrame { topic, source, frame, token } = gossip;
    let verdict = ingest(turn, &topic, source, &frame);
    token.report(verdict);
}

fn ingest(turn: &mut Turn<'_>, topic: &[u8; 32], source: DeviceId, frame: &[u8]) -> Verdict {
    let Some((server_id, scope)) = turn.world.topics.get(topic).copied() else { return Verdict::Ignore };
    let Some(server) = turn.world.servers.get(&server_id) else { return Verdict::Ignore };
    let Some(ring) = server.ring(&scope) else { return Verdict::Ignore };
    let plain = match ring.open(frame) {
        Some(Ok((_, plain))) => plain,
        Some(Err(_)) => return Verdict::Reject,
        None => {
            // Under an epoch whose key is not here yet.
            turn.nudge(server_id, source);
            return Verdict::Ignore;
        }
    };
    let Ok(frame) = v1::GossipFrame::decode(plain) else { return Verdict::Reject };
    let mut verdict = Verdict::Accept;
    if !frame.announced.is_empty() {
        turn.nudge(server_id, source);
    }
    if !frame.events.is_empty() {
        let events: Vec<SignedBytes> = frame.events.into_iter().map(Into::into).collect();
        verdict = worse(verdict, super::govern::ingest_gossip(turn, server_id, events, source));
    }
    if !frame.signals.is_empty() {
        let signals = frame.signals.into_iter().map(Into::into).collect();
        verdict = worse(verdict, super::signals::ingest_gossip(turn, (server_id, scope), signals));
    }
    for register in frame.registers {
        verdict = worse(verdict, super::registers::ingest_gossip(turn, register.into()));
    }
    for init in frame.inits {
        verdict = worse(verdict, ingest_init(turn, (server_id, scope), init.into(), source));
    }
    for item in frame.entries {
        verdict = worse(verdict, ingest_entry(turn, (server_id, scope), item, source));
        if verdict == Verdict::Reject {
            break;
        }
    }
    verdict
}

/// The verdict on a frame is that on its worst part: whoever wrote it wrote all of it.
const fn worse(a: Verdict, b: Verdict) -> Verdict {
    match (a, b) {
        (Verdict::Reject, _) | (_, Verdict::Reject) => Verdict::Reject,
        (Verdict::Ignore, _) | (_, Verdict::Ignore) => Verdict::Ignore,
        (Verdict::Accept, Verdict::Accept) => Verdict::Accept,
    }
}

fn ingest_init(
    turn: &mut Turn<'_>,
    (server_id, scope): (ServerId, ScopeId),
    signed: SignedBytes,
    source: DeviceId,
) -> Verdict {
    let init = match LogInit::decode(signed.clone()) {
        Ok(init) => init,
        Err(error) => return if error.may_be_newer() { Verdict::Ignore } else { Verdict::Reject },
    };
    if turn.world.log_home.contains_key(&init.id) {
        return Verdict::Accept;
    }
    let Ok(init) = LogInit::verify(signed) else { return Verdict::Reject };
    if init.hlc.ms() > turn.now_ms + CLOCK_LEAD_MS {
        return Verdict::Ignore;
    }
    let own = turn.world.me.as_ref().is_some_and(|me| me.device_id() == init.device);
    // What belongs into a private channel comes under its own keys or by catch-up.
    if turn.scope_of(&server_id, &init.channel) != scope {
        return Verdict::Ignore;
    }
    let Some(server) = turn.world.servers.get(&server_id) else { return Verdict::Ignore };
    match AuthorizedLog::authorize(init, &server.governance) {
        Ok(authorized) => match turn.open_log(authorized, own) {
            Ok(()) => Verdict::Accept,
            Err(_) => Verdict::Ignore,
        },
        Err(_) => {
            turn.nudge(server_id, source);
            Verdict::Ignore
        }
    }
}

fn ingest_entry(
    turn: &mut Turn<'_>,
    (server_id, scope): (ServerId, ScopeId),
    item: v1::LogEntry,
    source: DeviceId,
) -> Verdict {
    let Ok(log_id) = LogId::try_from(item.log.as_ref()) else { return Verdict::Reject };
    let Some(wire) = item.entry else { return Verdict::Reject };
    let unverified = match Unverified::decode(log_id, wire) {
        Ok(unverified) => unverified,
        Err(error) => return if error.may_be_newer() { Verdict::Ignore } else { Verdict::Reject },
    };
    let home = turn.world.log_home.get(&log_id).copied();
    let Some((home, channel_id)) = home.filter(|(home, _)| *home == server_id) else {
        turn.nudge(server_id, source);
        return Verdict::Ignore;
    };
    if turn.scope_of(&server_id, &channel_id) != scope {
        return Verdict::Ignore;
    }
    let claimed = unverified.claimed();
    let (id, seq) = (claimed.id, claimed.header.seq);
    if claimed.header.hlc.ms() > turn.now_ms + CLOCK_LEAD_MS {
        // Held back until due: catch-up brings it again.
        return Verdict::Ignore;
    }
    // Old news, perhaps wrapped anew to use up its author's rate or ours: not relayed, not counted.
    if turn.holds(&log_id, seq, &id).unwrap_or(true) {
        return Verdict::Ignore;
    }
    let Some(log) = turn.world.log(&home, &channel_id, &log_id) else { return Verdict::Ignore };
    let gap = seq > 1 && !log.ranges.contains(seq - 1);
    let author = log.authorized.init().account;
    let verified = match unverified.verify_signed(log.authorized.init()) {
        Ok(verified) => verified,
        Err(_) => return Verdict::Reject,
    };
    let bytes = verified.entry().header.payload_len as usize;
    let Ok(authorized) = log.authorized.admit(verified) else { return Verdict::Reject };
    let Some(server) = turn.world.servers.get_mut(&server_id) else { return Verdict::Ignore };
    if !server.governance.state().is_member(&author) {
        return Verdict::Ignore;
    }
    let rate = server.governance.state().message_rate();
    let rate = Rate { per_second: rate.per_second, burst: rate.burst };
    let within_rate = server.rates.take(author, rate, bytes, turn.now_ms).is_ok();
    let placed = turn.place(&authorized);
    if gap {
        turn.nudge(server_id, source);
    }
    match placed {
        Ok(Placed::New | Placed::Known) if within_rate => Verdict::Accept,
        Ok(Placed::New | Placed::Known | Placed::TooManyBranches | Placed::Hollow | Placed::Broken) | Err(_) => {
            Verdict::Ignore
        }
    }
}

impl Turn<'_> {
    /// Asks for a catch-up with a peer that seems to know more; full means one is under way anyway.
    pub(super) fn nudge(&self, server: ServerId, peer: DeviceId) {
        if self.wiring.wants_sync.try_send(Nudge { server, peer: Some(peer) }).is_err() {
            tracing::trace!("catch-up is being asked for already");
        }
    }
}
