//! Taking the ports to listen on, before the actor works.

use std::{
    collections::HashMap,
    io,
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use futures::StreamExt;
use libp2p::{TransportError, core::transport::ListenerId, swarm::SwarmEvent};
use tokio::time::timeout;

use super::Actor;
use crate::{Address, OverlayError, dial::causes};

/// Longest it may take to learn which addresses we listen on.
const LISTEN_TIMEOUT: Duration = Duration::from_secs(5);

impl Actor {
    /// Listens on all of these addresses; returns what they became.
    pub(crate) async fn listen(&mut self, addresses: Vec<Address>) -> Result<Vec<Address>, OverlayError> {
        let mut waiting: HashMap<ListenerId, Address> = HashMap::new();
        for address in addresses {
            if !address.is_dialable() {
                return Err(OverlayError::Unsupported { address });
            }
            let address = address.without_device();
            if let Some(source) = taken_tcp(&address) {
                return Err(OverlayError::Taken { address, source });
            }
            match self.swarm.listen_on(address.as_multiaddr().clone()) {
                Ok(listener) => {
                    waiting.insert(listener, address);
                }
                Err(TransportError::MultiaddrNotSupported(_)) => return Err(OverlayError::Unsupported { address }),
                Err(TransportError::Other(source)) if is_taken(&source) => {
                    return Err(OverlayError::Taken { address, source });
                }
                Err(TransportError::Other(source)) => return Err(OverlayError::Listen { address, source }),
            }
        }
        let found = timeout(LISTEN_TIMEOUT, self.found(&mut waiting)).await;
        if let (Err(_), Some(address)) = (found, waiting.into_values().next()) {
            return Err(OverlayError::NoInterface { address });
        }
        Ok(self.listening())
    }

    /// Waits until each listener has an address.
    async fn found(&mut self, waiting: &mut HashMap<ListenerId, Address>) {
        while !waiting.is_empty() {
            let event = self.swarm.select_next_some().await;
            if let SwarmEvent::NewListenAddr { listener_id, .. } = &event {
                waiting.remove(listener_id);
            }
            self.on_swarm_event(event);
        }
    }

    /// Where we listen.
    pub(super) fn listening(&self) -> Vec<Address> {
        self.swarm.listeners().cloned().map(Address::of_socket).collect()
    }
}

/// Why somebody else has a TCP port. The transport shares ports, so that connections can leave by the one we listen on; two nodes
/// of one user would share theirs unnoticed.
fn taken_tcp(address: &Address) -> Option<io::Error> {
    let socket = SocketAddr::new(address.ip()?, address.tcp_port().filter(|port| *port != 0)?);
    TcpListener::bind(socket).err().filter(is_taken)
}

/// Whether the port is somebody else's, however deep the transport has wrapped that.
fn is_taken(error: &io::Error) -> bool {
    causes(error).any(|cause| match cause.downcast_ref::<libp2p::quic::Error>() {
        Some(libp2p::quic::Error::Io(inner)) => inner.kind() == io::ErrorKind::AddrInUse,
        _ => cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::AddrInUse),
    })
}
