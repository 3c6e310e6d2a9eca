//! Doors that nobody opened: links and public servers kept sealed in the ledger and tried again until somebody does, or until they
//! are of no use.

use bytes::Bytes;
use folkmoot_core::{ids::ServerId, invite::InviteLink};
use folkmoot_ledger::Ledger;

use crate::{clock::now_ms, pipeline::Pipeline};

/// Kept at once; the list of servers somebody waits for is short.
const KEPT: usize = 64;
/// How long a public server is looked for that nobody opens, ms. A link says itself how long it is good.
const PUBLIC_MS: u64 = 7 * 24 * 60 * 60 * 1_000;
const PREFIX: &str = "join/";
/// What is kept of a public server: this, and since when.
const PUBLIC: &str = "public ";

/// What is tried again.
#[derive(Clone, Debug)]
pub(crate) enum Kept {
    /// An invite link.
    Link(InviteLink),
    /// A public server.
    Public {
        /// Which.
        server: ServerId,
        /// Since when, ms UTC.
        since_ms: u64,
    },
}

impl Kept {
    /// The server it leads to.
    pub(crate) const fn server(&self) -> ServerId {
        match self {
            Self::Link(link) => link.server,
            Self::Public { server, .. } => *server,
        }
    }

    /// Whether it is too late.
    pub(crate) fn is_over(&self, now_ms: u64) -> bool {
        match self {
            Self::Link(link) => link.expires_ms.is_some_and(|end| end <= now_ms),
            Self::Public { since_ms, .. } => since_ms.saturating_add(PUBLIC_MS) <= now_ms,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Link(link) => link.encode(),
            Self::Public { since_ms, .. } => format!("{PUBLIC}{since_ms}"),
        }
    }

    fn read(name: &str, text: &str) -> Option<Self> {
        match text.strip_prefix(PUBLIC) {
            None => InviteLink::decode(text).ok().map(Self::Link),
            Some(since) => {
                let id = data_encoding::HEXLOWER.decode(name.strip_prefix(PREFIX)?.as_bytes()).ok()?;
                let server = ServerId::try_from(id.as_slice()).ok()?;
                Some(Self::Public { server, since_ms: since.parse().ok()? })
            }
        }
    }
}

fn setting(server: &ServerId) -> String {
    format!("{PREFIX}{}", data_encoding::HEXLOWER.encode(server.as_ref()))
}

/// Keeps a link.
pub(crate) async fn keep_link(pipeline: &Pipeline, link: &InviteLink) {
    keep(pipeline, &Kept::Link(link.clone())).await;
}

/// Keeps a public server, unless it is kept already.
pub(crate) async fn keep_public(pipeline: &Pipeline, ledger: &Ledger, server: ServerId) {
    if !kept(ledger).await.iter().any(|held| held.server() == server) {
        keep(pipeline, &Kept::Public { server, since_ms: now_ms() }).await;
    }
}

async fn keep(pipeline: &Pipeline, kept: &Kept) {
    let (name, text) = (setting(&kept.server()), Bytes::from(kept.text()));
    let kept = pipeline.act(move |turn| turn.keep_setting(&name, &text, PREFIX, KEPT));
    if let Err(error) = kept.await {
        tracing::warn!(%error, "the way into a server could not be kept");
    }
}

/// Forgets whatever leads to a server.
pub(crate) async fn forget(pipeline: &Pipeline, server: &ServerId) {
    let name = setting(server);
    if let Err(error) = pipeline.act(move |turn| turn.forget_setting(&name)).await {
        tracing::warn!(%error, "the way into a server could not be forgotten");
    }
}

/// All that is kept.
pub(crate) async fn kept(ledger: &Ledger) -> Vec<Kept> {
    let ledger = ledger.clone();
    let read = tokio::task::spawn_blocking(move || ledger.snapshot()?.settings(PREFIX));
    match read.await {
        Ok(Ok(settings)) => settings
            .into_iter()
            .filter_map(|(name, text)| Kept::read(&name, std::str::from_utf8(&text).ok()?))
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_server_survives_its_text() {
        let server = ServerId::new([7; 32]);
        let kept = Kept::Public { server, since_ms: 5 };
        let read = Kept::read(&setting(&server), &kept.text()).expect("reads");
        assert_eq!(read.server(), server);
        assert!(!read.is_over(PUBLIC_MS) && read.is_over(PUBLIC_MS + 5));
        for (name, text) in
            [("join/xx", "public 5"), ("join/", "public 5"), (&*setting(&server), "public"), ("join/00", "")]
        {
            assert!(Kept::read(name, text).is_none(), "{name} {text}");
        }
    }
}
