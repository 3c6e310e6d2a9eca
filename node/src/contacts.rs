//! What this node keeps of people for itself: whom its person has blocked. A leaf lock, held for single look-ups.

use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
};

use bytes::Bytes;
use folkmoot_core::ids::AccountId;
use folkmoot_ledger::{LedgerError, Snapshot};

/// What every setting of a blocked person begins with.
pub(crate) const PREFIX: &str = "block/";
/// People blocked at once; a list longer than that is a rule, not a choice.
pub(crate) const BLOCKED: usize = 10_000;

/// Whom this node's person has blocked, and since when.
#[derive(Debug, Default)]
pub struct Contacts(RwLock<BTreeMap<AccountId, u64>>);

impl Contacts {
    /// Reads what is kept.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn load(&self, snapshot: &Snapshot<'_>) -> Result<(), LedgerError> {
        let kept = snapshot.settings(PREFIX)?;
        let blocked = kept.into_iter().filter_map(|(name, since)| Some((account(&name)?, since_ms(&since)?)));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = blocked.collect();
        Ok(())
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Since when somebody is blocked, ms UTC.
    #[must_use]
    pub fn blocked_since(&self, account: &AccountId) -> Option<u64> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(account).copied()
    }

    /// Everybody who is blocked, ascending, and since when.
    #[must_use]
    pub fn blocked(&self) -> Vec<(AccountId, u64)> {
        let blocked = self.0.read().unwrap_or_else(PoisonError::into_inner);
        blocked.iter().map(|(account, since)| (*account, *since)).collect()
    }

    /// Notes what was stored.
    pub(crate) fn set(&self, account: AccountId, since_ms: Option<u64>) {
        let mut blocked = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match since_ms {
            Some(since) => blocked.insert(account, since),
            None => blocked.remove(&account),
        };
    }
}

/// Name of the setting that keeps somebody blocked.
pub(crate) fn setting(account: &AccountId) -> String {
    format!("{PREFIX}{}", data_encoding::HEXLOWER.encode(account.as_ref()))
}

/// Its value.
pub(crate) fn value(since_ms: u64) -> Bytes {
    Bytes::copy_from_slice(&since_ms.to_be_bytes())
}

fn account(setting: &str) -> Option<AccountId> {
    let id = data_encoding::HEXLOWER.decode(setting.strip_prefix(PREFIX)?.as_bytes()).ok()?;
    AccountId::try_from(id.as_slice()).ok()
}

fn since_ms(value: &[u8]) -> Option<u64> {
    value.try_into().ok().map(u64::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_leads_back_to_whom_it_is_about() {
        let who = AccountId::new([7; 32]);
        assert_eq!(account(&setting(&who)), Some(who));
        assert_eq!(since_ms(&value(1_700_000_000_000)), Some(1_700_000_000_000));
        assert_eq!(account("block/zz"), None);
    }
}
