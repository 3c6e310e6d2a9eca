//! Links that nobody answered: kept sealed in the ledger and tried again until a door opens or the link is of no use.

use bytes::Bytes;
use folkmoot_core::invite::InviteLink;
use folkmoot_ledger::Ledger;

use crate::pipeline::Pipeline;

/// Links kept at once; the directory of servers somebody waits for is short.
const KEPT: usize = 64;
const PREFIX: &str = "join/";

fn setting(link: &InviteLink) -> String {
    format!("{PREFIX}{}", data_encoding::HEXLOWER.encode(link.server.as_ref()))
}

/// Keeps a link.
pub(crate) async fn keep(pipeline: &Pipeline, link: &InviteLink) {
    let (name, text) = (setting(link), Bytes::from(link.encode()));
    let kept = pipeline.act(move |turn| turn.keep_setting(&name, &text, PREFIX, KEPT));
    if let Err(error) = kept.await {
        tracing::warn!(%error, "the invite could not be kept");
    }
}

/// Forgets a link.
pub(crate) async fn forget(pipeline: &Pipeline, link: &InviteLink) {
    let name = setting(link);
    if let Err(error) = pipeline.act(move |turn| turn.forget_setting(&name)).await {
        tracing::warn!(%error, "the invite could not be forgotten");
    }
}

/// All links kept.
pub(crate) async fn kept(ledger: &Ledger) -> Vec<InviteLink> {
    let ledger = ledger.clone();
    let read = tokio::task::spawn_blocking(move || ledger.snapshot()?.settings(PREFIX));
    match read.await {
        Ok(Ok(settings)) => settings
            .into_iter()
            .filter_map(|(_, text)| InviteLink::decode(std::str::from_utf8(&text).ok()?).ok())
            .collect(),
        _ => Vec::new(),
    }
}
