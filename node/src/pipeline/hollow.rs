//! Entries that came without what they say, though no redaction of their message is known here: perhaps it is on its way, perhaps a
//! peer hides something. They count as not held, so that another peer is asked for them too; those waiting here are placed as soon as the
//! redaction comes.

use std::collections::{HashMap, VecDeque};

use folkmoot_core::{ids::EntryId, log::Authorized};

/// Entries that wait at most, some 400 bytes each; when there are more, the oldest go and come again with a later sync.
const WAITING: usize = 4_096;

/// Entries without payload, by the message they are or edit.
#[derive(Default)]
pub(super) struct Hollow {
    waiting: HashMap<EntryId, Vec<Authorized>>,
    order: VecDeque<(EntryId, EntryId)>,
}

impl Hollow {
    /// Lets an entry wait.
    pub(super) fn keep(&mut self, entry: Authorized) {
        let (subject, id) = (entry.entry().subject(), entry.entry().id);
        let waiting = self.waiting.entry(subject).or_default();
        if waiting.iter().any(|held| held.entry().id == id) {
            return;
        }
        waiting.push(entry);
        self.order.push_back((subject, id));
        if self.order.len() > WAITING
            && let Some((subject, id)) = self.order.pop_front()
        {
            self.forget(&subject, &id);
        }
    }

    /// Takes what waits for news of a message.
    pub(super) fn take(&mut self, subject: &EntryId) -> Vec<Authorized> {
        let taken = self.waiting.remove(subject).unwrap_or_default();
        if !taken.is_empty() {
            self.order.retain(|(of, _)| of != subject);
        }
        taken
    }

    fn forget(&mut self, subject: &EntryId, id: &EntryId) {
        if let Some(waiting) = self.waiting.get_mut(subject) {
            waiting.retain(|held| held.entry().id != *id);
            if waiting.is_empty() {
                self.waiting.remove(subject);
            }
        }
    }
}
