//! Acts of governance in words: for the audit log, for answers, for what was rolled back.

use folkmoot_core::{
    governance::{ChannelPut, Event, Payload, Permissions, Role, State},
    ids::{AccountId, ChannelId, DeviceId, EventId, ServerId},
};

use super::World;

/// An act in words, and what it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described {
    /// Who does what to whom, in one line.
    pub summary: String,
    /// Whom it is about.
    pub target: Option<AccountId>,
    /// The channel it is about.
    pub channel: Option<ChannelId>,
    /// The role it is about.
    pub role: Option<Role>,
    /// The invite it is about.
    pub invite: Option<EventId>,
    /// The reason given.
    pub reason: Option<String>,
}

/// Who is called what, for one server.
struct Names<'a> {
    world: &'a World,
    me: Option<AccountId>,
    state: Option<&'a State>,
}

impl World {
    /// An event in words.
    #[must_use]
    pub fn describe_event(&self, server: &ServerId, event: &Event) -> Described {
        self.describe(server, &event.account, &event.payload, Some(event.id()))
    }

    /// An act by `actor` in words; `id` once it is an event.
    #[must_use]
    pub fn describe(&self, server: &ServerId, actor: &AccountId, payload: &Payload, id: Option<EventId>) -> Described {
        let names = Names {
            world: self,
            me: self.me.as_ref().map(super::Me::account_id),
            state: self.servers.get(server).map(|s| s.governance.state()),
        };
        let mut described = about(payload, id);
        let text = names.act(payload, &described);
        described.summary = format!("{} {text}", names.person(actor));
        described
    }
}

/// Whom and what an act is about.
fn about(payload: &Payload, id: Option<EventId>) -> Described {
    let mut about = Described::default();
    let reason = |reason: &str| (!reason.is_empty()).then(|| reason.to_owned());
    match payload {
        Payload::OwnerAdd { account } | Payload::Unban { account } | Payload::HeirSignature { account } => {
            about.target = Some(*account);
        }
        Payload::Succession(succession) => about.target = Some(succession.account),
        Payload::RoleDef(_) => about.role = id.map(Role::Custom),
        Payload::RolePerms(perms) => about.role = Some(perms.role),
        Payload::Grant(change) | Payload::RevokeRole(change) => {
            (about.target, about.role) = (Some(change.account), Some(change.role));
        }
        Payload::Remove(act) | Payload::Ban(act) => {
            (about.target, about.reason) = (Some(act.account), reason(&act.reason));
        }
        Payload::Restrict(act) => (about.target, about.reason) = (Some(act.account), reason(&act.reason)),
        Payload::Invite(invite) => (about.invite, about.role) = (id, Some(invite.role)),
        Payload::InviteRevoke { invite } => about.invite = Some(*invite),
        Payload::Admit(admit) => (about.target, about.invite) = (Some(admit.account), Some(admit.invite)),
        Payload::ChannelPut(put) => about.channel = put.channel.or_else(|| id.map(ChannelId::from)),
        Payload::ChannelArchive { channel } => about.channel = Some(*channel),
        Payload::KeyEpoch(epoch) => about.reason = reason(&epoch.reason),
        _ => {}
    }
    about
}

impl Names<'_> {
    fn person(&self, account: &AccountId) -> String {
        match self.world.registers.display_name(account) {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => format!("somebody ({})", short(account.as_ref())),
        }
    }

    fn role(&self, role: &Role) -> String {
        match self.state.and_then(|state| state.role(role)) {
            Some(role) => role.name.clone(),
            None => "that is not there".to_owned(),
        }
    }

    fn channel(&self, channel: &ChannelId) -> String {
        match self.state.and_then(|state| state.channel(channel)) {
            Some(_) if !self.is_seen(channel) => "a private channel".to_owned(),
            Some(channel) => format!("#{}", channel.name),
            None => "a channel that is not there".to_owned(),
        }
    }

    /// Whether this account may know a channel's name. One that is not there hides nothing.
    fn is_seen(&self, channel: &ChannelId) -> bool {
        let (Some(state), Some(me)) = (self.state, &self.me) else { return true };
        state.channel(channel).is_none() || state.sees(me, channel)
    }

    fn act(&self, payload: &Payload, about: &Described) -> String {
        let target = about.target.as_ref().map(|account| self.person(account)).unwrap_or_default();
        let because = about.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        match payload {
            Payload::Genesis(genesis) => format!("founds the server {}", genesis.name),
            Payload::OwnerAdd { .. } => format!("makes {target} an owner"),
            Payload::Heirs(heirs) => {
                let names: Vec<String> = heirs.accounts.iter().map(|heir| self.person(heir)).collect();
                format!("names as heirs, {} of them together: {}", heirs.threshold, names.join(", "))
            }
            Payload::Succession(_) => format!("makes {target} steward by the heirs' signatures"),
            Payload::HeirSignature { .. } => format!("signs as an heir for {target} as steward"),
            Payload::RoleDef(def) => format!("makes the role {}, level {}, {}", def.name, def.level, words(def.bits)),
            Payload::RolePerms(perms) if perms.deleted => format!("deletes the role {}", self.role(&perms.role)),
            Payload::RolePerms(perms) => {
                let renamed = perms.name.as_ref().map(|name| format!(" to {name}")).unwrap_or_default();
                format!("changes the role {}{renamed}, {}", self.role(&perms.role), words(perms.bits))
            }
            Payload::Grant(change) => format!("gives {target} the role {}", self.role(&change.role)),
            Payload::RevokeRole(change) => format!("takes the role {} from {target}", self.role(&change.role)),
            Payload::Remove(_) => format!("kicks {target}{because}"),
            Payload::Ban(_) => format!("bans {target}{because}"),
            Payload::Unban { .. } => format!("lifts the ban of {target}"),
            Payload::Leave { .. } => "leaves".to_owned(),
            Payload::DeviceAdd { certificate } => format!("adds the machine {}", machine(&certificate.device)),
            Payload::DeviceRevoke { device, .. } => format!("disowns the machine {}", machine(device)),
            Payload::Invite(invite) => {
                let uses = invite.max_uses.map(|uses| format!(", {uses} at most")).unwrap_or_default();
                format!("makes an invite for the role {}{uses}", self.role(&invite.role))
            }
            Payload::InviteRevoke { .. } => "takes an invite back".to_owned(),
            Payload::Admit(_) => format!("lets {target} in"),
            Payload::ChannelPut(put) => self.channel_put(put, about.channel.as_ref()),
            Payload::ChannelArchive { channel } => format!("archives {}", self.channel(channel)),
            Payload::Restrict(act) if act.until_ms == 0 => format!("ends the timeout of {target}{because}"),
            Payload::Restrict(act) => {
                let places: Vec<String> = act.channels.iter().map(|channel| self.channel(channel)).collect();
                let places = if places.is_empty() { String::new() } else { format!(" in {}", places.join(", ")) };
                format!("puts {target} in timeout{places} until {}{because}", utc(act.until_ms))
            }
            Payload::ServerSet(settings) => format!("changes the settings of the server {}", settings.name),
            Payload::ServerDelete { restore: false } => "deletes the server".to_owned(),
            Payload::ServerDelete { restore: true } => "restores the server".to_owned(),
            Payload::KeyEpoch(_) => format!("makes a new key{because}"),
            Payload::Ratify { ids } if ids.len() == 1 => "brings 1 lost act back".to_owned(),
            Payload::Ratify { ids } => format!("brings {} lost acts back", ids.len()),
            Payload::Checkpoint { seal: false } => "makes a checkpoint: what it has seen stays".to_owned(),
            Payload::Checkpoint { seal: true } => {
                "makes a sealing checkpoint: what it has seen stays, what it has not is void".to_owned()
            }
            Payload::Unknown { .. } => "does something that a newer program knows".to_owned(),
        }
    }

    fn channel_put(&self, put: &ChannelPut, channel: Option<&ChannelId>) -> String {
        if channel.is_some_and(|channel| !self.is_seen(channel)) {
            return "makes or changes a private channel".to_owned();
        }
        let kind = match put.kind {
            folkmoot_core::governance::ChannelKind::Category => "category",
            _ if put.private => "private channel",
            _ => "channel",
        };
        match &put.channel {
            None => format!("makes the {kind} {}", put.name),
            Some(_) => format!("changes the {kind} {}", put.name),
        }
    }
}

fn words(bits: Permissions) -> String {
    let words: Vec<&str> = bits.iter().map(folkmoot_core::governance::Permission::word).collect();
    if words.is_empty() { "which holds nothing".to_owned() } else { format!("which holds {}", words.join(", ")) }
}

fn machine(device: &DeviceId) -> String {
    short(device.as_ref())
}

/// Enough of an id to tell it from others on a screen.
fn short(id: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(id.get(..4).unwrap_or(id))
}

/// A time as people read it, UTC.
fn utc(ms: u64) -> String {
    let (days, seconds) = (ms / 86_400_000, ms / 1_000 % 86_400);
    let (year, month, day) = date(days);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02} UTC", seconds / 3_600, seconds / 60 % 60)
}

/// Year, month and day of a day since 1970, by the Gregorian calendar: counted in cycles of 400 years that begin in March, so that
/// the leap day comes last.
const fn date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (cycle, of_cycle) = (shifted / 146_097, shifted % 146_097);
    let year_of_cycle = (of_cycle - of_cycle / 1_460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
    let of_year = of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (cycle * 400 + year_of_cycle + if month <= 2 { 1 } else { 0 }, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_as_people_read_it() {
        assert_eq!(utc(0), "1970-01-01 00:00 UTC");
        assert_eq!(utc(1_700_000_000_000), "2023-11-14 22:13 UTC");
        assert_eq!(utc(951_782_340_000), "2000-02-28 23:59 UTC");
        assert_eq!(utc(951_782_400_000), "2000-02-29 00:00 UTC");
        assert_eq!(utc(4_107_542_400_000), "2100-03-01 00:00 UTC");
    }
}
