//! Dialling: where from an address is known, and why a dial failed.

use std::{fmt, io, time::Duration};

use folkmoot_identity::DeviceId;
use libp2p::{TransportError, quic, swarm};
use tokio::sync::oneshot;

use crate::{Address, peer};

/// Who an address is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provenance {
    /// An invite, the configuration, the user, the local network's discovery: always dialled.
    Trusted,
    /// Other peers, records, directories: private and loopback addresses are dialled only while we ourselves listen on nothing
    /// else, or by configuration.
    Learned,
}

/// Why a dial failed.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// Not an address this version can connect to.
    #[error("cannot dial {address}: only /ip4 or /ip6 with /udp/…/quic-v1 is supported")]
    Unsupported {
        /// The address.
        address: Address,
    },
    /// The address is our own.
    #[error("{address} is this node itself")]
    OwnAddress {
        /// The address.
        address: Address,
    },
    /// Somebody else answered than the address names.
    #[error("expected {expected:?} at {address}, found {actual:?}")]
    WrongPeer {
        /// The address.
        address: Address,
        /// Whom it names.
        expected: DeviceId,
        /// Who answered; none if it is no device.
        actual: Option<DeviceId>,
    },
    /// Our own bound on connections.
    #[error("cannot dial {address} for a limit of this node")]
    Limit {
        /// The address.
        address: Address,
        /// Which.
        #[source]
        source: DialLimit,
    },
    /// Something answers there, but did not let us in or does not speak with us.
    #[error("{address} refused the connection")]
    Refused {
        /// The address.
        address: Address,
        /// What the transport said.
        #[source]
        source: io::Error,
    },
    /// The system cannot send there: no route, no permission.
    #[error("{address} is unreachable")]
    Unreachable {
        /// The address.
        address: Address,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Nothing answered.
    #[error("no answer from {address} within {after:?}")]
    TimedOut {
        /// The address.
        address: Address,
        /// The time waited.
        after: Duration,
    },
    /// The overlay has stopped.
    #[error("overlay has stopped")]
    Stopped,
}

/// Which limit of our own refused a connection.
pub struct DialLimit(swarm::ConnectionDenied);

impl fmt::Display for DialLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match std::error::Error::source(&self.0) {
            Some(cause) => write!(f, "{cause}"),
            None => f.write_str("connection denied"),
        }
    }
}

impl fmt::Debug for DialLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DialLimit({self})")
    }
}

impl std::error::Error for DialLimit {}

/// A dial somebody waits for.
#[derive(Debug)]
pub(crate) struct PendingDial {
    pub(crate) address: Address,
    pub(crate) reply: oneshot::Sender<Result<DeviceId, DialError>>,
}

impl PendingDial {
    /// Answers; whoever gave up waiting needs no answer.
    pub(crate) fn answer(self, outcome: Result<DeviceId, DialError>) {
        if self.reply.send(outcome).is_err() {
            tracing::trace!("nobody waits for the dial any more");
        }
    }
}

/// Translates the library's reason. `timeout` is the bound on a handshake.
pub(crate) fn failure(address: Address, error: swarm::DialError, timeout: Duration) -> DialError {
    match error {
        swarm::DialError::LocalPeerId { .. } => DialError::OwnAddress { address },
        swarm::DialError::WrongPeerId { obtained, .. } => match address.device() {
            Some(expected) => DialError::WrongPeer { address, expected, actual: peer::device_id(&obtained) },
            None => DialError::Unsupported { address },
        },
        swarm::DialError::Denied { cause } => DialError::Limit { address, source: DialLimit(cause) },
        swarm::DialError::Transport(errors) => match errors.into_iter().next() {
            Some((_, TransportError::Other(source))) => transport_failure(address, source, timeout),
            Some((_, TransportError::MultiaddrNotSupported(_))) | None => DialError::Unsupported { address },
        },
        swarm::DialError::NoAddresses | swarm::DialError::DialPeerConditionFalse(_) | swarm::DialError::Aborted => {
            DialError::Unreachable { address, source: io::Error::other("dial was given up") }
        }
    }
}

fn transport_failure(address: Address, source: io::Error, timeout: Duration) -> DialError {
    let mut reason: Option<&(dyn std::error::Error + 'static)> = Some(&source);
    while let Some(error) = reason {
        match quic_error(error) {
            Some(quic::Error::HandshakeTimedOut) => return DialError::TimedOut { address, after: timeout },
            Some(quic::Error::Connection(_)) => return DialError::Refused { address, source },
            Some(_) => return DialError::Unreachable { address, source },
            None => reason = next(error),
        }
    }
    DialError::Unreachable { address, source }
}

fn quic_error<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a quic::Error> {
    error.downcast_ref::<quic::Error>().or_else(|| error.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref())
}

/// The inner error of an I/O error, which its `source` would skip, else the source.
fn next<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a (dyn std::error::Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}
