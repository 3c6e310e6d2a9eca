//! `server.discover` and `server.join`: the directory of public servers.

use folkmoot_core::{
    advert::{Advert, Heading, Search},
    ids::ServerId,
};
use folkmoot_proto::v1::RefusalReason;
use folkmoot_rpc::{
    ApiError, CallContext, ErrorKind,
    contract::{
        Created,
        server::{DiscoverParams, Discovered, JoinParams, Listing, Server, Visibility},
    },
    ids,
};

use super::{Api, error, settings};
use crate::join::KnockError;

pub(super) async fn discover(api: &Api, _context: CallContext, params: DiscoverParams) -> Result<Discovered, ApiError> {
    let tag = params.tag.as_deref().map(str::trim).filter(|tag| !tag.is_empty());
    let language = settings::language(params.language.as_deref().unwrap_or_default())?;
    let language = (!language.is_empty()).then_some(language);
    let heading = match (tag, &language) {
        (Some(tag), _) => Heading::Tag(tag.to_owned()),
        (None, Some(language)) => Heading::Language(language.clone()),
        (None, None) => Heading::All,
    };
    let round = api.node.directory.round(&heading, params.refresh).await;
    let search = Search::new(params.query.as_deref().unwrap_or_default(), tag, language.as_deref());
    let found = api.node.directory.search(&search);
    let more = found.len().saturating_sub(params.limit.get()) as u64;
    let items = found.into_iter().take(params.limit.get()).map(|(advert, seen_ms)| listing(api, &advert, seen_ms));
    Ok(Discovered {
        items: items.collect(),
        more,
        asked: u32::try_from(round.asked).unwrap_or(u32::MAX),
        answered: u32::try_from(round.answered).unwrap_or(u32::MAX),
        age_ms: u64::try_from(round.at.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

fn listing(api: &Api, advert: &Advert, seen_ms: u64) -> Listing {
    let id = ids::ServerId::from_bytes(*advert.server.as_bytes());
    let told = &advert.listing;
    Listing {
        id,
        server_id: id,
        name: told.name.clone(),
        description: told.description.clone(),
        tags: told.tags.clone(),
        language: (!told.language.is_empty()).then(|| told.language.clone()),
        visibility: Visibility::Public,
        joined: api.node.views.server(&advert.server).is_some(),
        updated_at: advert.stamp_ms,
        seen_at: seen_ms,
    }
}

pub(super) async fn join(api: &Api, context: CallContext, params: JoinParams) -> Result<Created<Server>, ApiError> {
    let server = ServerId::new(params.server_id.to_bytes());
    api.allow(&context, server)?;
    if api.node.views.server(&server).is_some() {
        // Coming in twice changes nothing.
        return Ok(Created::replayed(api.server(server).await?));
    }
    api.node.join_public(server).await.map_err(|error| refused(&error))?;
    Ok(Created::new(api.server(server).await?))
}

fn refused(error: &KnockError) -> ApiError {
    match error {
        KnockError::NotReady => error::no_identity(),
        KnockError::Unknown { .. } => ApiError::not_found("server"),
        KnockError::Refused(RefusalReason::Banned) => ApiError::forbidden("invite"),
        KnockError::Private => ApiError::forbidden("invite"),
        KnockError::Refused(
            RefusalReason::InviteUnknown
            | RefusalReason::InviteExpired
            | RefusalReason::InviteRevoked
            | RefusalReason::InviteUsedUp,
        ) => ApiError::new(ErrorKind::Gone, "the server takes nobody in at present").field("server_id"),
        KnockError::Pipeline(error) => error::pipeline(error),
        KnockError::Unreachable { .. } | KnockError::Refused(_) | KnockError::BadServer(_) => {
            ApiError::peer_unreachable(format!(
                "{error}; the node goes on trying and joins as soon as a member's node lets it in"
            ))
        }
    }
}
