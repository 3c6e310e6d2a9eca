//! [`Overlay::start`]: builds the swarm, takes its ports, sets the actor to work.

use std::io;

use folkmoot_identity::DeviceId;
use libp2p::identity::ed25519;
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use zeroize::Zeroizing;

use crate::{
    Address, EventReceiver, OverlayConfig, OverlayHandle,
    actor::{Actor, Channels},
    behaviour,
    events::{GOSSIP, INBOUND, NOTICES, OFFERED},
    handle::COMMANDS,
};

/// A started overlay.
#[derive(Debug)]
pub struct Overlay {
    /// Commands go down here. [`OverlayHandle::shutdown`] ends its task and waits for that.
    pub handle: OverlayHandle,
    /// Events come up here.
    pub events: EventReceiver,
    /// Where we listen, with the ports the system chose: at least one address for each that was asked for.
    pub listening: Vec<Address>,
}

/// Why the overlay did not start.
#[derive(Debug, thiserror::Error)]
pub enum OverlayError {
    /// Not an address this version can listen on.
    #[error("cannot listen on {address}: only /ip4 or /ip6 with /udp/…/quic-v1 or /tcp/… is supported")]
    Unsupported {
        /// The address.
        address: Address,
    },
    /// Another program, or another node, has the port.
    #[error("{address} is taken by another program")]
    Taken {
        /// The address.
        address: Address,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The system does not let us listen there.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: Address,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Listening began, but no network interface carries the address.
    #[error("nothing to listen on at {address}")]
    NoInterface {
        /// The address.
        address: Address,
    },
}

impl Overlay {
    /// The port of the first address we listen on, of QUIC if there is one: choose once, and keep.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        let quic = self.listening.iter().find_map(Address::udp_port);
        quic.or_else(|| self.listening.iter().find_map(Address::tcp_port))
    }

    /// Starts an overlay; within a tokio runtime. It stops by [`OverlayHandle::shutdown`], or when all handles or the receiver are
    /// dropped.
    ///
    /// # Errors
    /// [`OverlayError`]; nothing is left running then.
    pub async fn start(config: OverlayConfig) -> Result<Self, OverlayError> {
        let OverlayConfig { device_seed, listen, mdns, allow_private_from_strangers, limits } = config;
        let keypair = keypair(&device_seed);
        let device = DeviceId::new(keypair.public().to_bytes());
        let dial_timeout = limits.dial_timeout;
        let (inbound_tx, inbound) = mpsc::channel(INBOUND);
        let (notices_tx, notices) = mpsc::channel(NOTICES);
        let (gossip_tx, gossip) = mpsc::channel(GOSSIP);
        let (offered_tx, offered) = mpsc::channel(OFFERED);
        let (commands_tx, commands) = mpsc::channel(COMMANDS);
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let swarm = behaviour::swarm(&keypair.into(), &limits, mdns, inbound_tx);
        let channels =
            Channels { commands, notices: notices_tx, gossip: gossip_tx, offered: offered_tx, stop: stop.clone() };
        let mut actor = Actor::new(device, swarm, channels, limits, allow_private_from_strangers);
        let listening = actor.listen(listen).await?;
        tasks.spawn(actor.run());
        tasks.close();
        let handle = OverlayHandle { device, commands: commands_tx, stop, tasks, dial_timeout };
        Ok(Self { handle, events: EventReceiver { notices, inbound, gossip, offered }, listening })
    }
}

/// The device's key pair; the copy of the seed is wiped.
fn keypair(seed: &Zeroizing<[u8; 32]>) -> ed25519::Keypair {
    let mut copy = seed.clone();
    let secret = ed25519::SecretKey::try_from_bytes(copy.as_mut_slice()).expect("a seed is 32 bytes");
    secret.into()
}
