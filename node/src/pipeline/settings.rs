//! Acts on what a server is called and how it is found: its settings, and the invite by which anybody comes into a public one.

use folkmoot_core::{
    governance::{Invite, MessageRate, Payload, Permission, Role, ServerSettings},
    ids::{EventId, ServerId},
    standing::standing_key,
};

use super::{ActError, Turn, rev};

/// What shall be different; what is absent stays. Texts are validated by the caller.
#[derive(Clone, Debug, Default)]
pub struct SettingsChange {
    /// 1-64 characters.
    pub name: Option<String>,
    /// At most 1 KiB.
    pub description: Option<String>,
    /// At most 8.
    pub tags: Option<Vec<String>>,
    /// What is mostly spoken; empty when not said.
    pub language: Option<String>,
    /// Multiaddresses with peer id.
    pub bootstrap: Option<Vec<String>>,
    /// How fast one author may write.
    pub message_rate: Option<MessageRate>,
}

impl SettingsChange {
    fn of(self, held: &ServerSettings) -> ServerSettings {
        ServerSettings {
            name: self.name.unwrap_or_else(|| held.name.clone()),
            description: self.description.unwrap_or_else(|| held.description.clone()),
            tags: self.tags.unwrap_or_else(|| held.tags.clone()),
            language: self.language.unwrap_or_else(|| held.language.clone()),
            bootstrap: self.bootstrap.unwrap_or_else(|| held.bootstrap.clone()),
            message_rate: self.message_rate.unwrap_or(held.message_rate),
        }
    }
}

impl Turn<'_> {
    /// Changes a server's settings; nothing is written when nothing would be different.
    ///
    /// # Errors
    /// [`ActError`]; [`ActError::Conflict`] when the server is not at `if_rev`.
    pub fn update_server(
        &mut self,
        server: ServerId,
        change: SettingsChange,
        if_rev: Option<u64>,
    ) -> Result<(), ActError> {
        self.require(server, Permission::ManageServer)?;
        let state = self.world.servers.get(&server).ok_or(ActError::UnknownServer)?.governance.state();
        let current_rev = rev(state.settings_hlc());
        if if_rev.is_some_and(|rev| rev != current_rev) {
            return Err(ActError::Conflict { current_rev });
        }
        let held = state.settings();
        let settings = change.of(held);
        if settings != *held {
            self.author(server, Payload::ServerSet(Box::new(settings)))?;
        }
        Ok(())
    }

    /// Makes the invite by which anybody may come in through any member's door.
    ///
    /// # Errors
    /// [`ActError`].
    pub(super) fn open_to_all(&mut self, server: ServerId) -> Result<EventId, ActError> {
        let key = standing_key(&server);
        let invite = Invite { public_key: key.public(), role: Role::Member, max_uses: None, expires: None };
        Ok(self.author(server, Payload::Invite(invite))?.id())
    }
}
