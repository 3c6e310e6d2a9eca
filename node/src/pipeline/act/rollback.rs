//! Bringing back what was lost with somebody removed.

use folkmoot_core::{
    governance::{Payload, Why},
    ids::{EventId, ServerId},
};

use super::{ActError, Deed};
use crate::pipeline::Turn;

impl Turn<'_> {
    /// Brings lost acts back. Returns those that count again.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn ratify(
        &mut self,
        server: ServerId,
        mut ids: Vec<EventId>,
        dry_run: bool,
    ) -> Result<(Deed, Vec<EventId>), ActError> {
        let me = self.member(server)?;
        let own = self.state(server)?.level_of(&me);
        ids.sort_unstable();
        ids.dedup();
        let governance = &self.world.servers.get(&server).ok_or(ActError::UnknownServer)?.governance;
        if ids.iter().any(|id| !governance.contains(id)) {
            return Err(ActError::UnknownAct);
        }
        // What counts already, or never could, is not brought back by anybody's word.
        if let Some(other) = ids.iter().find(|id| governance.why(id) != Some(Why::Revoked)) {
            let text = match governance.why(other) {
                None => "one of the acts counts already".to_owned(),
                Some(why) => format!("one of the acts was not lost but never in order: {why}"),
            };
            return Err(ActError::Refused(text));
        }
        let killers = ids.iter().flat_map(|id| governance.killers(id));
        if killers.map(|killer| governance.level_of(&killer)).any(|level| u32::from(level) > own) {
            return Err(ActError::level());
        }
        let deed = self.perform(server, Payload::Ratify { ids: ids.clone() }, dry_run)?;
        let governance = &self.world.servers.get(&server).ok_or(ActError::UnknownServer)?.governance;
        let restored = ids.into_iter().filter(|id| governance.is_effective(id)).collect();
        Ok((deed, restored))
    }
}
