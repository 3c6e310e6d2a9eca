//! Fences: with an act against somebody, the last entries of theirs that its author had seen.

use folkmoot_core::{
    governance::Fence,
    ids::{AccountId, DeviceId, ServerId},
};
use folkmoot_proto::limits::FENCES;

use super::World;

impl World {
    /// The logs of an account, or of one of its devices, each with the last entry known of: held here, or told of by a peer. Of more
    /// than one act can name those with the newest entries.
    #[must_use]
    pub fn fences_of(&self, server: &ServerId, account: &AccountId, device: Option<&DeviceId>) -> Vec<Fence> {
        let Some(server) = self.servers.get(server) else { return Vec::new() };
        let mut logs: Vec<_> = server
            .channels
            .values()
            .flat_map(|channel| channel.logs.values())
            .filter(|log| {
                let init = log.authorized.init();
                init.account == *account && device.is_none_or(|device| init.device == *device)
            })
            .filter_map(|log| {
                let seq = log.ranges.top().unwrap_or(0).max(log.offered);
                (seq > 0).then_some((log.top_hlc, Fence { log: log.authorized.init().id, seq }))
            })
            .collect();
        logs.sort_unstable_by_key(|(newest, _)| std::cmp::Reverse(*newest));
        logs.truncate(FENCES);
        let mut fences: Vec<Fence> = logs.into_iter().map(|(_, fence)| fence).collect();
        fences.sort_unstable_by_key(|fence| fence.log);
        fences
    }
}
