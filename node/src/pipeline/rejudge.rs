//! Judging effects anew when governance learns late of something that bears on them: a grant or a timeout that is stamped before
//! effects that are here already. Then every node comes to the same, whatever reached it first.

use std::collections::BTreeSet;

use bytes::Bytes;
use folkmoot_core::{
    governance::Payload,
    ids::{ChannelId, EventId, ServerId},
    log::{Effect, Effects},
};
use folkmoot_identity::Hlc;
use folkmoot_ledger::{LedgerError, Snapshot, StoredEntry};

use super::{
    Turn,
    effects::{Cause, Spot},
    subject::About,
};

/// Effects read at once.
const EFFECTS_AT_ONCE: usize = 1_000;
/// Where the ledger keeps from which stamp on a server's effects are to be judged anew.
const SETTING: &str = "rejudge/";

impl Turn<'_> {
    /// Notes that events of a server count now that did not, or the other way round.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub(super) fn note_judgement(&mut self, server_id: ServerId, changed: &[EventId]) -> Result<(), LedgerError> {
        let Some(server) = self.world.servers.get_mut(&server_id) else { return Ok(()) };
        let bearing =
            changed.iter().filter_map(|id| server.governance.event(id)).filter(|e| bears_on_rights(&e.payload));
        let Some(from) = bearing.map(|event| event.hlc).min() else { return Ok(()) };
        let touches_nothing = server.channels.values().all(|channel| channel.hlc < from);
        if touches_nothing || server.rejudge_from.is_some_and(|earlier| earlier <= from) {
            return Ok(());
        }
        server.rejudge_from = Some(from);
        self.batch()?.put_setting(&setting(&server_id), &Bytes::copy_from_slice(&from.bits().to_be_bytes()))
    }

    /// Takes up what was noted before the node stopped.
    pub(super) fn load_rejudging(&mut self, snapshot: &Snapshot<'_>) -> Result<(), LedgerError> {
        for (id, server) in &mut self.world.servers {
            let from = snapshot.setting(&setting(id))?;
            server.rejudge_from =
                from.and_then(|bits| Some(Hlc::from_bits(u64::from_be_bytes(bits.as_ref().try_into().ok()?))));
        }
        Ok(())
    }

    /// Judges anew what is to be. Nothing, nearly always.
    pub(super) fn rejudge_due(&mut self) {
        let due: Vec<(ServerId, Hlc)> =
            self.world.servers.iter().filter_map(|(id, server)| Some((*id, server.rejudge_from?))).collect();
        for (server, from) in due {
            if let Err(error) = self.rejudge(server, from) {
                tracing::debug!(%error, "effects not judged anew yet");
            }
        }
    }

    fn rejudge(&mut self, server_id: ServerId, from: Hlc) -> Result<(), LedgerError> {
        self.batch()?;
        // Everything is to be seen in the ledger.
        self.wait_for_commits()?;
        let Some(server) = self.world.servers.get(&server_id) else { return Ok(()) };
        let channels: Vec<ChannelId> =
            server.channels.iter().filter(|(_, channel)| channel.hlc >= from).map(|(id, _)| *id).collect();
        for channel in channels {
            let mut turned: BTreeSet<About> = BTreeSet::new();
            self.each_effect(channel, from, &mut |turn, spot, stored| {
                let judged = turn.judge(spot, &stored.entry);
                if judged.allowed != stored.judged.allowed {
                    turned.insert((channel, stored.entry.subject()));
                    turn.batch()?.rejudge(&StoredEntry { judged, ..stored })?;
                }
                Ok(())
            })?;
            self.rebuild(server_id, channel, &turned)?;
        }
        if let Some(server) = self.world.servers.get_mut(&server_id) {
            server.rejudge_from = None;
        }
        self.batch()?.delete_setting(&setting(&server_id));
        Ok(())
    }

    /// Gathers anew, from the beginning, what was done to messages of a channel.
    fn rebuild(&mut self, server: ServerId, channel: ChannelId, turned: &BTreeSet<About>) -> Result<(), LedgerError> {
        if turned.is_empty() {
            return Ok(());
        }
        for about in turned {
            let subject = self.subject(*about)?;
            let accounts: Vec<_> = subject.effects.hands().map(|(account, _)| *account).collect();
            subject.effects = Effects::default();
            accounts.into_iter().for_each(|account| subject.touch(account));
        }
        self.each_effect(channel, Hlc::ZERO, &mut |turn, spot, stored| {
            let about = (channel, stored.entry.subject());
            if turned.contains(&about) {
                let judged = turn.judge(spot, &stored.entry);
                if let Some(effect) = Effect::of(&stored.entry, spot.author, judged.allowed) {
                    let subject = turn.subject(about)?;
                    subject.effects.take(&effect);
                    subject.touch(effect.by);
                }
            }
            Ok(())
        })?;
        for about in turned {
            self.settle(server, *about, Cause::Judgement)?;
            self.place_hollow(&about.1)?;
        }
        Ok(())
    }

    /// Visits the effects of a channel from a stamp on.
    fn each_effect(
        &mut self,
        channel: ChannelId,
        from: Hlc,
        visit: &mut dyn FnMut(&mut Self, &Spot, StoredEntry) -> Result<(), LedgerError>,
    ) -> Result<(), LedgerError> {
        let mut from = from;
        loop {
            let page = self.snapshot()?.effects_from(&channel, from, EFFECTS_AT_ONCE)?;
            let Some(last) = page.last().map(|stored| stored.entry.header.hlc) else { return Ok(()) };
            let last_page = page.len() < EFFECTS_AT_ONCE;
            // Effects of one stamp may go on behind the page; those of the last stamp come again with the next one.
            let only = page.first().is_some_and(|first| first.entry.header.hlc == last);
            for stored in page {
                if !last_page && !only && stored.entry.header.hlc == last {
                    break;
                }
                let home = self.world.log_home.get(&stored.entry.log).copied();
                let author = self.world.find_log(&stored.entry.log).map(|log| log.authorized.init().account);
                if let (Some((server, _)), Some(author)) = (home, author) {
                    visit(self, &Spot { server, channel, author }, stored)?;
                }
            }
            if last_page {
                return Ok(());
            }
            from = if only { last.next() } else { last };
        }
    }
}

/// Whether an event can have to do with who may do what in a channel.
const fn bears_on_rights(payload: &Payload) -> bool {
    !matches!(
        payload,
        Payload::Invite(_)
            | Payload::InviteRevoke { .. }
            | Payload::KeyEpoch(_)
            | Payload::ServerSet(_)
            | Payload::Heirs(_)
            | Payload::HeirSignature { .. }
            | Payload::DeviceAdd { .. }
            | Payload::DeviceRevoke { .. }
            | Payload::Unknown { .. }
    )
}

fn setting(server: &ServerId) -> String {
    format!("{SETTING}{}", data_encoding::HEXLOWER.encode(server.as_ref()))
}
