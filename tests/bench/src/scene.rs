//! What every workload begins with: nodes with people on them, a private server without a brake, members who are
//! connected.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use folkmoot_rpc::Client;
use folkmoot_rpc::contract::Method;
use folkmoot_rpc::contract::message::MessageItem;
use folkmoot_rpc::contract::server::{MessageRate, Visibility};
use folkmoot_rpc::contract::{Limit, channel, identity, invite, message, net, node, server};
use folkmoot_rpc::ids::{ChannelId, MessageId, ServerId};
use serde::Deserialize;

use crate::node::{Moot, Node};
use crate::text;

/// Messages a second that the measured server allows its authors: more than any of them reaches.
const RATE: u32 = 100_000;
/// How long something that should happen may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a message may take that comes by gossip.
const LIVE: Duration = Duration::from_secs(1);
/// Rest between two looks at whether it has happened.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A node whose person owns the server.
pub(crate) struct Host {
    pub(crate) node: Node,
    pub(crate) server: ServerId,
    pub(crate) channel: ChannelId,
}

/// Starts a node and gives it a person.
///
/// # Errors
/// What the node says.
pub(crate) async fn person(moot: &Moot, name: &str) -> anyhow::Result<Node> {
    let node = moot.start(name).await?;
    let person = identity::CreateParams { display_name: name.to_owned(), passphrase: None, nonce: None };
    node.client.call::<identity::Create>(&person).await.context("cannot make an account")?;
    Ok(node)
}

/// Starts a node whose person makes a server.
///
/// # Errors
/// What the node says.
pub(crate) async fn host(moot: &Moot, name: &str) -> anyhow::Result<Host> {
    let node = person(moot, name).await?;
    let new = server::CreateParams {
        name: "Bench".to_owned(),
        visibility: Visibility::Private,
        description: None,
        tags: Vec::new(),
        language: None,
        bootstrap: Vec::new(),
        message_rate: Some(MessageRate { per_second: RATE, burst: RATE }),
        nonce: None,
    };
    let made = node.client.call::<server::Create>(&new).await.context("cannot make a server")?;
    let server = made.object.id;
    let all = channel::ListParams { server_id: server, limit: Limit::default(), cursor: None };
    let channels = node.client.call::<channel::List>(&all).await?;
    let channel = channels.items.first().context("a new server has no channel")?.id;
    Ok(Host { node, server, channel })
}

impl Host {
    /// A link to the server.
    ///
    /// # Errors
    /// What the node says.
    pub(crate) async fn invite(&self) -> anyhow::Result<String> {
        let new =
            invite::CreateParams { server_id: self.server, max_uses: None, expires_at: None, role: None, nonce: None };
        let made = self.node.client.call::<invite::Create>(&new).await.context("cannot make an invite")?;
        Ok(made.object.link)
    }

    /// Starts a node whose person joins by a link.
    ///
    /// # Errors
    /// What either node says.
    pub(crate) async fn member(&self, moot: &Moot, name: &str, link: &str) -> anyhow::Result<Node> {
        let node = person(moot, name).await?;
        accept(&node.client, link).await?;
        Ok(node)
    }

    /// Waits until host and members are connected, each with each: where a mesh of gossip ends up by itself.
    ///
    /// # Errors
    /// If they do not find one another.
    pub(crate) async fn all_meet(&self, members: &[Node]) -> anyhow::Result<()> {
        let begun = Instant::now();
        for node in std::iter::once(&self.node).chain(members) {
            loop {
                let peers = node.client.call::<net::Status>(&node::NoParams {}).await?.peers;
                if peers as usize >= members.len() {
                    break;
                }
                if begun.elapsed() > PATIENCE {
                    bail!("after {PATIENCE:?} a node is connected to {peers} of {} others", members.len());
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
        Ok(())
    }

    /// Sends messages until two in a row reach every member at once: keys are there and the mesh stands.
    ///
    /// # Errors
    /// If some member keeps getting them late or never.
    pub(crate) async fn warm_up(&self, members: &[Node]) -> anyhow::Result<()> {
        let begun = Instant::now();
        let mut in_a_row = 0;
        while in_a_row < 2 {
            let sent = send(&self.node.client, self.channel, text::message(0)).await?;
            let live = self.arrives(members, sent).await?;
            in_a_row = if live { in_a_row + 1 } else { 0 };
            if !live && begun.elapsed() > PATIENCE {
                bail!("after {PATIENCE:?} messages do not reach all {} members at once", members.len());
            }
        }
        Ok(())
    }

    /// Whether a message becomes every member's newest while gossip may take; catch-up takes longer.
    async fn arrives(&self, members: &[Node], sent: MessageId) -> anyhow::Result<bool> {
        let begun = Instant::now();
        let mut waiting: Vec<&Node> = members.iter().collect();
        while begun.elapsed() < LIVE {
            let mut missing = Vec::new();
            for member in waiting {
                if newest(&member.client, self.channel).await? != Some(sent) {
                    missing.push(member);
                }
            }
            if missing.is_empty() {
                return Ok(true);
            }
            waiting = missing;
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(false)
    }
}

/// Joins by a link.
///
/// # Errors
/// What the node says.
pub(crate) async fn accept(client: &Client, link: &str) -> anyhow::Result<()> {
    let params = invite::AcceptParams { link: link.to_owned(), nonce: None };
    client.call::<invite::Accept>(&params).await.context("cannot join")?;
    Ok(())
}

/// Sends one message; its id once the node has acknowledged it. What else the answer holds is left unread: reading it
/// is the client's work, not the node's.
///
/// # Errors
/// What the node says.
pub(crate) async fn send(client: &Client, channel_id: ChannelId, content: String) -> anyhow::Result<MessageId> {
    #[derive(Deserialize)]
    struct Sent {
        id: MessageId,
    }
    let params =
        message::SendParams { channel_id, content, reply_to: None, thread: None, attachments: Vec::new(), nonce: None };
    let answer = client.call_raw(message::Send::NAME, &params).await.context("cannot send")?;
    Ok(serde_json::from_str::<Sent>(answer.get()).context("a message without id")?.id)
}

/// The newest message of a channel, if there is one.
///
/// # Errors
/// What the node says.
pub(crate) async fn newest(client: &Client, channel: ChannelId) -> anyhow::Result<Option<MessageId>> {
    let mut params = message::ListParams::newest(channel);
    params.limit = Limit::new(1).unwrap_or_default();
    let page = client.call::<message::List>(&params).await?;
    Ok(page.items.iter().find_map(|item| match item {
        MessageItem::Message(message) => Some(message.id),
        MessageItem::Gap(_) => None,
    }))
}

/// Messages a node holds.
///
/// # Errors
/// What the node says.
pub(crate) async fn messages(client: &Client) -> anyhow::Result<u64> {
    Ok(client.call::<node::Stats>(&node::NoParams {}).await?.messages)
}
