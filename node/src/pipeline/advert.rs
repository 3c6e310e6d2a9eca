//! Adverts of the servers this account is in: signed by this device where it may, and kept over restarts, so that nobody who may
//! sign need be online for them to be announced again.

use bytes::Bytes;
use folkmoot_core::{
    advert::{Draft, Listing, Proof, barred},
    ids::ServerId,
};

use super::{Turn, World};

/// What the settings that keep adverts begin with.
const PREFIX: &str = "advert/";
/// Adverts kept: one for each public server somebody is in.
const KEPT: usize = 1_000;

fn setting(server: &ServerId) -> String {
    format!("{PREFIX}{}", data_encoding::HEXLOWER.encode(server.as_ref()))
}

impl World {
    /// An advert of a server as it is now; `None` when this account may not sign one, or when its proof is too long for one.
    #[must_use]
    pub fn sign_advert(&self, server: &ServerId, now_ms: u64) -> Option<Bytes> {
        let me = self.me.as_ref()?;
        let governance = &self.servers.get(server)?.governance;
        let state = governance.state();
        let draft = Draft {
            server: *server,
            account: me.account_id(),
            device: me.device_id(),
            proof: Proof::gather(governance, &me.account_id(), &me.device_id())?,
            version: state.settings_hlc(),
            stamp_ms: now_ms,
            listing: Listing::of(state.settings())?,
            barred: barred(governance),
        };
        draft
            .sign(me.device.signing_key())
            .inspect_err(|error| tracing::debug!(?server, %error, "this account cannot sign adverts"))
            .ok()
    }
}

impl Turn<'_> {
    /// Keeps the advert of a server over a restart, sealed.
    pub fn keep_advert(&mut self, server: &ServerId, bytes: &Bytes) {
        self.keep_setting(&setting(server), bytes, PREFIX, KEPT);
    }

    /// Forgets the advert of a server that was left; not while locked, when no server is here.
    pub fn forget_advert(&mut self, server: &ServerId) {
        if self.world.me.is_some() {
            self.forget_setting(&setting(server));
        }
    }

    /// The advert kept of a server.
    #[must_use]
    pub fn kept_advert(&self, server: &ServerId) -> Option<Bytes> {
        self.wiring.ledger.snapshot().and_then(|snapshot| snapshot.setting(&setting(server))).ok().flatten()
    }
}
