//! [`OverlayHandle`]: the commands the node gives. Each goes to the actor and waits its turn.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use folkmoot_identity::DeviceId;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Address, DialError, DirectoryError, FramedStream, NetStatus, Offered, OpenError, PeerInfo, Protocol, Provenance,
    Providers, PublishError, Published, SubscribeError, Topic,
    directory::{Key, Outcome, ProvidersReply, RecordsReply},
    streams::OpenRequest,
};

/// Commands on their way. Full only while the actor is busy; then callers wait, which is wanted.
pub(crate) const COMMANDS: usize = 256;
/// Longest that opening a stream takes, waiting for a place included.
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);
/// Addresses of one device tried by one [`OverlayHandle::dial_known`].
pub(crate) const ADDRESSES_PER_DIAL: usize = 16;

/// A command to the actor.
pub(crate) enum Command {
    Dial { address: Address, provenance: Provenance, reply: oneshot::Sender<Result<DeviceId, DialError>> },
    DialKnown { device: DeviceId, addresses: Vec<Address>, provenance: Provenance },
    Disconnect { device: DeviceId },
    Subscribe { topic: Topic, reply: oneshot::Sender<Result<(), SubscribeError>> },
    Unsubscribe { topic: Topic },
    Publish { topic: Topic, frame: Bytes, reply: oneshot::Sender<Result<Published, PublishError>> },
    Places { device: DeviceId, reply: oneshot::Sender<Option<Arc<Semaphore>>> },
    Open { device: DeviceId, request: OpenRequest },
    SetMembers { members: Vec<DeviceId> },
    FindRecords { key: Key, reply: RecordsReply },
    FindProviders { key: Key, reply: ProvidersReply },
    PutRecord { key: Key, value: Bytes, ttl: Duration, reply: Outcome },
    KeepRecord { offered: Offered, ttl: Duration },
    Provide { key: Key, reply: Outcome },
    Withdraw { key: Key },
    Peers { reply: oneshot::Sender<Vec<PeerInfo>> },
    Status { reply: oneshot::Sender<NetStatus> },
}

/// The overlay has stopped; no command reaches it any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("overlay has stopped")]
pub struct Stopped;

/// Commands to the overlay. Cheap to clone; the overlay stops with [`shutdown`](Self::shutdown) or the last handle.
#[derive(Clone, Debug)]
pub struct OverlayHandle {
    pub(crate) device: DeviceId,
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
    pub(crate) dial_timeout: Duration,
}

impl OverlayHandle {
    /// This device.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// Connects to an address and says who is there. If the device it names, or one at that very address, is connected
    /// already, that is the answer.
    ///
    /// # Errors
    /// [`DialError`]; the answer comes within the dial timeout.
    pub async fn dial(&self, address: Address) -> Result<DeviceId, DialError> {
        self.dial_from(address, Provenance::Trusted).await
    }

    /// The same with an address that perhaps a stranger named.
    ///
    /// # Errors
    /// [`DialError`]; [`DialError::Private`] if strangers may not aim us there.
    pub async fn dial_from(&self, address: Address, provenance: Provenance) -> Result<DeviceId, DialError> {
        let asked = self.ask(|reply| Command::Dial { address: address.clone(), provenance, reply });
        // The transport bounds its handshakes by the same time; the second is for the actor's queue.
        let after = self.dial_timeout + Duration::from_secs(1);
        match timeout(after, asked).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(Stopped)) => Err(DialError::Stopped),
            Err(_) => Err(DialError::TimedOut { address, after }),
        }
    }

    /// Tries to reach a device at any of these addresses, the first 16 of them. Does nothing if it is connected or being
    /// dialled. Success comes as [`crate::OverlayEvent::PeerUp`], failure not at all: when to try again is the caller's plan.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn dial_known(
        &self,
        device: DeviceId,
        addresses: Vec<Address>,
        provenance: Provenance,
    ) -> Result<(), Stopped> {
        self.tell(Command::DialKnown { device, addresses, provenance }).await
    }

    /// Closes all connections to a device.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn disconnect(&self, device: DeviceId) -> Result<(), Stopped> {
        self.tell(Command::Disconnect { device }).await
    }

    /// Joins a topic. Devices already in it are told as [`crate::OverlayEvent::TopicPeer`].
    ///
    /// # Errors
    /// [`SubscribeError`].
    pub async fn subscribe(&self, topic: Topic) -> Result<(), SubscribeError> {
        self.ask(|reply| Command::Subscribe { topic, reply }).await.unwrap_or(Err(SubscribeError::Stopped))
    }

    /// Leaves a topic.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn unsubscribe(&self, topic: Topic) -> Result<(), Stopped> {
        self.tell(Command::Unsubscribe { topic }).await
    }

    /// Sends a frame to all who are subscribed to a topic. Returns when it is queued for each, not when it has arrived.
    ///
    /// # Errors
    /// [`PublishError`].
    pub async fn publish(&self, topic: Topic, frame: Bytes) -> Result<Published, PublishError> {
        self.ask(|reply| Command::Publish { topic, frame, reply }).await.unwrap_or(Err(PublishError::Stopped))
    }

    /// Opens a stream to a connected device; waits for a place if as many as it allows are open.
    ///
    /// The other side may have no place after all: then the first read says [`crate::FrameError::Closed`]. Try again later.
    ///
    /// # Errors
    /// [`OpenError`], within 10 s.
    pub async fn open_stream(&self, device: DeviceId, protocol: Protocol) -> Result<FramedStream, OpenError> {
        timeout(OPEN_TIMEOUT, self.open(device, protocol)).await.unwrap_or(Err(OpenError::TimedOut))
    }

    async fn open(&self, device: DeviceId, protocol: Protocol) -> Result<FramedStream, OpenError> {
        let places = self.ask(|reply| Command::Places { device, reply }).await.map_err(|Stopped| OpenError::Stopped)?;
        let places = places.ok_or(OpenError::NotConnected { device })?;
        let permit: OwnedSemaphorePermit =
            places.acquire_owned().await.map_err(|_| OpenError::NotConnected { device })?;
        self.ask(|reply| Command::Open { device, request: OpenRequest { protocol, permit, reply } })
            .await
            .unwrap_or(Err(OpenError::NotConnected { device }))
    }

    /// Whose connections bypass the limits that strangers fill and are kept while idle. Replaces the former list.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn set_members(&self, members: Vec<DeviceId>) -> Result<(), Stopped> {
        self.tell(Command::SetMembers { members }).await
    }

    /// What other nodes have under a key, and this one: at most 16 different values, whatever they are worth.
    ///
    /// # Errors
    /// [`DirectoryError`]; the answer comes within about 5 s.
    pub async fn find_records(&self, key: Key) -> Result<Vec<Bytes>, DirectoryError> {
        self.ask(|reply| Command::FindRecords { key, reply }).await.unwrap_or(Err(DirectoryError::Stopped))
    }

    /// Who is said to provide a key, connected to as far as they answer.
    ///
    /// # Errors
    /// [`DirectoryError`]; the answer comes within about 10 s, and soon after the first of them is connected.
    pub async fn find_providers(&self, key: Key) -> Result<Providers, DirectoryError> {
        self.ask(|reply| Command::FindProviders { key, reply }).await.unwrap_or(Err(DirectoryError::Stopped))
    }

    /// Keeps a record here for `ttl` and brings it to the nodes nearest to its key.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn put_record(&self, key: Key, value: Bytes, ttl: Duration) -> Result<(), DirectoryError> {
        self.ask(|reply| Command::PutRecord { key, value, ttl, reply }).await.unwrap_or(Err(DirectoryError::Stopped))
    }

    /// Keeps a record that a peer offered.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn keep_record(&self, offered: Offered, ttl: Duration) -> Result<(), Stopped> {
        self.tell(Command::KeepRecord { offered, ttl }).await
    }

    /// Lists this node under a key, here and at the nodes nearest to it; to be repeated before a day is over.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub async fn provide(&self, key: Key) -> Result<(), DirectoryError> {
        self.ask(|reply| Command::Provide { key, reply }).await.unwrap_or(Err(DirectoryError::Stopped))
    }

    /// Takes this node and the record off a key here; elsewhere they expire.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn withdraw(&self, key: Key) -> Result<(), Stopped> {
        self.tell(Command::Withdraw { key }).await
    }

    /// Who is connected.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn peers(&self) -> Result<Vec<PeerInfo>, Stopped> {
        self.ask(|reply| Command::Peers { reply }).await
    }

    /// Addresses and counters.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn status(&self) -> Result<NetStatus, Stopped> {
        self.ask(|reply| Command::Status { reply }).await
    }

    /// Stops the overlay: says goodbye to all peers, waits until its task has ended, at most about a second. Any handle may,
    /// and more than once.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }

    async fn tell(&self, command: Command) -> Result<(), Stopped> {
        self.commands.send(command).await.map_err(|_| Stopped)
    }

    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Result<T, Stopped> {
        let (reply, answer) = oneshot::channel();
        self.tell(command(reply)).await?;
        answer.await.map_err(|_| Stopped)
    }
}
