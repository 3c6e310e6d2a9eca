//! The one function that says who may do what, and can tell why.

use super::State;
use crate::{
    governance::{ChannelKind, LEVEL_STEWARD, OverrideTarget, Permission, Permissions, Role},
    ids::{AccountId, ChannelId, DeviceId, EventId, ScopeId},
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
    /// An owner closed the server.
    #[error("the server is closed")]
    Deleted,
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

/// What one step of the evaluation went by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Who is no member holds nothing.
    NotMember,
    /// Owners and stewards hold everything.
    Everything {
        /// Level of the account.
        level: u8,
    },
    /// What a role holds is added to what the others hold.
    Role(Role),
    /// A channel that is not there gives nothing.
    NoChannel,
    /// The channel's override of a role or of the account: first what it denies, then what it allows.
    Override(OverrideTarget),
    /// A timeout takes the word away.
    Timeout {
        /// The RESTRICT.
        event: EventId,
        /// Until when, ms UTC.
        until_ms: u64,
    },
    /// An archived channel keeps VIEW alone.
    Archived,
    /// A server that an owner closed keeps VIEW alone.
    Deleted,
}

/// One step of the evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it went by.
    pub rule: Rule,
    /// What it added to what was held.
    pub gives: Permissions,
    /// What it took from what was held.
    pub takes: Permissions,
}

impl Step {
    const fn because(&self) -> Because {
        match self.rule {
            Rule::NotMember => Because::NotMember,
            Rule::Everything { .. } | Rule::Role(_) => Because::Roles,
            Rule::NoChannel => Because::NoChannel,
            Rule::Override(_) => Because::Channel,
            Rule::Timeout { until_ms, .. } => Because::Timeout { until_ms },
            Rule::Archived => Because::Archived,
            Rule::Deleted => Because::Deleted,
        }
    }
}

impl State {
    /// Whether the account holds `permission`, in `channel` if given, at `now_ms`.
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
        let mut because = Because::Roles;
        let held = self.evaluate(account, channel, now_ms, |step| {
            let stops = matches!(step.rule, Rule::NotMember | Rule::NoChannel);
            if stops || step.takes.contains(permission) {
                because = step.because();
            }
        });
        if held.contains(permission) { Ok(()) } else { Err(Denied { permission, because }) }
    }

    /// What the account holds, in `channel` if given, at `now_ms`.
    #[must_use]
    pub fn permissions(&self, account: &AccountId, channel: Option<&ChannelId>, now_ms: u64) -> Permissions {
        self.evaluate(account, channel, now_ms, |_| {})
    }

    /// The same step by step: why somebody may, or may not.
    #[must_use]
    pub fn explain(&self, account: &AccountId, channel: Option<&ChannelId>, now_ms: u64) -> (Vec<Step>, Permissions) {
        let mut steps = Vec::new();
        let held = self.evaluate(account, channel, now_ms, |step| steps.push(step));
        (steps, held)
    }

    /// Owners and stewards hold everything. Else: the bits of one's roles, the channel's overrides of one's roles from the lowest
    /// level up (deny, then allow), its override for oneself, then timeouts; an archived channel keeps VIEW only, and so does a
    /// server that was closed, for everybody.
    fn evaluate(
        &self,
        account: &AccountId,
        channel: Option<&ChannelId>,
        now_ms: u64,
        mut each: impl FnMut(Step),
    ) -> Permissions {
        let mut held = Permissions::NONE;
        let mut step = |held: &mut Permissions, rule: Rule, after: Permissions| {
            each(Step { rule, gives: after.without(*held), takes: held.without(after) });
            *held = after;
        };
        let Some(member) = self.member(account) else {
            step(&mut held, Rule::NotMember, Permissions::NONE);
            return held;
        };
        if member.level >= LEVEL_STEWARD {
            step(&mut held, Rule::Everything { level: member.level }, Permissions::ALL);
        } else {
            for role in member.roles.iter().filter_map(|role| self.role(role)) {
                let after = held.union(role.bits);
                step(&mut held, Rule::Role(role.role), after);
            }
            if let Some(id) = channel {
                let Some(channel) = self.channel(id) else {
                    step(&mut held, Rule::NoChannel, Permissions::NONE);
                    return held;
                };
                // Roles stand from the top; the lowest is applied first, the account's own override last.
                let roles = member.roles.iter().rev().map(|role| OverrideTarget::Role(*role));
                for target in roles.chain([OverrideTarget::Account(*account)]) {
                    if let Some(other) = channel.override_of(&target) {
                        let after = held.without(other.deny).union(other.allow);
                        step(&mut held, Rule::Override(target), after);
                    }
                }
            }
            for timeout in self.restrictions(account).iter().filter(|timeout| now_ms < timeout.until_ms) {
                if timeout.channels.is_empty() || channel.is_some_and(|channel| timeout.channels.contains(channel)) {
                    let after = held.without(Permissions::SPEAKING);
                    step(&mut held, Rule::Timeout { event: timeout.event, until_ms: timeout.until_ms }, after);
                }
            }
            if channel.and_then(|id| self.channel(id)).is_some_and(|channel| channel.archived) {
                let after = held.without(Permissions::ALL.without(Permission::View.bit()));
                step(&mut held, Rule::Archived, after);
            }
        }
        if self.is_deleted() {
            let after = held.without(Permissions::ALL.without(Permission::View.bit()));
            step(&mut held, Rule::Deleted, after);
        }
        held
    }

    /// Whether a channel of that kind and id is there for a channel to stand in.
    #[must_use]
    pub fn is_category(&self, id: &ChannelId) -> bool {
        self.channel(id).is_some_and(|channel| channel.kind == ChannelKind::Category && !channel.archived)
    }

    /// Devices of everybody who may see a channel, by account: for whom its keys are, if it has some of its own.
    pub fn devices_seeing<'a>(&'a self, channel: &'a ChannelId) -> impl Iterator<Item = DeviceId> + 'a {
        self.members().filter(|account| self.sees(account, channel)).flat_map(|account| {
            let devices: Vec<DeviceId> = self.devices_of(&account).collect();
            devices
        })
    }

    /// The unit of confidentiality that what is said in a channel belongs to.
    #[must_use]
    pub fn scope_of(&self, channel: &ChannelId) -> ScopeId {
        match self.channel(channel) {
            Some(private) if private.private => ScopeId::from(*channel),
            _ => ScopeId::from(self.server()),
        }
    }

    /// Devices that may hold the keys of a scope; none for one that is not of this server.
    #[must_use]
    pub fn scope_devices(&self, scope: &ScopeId) -> Vec<DeviceId> {
        if *scope == ScopeId::from(self.server()) {
            self.member_devices().collect()
        } else {
            self.devices_seeing(&scope.channel()).collect()
        }
    }

    /// Whether a device may hold the keys of a scope.
    #[must_use]
    pub fn is_in_scope(&self, device: &DeviceId, scope: &ScopeId) -> bool {
        if !self.is_member_device(device) {
            return false;
        }
        *scope == ScopeId::from(self.server())
            || self.account_of_device(device).is_some_and(|account| self.sees(&account, &scope.channel()))
    }

    /// Scopes of private channels, ascending.
    pub fn private_scopes(&self) -> impl Iterator<Item = ScopeId> + '_ {
        self.channels().filter(|channel| channel.private).map(|channel| ScopeId::from(channel.id))
    }

    /// Whether the account may see a channel at all.
    #[must_use]
    pub fn sees(&self, account: &AccountId, channel: &ChannelId) -> bool {
        self.channel(channel).is_some() && self.may(account, Permission::View, Some(channel), 0).is_ok()
    }
}
