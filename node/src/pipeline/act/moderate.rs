//! Moderation: taking out, keeping out, letting in again, silencing for a while.

use folkmoot_core::{
    governance::{Expulsion, Payload, Permission, Restrict, Restriction},
    ids::{AccountId, ChannelId, EventId, ServerId},
};

use super::{ActError, Deed};
use crate::pipeline::Turn;

/// Timeouts that one act ends at most.
const LIFTS: usize = 64;

/// Whom to take out, and why. The reason is validated by the caller.
#[derive(Clone, Debug)]
pub struct Expel {
    /// Where.
    pub server: ServerId,
    /// Whom.
    pub account: AccountId,
    /// At most 512 bytes.
    pub reason: String,
    /// Whether it is only tried out.
    pub dry_run: bool,
}

/// Whom to silence. The reason is validated by the caller.
#[derive(Clone, Debug)]
pub struct Silence {
    /// Where.
    pub server: ServerId,
    /// Whom.
    pub account: AccountId,
    /// Until when, ms UTC; `None` ends the timeouts there are.
    pub until_ms: Option<u64>,
    /// Only in these channels; everywhere when empty.
    pub channels: Vec<ChannelId>,
    /// At most 512 bytes.
    pub reason: String,
    /// Whether it is only tried out.
    pub dry_run: bool,
}

impl Turn<'_> {
    /// Takes a member out.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn kick(&mut self, expel: Expel) -> Result<Deed, ActError> {
        let Expel { server, account, reason, dry_run } = expel;
        self.member(server)?;
        if !self.state(server)?.is_member(&account) {
            return Err(ActError::UnknownMember);
        }
        self.outranks(server, &account, Permission::Kick)?;
        let fences = self.world.fences_of(&server, &account, None);
        self.perform(server, Payload::Remove(Expulsion { account, reason, fences }), dry_run)
    }

    /// Takes somebody out, and no invite lets them in again; also who has left, or never came.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn ban(&mut self, expel: Expel) -> Result<Deed, ActError> {
        let Expel { server, account, reason, dry_run } = expel;
        if self.member(server)? == account {
            return Err(ActError::level());
        }
        self.outranks(server, &account, Permission::Ban)?;
        let fences = self.world.fences_of(&server, &account, None);
        let payload = Payload::Ban(Expulsion { account, reason, fences });
        if self.state(server)?.bans_of(&account).next().is_some() {
            return self.already(server, &payload, dry_run);
        }
        self.perform(server, payload, dry_run)
    }

    /// Lifts the bans of an account.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn unban(&mut self, server: ServerId, account: AccountId, dry_run: bool) -> Result<Deed, ActError> {
        self.member(server)?;
        let bans: Vec<EventId> = self.state(server)?.bans_of(&account).collect();
        if bans.is_empty() {
            return Err(ActError::UnknownBan);
        }
        let acting = self.acting_level(server, Permission::Ban)?;
        let governance = &self.world.servers.get(&server).ok_or(ActError::UnknownServer)?.governance;
        // A ban is lifted by its own rank or a higher one.
        if bans.iter().any(|ban| governance.level_of(ban) > acting) {
            return Err(ActError::level());
        }
        self.perform(server, Payload::Unban { account }, dry_run)
    }

    /// Silences a member for a while, in place of the timeouts it is in; or ends these.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn silence(&mut self, silence: Silence) -> Result<Deed, ActError> {
        let Silence { server, account, until_ms, mut channels, reason, dry_run } = silence;
        self.member(server)?;
        let state = self.state(server)?;
        if !state.is_member(&account) {
            return Err(ActError::UnknownMember);
        }
        if channels.iter().any(|channel| state.channel(channel).is_none()) {
            return Err(ActError::UnknownChannel);
        }
        channels.sort_unstable();
        channels.dedup();
        let acting = self.outranks(server, &account, Permission::Mute)?;
        let running = self.state(server)?.restrictions(&account).iter().filter(|r| r.until_ms > self.now_ms);
        let (within, above): (Vec<&Restriction>, Vec<_>) = running.partition(|r| r.level <= acting);
        let mut lifts: Vec<EventId> = within.iter().take(LIFTS).map(|restriction| restriction.event).collect();
        lifts.sort_unstable();
        if until_ms.is_none() && !above.is_empty() {
            return Err(ActError::level());
        }
        let nothing_to_end = until_ms.is_none() && lifts.is_empty();
        let fences = self.world.fences_of(&server, &account, None);
        let until_ms = until_ms.unwrap_or(0);
        let payload = Payload::Restrict(Restrict { account, until_ms, channels, fences, lifts, reason });
        if nothing_to_end {
            return self.already(server, &payload, dry_run);
        }
        self.perform(server, payload, dry_run)
    }

    /// The level by which this account would act on another with a permission, if it stands above.
    fn outranks(&self, server: ServerId, account: &AccountId, permission: Permission) -> Result<u8, ActError> {
        let acting = self.acting_level(server, permission)?;
        if u32::from(acting) > self.state(server)?.level_of(account) { Ok(acting) } else { Err(ActError::level()) }
    }
}
