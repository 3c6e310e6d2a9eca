//! The people of a simulated server.

use folkmoot_rpc::ids::AccountId;

use super::world::World;
use crate::trigger::Person;

/// What everybody may do.
const EVERYBODY: [&str; 3] = ["VIEW", "SEND", "REACT"];
/// What a moderator may do besides.
const MODERATORS: [&str; 5] = ["KICK", "BAN", "TIMEOUT", "MANAGE_MESSAGES", "PIN"];

impl World {
    /// A member by name; comes to the server when there is none.
    pub(super) fn person(&mut self, name: &str) -> Person {
        let name = name.strip_prefix('@').unwrap_or(name);
        if let Some(person) = self.people.values().find(|person| person.name == name) {
            return person.clone();
        }
        let mut id = [0xac; 32];
        id[..8].copy_from_slice(&(self.people.len() as u64).to_be_bytes());
        let person = Person {
            id: AccountId::from_bytes(id),
            server_id: Some(self.server),
            name: name.to_owned(),
            bot: false,
            level: 10,
            roles: vec!["member".into()],
            permissions: EVERYBODY.map(str::to_owned).into(),
        };
        self.people.insert(person.id, person.clone());
        person
    }

    /// Makes a member a moderator.
    pub(super) fn promote(&mut self, id: AccountId) {
        if let Some(person) = self.people.get_mut(&id) {
            person.level = 50;
            person.roles = vec!["mod".into()];
            person.permissions = EVERYBODY.into_iter().chain(MODERATORS).map(str::to_owned).collect();
        }
    }

    /// A member by name, mention or id, as a node finds it.
    pub(super) fn member(&self, name: &str) -> Option<&Person> {
        let inner = name.strip_prefix("<@").and_then(|rest| rest.strip_suffix('>')).unwrap_or(name);
        if let Ok(id) = inner.parse::<AccountId>() {
            return self.people.get(&id);
        }
        let inner = inner.strip_prefix('@').unwrap_or(inner);
        self.people
            .values()
            .find(|person| person.name == inner)
            .or_else(|| self.people.values().find(|person| person.name.eq_ignore_ascii_case(inner)))
    }
}
