//! What lies on one person's desk, written: window state, drafts, what may disturb, the inbox. Reading it is in
//! [`Snapshot`](crate::Snapshot).

use folkmoot_core::ids::{ChannelId, EntryId};
use folkmoot_identity::Hlc;

use crate::{
    Batch, Draft, LedgerError, Notice, NoticePlace, NoticeSettings, UiState,
    catalog::Column,
    key::{self, tag},
};

impl Batch {
    /// Keeps a value of the windows.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn put_ui_state(&mut self, state: &UiState) -> Result<(), LedgerError> {
        let hash = self.sealer.hash_name(tag::UI_STATE, &state.key);
        self.put_sealed(Column::State, key::tagged(tag::UI_STATE, &hash), &state.encode())
    }

    /// Forgets a value of the windows.
    pub fn delete_ui_state(&mut self, name: &str) {
        let hash = self.sealer.hash_name(tag::UI_STATE, name);
        self.delete(Column::State, key::tagged(tag::UI_STATE, &hash));
    }

    /// Keeps the draft of a channel.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn put_draft(&mut self, channel: &ChannelId, draft: &Draft) -> Result<(), LedgerError> {
        self.put_sealed(Column::State, key::tagged(tag::DRAFT, channel.as_ref()), &draft.encode())
    }

    /// Forgets the draft of a channel.
    pub fn delete_draft(&mut self, channel: &ChannelId) {
        self.delete(Column::State, key::tagged(tag::DRAFT, channel.as_ref()));
    }

    /// Keeps what may disturb at a place.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn put_notice_settings(&mut self, place: &NoticePlace, settings: &NoticeSettings) -> Result<(), LedgerError> {
        self.put_sealed(Column::State, key::notice_settings(place), &settings.encode())
    }

    /// Forgets what may disturb at a place: it is as around it.
    pub fn delete_notice_settings(&mut self, place: &NoticePlace) {
        self.delete(Column::State, key::notice_settings(place));
    }

    /// Puts a message into the inbox.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn put_notice(&mut self, notice: &Notice) -> Result<(), LedgerError> {
        self.put_sealed(Column::State, key::notice(notice.hlc, &notice.entry), &notice.encode())
    }

    /// Takes a message out of the inbox.
    pub fn delete_notice(&mut self, hlc: Hlc, entry: &EntryId) {
        self.delete(Column::State, key::notice(hlc, entry));
    }
}
