//! Presence and typing on the live road: heard, judged and handed to [`crate::presence`]; never stored, never told again but by
//! gossip itself.

use bytes::Bytes;
use folkmoot_core::{
    governance::{Permission, State},
    ids::{ScopeId, ServerId},
    signal::{Said, Signal, Unverified},
};
use folkmoot_identity::{Hlc, signed::SignedBytes};
use folkmoot_overlay::Verdict;
use folkmoot_proto::{
    limits::{CLOCK_LEAD_MS, SIGNAL_LATE_MS, SIGNALS_PER_FRAME},
    v1,
};
use prost::Message;

use super::{Turn, World, rate::Rate};

/// Signals of one account in a server: typing in a channel takes one in four seconds, a presence one a minute. What is above is not
/// relayed.
const RATE: Rate = Rate { per_second: 1, burst: 20 };

/// Judges the signals of a frame.
pub(super) fn ingest_gossip(turn: &mut Turn<'_>, at: (ServerId, ScopeId), signals: Vec<SignedBytes>) -> Verdict {
    if signals.len() > SIGNALS_PER_FRAME {
        return Verdict::Reject;
    }
    let mut verdict = Verdict::Accept;
    for signed in signals {
        match ingest(turn, at, signed) {
            Verdict::Accept => {}
            Verdict::Ignore => verdict = Verdict::Ignore,
            Verdict::Reject => return Verdict::Reject,
        }
    }
    verdict
}

fn ingest(turn: &mut Turn<'_>, (server_id, scope): (ServerId, ScopeId), signed: SignedBytes) -> Verdict {
    // 1. Form: what no honest node passes on.
    let unverified = match Unverified::decode(signed) {
        Ok(unverified) => unverified,
        Err(error) => return if error.may_be_newer() { Verdict::Ignore } else { Verdict::Reject },
    };
    let claimed = unverified.claimed();
    if claimed.server != server_id {
        return Verdict::Reject;
    }
    // 2. What depends on our clock and on what we have seen is nobody's fault.
    let stamp_ms = claimed.hlc.ms();
    if stamp_ms > turn.now_ms + CLOCK_LEAD_MS || stamp_ms.saturating_add(SIGNAL_LATE_MS) < turn.now_ms {
        return Verdict::Ignore;
    }
    let Some(server) = turn.world.servers.get_mut(&server_id) else { return Verdict::Ignore };
    let state = server.governance.state();
    let in_place = may_say(state, claimed, turn.now_ms) && scope_of(state, claimed.server, &claimed.said) == scope;
    if !in_place || !turn.wiring.presences.is_news(claimed) {
        return Verdict::Ignore;
    }
    if turn.world.me.as_ref().is_some_and(|me| me.device_id() == claimed.device) {
        return Verdict::Ignore;
    }
    // 3. The device's own word.
    let Ok(signal) = unverified.verify() else { return Verdict::Reject };
    // 4. Not faster than anybody types.
    if server.signal_rates.take(signal.account, RATE, 0, turn.now_ms).is_err() {
        return Verdict::Ignore;
    }
    let members = u64::try_from(server.governance.state().member_count()).unwrap_or(u64::MAX);
    turn.wiring.presences.hear(signal, members);
    Verdict::Accept
}

/// Whether the account is a member, the device is its, and it may write where it says it does.
fn may_say(state: &State, signal: &Signal, now_ms: u64) -> bool {
    let member = state.certified_device(&signal.account, &signal.device) && state.is_member(&signal.account);
    member
        && match &signal.said {
            Said::Presence { .. } => true,
            Said::Typing { channel } => {
                state.takes_messages(channel)
                    && state.may(&signal.account, Permission::Send, Some(channel), now_ms).is_ok()
            }
        }
}

/// The scope under whose keys something is said: that of the channel one writes in, else that of the server.
fn scope_of(state: &State, server: ServerId, said: &Said) -> ScopeId {
    match said {
        Said::Typing { channel } => state.scope_of(channel),
        Said::Presence { .. } => server.into(),
    }
}

impl World {
    /// Signs and seals something to say in a server: the frame and its topic. `None` where this account is no member or no epoch is
    /// usable: then nobody hears it, and nothing is lost by that.
    #[must_use]
    pub fn seal_signal(&self, server: ServerId, said: Said, hlc: Hlc, nonce: &[u8; 24]) -> Option<([u8; 32], Bytes)> {
        let me = self.me.as_ref()?;
        let held = self.servers.get(&server)?;
        if !held.governance.state().is_member(&me.account_id()) {
            return None;
        }
        let ring = held.ring(&scope_of(held.governance.state(), server, &said))?;
        let signal = Signal { server, account: me.account_id(), device: me.device_id(), hlc, said };
        let signals = vec![signal.sign(me.device.signing_key()).into()];
        let plain = v1::GossipFrame { signals, ..v1::GossipFrame::default() }.encode_to_vec();
        let epoch = ring.sending()?;
        Some((ring.topic(&epoch)?, ring.seal(&epoch, nonce, &plain)?))
    }
}

#[cfg(test)]
mod tests;
