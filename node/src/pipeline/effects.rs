//! What follows from an entry once it is placed: messages are filed in threads and marked, effects change what messages show, a
//! redaction takes what was said. Whether an effect's author was allowed is asked of governance here; what effects come to is
//! `core::log`'s.

use std::collections::BTreeSet;

use folkmoot_core::{
    governance::Permission,
    ids::{AccountId, ChannelId, EntryId, ServerId},
    log::{Act, Authorized, Content, Effect, Entry, EntryKind, Moment, Outcome, Target},
};
use folkmoot_identity::Hlc;
use folkmoot_ledger::{EventRecord, Judged, LedgerError, Mark, StoredEntry};

use super::{Turn, mention, subject::About};
use crate::events::EventKind;

/// Messages that wait to be told whether they answer this account; of more the newest ones' calls are not noticed.
const WAITING_REPLIES: usize = 64;
/// Edits read at once while they are dropped.
const EDITS_AT_ONCE: usize = 1_000;

/// Where an entry stands and whose it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub(super) server: ServerId,
    pub(super) channel: ChannelId,
    pub(super) author: AccountId,
}

/// Why what a message shows is worked out anew.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cause<'a> {
    /// This was done to it.
    Effect(&'a Effect),
    /// It has come; readers are told of it whole.
    Arrival,
    /// Governance says something else of effects than it did.
    Judgement,
}

/// What of an entry is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// All of it.
    Whole,
    /// Its header: what it says was redacted.
    Silent,
    /// Nothing yet: it came without what it says, and nothing is known that would explain it.
    Later,
}

impl Turn<'_> {
    /// An entry that is held, committed or not.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub(super) fn held_entry(&self, id: &EntryId) -> Result<Option<StoredEntry>, LedgerError> {
        match self.world.in_flight.entry(id) {
            Some(stored) => Ok(Some(stored.clone())),
            None => self.snapshot()?.entry(id),
        }
    }

    /// What governance says of an entry: its author's rights at its stamp.
    pub(super) fn judge(&self, spot: &Spot, entry: &Entry) -> Judged {
        let Some(server) = self.world.servers.get(&spot.server) else { return Judged::default() };
        let may = |permission| {
            let at = entry.header.hlc;
            server.governance.may_at(&spot.author, permission, &spot.channel, at).is_ok()
        };
        let kind = entry.header.kind;
        let text = match entry.content() {
            Ok(Some(Content::Message(message))) => message.text,
            Ok(Some(Content::Edit(edit))) => edit.text,
            _ => String::new(),
        };
        Judged {
            allowed: kind.is_effect() && kind.needs().is_none_or(may),
            calls_all: mention::calls_all(&text) && may(Permission::MentionAll),
        }
    }

    /// What of an entry is to be kept.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub(super) fn fit(&mut self, spot: &Spot, entry: &Entry) -> Result<Fit, LedgerError> {
        if !entry.header.kind.is_speech() {
            return Ok(Fit::Whole);
        }
        let itself = Target { author: spot.author, at: entry.moment() };
        let redacted = self.known_subject((spot.channel, entry.subject()))?.is_some_and(|subject| {
            let target = if entry.header.kind.is_effect() { subject.target } else { Some(itself) };
            subject.record.outcome.redaction.is_some()
                || target.is_some_and(|target| subject.effects.redaction(&target).is_some())
        });
        Ok(match (redacted, entry.body.is_some()) {
            (true, _) => Fit::Silent,
            (false, true) => Fit::Whole,
            (false, false) => Fit::Later,
        })
    }

    /// Does what follows from an entry that was just placed.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub(super) fn follow(&mut self, spot: &Spot, entry: &Entry, judged: Judged) -> Result<(), LedgerError> {
        if entry.header.kind == EntryKind::Message {
            return self.on_message(spot, entry, judged);
        }
        match Effect::of(entry, spot.author, judged.allowed) {
            Some(effect) => self.on_effect(spot, entry, &effect),
            None => Ok(()),
        }
    }

    fn on_message(&mut self, spot: &Spot, entry: &Entry, judged: Judged) -> Result<(), LedgerError> {
        let Some(me) = self.world.me.as_ref().map(super::Me::account_id) else { return Ok(()) };
        let (channel, at, own) = (spot.channel, entry.moment(), spot.author == me);
        let said = entry.message();
        if own || said.is_none() {
            self.batch()?.mark(Mark::Passed, channel, &at)?;
        }
        if let Some(said) = &said {
            if let Some(root) = said.thread {
                self.batch()?.put_reply(channel, root, &at)?;
                let record = &mut self.subject((channel, root))?.record;
                record.replies += 1;
                record.last_reply = record.last_reply.max(at.hlc);
            }
            let answers = match said.reply_to {
                Some(answered) if !own => self.answers_me(channel, answered, &at, &me)?,
                _ => false,
            };
            if !own && (answers || judged.calls_all || names(&said.mentions, &said.text, &me)) {
                self.batch()?.mark(Mark::Calls, channel, &at)?;
            }
        }
        // What came before it, and waited.
        let about = (channel, entry.id);
        if self.known_subject(about)?.is_none() {
            return Ok(());
        }
        let subject = self.subject(about)?;
        subject.target = Some(Target { author: spot.author, at });
        let waiting = std::mem::take(&mut subject.record.waiting);
        for answer in waiting.iter().filter(|_| own) {
            if self.held_entry(&answer.id)?.is_some_and(|held| held.entry.body.is_some()) {
                self.batch()?.mark(Mark::Calls, channel, answer)?;
            }
        }
        self.settle(spot.server, about, Cause::Arrival)
    }

    /// Whether a message answers one of this account's. Where the one answered is not here, the answer waits for it.
    fn answers_me(
        &mut self,
        channel: ChannelId,
        answered: EntryId,
        answer: &Moment,
        me: &AccountId,
    ) -> Result<bool, LedgerError> {
        if let Some(held) = self.held_entry(&answered)? {
            let author = self.world.find_log(&held.entry.log).map(|log| log.authorized.init().account);
            return Ok(held.channel == channel && author == Some(*me));
        }
        let waiting = &mut self.subject((channel, answered))?.record.waiting;
        if waiting.len() < WAITING_REPLIES && !waiting.contains(answer) {
            waiting.push(*answer);
        }
        Ok(false)
    }

    fn on_effect(&mut self, spot: &Spot, entry: &Entry, effect: &Effect) -> Result<(), LedgerError> {
        let about = (spot.channel, entry.subject());
        if effect.act == Act::Edit && entry.body.is_some() {
            self.batch()?.put_edit(about.0, about.1, &effect.at, effect.by)?;
            self.subject(about)?.fresh_edits.push(effect.at);
        }
        let subject = self.subject(about)?;
        if subject.effects.take(effect) {
            subject.touch(effect.by);
            self.settle(spot.server, about, Cause::Effect(effect))?;
        }
        if effect.act == Act::Redact {
            self.place_hollow(&about.1)?;
        }
        Ok(())
    }

    /// Works out anew what a message shows, and does what follows where that changed.
    pub(super) fn settle(&mut self, server: ServerId, about: About, cause: Cause<'_>) -> Result<(), LedgerError> {
        let Some(me) = self.world.me.as_ref().map(super::Me::account_id) else { return Ok(()) };
        let subject = self.subject(about)?;
        let Some(target) = subject.target else { return Ok(()) };
        let mut outcome = subject.effects.outcome(&target, &me);
        if outcome.redaction.is_none() && subject.record.outcome.redaction.is_some() {
            // What was dropped does not come back, even if whoever dropped it turns out not to have been allowed.
            outcome = Outcome { redaction: subject.record.outcome.redaction, ..Outcome::default() };
        }
        if outcome == subject.record.outcome {
            return Ok(());
        }
        subject.record.rev += 1;
        let was = std::mem::replace(&mut subject.record.outcome, outcome.clone());
        let (channel, id) = about;
        if was.pin.map(|pin| pin.at.hlc) != outcome.pin.map(|pin| pin.at.hlc) {
            let batch = self.batch()?;
            if let Some(pin) = was.pin {
                batch.unmark(Mark::Pinned, channel, &Moment { hlc: pin.at.hlc, id })?;
            }
            if let Some(pin) = outcome.pin {
                batch.mark(Mark::Pinned, channel, &Moment { hlc: pin.at.hlc, id })?;
            }
        }
        if outcome.redaction.is_some() {
            self.drop_speech(about, &target)?;
        } else if was.edit != outcome.edit {
            self.mark_call(about, &target, outcome.edit, &me)?;
        }
        for record in news(&was, &outcome, cause, &target, self.now_ms) {
            self.emit(record.server(server).channel(channel).subject(id.as_ref()))?;
        }
        Ok(())
    }

    /// Marks whether a message that was edited calls this account now.
    fn mark_call(
        &mut self,
        (channel, id): About,
        target: &Target,
        edit: Option<Moment>,
        me: &AccountId,
    ) -> Result<(), LedgerError> {
        if target.author == *me {
            return Ok(());
        }
        let Some(message) = self.held_entry(&id)? else { return Ok(()) };
        let Some(said) = message.entry.message() else { return Ok(()) };
        let (mentions, text, calls_all) = match edit.map(|edit| self.held_entry(&edit.id)).transpose()?.flatten() {
            Some(StoredEntry { entry, judged, .. }) => match entry.content() {
                Ok(Some(Content::Edit(edit))) => (edit.mentions, edit.text, judged.calls_all),
                _ => (Vec::new(), String::new(), false),
            },
            None => (said.mentions, said.text, message.judged.calls_all),
        };
        let answers = match said.reply_to {
            Some(answered) => self.answers_me(channel, answered, &target.at, me)?,
            None => false,
        };
        let calls = answers || calls_all || names(&mentions, &text, me);
        let batch = self.batch()?;
        if calls {
            batch.mark(Mark::Calls, channel, &target.at)
        } else {
            batch.unmark(Mark::Calls, channel, &target.at)
        }
    }

    /// Drops what a redacted message says, and what its edits say.
    fn drop_speech(&mut self, about: About, target: &Target) -> Result<(), LedgerError> {
        let (channel, id) = about;
        if let Some(held) = self.held_entry(&id)?.filter(|held| held.entry.body.is_some()) {
            let batch = self.batch()?;
            batch.mark(Mark::Passed, channel, &target.at)?;
            batch.unmark(Mark::Calls, channel, &target.at)?;
            if let Some(root) = held.entry.message().and_then(|said| said.thread) {
                batch.delete_reply(channel, root, &target.at)?;
                let replies = &mut self.subject((channel, root))?.record.replies;
                *replies = replies.saturating_sub(1);
            }
            self.forget_speech(held)?;
        }
        let mut edits: BTreeSet<Moment> = self.subject(about)?.fresh_edits.drain(..).collect();
        let mut before: Option<Moment> = None;
        loop {
            let page = self.snapshot()?.edits(&channel, &id, before.as_ref(), EDITS_AT_ONCE)?;
            before = page.last().map(|(edit, _)| *edit);
            let last = page.len() < EDITS_AT_ONCE;
            edits.extend(page.into_iter().map(|(edit, _)| edit));
            for edit in std::mem::take(&mut edits) {
                self.batch()?.delete_edit(channel, id, &edit)?;
                if let Some(held) = self.held_entry(&edit.id)?.filter(|held| held.entry.body.is_some()) {
                    self.forget_speech(held)?;
                }
            }
            if last {
                return self.place_hollow(&id);
            }
        }
    }

    /// Forgets what an entry says.
    fn forget_speech(&mut self, held: StoredEntry) -> Result<(), LedgerError> {
        self.batch()?.redact(&held)?;
        let entry = Entry { body: None, ..held.entry };
        self.world.in_flight.amend(StoredEntry { entry, ..held });
        Ok(())
    }

    /// Tries again to place what came without payload.
    pub(super) fn place_hollow(&mut self, subject: &EntryId) -> Result<(), LedgerError> {
        let waiting: Vec<Authorized> = self.world.hollow.take(subject);
        for entry in waiting {
            self.place(&entry)?;
        }
        Ok(())
    }
}

/// Whether a text calls an account: its list says so, and the text does.
fn names(mentions: &[AccountId], text: &str, account: &AccountId) -> bool {
    mentions.contains(account) && mention::accounts(text).contains(account)
}

/// What readers of the event log are told of a change of what a message shows.
fn news(was: &Outcome, is: &Outcome, cause: Cause<'_>, target: &Target, now_ms: u64) -> Vec<EventRecord> {
    let cause = match cause {
        Cause::Effect(effect) => Some(effect),
        Cause::Arrival => return Vec::new(),
        Cause::Judgement => None,
    };
    let record = |kind: EventKind, hlc: Hlc| EventRecord::new(kind.number(), now_ms, hlc);
    if let Some(redaction) = is.redaction {
        return vec![record(EventKind::MessageDeleted, redaction.at.hlc).actor(redaction.by)];
    }
    let hlc = cause.map_or(target.at.hlc, |cause| cause.at.hlc);
    let mut news = Vec::new();
    if was.edit != is.edit {
        news.push(record(EventKind::MessageEdited, is.edit.map_or(hlc, |edit| edit.hlc)).actor(target.author));
    }
    if was.pin.is_some() != is.pin.is_some() {
        let kind = if is.pin.is_some() { EventKind::MessagePinned } else { EventKind::MessageUnpinned };
        let by = is.pin.map(|pin| pin.by).or_else(|| cause.map(|cause| cause.by));
        let record = record(kind, hlc);
        news.push(match by {
            Some(by) => record.actor(by),
            None => record,
        });
    }
    if was.reactions != is.reactions {
        let reactions = |outcome: &Outcome| outcome.reactions.iter().map(|tally| tally.count).sum::<u32>();
        let kind = match cause.map(|cause| &cause.act) {
            Some(Act::Unreact(_)) => EventKind::MessageReactionRemoved,
            Some(_) => EventKind::MessageReactionAdded,
            None if reactions(is) < reactions(was) => EventKind::MessageReactionRemoved,
            None => EventKind::MessageReactionAdded,
        };
        let record = record(kind, hlc);
        news.push(match cause {
            Some(cause) => record.actor(cause.by),
            None => record,
        });
    }
    news
}
