//! What lies on the desk of this node's person: window state, drafts, what may disturb. Kept sealed, told to nobody; other windows of
//! the node hear of it by the event log.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use folkmoot_core::ids::{ChannelId, ServerId};
use folkmoot_ledger::{Draft, EventRecord, LedgerError, NoticePlace, NoticeSettings, Snapshot, UiState};

use super::Turn;
use crate::{events::EventKind, notice::Settings, presence};

/// Places at which something may be set: more than servers and channels anybody has an opinion about; 2 MB with all keywords.
const PLACES: usize = 2_000;

/// What the thread keeps at hand of it.
#[derive(Default)]
pub struct Desk {
    /// Revisions of the windows' values.
    ui: BTreeMap<String, u64>,
    /// Hashes of the drafts: what is being stored is not to be read yet.
    drafts: HashMap<ChannelId, [u8; 32]>,
    /// What may disturb.
    pub(super) settings: Settings,
    /// Messages in the inbox.
    pub(super) inbox: usize,
    /// The last revision given.
    rev: u64,
}

/// Why something is not put on the desk.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// No identity, or locked.
    #[error("the node is not ready")]
    NotReady,
    /// It was changed meanwhile.
    #[error("it has revision {rev}")]
    Conflict {
        /// The revision there is.
        rev: u64,
    },
    /// As many as are kept.
    #[error("at most {limit} are kept")]
    Full {
        /// How many.
        limit: usize,
    },
    /// The ledger takes no writes.
    #[error("the ledger takes no writes")]
    Ledger(#[from] LedgerError),
}

impl Desk {
    /// Reads it back.
    pub(super) fn load(snapshot: &Snapshot<'_>) -> Result<Self, LedgerError> {
        let ui: BTreeMap<String, u64> = snapshot.ui_states()?.into_iter().map(|state| (state.key, state.rev)).collect();
        let drafts = snapshot.drafts()?.into_iter().map(|(channel, draft)| (channel, hash(&draft.content))).collect();
        let settings: Settings = snapshot.all_notice_settings()?.into_iter().collect();
        let rev = ui.values().copied().chain(settings.values().map(|s| s.rev)).max().unwrap_or(0);
        Ok(Self { ui, drafts, settings, inbox: snapshot.notice_count()?, rev })
    }

    /// Revision of what may disturb at a place; 0 where nothing was set.
    #[must_use]
    pub fn rev_of(&self, place: &NoticePlace) -> u64 {
        self.settings.get(place).map_or(0, |settings| settings.rev)
    }

    /// A revision greater than all before, also of what was forgotten meanwhile.
    fn next_rev(&mut self, now_ms: u64) -> u64 {
        self.rev = now_ms.max(self.rev + 1);
        self.rev
    }
}

impl Turn<'_> {
    /// Keeps or forgets a value of the windows; returns its revision, 0 when forgotten.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn set_ui_state(
        &mut self,
        key: &str,
        value: Option<Bytes>,
        if_rev: Option<u64>,
        most: usize,
    ) -> Result<u64, DeskError> {
        let me = self.world.me.as_ref().ok_or(DeskError::NotReady)?.account_id();
        let now_ms = self.now_ms;
        self.batch()?;
        let desk = &mut self.world.desk;
        let held = desk.ui.get(key).copied().unwrap_or(0);
        if if_rev.is_some_and(|rev| rev != held) {
            return Err(DeskError::Conflict { rev: held });
        }
        let rev = match value {
            None if held == 0 => return Ok(0),
            None => {
                desk.ui.remove(key);
                self.batch()?.delete_ui_state(key);
                0
            }
            Some(_) if held == 0 && desk.ui.len() >= most => return Err(DeskError::Full { limit: most }),
            Some(value) => {
                let rev = desk.next_rev(now_ms);
                desk.ui.insert(key.to_owned(), rev);
                self.batch()?.put_ui_state(&UiState { key: key.to_owned(), rev, value })?;
                rev
            }
        };
        let event = EventRecord::new(EventKind::UiStateUpdated.number(), now_ms, self.world.hlc);
        self.emit(event.actor(me).subject(key.as_bytes()))?;
        Ok(rev)
    }

    /// Keeps the draft of a channel, or forgets it when it is blank; returns when it was changed, if it is kept.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn set_draft(
        &mut self,
        server: ServerId,
        channel: ChannelId,
        content: String,
        most: usize,
    ) -> Result<Option<u64>, DeskError> {
        let me = self.world.me.as_ref().ok_or(DeskError::NotReady)?.account_id();
        let now_ms = self.now_ms;
        self.batch()?;
        let held = self.world.desk.drafts.get(&channel).copied();
        let kept = if content.trim().is_empty() {
            if held.is_none() {
                return Ok(None);
            }
            self.forget_draft(&channel)?;
            None
        } else {
            let hash = hash(&content);
            if held.is_none() && self.world.desk.drafts.len() >= most {
                self.forget_stray_drafts()?;
                if self.world.desk.drafts.len() >= most {
                    return Err(DeskError::Full { limit: most });
                }
            }
            self.world.desk.drafts.insert(channel, hash);
            self.batch()?.put_draft(&channel, &Draft { content, updated_ms: now_ms })?;
            if held == Some(hash) {
                // The same again: kept with its new time, and no news to anybody.
                return Ok(Some(now_ms));
            }
            Some(now_ms)
        };
        let event = EventRecord::new(EventKind::DraftUpdated.number(), now_ms, self.world.hlc);
        self.emit(event.server(server).channel(channel).actor(me).subject(channel.as_ref()))?;
        Ok(kept)
    }

    fn forget_draft(&mut self, channel: &ChannelId) -> Result<(), LedgerError> {
        self.world.desk.drafts.remove(channel);
        self.batch()?.delete_draft(channel);
        Ok(())
    }

    /// Makes room: drafts in channels of servers that were left.
    fn forget_stray_drafts(&mut self) -> Result<(), LedgerError> {
        let world = &*self.world;
        let stray: Vec<ChannelId> =
            world.desk.drafts.keys().filter(|channel| !world.channel_home.contains_key(channel)).copied().collect();
        stray.iter().try_for_each(|channel| self.forget_draft(channel))
    }

    /// Changes what may disturb at a place; returns what is set there now.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn change_notice_settings(
        &mut self,
        place: NoticePlace,
        if_rev: Option<u64>,
        change: impl FnOnce(&mut NoticeSettings),
    ) -> Result<NoticeSettings, DeskError> {
        self.world.me.as_ref().ok_or(DeskError::NotReady)?;
        let held = self.world.desk.settings.get(&place).cloned().unwrap_or_default();
        if if_rev.is_some_and(|rev| rev != held.rev) {
            return Err(DeskError::Conflict { rev: held.rev });
        }
        let mut changed = held.clone();
        change(&mut changed);
        if changed == held {
            return Ok(held);
        }
        if held.rev == 0 && self.world.desk.settings.len() >= PLACES {
            return Err(DeskError::Full { limit: PLACES });
        }
        self.batch()?;
        let unset = NoticeSettings { rev: changed.rev, ..NoticeSettings::default() };
        if changed == unset {
            self.world.desk.settings.remove(&place);
            self.batch()?.delete_notice_settings(&place);
            return Ok(NoticeSettings::default());
        }
        changed.rev = self.world.desk.next_rev(self.now_ms);
        self.world.desk.settings.insert(place, changed.clone());
        self.batch()?.put_notice_settings(&place, &changed)?;
        Ok(changed)
    }

    /// Tells the other windows that something about what may disturb has changed: `kind` is what they are told.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn emit_notice_settings(
        &mut self,
        kind: EventKind,
        server: Option<ServerId>,
        channel: Option<ChannelId>,
    ) -> Result<(), LedgerError> {
        let mut event = EventRecord::new(kind.number(), self.now_ms, self.world.hlc);
        event.actor = self.world.me.as_ref().map(super::Me::account_id);
        event.server = server;
        event.channel = channel;
        let event = match channel {
            Some(channel) => event.subject(channel.as_ref()),
            None => event,
        };
        self.emit(event)
    }

    /// Keeps what this node's person says of itself.
    ///
    /// # Errors
    /// [`DeskError`].
    pub fn keep_presence(&mut self, own: &presence::Own) -> Result<(), DeskError> {
        self.world.me.as_ref().ok_or(DeskError::NotReady)?;
        self.batch()?.put_setting(presence::SETTING, &own.encode())?;
        Ok(())
    }
}

fn hash(content: &str) -> [u8; 32] {
    *blake3::hash(content.as_bytes()).as_bytes()
}
