//! What readers ask about catching up: who is being asked, and how it went last. A leaf lock; an entry per server and connected member,
//! so what peers can make grow is bounded by the connections there are.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use folkmoot_core::ids::{DeviceId, ServerId};

/// How it stands with one member's device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Whether it is being asked now.
    pub asking: bool,
    /// When it was last asked to the end, ms UTC.
    pub synced_ms: Option<u64>,
    /// Why the last asking ended early.
    pub error: Option<String>,
}

/// How it stands with all.
#[derive(Debug, Default)]
pub struct Progress(RwLock<HashMap<(ServerId, DeviceId), Asked>>);

impl Progress {
    /// How it stands with a device, if it was ever asked since it connected.
    #[must_use]
    pub fn of(&self, server: ServerId, device: DeviceId) -> Asked {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&(server, device)).cloned().unwrap_or_default()
    }

    pub(super) fn began(&self, key: (ServerId, DeviceId)) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().asking = true;
    }

    /// Nothing is noted of a device that disconnected meanwhile.
    pub(super) fn ended(&self, key: (ServerId, DeviceId), outcome: Result<u64, String>) {
        let mut asked = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Some(asked) = asked.get_mut(&key) else { return };
        asked.asking = false;
        match outcome {
            Ok(now_ms) => (asked.synced_ms, asked.error) = (Some(now_ms), None),
            Err(error) => asked.error = Some(error),
        }
    }

    pub(super) fn forget(&self, device: DeviceId) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).retain(|(_, held), _| *held != device);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_ends_well_or_says_why_and_is_forgotten_with_the_connection() {
        let (server, device) = (ServerId::new([1; 32]), DeviceId::new([2; 32]));
        let progress = Progress::default();
        progress.began((server, device));
        assert!(progress.of(server, device).asking);
        progress.ended((server, device), Err("stream closed".into()));
        let failed = Asked { asking: false, synced_ms: None, error: Some("stream closed".into()) };
        assert_eq!(progress.of(server, device), failed);
        progress.began((server, device));
        progress.ended((server, device), Ok(7));
        assert_eq!(progress.of(server, device), Asked { synced_ms: Some(7), ..Asked::default() });
        progress.forget(device);
        progress.ended((server, device), Ok(8));
        assert_eq!(progress.of(server, device), Asked::default());
    }
}
