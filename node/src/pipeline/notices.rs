//! Messages this node's person is told of: put into the inbox as they are placed, and into the event log when they may disturb.

use folkmoot_core::{
    governance::Visibility,
    ids::{AccountId, ChannelId, ServerId},
    log::{Entry, EntryKind, MessagePayload},
};
use folkmoot_ledger::{EventRecord, LedgerError, Notice, NoticeReason};

use super::{Turn, rate::Rate};
use crate::{
    events::EventKind,
    notice::{Effective, Heard},
    presence::OwnStatus,
};

/// Messages kept in the inbox: what somebody looks through after a long time away.
const INBOX: usize = 1_000;
/// Taken out at once when there are more.
const SURPLUS: usize = 100;
/// What was said longer ago does not disturb, ms: it came late, by catch-up, and waits in the inbox and among the unread.
const FRESH_MS: u64 = 15 * 60 * 1_000;
/// Disturbances by one author's mentions, replies and keywords in a server.
const PERSONAL: Rate = Rate { per_second: 1, burst: 20 };
/// Disturbances by all other messages of a server; whoever is told of five at once knows that people talk.
const ANY: Rate = Rate { per_second: 1, burst: 5 };

impl Turn<'_> {
    /// Considers a message that was placed just now.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub(super) fn give_notice(
        &mut self,
        server_id: ServerId,
        channel: ChannelId,
        author: AccountId,
        entry: &Entry,
    ) -> Result<(), LedgerError> {
        let Some(me) = self.world.me.as_ref().map(super::Me::account_id).filter(|me| *me != author) else {
            return Ok(());
        };
        if entry.header.kind != EntryKind::Message {
            return Ok(());
        }
        let Some(payload) = entry.message() else { return Ok(()) };
        let Some(server) = self.world.servers.get(&server_id) else { return Ok(()) };
        let state = server.governance.state();
        // History from before this account came, or from the time between two memberships, was said to others.
        let Some(joined) = state.member(&me).map(|member| member.joined) else { return Ok(()) };
        if entry.header.hlc <= joined {
            return Ok(());
        }
        let public = state.visibility() == Visibility::Public;
        let effective = Effective::at(&self.world.desk.settings, Some(server_id), Some(channel), public);
        let answers_me = self.answers(&payload, &me)?;
        let heard = Heard { text: &payload.text, names_me: payload.mentions.contains(&me), answers_me };
        let reason = effective.reason(heard);
        let (hlc, id) = (entry.header.hlc, entry.id);
        if reason != NoticeReason::Message {
            self.put_notice(Notice { hlc, entry: id, channel, reason })?;
        }
        let dnd = self.wiring.presences.own().is_some_and(|own| own.status == OwnStatus::Dnd);
        let fresh = hlc.ms().saturating_add(FRESH_MS) >= self.now_ms;
        if !fresh || !effective.may_disturb(reason, dnd, self.now_ms) || !self.may_raise(server_id, author, reason) {
            return Ok(());
        }
        self.emit(
            EventRecord::new(EventKind::NotificationCreated.number(), self.now_ms, hlc)
                .server(server_id)
                .channel(channel)
                .actor(author)
                .subject(&[id.as_ref(), &[reason.number()]].concat()),
        )
    }

    /// Whether a message answers one of this account's own, which this node holds unless it was restored from its phrase.
    fn answers(&self, payload: &MessagePayload, me: &AccountId) -> Result<bool, LedgerError> {
        let Some(answered) = payload.reply_to else { return Ok(false) };
        let Some(held) = self.held_entry(&answered)? else { return Ok(false) };
        Ok(self.world.find_log(&held.entry.log).is_some_and(|log| log.authorized.init().account == *me))
    }

    fn put_notice(&mut self, notice: Notice) -> Result<(), LedgerError> {
        self.batch()?.put_notice(&notice)?;
        self.world.desk.inbox += 1;
        if self.world.desk.inbox >= INBOX + SURPLUS {
            let oldest = self.wiring.ledger.snapshot()?.oldest_notices(SURPLUS)?;
            let batch = self.batch()?;
            oldest.iter().for_each(|old| batch.delete_notice(old.hlc, &old.entry));
            self.world.desk.inbox = self.world.desk.inbox.saturating_sub(oldest.len());
        }
        Ok(())
    }

    /// Whether another disturbance is bearable: nobody can make the event log grow twice as fast by talking fast.
    fn may_raise(&mut self, server: ServerId, author: AccountId, reason: NoticeReason) -> bool {
        let now_ms = self.now_ms;
        let Some(me) = self.world.me.as_ref().map(super::Me::account_id) else { return false };
        let Some(server) = self.world.servers.get_mut(&server) else { return false };
        let (who, rate) = if reason == NoticeReason::Message { (me, ANY) } else { (author, PERSONAL) };
        server.notice_rates.take(who, rate, 0, now_ms).is_ok()
    }
}
