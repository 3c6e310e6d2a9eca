//! The one function that says who may do what.

use super::State;
use crate::{
    governance::{ChannelKind, LEVEL_STEWARD, OverrideTarget, Permission, Permissions},
    ids::{AccountId, ChannelId},
};

/// A permission that is missing, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{permission} is missing: {because}")]
pub struct Denied {
    /// What was asked for.
    pub permission: Permission,
    /// Why it is not held.
    pub because: Because,
}

/// Why a permission is not held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Because {
    /// The account is no member.
    #[error("no member of this server")]
    NotMember,
    /// None of its roles holds it.
    #[error("no role holds it")]
    Roles,
    /// The channel takes it away.
    #[error("the channel denies it")]
    Channel,
    /// There is no such channel.
    #[error("no such channel")]
    NoChannel,
    /// The channel is archived.
    #[error("the channel is archived")]
    Archived,
    /// The account is in timeout.
    #[error("in timeout until {until_ms}")]
    Timeout {
        /// Until when, ms UTC.
        until_ms: u64,
    },
}

impl Denied {
    /// The missing permission's word.
    #[must_use]
    pub const fn missing(&self) -> &'static str {
        self.permission.word()
    }
}

impl State {
    /// Whether the account holds `permission`, in `channel` if given, at `now_ms`.
    ///
    /// Owners and stewards hold everything. Else: the bits of one's roles, the channel's overrides of one's roles from the lowest
    /// level up (deny, then allow), its override for oneself, then timeouts; an archived channel keeps VIEW only.
    ///
    /// # Errors
    /// [`Denied`]: what is missing, and why.
    pub fn may(
        &self,
        account: &AccountId,
        permission: Permission,
        channel: Option<&ChannelId>,
        now_ms: u64,
    ) -> Result<(), Denied> {
        let denied = |because| Err(Denied { permission, because });
        let Some(member) = self.member(account) else { return denied(Because::NotMember) };
        if member.level >= LEVEL_STEWARD {
            return Ok(());
        }
        let by_roles = self.bits_of(account);
        let mut bits = by_roles;
        if let Some(id) = channel {
            let Some(channel) = self.channel(id) else { return denied(Because::NoChannel) };
            if channel.archived && permission != Permission::View {
                return denied(Because::Archived);
            }
            let apply = |bits: Permissions, target: OverrideTarget| match channel
                .overrides
                .binary_search_by_key(&target, |o| o.target)
                .ok()
                .and_then(|at| channel.overrides.get(at))
            {
                Some(o) => bits.without(o.deny).union(o.allow),
                None => bits,
            };
            // Roles stand from the top; the lowest is applied first.
            bits = member.roles.iter().rev().fold(bits, |bits, role| apply(bits, OverrideTarget::Role(*role)));
            bits = apply(bits, OverrideTarget::Account(*account));
        }
        if permission.is_speaking()
            && let Some(until_ms) = self.silenced_until(account, channel, now_ms)
        {
            return denied(Because::Timeout { until_ms });
        }
        match (bits.contains(permission), by_roles.contains(permission)) {
            (true, _) => Ok(()),
            (false, true) => denied(Because::Channel),
            (false, false) => denied(Because::Roles),
        }
    }

    /// What the account holds, in `channel` if given, at `now_ms`.
    #[must_use]
    pub fn permissions(&self, account: &AccountId, channel: Option<&ChannelId>, now_ms: u64) -> Permissions {
        Permission::ALL.into_iter().filter(|p| self.may(account, *p, channel, now_ms).is_ok()).collect()
    }

    /// Union of the bits of one's roles.
    fn bits_of(&self, account: &AccountId) -> Permissions {
        let roles = self.member(account).map_or(&[][..], |member| &member.roles);
        roles.iter().filter_map(|role| self.role(role)).fold(Permissions::NONE, |bits, role| bits.union(role.bits))
    }

    fn silenced_until(&self, account: &AccountId, channel: Option<&ChannelId>, now_ms: u64) -> Option<u64> {
        self.restrictions(account)
            .iter()
            .filter(|r| now_ms < r.until_ms)
            .filter(|r| r.channels.is_empty() || channel.is_some_and(|channel| r.channels.contains(channel)))
            .map(|r| r.until_ms)
            .max()
    }

    /// Whether a channel of that kind and id is there for a channel to stand in.
    #[must_use]
    pub fn is_category(&self, id: &ChannelId) -> bool {
        self.channel(id).is_some_and(|channel| channel.kind == ChannelKind::Category && !channel.archived)
    }
}
