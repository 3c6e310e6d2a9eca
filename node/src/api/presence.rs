//! `presence.*`.

use folkmoot_core::{
    ids::{AccountId, ServerId},
    signal::{self, check_status_text},
};
use folkmoot_rpc::{
    ApiError, CallContext, ItemStream,
    contract::{
        Subscription,
        node::NoParams,
        presence::{OwnPresence, OwnStatus, PresenceItem, SetParams, Status, Subscribe, SubscribeParams},
    },
    ids,
};
use futures::StreamExt;
use tokio::sync::broadcast::{self, error::RecvError};

use super::{Api, error};
use crate::{
    clock::now_ms,
    presence::{News, Own, OwnStatus as Choice, Shown},
};

pub(super) async fn get(api: &Api, _context: CallContext, _params: NoParams) -> Result<OwnPresence, ApiError> {
    Ok(own_presence(&api.node.presences.own().unwrap_or_default()))
}

pub(super) async fn set(api: &Api, _context: CallContext, params: SetParams) -> Result<OwnPresence, ApiError> {
    let text = params.text.as_deref().map(str::trim).unwrap_or_default().to_owned();
    check_status_text(&text).map_err(|e| ApiError::invalid_content("text", format!("text: {e}")))?;
    let status = match params.status {
        OwnStatus::Online => Choice::Online,
        OwnStatus::Idle => Choice::Idle,
        OwnStatus::Dnd => Choice::Dnd,
        OwnStatus::Invisible => Choice::Invisible,
    };
    let own = Own { status, text };
    if api.node.presences.own().as_ref() == Some(&own) {
        return Ok(own_presence(&own));
    }
    let kept = own.clone();
    api.node
        .pipeline
        .act(move |turn| turn.keep_presence(&kept))
        .await
        .map_err(|e| error::pipeline(&e))?
        .map_err(|refused| error::desk(refused, "presence"))?;
    api.node.presences.set_own(own.clone());
    Ok(own_presence(&own))
}

fn own_presence(own: &Own) -> OwnPresence {
    let status = match own.status {
        Choice::Online => OwnStatus::Online,
        Choice::Idle => OwnStatus::Idle,
        Choice::Dnd => OwnStatus::Dnd,
        Choice::Invisible => OwnStatus::Invisible,
    };
    OwnPresence { status, text: (!own.text.is_empty()).then(|| own.text.clone()) }
}

/// How an account is shown: its status and its words.
pub(super) struct Seen {
    pub(super) status: Status,
    pub(super) text: Option<String>,
}

impl From<Shown> for Seen {
    fn from(shown: Shown) -> Self {
        let status = match shown.status {
            signal::Status::Online => Status::Online,
            signal::Status::Idle => Status::Idle,
            signal::Status::Dnd => Status::Dnd,
            signal::Status::Offline => Status::Offline,
        };
        Self { status, text: (!shown.text.is_empty()).then_some(shown.text) }
    }
}

impl Api {
    /// How an account of a server is seen from here: oneself by one's own choice, others by what they say.
    pub(super) fn seen(&self, server: &ServerId, account: &AccountId, me: &AccountId) -> Seen {
        if account == me {
            let own = own_presence(&self.node.presences.own().unwrap_or_default());
            return Seen { status: own.status.into(), text: own.text };
        }
        self.node.presences.shown(server, account).into()
    }
}

/// Who comes, goes and writes, from now on.
pub(super) async fn subscribe(
    api: Api,
    context: CallContext,
    params: SubscribeParams,
) -> Result<ItemStream<PresenceItem>, ApiError> {
    let listener =
        Listener { news: api.node.presences.subscribe(), api, context, params, ready: Vec::new().into_iter() };
    let stream = futures::stream::unfold(Some(listener), |listener| async move {
        let mut listener = listener?;
        match listener.next().await {
            Ok(Some(item)) => Some((Ok(item), Some(listener))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    });
    Ok(stream.boxed())
}

/// One subscription.
struct Listener {
    api: Api,
    context: CallContext,
    params: SubscribeParams,
    news: broadcast::Receiver<News>,
    ready: std::vec::IntoIter<PresenceItem>,
}

impl Listener {
    async fn next(&mut self) -> Result<Option<PresenceItem>, ApiError> {
        loop {
            if let Some(item) = self.ready.next() {
                return Ok(Some(item));
            }
            let stopping = self.api.node.shutdown.clone();
            let news = tokio::select! {
                biased;
                () = stopping.cancelled() => return Ok(None),
                news = self.news.recv() => news,
            };
            self.ready = match news {
                Ok(news) => self.items(news).into_iter(),
                Err(RecvError::Closed) => return Ok(None),
                // What was missed is gone: the reader asks anew how it stands.
                Err(RecvError::Lagged(_)) => return Err(Subscribe::lagged(None)),
            };
        }
    }

    /// What is wanted of some news, and may be seen by this token.
    fn items(&self, news: News) -> Vec<PresenceItem> {
        let items = match news {
            News::Typing { server, channel, account, until_ms } => vec![PresenceItem::Typing {
                server_id: ids::ServerId::from_bytes(*server.as_bytes()),
                channel_id: ids::ChannelId::from_bytes(*channel.as_bytes()),
                account_id: ids::AccountId::from_bytes(*account.as_bytes()),
                until: until_ms,
            }],
            News::Presence { server, account, shown, until_ms } => {
                vec![presence_item(server, account, shown.into(), until_ms)]
            }
            News::Own => {
                let until_ms = now_ms() + signal::presence_ms(1);
                let views = self.api.node.views.all();
                let own = |view: &crate::view::ServerView| {
                    presence_item(view.id, view.me, self.api.seen(&view.id, &view.me, &view.me), until_ms)
                };
                views.iter().map(|view| own(view)).collect()
            }
        };
        items.into_iter().filter(|item| self.wants(item.server_id())).collect()
    }

    fn wants(&self, server: ids::ServerId) -> bool {
        let wanted = self.params.servers.as_ref().is_none_or(|servers| servers.contains(&server));
        wanted && self.context.allows_server(server)
    }
}

fn presence_item(server: ServerId, account: AccountId, seen: Seen, until: u64) -> PresenceItem {
    PresenceItem::Presence {
        server_id: ids::ServerId::from_bytes(*server.as_bytes()),
        account_id: ids::AccountId::from_bytes(*account.as_bytes()),
        status: seen.status,
        text: seen.text,
        until,
    }
}
