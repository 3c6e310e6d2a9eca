//! One connection's part of the streams: negotiates, checks for a place, hands over. Runs on the connection's task.

use std::{
    collections::VecDeque,
    convert::Infallible,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use folkmoot_identity::DeviceId;
use libp2p::swarm::{
    ConnectionHandler, ConnectionHandlerEvent, StreamUpgradeError, SubstreamProtocol,
    handler::{ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound},
};
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::{
    OpenError, Protocol,
    protocol::{Ask, Offer},
    quota::PeerQuota,
};
use crate::{FramedStream, Inbound};

/// A stream wanted by the node.
pub(crate) struct OpenRequest {
    pub(crate) protocol: Protocol,
    pub(crate) permit: OwnedSemaphorePermit,
    pub(crate) reply: oneshot::Sender<Result<FramedStream, OpenError>>,
}

impl fmt::Debug for OpenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenRequest").field("protocol", &self.protocol).finish_non_exhaustive()
    }
}

/// See the module.
pub(crate) struct Handler {
    pub(super) device: DeviceId,
    pub(super) quota: Arc<PeerQuota>,
    pub(super) inbound: mpsc::Sender<Inbound>,
    pub(super) refused: Arc<AtomicU64>,
    /// Bounded by the permits the requests hold.
    pub(super) wanted: VecDeque<OpenRequest>,
}

impl Handler {
    /// What finds no place is dropped, which ends the stream for its opener before any frame.
    fn on_inbound(&self, stream: libp2p::Stream, protocol: Protocol) {
        let handed_over = self.quota.try_inbound().is_some_and(|permit| {
            let stream = FramedStream::with_permit(stream, permit);
            self.inbound.try_send(Inbound { device: self.device, protocol, stream }).is_ok()
        });
        if !handed_over {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Answers a request; whoever gave up waiting needs no answer.
fn answer(request: OpenRequest, outcome: Result<libp2p::Stream, OpenError>) {
    let OpenRequest { permit, reply, .. } = request;
    let outcome = outcome.map(|stream| FramedStream::with_permit(stream, permit.into()));
    if reply.send(outcome).is_err() {
        tracing::trace!("nobody waits for the stream any more");
    }
}

impl ConnectionHandler for Handler {
    type FromBehaviour = OpenRequest;
    type ToBehaviour = Infallible;
    type InboundProtocol = Offer;
    type OutboundProtocol = Ask;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = OpenRequest;

    fn listen_protocol(&self) -> SubstreamProtocol<Offer> {
        SubstreamProtocol::new(Offer, ())
    }

    fn connection_keep_alive(&self) -> bool {
        self.quota.is_member()
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ConnectionHandlerEvent<Ask, OpenRequest, Infallible>> {
        match self.wanted.pop_front() {
            Some(request) => Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest {
                protocol: SubstreamProtocol::new(Ask(request.protocol), request),
            }),
            // No waker needed: requests come by `on_behaviour_event` only, after which the connection polls again.
            None => Poll::Pending,
        }
    }

    fn on_behaviour_event(&mut self, request: OpenRequest) {
        self.wanted.push_back(request);
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<'_, Offer, Ask, (), OpenRequest>) {
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound {
                protocol: (stream, protocol), ..
            }) => {
                self.on_inbound(stream, protocol);
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol: stream, info }) => {
                answer(info, Ok(stream));
            }
            ConnectionEvent::DialUpgradeError(DialUpgradeError { info, error }) => {
                let error = match error {
                    StreamUpgradeError::Timeout => OpenError::TimedOut,
                    StreamUpgradeError::NegotiationFailed => OpenError::NotSpoken { protocol: info.protocol },
                    StreamUpgradeError::Io(source) => OpenError::Io { source },
                    StreamUpgradeError::Apply(never) => match never {},
                };
                answer(info, Err(error));
            }
            _ => {}
        }
    }
}
