//! What lies on one person's desk, read back.

use folkmoot_core::ids::{ChannelId, EntryId};
use folkmoot_identity::Hlc;

use super::Snapshot;
use crate::{
    Draft, LedgerError, Notice, NoticePlace, NoticeSettings, UiState,
    backend::{Span, Step},
    catalog::Column,
    key::{self, tag},
};

impl Snapshot<'_> {
    /// A value of the windows.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn ui_state(&self, name: &str) -> Result<Option<UiState>, LedgerError> {
        let hash = self.sealer.as_ref().ok_or(LedgerError::Locked)?.hash_name(tag::UI_STATE, name);
        self.read_sealed(Column::State, &key::tagged(tag::UI_STATE, &hash), UiState::decode)
    }

    /// All values of the windows by name.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn ui_states(&self) -> Result<Vec<UiState>, LedgerError> {
        let mut states = Vec::new();
        self.scan_sealed(Column::State, &[tag::UI_STATE], |_, plain| {
            states.push(UiState::decode(plain)?);
            Ok(())
        })?;
        states.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        Ok(states)
    }

    /// The draft of a channel.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn draft(&self, channel: &ChannelId) -> Result<Option<Draft>, LedgerError> {
        self.read_sealed(Column::State, &key::tagged(tag::DRAFT, channel.as_ref()), Draft::decode)
    }

    /// All drafts by channel.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn drafts(&self) -> Result<Vec<(ChannelId, Draft)>, LedgerError> {
        let mut drafts = Vec::new();
        self.scan_sealed(Column::State, &[tag::DRAFT], |row, plain| {
            let channel = ChannelId::new(key::read_tagged(row).ok_or("not a channel")?);
            drafts.push((channel, Draft::decode(plain)?));
            Ok(())
        })?;
        Ok(drafts)
    }

    /// What may disturb at a place, where anything was set.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn notice_settings(&self, place: &NoticePlace) -> Result<Option<NoticeSettings>, LedgerError> {
        self.read_sealed(Column::State, &key::notice_settings(place), NoticeSettings::decode)
    }

    /// What may disturb at all places where anything was set.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn all_notice_settings(&self) -> Result<Vec<(NoticePlace, NoticeSettings)>, LedgerError> {
        let mut all = Vec::new();
        self.scan_sealed(Column::State, &[tag::NOTICE_SETTINGS], |row, plain| {
            all.push((key::read_notice_settings(row).ok_or("not a place")?, NoticeSettings::decode(plain)?));
            Ok(())
        })?;
        Ok(all)
    }

    /// The inbox, newest first, from right before a message on; at most `limit`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn notices(&self, before: Option<(Hlc, EntryId)>, limit: usize) -> Result<Vec<Notice>, LedgerError> {
        let mut span = Span::prefix(&[tag::NOTICE]).reversed();
        if let Some((hlc, entry)) = before {
            span.to = Some(key::notice(hlc, &entry));
        }
        self.inbox(span, limit)
    }

    /// The oldest messages of the inbox, at most `limit`.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn oldest_notices(&self, limit: usize) -> Result<Vec<Notice>, LedgerError> {
        self.inbox(Span::prefix(&[tag::NOTICE]), limit)
    }

    /// How many messages the inbox holds.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn notice_count(&self) -> Result<usize, LedgerError> {
        let mut count = 0;
        self.view.scan(Column::State, Span::prefix(&[tag::NOTICE]), &mut |_, _| {
            count += 1;
            Ok(Step::Next)
        })?;
        Ok(count)
    }

    fn inbox(&self, span: Span, limit: usize) -> Result<Vec<Notice>, LedgerError> {
        if self.sealer.is_none() {
            return Err(LedgerError::Locked);
        }
        let mut notices = Vec::new();
        if limit == 0 {
            return Ok(notices);
        }
        self.view.scan(Column::State, span, &mut |row, sealed| {
            let damaged = |what| LedgerError::damaged(Column::State, row, what);
            let (hlc, entry) = key::read_notice(row).ok_or_else(|| damaged("not a message of the inbox"))?;
            let plain = self.open(Column::State, row, sealed)?;
            notices.push(Notice::decode(hlc, entry, plain).map_err(damaged)?);
            Ok(if notices.len() < limit { Step::Next } else { Step::Stop })
        })?;
        Ok(notices)
    }
}
