//! What people do with their nodes: come, found a place, invite, join, talk, read.

use std::time::Duration;

use folkmoot_rpc::client::ClientError;
use folkmoot_rpc::contract::channel::{self, Channel};
use folkmoot_rpc::contract::events::{Event, EventItem, Head, Poll, PollParams, SubscribeParams};
use folkmoot_rpc::contract::identity::{self, CreateParams as NewIdentity};
use folkmoot_rpc::contract::message::{self, ListParams, Message, MessageItem, SendParams};
use folkmoot_rpc::contract::net::{self, ConnectParams};
use folkmoot_rpc::contract::node::{Info, NoParams};
use folkmoot_rpc::contract::server::{self, MessageRate, Server, Visibility};
use folkmoot_rpc::contract::{Hlc, Limit, Nonce, Page, invite};
use folkmoot_rpc::ids::{AccountId, ChannelId, MessageId, ServerId};

use super::node::Node;
use super::wait::{in_time, wait_for};

/// The longest that what happens on one node may take to show on another, on a machine that does much else.
pub(crate) const SOON: Duration = Duration::from_secs(60);
/// What happens live is there within this; catching up alone would take thirty seconds.
pub(crate) const LIVE: Duration = Duration::from_secs(15);

/// A server and its first channel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) server: ServerId,
    pub(crate) channel: ChannelId,
}

/// A message as everybody must see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) id: MessageId,
    pub(crate) hlc: Hlc,
    pub(crate) author: AccountId,
    pub(crate) text: String,
}

impl From<Message> for Line {
    fn from(message: Message) -> Self {
        Self { id: message.id, hlc: message.hlc, author: message.author.account_id, text: message.content }
    }
}

impl Node {
    /// A running node whose person has an identity.
    pub(crate) async fn person(name: &str) -> Self {
        let node = Self::start(name).await;
        node.be().await;
        node
    }

    /// Makes the identity, named as the node.
    pub(crate) async fn be(&self) -> AccountId {
        let params = NewIdentity { display_name: self.name().to_owned(), passphrase: None, nonce: None };
        self.call::<identity::Create>(&params).await.object.account_id
    }

    /// The account.
    pub(crate) async fn account(&self) -> AccountId {
        self.call::<identity::Get>(&NoParams {}).await.account_id
    }

    /// Makes a private server.
    pub(crate) async fn found(&self, name: &str, message_rate: Option<MessageRate>) -> Place {
        self.found_as(server::CreateParams { message_rate, ..new_server(name, Visibility::Private) }).await
    }

    /// Makes a public server.
    pub(crate) async fn found_public(&self, name: &str) -> Place {
        self.found_as(new_server(name, Visibility::Public)).await
    }

    /// Makes a server of which everything is said.
    pub(crate) async fn found_as(&self, params: server::CreateParams) -> Place {
        let server = self.call::<server::Create>(&params).await.object.id;
        let channel = self.channels(server).await.first().expect("a new server has a channel").id;
        Place { server, channel }
    }

    /// The link of a new invite.
    pub(crate) async fn invite(&self, server: ServerId) -> String {
        let params =
            invite::CreateParams { server_id: server, max_uses: None, expires_at: None, role: None, nonce: None };
        self.call::<invite::Create>(&params).await.object.link
    }

    /// Joins by a link; a member is reachable.
    pub(crate) async fn join(&self, link: &str) -> Place {
        let server = self.call::<invite::Accept>(&accept(link)).await.object.id;
        let channel = self.channels(server).await.first().expect("a server that was joined has its channel").id;
        Place { server, channel }
    }

    /// The servers.
    pub(crate) async fn servers(&self) -> Vec<Server> {
        let params = server::ListParams::default();
        self.call::<server::List>(&params).await.items
    }

    /// The channels of a server.
    pub(crate) async fn channels(&self, server: ServerId) -> Vec<Channel> {
        let params = channel::ListParams { server_id: server, limit: Limit::default(), cursor: None };
        self.call::<channel::List>(&params).await.items
    }

    /// Says something; the answer means that it is on disk.
    pub(crate) async fn say(&self, channel: ChannelId, text: &str) -> Message {
        self.call::<message::Send>(&said(channel, text, None)).await.object
    }

    /// Everything said in a channel, oldest first; a gap or an unknown channel is an error.
    pub(crate) async fn timeline(&self, channel: ChannelId) -> Result<Vec<Line>, String> {
        let mut lines = Vec::new();
        let mut params =
            ListParams { limit: Limit::new(200).expect("the largest page"), ..ListParams::newest(channel) };
        loop {
            let page = self.try_call::<message::List>(&params).await.map_err(|error| error.to_string())?;
            for item in page.items {
                match item {
                    MessageItem::Message(message) => lines.push(Line::from(message)),
                    MessageItem::Gap(gap) => return Err(format!("{:?}", gap.gap)),
                }
            }
            match page.next_cursor {
                Some(cursor) => params.cursor = Some(cursor),
                None => break,
            }
        }
        lines.reverse();
        Ok(lines)
    }

    /// Name in the overlay.
    pub(crate) async fn peer_id(&self) -> String {
        self.call::<Info>(&NoParams {}).await.peer_id
    }

    /// Where it listens, with its name in the overlay.
    pub(crate) async fn address(&self) -> String {
        self.call::<Info>(&NoParams {}).await.listen.first().expect("a node listens").clone()
    }

    /// Connects to another node by its address.
    pub(crate) async fn dial(&self, other: &Self) {
        let address = other.address().await;
        self.call::<net::Connect>(&ConnectParams { address }).await;
    }

    /// The names of the connected nodes.
    pub(crate) async fn peers(&self) -> Vec<String> {
        let Page { items, .. } = self.call::<net::Peers>(&NoParams {}).await;
        items.into_iter().map(|peer| peer.peer_id).collect()
    }

    /// Waits until another node is connected, by whoever's doing.
    pub(crate) async fn wait_for_peer(&self, peer_id: &str) {
        let what = format!("{} is connected to {peer_id}", self.name());
        wait_for(&what, SOON, async || {
            let peers = self.peers().await;
            if peers.iter().any(|peer| peer == peer_id) { Ok(()) } else { Err(format!("connected to {peers:?}")) }
        })
        .await;
    }

    /// The newest event's number.
    pub(crate) async fn head(&self) -> u64 {
        self.call::<Head>(&NoParams {}).await.seq
    }

    /// Every event kept after a place, oldest first.
    pub(crate) async fn events_after(&self, since: u64) -> Vec<Event> {
        let mut params = PollParams {
            since: Some(since),
            limit: Limit::new(1000).expect("the largest page"),
            ..PollParams::default()
        };
        let mut events = Vec::new();
        loop {
            let page = self.call::<Poll>(&params).await;
            if page.items.is_empty() {
                return events;
            }
            events.extend(page.items);
            params.since = Some(page.next_since);
        }
    }

    /// Waits for an event of a kind after a place, which comes live.
    pub(crate) async fn wait_for_event(&self, since: u64, kind: &str) -> Event {
        let filter = SubscribeParams { types: Some(vec![kind.to_owned()]), ..SubscribeParams::since(since) };
        let mut events = self.client().subscribe(&filter).await.expect("the node takes a subscription");
        let what = format!("an event {kind} on {}", self.name());
        in_time(&what, LIVE, async {
            loop {
                match events.next().await {
                    Some(Ok(EventItem::Event(event))) => return *event,
                    Some(Ok(EventItem::Live { .. })) => {}
                    Some(Err(error)) => panic!("{what}: {error}"),
                    None => panic!("{what}: the subscription ended"),
                }
            }
        })
        .await
    }
}

/// Parameters of `server.create`, nothing but the name said.
pub(crate) fn new_server(name: &str, visibility: Visibility) -> server::CreateParams {
    server::CreateParams {
        name: name.to_owned(),
        visibility,
        description: None,
        tags: Vec::new(),
        language: None,
        bootstrap: Vec::new(),
        message_rate: None,
        nonce: None,
    }
}

/// Parameters of `message.send`.
pub(crate) fn said(channel: ChannelId, text: &str, nonce: Option<&str>) -> SendParams {
    SendParams {
        channel_id: channel,
        content: text.to_owned(),
        reply_to: None,
        thread: None,
        attachments: Vec::new(),
        nonce: nonce.map(|nonce| Nonce::new(nonce).expect("a short nonce")),
    }
}

/// Parameters of `invite.accept`.
pub(crate) fn accept(link: &str) -> invite::AcceptParams {
    invite::AcceptParams { link: link.to_owned(), nonce: None }
}

/// Waits until all nodes show the same `count` messages in the same order, and returns them.
pub(crate) async fn converged(nodes: &[&Node], channel: ChannelId, count: usize) -> Vec<Line> {
    let names: Vec<_> = nodes.iter().map(|node| node.name()).collect();
    wait_for(&format!("{names:?} show the same {count} messages"), SOON, async || {
        let mut seen: Option<Vec<Line>> = None;
        for node in nodes {
            let lines = node.timeline(channel).await.map_err(|why| format!("{}: {why}", node.name()))?;
            if lines.len() != count {
                return Err(format!("{} shows {} messages", node.name(), lines.len()));
            }
            match &seen {
                Some(seen) if *seen != lines => return Err(format!("{} shows another order", node.name())),
                Some(_) => {}
                None => seen = Some(lines),
            }
        }
        Ok(seen.unwrap_or_default())
    })
    .await
}

/// Whether an error says that the connection is gone: the call may or may not have been carried out.
pub(crate) const fn connection_lost(error: &ClientError) -> bool {
    matches!(error, ClientError::Closed | ClientError::Connect { .. } | ClientError::Timeout)
}
