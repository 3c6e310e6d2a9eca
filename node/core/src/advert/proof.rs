//! [`Proof`]: what a member takes out of a server's events so that a stranger can see its right to speak for the server.

use std::collections::{BTreeMap, BTreeSet};

use folkmoot_identity::{Certificate, signed::SignedBytes};
use folkmoot_proto::limits::{ADVERT_BARRED, ADVERT_CERTIFICATES, ADVERT_EVENTS};

use crate::{
    governance::{Event, Governance, LEVEL_ADMIN, Payload, Permission, Role, State, Visibility},
    ids::{AccountId, DeviceId, EventId},
};

/// The events from a GENESIS to a grant, and the certificates of the devices that signed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The grant that everything leads to.
    pub grant: EventId,
    /// GENESIS first, each after what it stands on.
    pub events: Vec<SignedBytes>,
    /// Of devices that are not a founder's first.
    pub certificates: Vec<SignedBytes>,
}

/// Whether an account may speak for its server to strangers: who may change what is told, and every admin, so that a listing
/// does not end when the owners are away.
#[must_use]
pub fn may_sign(state: &State, account: &AccountId) -> bool {
    state.visibility() == Visibility::Public
        && (state.level_of(account) >= u32::from(LEVEL_ADMIN)
            || state.may(account, Permission::ManageServer, None, 0).is_ok())
}

/// Accounts that had a role by which they could sign adverts, and have none any more: the last of them, ascending.
#[must_use]
pub fn barred(governance: &Governance) -> Vec<AccountId> {
    let state = governance.state();
    let signs = |role: &Role| {
        let level = role.builtin_level().or_else(|| state.role(role).map(|role| role.level));
        level.is_some_and(|level| level >= LEVEL_ADMIN)
            || state.role(role).is_some_and(|role| role.bits.contains(Permission::ManageServer))
    };
    let mut barred: Vec<AccountId> = Vec::new();
    for event in governance.events() {
        let account = match &event.payload {
            Payload::Grant(change) if signs(&change.role) => change.account,
            Payload::Succession(succession) => succession.account,
            _ => continue,
        };
        if !may_sign(state, &account) {
            barred.retain(|other| *other != account);
            barred.push(account);
        }
    }
    let mut last = barred.split_off(barred.len().saturating_sub(ADVERT_BARRED));
    last.sort_unstable();
    last
}

impl Proof {
    /// The proof that `account` may sign with `device`; `None` when it may not, or when it takes more events than an advert
    /// holds.
    #[must_use]
    pub fn gather(governance: &Governance, account: &AccountId, device: &DeviceId) -> Option<Self> {
        let state = governance.state();
        if !may_sign(state, account) {
            return None;
        }
        let grant = state.grant_of(account)?;
        let mut path = Path { governance, events: Vec::new(), seen: BTreeSet::new(), certificates: BTreeMap::new() };
        path.take(governance.server().genesis())?;
        path.take(grant)?;
        path.certify(account, device)?;
        let proof = Self {
            grant,
            events: path.events.iter().map(|event| event.signed().clone()).collect(),
            certificates: path.certificates.into_values().map(|certificate| certificate.signed).collect(),
        };
        (proof.events.len() <= ADVERT_EVENTS && proof.certificates.len() <= ADVERT_CERTIFICATES).then_some(proof)
    }
}

/// A walk against the direction of authority.
struct Path<'a> {
    governance: &'a Governance,
    events: Vec<&'a Event>,
    seen: BTreeSet<EventId>,
    certificates: BTreeMap<(AccountId, DeviceId), Certificate>,
}

impl<'a> Path<'a> {
    /// Takes an event after all that it stands on.
    fn take(&mut self, id: EventId) -> Option<()> {
        if self.seen.len() > ADVERT_EVENTS || !self.seen.insert(id) {
            return Some(());
        }
        let event = self.governance.event(&id)?;
        if let Some(grant) = event.auth {
            self.take(grant)?;
            // A role may hold what it needs only by a later word.
            if let Some(role) = role_given(self.governance.event(&grant)?) {
                self.take_role(role)?;
            }
        }
        match &event.payload {
            Payload::Grant(change) => self.take_role(change.role)?,
            Payload::Succession(succession) => {
                self.take(self.will_before(event)?)?;
                for word in &succession.signatures {
                    self.take(*word)?;
                }
            }
            _ => {}
        }
        if !matches!(event.payload, Payload::Genesis(_)) && !event.is_by_root() {
            self.certify(&event.account, &event.device)?;
        }
        self.events.push(event);
        Some(())
    }

    /// Takes what makes a role: its definition, if it is the server's own, and the last word that gave it more than it began
    /// with. Words that only take away are left out: what they took may have served before.
    fn take_role(&mut self, role: Role) -> Option<()> {
        let mut initial = role.initial_permissions();
        if let Role::Custom(definition) = role {
            self.take(definition)?;
            let Payload::RoleDef(definition) = &self.governance.event(&definition)?.payload else { return None };
            initial = definition.bits;
        }
        let widens = |event: &&Event| match &event.payload {
            Payload::RolePerms(perms) => perms.role == role && !perms.deleted && !perms.bits.is_within(initial),
            _ => false,
        };
        let effective = self.governance.events().filter(|event| self.governance.is_effective(&event.id()));
        match effective.filter(widens).max_by_key(|event| (event.hlc, event.id())).map(Event::id) {
            Some(last) => self.take(last),
            None => Some(()),
        }
    }

    /// The will by which a succession counts.
    fn will_before(&self, succession: &Event) -> Option<EventId> {
        self.governance
            .events()
            .filter(|event| matches!(event.payload, Payload::Heirs(_)))
            .filter(|event| self.governance.is_effective(&event.id()))
            .filter(|event| self.governance.is_in_past(&event.id(), &succession.id()))
            .max_by_key(|event| (event.hlc, event.id()))
            .map(Event::id)
    }

    /// Takes the certificate of a device, unless the GENESIS has it.
    fn certify(&mut self, account: &AccountId, device: &DeviceId) -> Option<()> {
        if self.certificates.contains_key(&(*account, *device)) {
            return Some(());
        }
        let of = |certificate: &Certificate| certificate.account == *account && certificate.device == *device;
        for event in self.governance.events() {
            let certificate = match &event.payload {
                Payload::Genesis(genesis) if genesis.founders.iter().any(|f| of(&f.certificate)) => return Some(()),
                Payload::Admit(admit) => &admit.request.certificate,
                Payload::DeviceAdd { certificate } => certificate,
                _ => continue,
            };
            if of(certificate) {
                self.certificates.insert((*account, *device), certificate.clone());
                return Some(());
            }
        }
        None
    }
}

fn role_given(event: &Event) -> Option<Role> {
    match &event.payload {
        Payload::Grant(change) => Some(change.role),
        _ => None,
    }
}
