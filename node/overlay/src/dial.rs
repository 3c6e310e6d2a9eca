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
    #[error("cannot dial {address}: only /ip4 or /ip6 with /udp/…/quic-v1 or /tcp/… is supported")]
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
    /// A stranger named an address on a private network, which may be anything; see [`Provenance::Learned`].
    #[error("{address} is on a private network, and strangers named it")]
    Private {
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

/// Which of the three it was.
enum Cause {
    TimedOut,
    Refused,
    Unreachable,
}

fn transport_failure(address: Address, source: io::Error, timeout: Duration) -> DialError {
    let cause = causes(&source).find_map(|cause| {
        let quic = cause.downcast_ref::<quic::Error>();
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        match (quic, kind) {
            (Some(quic::Error::HandshakeTimedOut), _) | (_, Some(io::ErrorKind::TimedOut)) => Some(Cause::TimedOut),
            (Some(quic::Error::Connection(_)), _)
            | (_, Some(io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset)) => Some(Cause::Refused),
            _ => None,
        }
    });
    match cause.unwrap_or(Cause::Unreachable) {
        Cause::TimedOut => DialError::TimedOut { address, after: timeout },
        Cause::Refused => DialError::Refused { address, source },
        Cause::Unreachable => DialError::Unreachable { address, source },
    }
}

/// An error and all that are inside it, also those inside an I/O error, which its `source` would skip.
pub(crate) fn causes<'a>(error: &'a io::Error) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    let first: &'a (dyn std::error::Error + 'static) = error;
    std::iter::successors(Some(first), |error| match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner as &(dyn std::error::Error + 'static)),
        None => error.source(),
    })
}
