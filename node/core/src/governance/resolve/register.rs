//! The register rule: which of several writes counts.

use super::Judge;
use crate::governance::{Payload, Permissions, Role, dag::Dag, past::Past};

/// The causally maximal writes, then the greatest (level, hlc, id). `None` without writes.
pub(in crate::governance) fn last_write(dag: &Dag, writes: impl Iterator<Item = u32>) -> Option<u32> {
    let mut writes: Vec<u32> = writes.collect();
    if writes.len() < 2 {
        return writes.pop();
    }
    // Newest first: whatever a write has in its past comes after it, so the tips are found in one sweep.
    writes.sort_by_cached_key(|w| std::cmp::Reverse(dag.key(*w)));
    let mut tips: Vec<u32> = Vec::new();
    for (index, write) in writes.iter().enumerate() {
        if tips.iter().any(|tip| dag.is_in_past(*write, *tip)) {
            continue;
        }
        tips.push(*write);
        // A write that knew of all the older ones ends the sweep: the usual case at once.
        let rest = writes.get(index + 1..).unwrap_or(&[]);
        let full = dag.node(*write).past.full();
        if rest.iter().all(|older| *older < full) {
            break;
        }
    }
    tips.into_iter().max_by_key(|tip| (dag.rank(*tip), dag.key(*tip)))
}

impl Judge<'_> {
    /// Whether `role` was deleted as the events in `seen` have it, or as all have it.
    pub(in crate::governance) fn is_deleted(&self, role: Role, seen: Option<&Past>) -> bool {
        self.is_deleted_among(role, |write| seen.is_none_or(|seen| seen.contains(write)))
    }

    /// Whether `role` was deleted by those of the writes that `seen` lets through.
    pub(in crate::governance) fn is_deleted_among(&self, role: Role, seen: impl Fn(u32) -> bool) -> bool {
        let Some(writes) = self.resolution.acts.role_writes.get(&role).filter(|writes| writes.len() > 1) else {
            return false;
        };
        let known = writes.iter().copied().filter(|w| seen(*w));
        let last = last_write(self.dag, known).map(|w| &self.dag.event(w).payload);
        matches!(last, Some(Payload::RolePerms(perms)) if perms.deleted)
    }

    /// What a role that somebody defined is called: the last write that names it.
    pub(in crate::governance) fn name_of(&self, role: Role) -> Option<&str> {
        let name = |w: u32| match &self.dag.event(w).payload {
            Payload::RoleDef(def) => Some(def.name.as_str()),
            Payload::RolePerms(perms) => perms.name.as_deref(),
            _ => None,
        };
        let writes = self.resolution.acts.role_writes.get(&role)?.iter().copied();
        last_write(self.dag, writes.filter(|w| name(*w).is_some())).and_then(name)
    }

    /// What `role` holds as the events in `seen` have it, or as all have it.
    pub(in crate::governance) fn bits(&self, role: Role, seen: Option<&Past>) -> Permissions {
        self.bits_among(role, |write| seen.is_none_or(|seen| seen.contains(write)))
    }

    /// What `role` holds by those of the writes that `seen` lets through.
    pub(in crate::governance) fn bits_among(&self, role: Role, seen: impl Fn(u32) -> bool) -> Permissions {
        if matches!(role, Role::Owner | Role::Steward) {
            return Permissions::ALL;
        }
        let Some(writes) = self.resolution.acts.role_writes.get(&role) else { return role.initial_permissions() };
        let known = writes.iter().copied().filter(|w| seen(*w));
        match last_write(self.dag, known).map(|w| &self.dag.event(w).payload) {
            Some(Payload::RoleDef(def)) => def.bits,
            Some(Payload::RolePerms(perms)) => perms.bits,
            _ => role.initial_permissions(),
        }
    }
}
