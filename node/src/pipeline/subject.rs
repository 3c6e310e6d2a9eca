//! [`Subject`]: what was done to one message, as the thread knows it. Read from the ledger when first asked for, changed in memory,
//! written back with each turn; kept at least until the ledger's snapshots show it.

use std::collections::{BTreeSet, HashMap};

use folkmoot_core::{
    ids::{AccountId, ChannelId, EntryId},
    log::{Effects, EntryKind, Moment, Target},
};
use folkmoot_ledger::{LedgerError, SubjectRecord};

use super::Turn;

/// Accounts' hands kept in memory, about 300 bytes each; when there are more, what is on the disk is forgotten and read again.
const HANDS_KEPT: usize = 20_000;
/// Messages kept besides.
const SUBJECTS_KEPT: usize = 4_096;

/// A message and the channel that what is done to it must stand in.
pub(super) type About = (ChannelId, EntryId);

/// What was done to one message.
#[derive(Default)]
pub(super) struct Subject {
    /// The message, once it is here.
    pub(super) target: Option<Target>,
    /// Who did what.
    pub(super) effects: Effects,
    /// What that comes to.
    pub(super) record: SubjectRecord,
    /// Edits filed that the ledger's snapshots may not show yet.
    pub(super) fresh_edits: Vec<Moment>,
    /// Accounts whose hands are to be written.
    changed: BTreeSet<AccountId>,
    /// The last turn that changed it.
    turn: u64,
}

impl Subject {
    /// Notes that an account's hand is to be written.
    pub(super) fn touch(&mut self, account: AccountId) {
        self.changed.insert(account);
    }
}

/// Subjects in memory.
#[derive(Default)]
pub(super) struct Subjects(HashMap<About, Subject>);

impl Subjects {
    /// Forgets what can be read again, when there is much of it.
    pub(super) fn trim(&mut self, committed: u64) {
        let hands: usize = self.0.values().map(|subject| subject.effects.len()).sum();
        if hands > HANDS_KEPT || self.0.len() > SUBJECTS_KEPT {
            self.0.retain(|_, subject| subject.turn > committed);
        }
    }
}

impl Turn<'_> {
    /// The subject of a message of which something is known; `None` when nothing was ever done to it.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub(super) fn known_subject(&mut self, about: About) -> Result<Option<&mut Subject>, LedgerError> {
        if !self.world.subjects.0.contains_key(&about) {
            let (channel, id) = about;
            let Some(record) = self.snapshot()?.subject(&channel, &id)? else { return Ok(None) };
            let effects = Effects::from_hands(self.snapshot()?.hands(&channel, &id)?);
            let target = self.target(about)?;
            self.world.subjects.0.insert(about, Subject { target, effects, record, ..Subject::default() });
        }
        let committed = self.world.in_flight.committed();
        let mut subject = self.world.subjects.0.get_mut(&about);
        if let Some(subject) = &mut subject
            && subject.turn <= committed
        {
            subject.fresh_edits.clear();
        }
        Ok(subject)
    }

    /// The subject of a message, to be changed: it is written with this turn.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub(super) fn subject(&mut self, about: About) -> Result<&mut Subject, LedgerError> {
        if self.known_subject(about)?.is_none() {
            let target = self.target(about)?;
            self.world.subjects.0.insert(about, Subject { target, ..Subject::default() });
        }
        self.changed_subjects.insert(about);
        let turn = self.world.in_flight.turn();
        let subject = self.world.subjects.0.entry(about).or_default();
        subject.turn = turn;
        Ok(subject)
    }

    /// The message itself, if it is here.
    fn target(&self, (channel, id): About) -> Result<Option<Target>, LedgerError> {
        let held = self.held_entry(&id)?;
        let held = held.filter(|held| held.channel == channel && held.entry.header.kind == EntryKind::Message);
        Ok(held.and_then(|held| {
            let author = self.world.find_log(&held.entry.log)?.authorized.init().account;
            Some(Target { author, at: held.entry.moment() })
        }))
    }
}

/// Writes what this turn changed.
pub(super) fn put_changed(turn: &mut Turn<'_>) {
    for about in std::mem::take(&mut turn.changed_subjects) {
        if let Err(error) = put(turn, about) {
            tracing::error!(%error, "what was done to a message not written");
        }
    }
}

fn put(turn: &mut Turn<'_>, about: About) -> Result<(), LedgerError> {
    let Some(subject) = turn.world.subjects.0.get_mut(&about) else { return Ok(()) };
    let (channel, id) = about;
    let record = subject.record.clone();
    let hands: Vec<_> = std::mem::take(&mut subject.changed)
        .into_iter()
        .map(|account| (account, subject.effects.hand(&account).cloned().unwrap_or_default()))
        .collect();
    let batch = turn.batch()?;
    batch.put_subject(channel, id, &record)?;
    for (account, hand) in hands {
        batch.put_hand(channel, id, account, &hand)?;
    }
    Ok(())
}
