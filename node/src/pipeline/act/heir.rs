//! What becomes of a server when its owners are gone: heirs, their signatures, successions; and what owners alone may do with it.

use std::collections::BTreeSet;

use folkmoot_core::{
    governance::{Governance, Heirs, LEVEL_OWNER, LEVEL_STEWARD, Payload, State, Succession},
    ids::{AccountId, EventId, ServerId},
};
use folkmoot_proto::limits::SUCCESSION_PAUSE_MS;

use super::{ActError, Deed};
use crate::pipeline::{Server, Turn, rev};

/// How far a succession is after this node's heir has signed.
#[derive(Clone, Debug)]
pub struct Signing {
    /// One's own word.
    pub deed: Deed,
    /// Heirs who have signed for the same person.
    pub signatures: usize,
    /// How many it takes.
    pub threshold: u32,
    /// The succession, if it is done.
    pub succession: Option<EventId>,
}

impl Turn<'_> {
    /// Names the heirs; owners only.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn set_heirs(
        &mut self,
        server: ServerId,
        mut accounts: Vec<AccountId>,
        threshold: u32,
        if_rev: Option<u64>,
    ) -> Result<(), ActError> {
        let me = self.member(server)?;
        let state = self.state(server)?;
        let current_rev = rev(state.heirs_changed());
        if if_rev.is_some_and(|expected| expected != current_rev) {
            return Err(ActError::Conflict { current_rev });
        }
        if state.level_of(&me) < LEVEL_OWNER.into() {
            return Err(ActError::level());
        }
        if accounts.iter().any(|account| !state.is_member(account)) {
            return Err(ActError::UnknownMember);
        }
        accounts.sort_unstable();
        let heirs = Heirs { accounts, threshold };
        if state.heirs() != Some(&heirs) {
            self.author(server, Payload::Heirs(heirs))?;
        }
        Ok(())
    }

    /// Signs as an heir for a steward, and makes the succession when that was the last signature needed.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn sign_succession(&mut self, server: ServerId, account: AccountId) -> Result<Signing, ActError> {
        let me = self.member(server)?;
        let state = self.state(server)?;
        let heirs = state.heirs().ok_or_else(|| ActError::Refused("no heirs are named".into()))?.clone();
        if !heirs.accounts.contains(&me) {
            return Err(ActError::Refused("not one of the heirs".into()));
        }
        if !state.is_member(&account) {
            return Err(ActError::UnknownMember);
        }
        if state.level_of(&account) >= LEVEL_STEWARD.into() {
            return Err(ActError::Refused("is steward or owner already".into()));
        }
        let payload = Payload::HeirSignature { account };
        let governance = &self.server(server)?.governance;
        let deed = if unused_signatures(governance, &heirs, &account).iter().any(|(heir, _)| *heir == me) {
            self.already(server, &payload, false)?
        } else {
            self.perform(server, payload, false)?
        };
        let signatures = unused_signatures(&self.server(server)?.governance, &heirs, &account);
        let succession = self.succeed(server, &heirs, &account, &signatures)?;
        Ok(Signing { deed, signatures: signatures.len(), threshold: heirs.threshold, succession })
    }

    /// Makes successions of enough signatures where whoever gave the last of them did not. Each heir that signed waits its turn, so
    /// that one of them does it.
    pub fn succeed_due(&mut self) {
        let Some(me) = self.world.me.as_ref().map(crate::pipeline::Me::account_id) else { return };
        let mut due: Vec<(ServerId, Ready)> = Vec::new();
        for (id, server) in &mut self.world.servers {
            let seen = std::mem::replace(&mut server.succession_seen, server.governance.len());
            if seen == server.governance.len() && server.succession_due_ms.is_none() {
                continue;
            }
            let ready = pending_succession(server, &me);
            match (ready, server.succession_due_ms) {
                (None, _) => server.succession_due_ms = None,
                (Some(ready), None) => {
                    server.succession_due_ms = Some(self.now_ms + SUCCESSION_PAUSE_MS * (ready.rank + 1));
                }
                (Some(ready), Some(at)) if at <= self.now_ms => {
                    server.succession_due_ms = None;
                    due.push((*id, ready));
                }
                (Some(_), Some(_)) => {}
            }
        }
        for (server, Ready { heirs, account, signatures, .. }) in due {
            if let Err(error) = self.succeed(server, &heirs, &account, &signatures) {
                tracing::debug!(%error, "no succession now");
            }
        }
    }

    fn succeed(
        &mut self,
        server: ServerId,
        heirs: &Heirs,
        account: &AccountId,
        signatures: &[(AccountId, EventId)],
    ) -> Result<Option<EventId>, ActError> {
        if signatures.len() < heirs.threshold as usize {
            return Ok(None);
        }
        let mut ids: Vec<EventId> = signatures.iter().map(|(_, id)| *id).collect();
        ids.sort_unstable();
        let event = self.author(server, Payload::Succession(Succession { account: *account, signatures: ids }))?;
        Ok(Some(event.id()))
    }

    /// Closes a server for everybody, or opens it again; owners only.
    ///
    /// # Errors
    /// [`ActError`].
    pub fn delete_server(&mut self, server: ServerId, restore: bool, dry_run: bool) -> Result<Deed, ActError> {
        let me = self.member(server)?;
        let state = self.state(server)?;
        if state.level_of(&me) < LEVEL_OWNER.into() {
            return Err(ActError::level());
        }
        let payload = Payload::ServerDelete { restore };
        if state.is_deleted() != restore {
            return self.already(server, &payload, dry_run);
        }
        self.perform(server, payload, dry_run)
    }

    fn server(&self, server: ServerId) -> Result<&Server, ActError> {
        self.world.servers.get(&server).ok_or(ActError::UnknownServer)
    }
}

/// The heirs' signatures for an account that no succession has used, one per heir.
pub(crate) fn unused_signatures(
    governance: &Governance,
    heirs: &Heirs,
    account: &AccountId,
) -> Vec<(AccountId, EventId)> {
    let mut used: BTreeSet<EventId> = BTreeSet::new();
    let mut signed: Vec<(AccountId, EventId)> = Vec::new();
    for event in governance.events() {
        match &event.payload {
            Payload::Succession(succession) if succession.account == *account => {
                used.extend(succession.signatures.iter().copied());
            }
            Payload::HeirSignature { account: wanted }
                if wanted == account
                    && heirs.accounts.contains(&event.account)
                    && governance.is_effective(&event.id()) =>
            {
                signed.retain(|(heir, _)| *heir != event.account);
                signed.push((event.account, event.id()));
            }
            _ => {}
        }
    }
    signed.retain(|(_, id)| !used.contains(id));
    signed
}

/// Everybody whom heirs have signed for without a succession since.
pub(crate) fn wanted(governance: &Governance, state: &State) -> BTreeSet<AccountId> {
    let wanted = governance.events().filter_map(|event| match &event.payload {
        Payload::HeirSignature { account } => Some(*account),
        _ => None,
    });
    wanted.filter(|account| state.level_of(account) < LEVEL_STEWARD.into()).collect()
}

/// A succession that only has to be made.
struct Ready {
    /// This account's place among those who signed for it.
    rank: u64,
    heirs: Heirs,
    account: AccountId,
    signatures: Vec<(AccountId, EventId)>,
}

fn pending_succession(server: &Server, me: &AccountId) -> Option<Ready> {
    let state = server.governance.state();
    let heirs = state.heirs().filter(|heirs| heirs.accounts.contains(me))?;
    wanted(&server.governance, state).into_iter().find_map(|account| {
        let signatures = unused_signatures(&server.governance, heirs, &account);
        let signed = |heir: &&AccountId| signatures.iter().any(|(signer, _)| signer == *heir);
        let rank = heirs.accounts.iter().filter(signed).position(|heir| heir == me)?;
        let enough = signatures.len() >= heirs.threshold as usize;
        enough.then(|| Ready { rank: u64::try_from(rank).unwrap_or(0), heirs: heirs.clone(), account, signatures })
    })
}
