//! `invite.*`.

use std::cmp::Reverse;

use fast_qr::{QRBuilder, convert::svg::SvgBuilder};
use folkmoot_core::{
    governance::Role,
    ids::{EventId, ServerId},
    invite::{InviteLink, LinkError},
};
use folkmoot_proto::{limits::ADDRESSES, v1::RefusalReason};
use folkmoot_rpc::{
    ApiError, CallContext, ErrorKind,
    contract::{
        Created, Page,
        invite::{AcceptParams, CreateParams, Invite, InvitePreview, Inviter, LinkParams, ListParams, RevokeParams},
        server::Server,
    },
    ids,
};
use zeroize::Zeroizing;

use super::{Api, error, nonce, render};
use crate::{
    clock::now_ms,
    join::KnockError,
    pipeline::{NewInvite, invite_setting},
    view::ServerView,
};

pub(super) async fn create(api: &Api, context: CallContext, params: CreateParams) -> Result<Created<Invite>, ApiError> {
    let key = nonce::key(&context, params.nonce.as_ref(), &params);
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let role = params.role.as_ref().map_or(Role::Member, render::role_of);
    if params.expires_at.is_some_and(|at| at <= now_ms()) {
        return Err(ApiError::invalid_params(
            "expires_at",
            "expires_at lies in the past; expected ms UTC ahead of now",
        ));
    }
    let new = NewInvite { server: view.id, max_uses: params.max_uses, expires_ms: params.expires_at, role };
    let made = api
        .node
        .pipeline
        .act(move |turn| turn.create_invite(new, key))
        .await
        .map_err(|e| error::pipeline(&e))?
        .map_err(error::act)?;
    let invite = api.invite(view.id, made.id).await?;
    Ok(if made.replayed { Created::replayed(invite) } else { Created::new(invite) })
}

pub(super) async fn list(api: &Api, context: CallContext, params: ListParams) -> Result<Page<Invite>, ApiError> {
    let view = api.view(params.server_id)?;
    api.allow(&context, view.id)?;
    let mut invites: Vec<_> = view.state.invites().map(|invite| (Reverse(invite.created), invite.id)).collect();
    invites.sort_unstable();
    let (invites, next_cursor) = super::server::page(invites, params.cursor.as_ref(), params.limit.get())?;
    let addresses = api.node.reachable_addresses().await;
    let items = api
        .read(move |_, snapshot| {
            let mut items = Vec::with_capacity(invites.len());
            for (_, id) in invites {
                items.extend(known_link(&view, &id, snapshot.setting(&invite_setting(&id))?, &addresses));
            }
            Ok(items)
        })
        .await?;
    Ok(Page { items, next_cursor, prev_cursor: None })
}

pub(super) async fn revoke(api: &Api, context: CallContext, params: RevokeParams) -> Result<Invite, ApiError> {
    let id = EventId::new(params.invite_id.to_bytes());
    let view = match params.server_id {
        Some(server) => api.view(server)?,
        None => api
            .node
            .views
            .all()
            .into_iter()
            .find(|view| view.state.invite(&id).is_some())
            .ok_or_else(|| ApiError::not_found("invite"))?,
    };
    let server = view.id;
    api.allow(&context, server)?;
    api.act(move |turn| turn.revoke_invite(server, id, params.dry_run)).await?;
    let view = api.node.views.server(&server).ok_or_else(|| ApiError::not_found("server"))?;
    let addresses = api.node.reachable_addresses().await;
    api.read(move |_, snapshot| Ok(known_link(&view, &id, snapshot.setting(&invite_setting(&id))?, &addresses)))
        .await?
        .ok_or_else(|| ApiError::not_found("invite"))
}

/// An invite with its link, where this node made it and can be reached.
fn known_link(view: &ServerView, id: &EventId, seed: Option<bytes::Bytes>, addresses: &[String]) -> Option<Invite> {
    let seed: Option<[u8; 32]> = seed.and_then(|seed| seed.as_ref().try_into().ok());
    match seed {
        Some(seed) if !addresses.is_empty() => render_invite(view, id, Zeroizing::new(seed), addresses.to_vec()).ok(),
        _ => without_link(view, id),
    }
}

pub(super) async fn preview(api: &Api, _context: CallContext, params: LinkParams) -> Result<InvitePreview, ApiError> {
    let link = decode(&params.link)?;
    let name = api.identity().ok().map(|identity| identity.display_name);
    Ok(InvitePreview {
        server_id: ids::ServerId::from_bytes(*link.server.as_bytes()),
        server_name: link.server_name.clone(),
        expires_at: link.expires_ms,
        addresses: link.addresses.clone(),
        inviter: Some(Inviter {
            account_id: ids::AccountId::from_bytes(*link.inviter.as_bytes()),
            display_name: link.inviter_name.clone(),
        }),
        display_name: name,
        already_member: api.node.views.server(&link.server).is_some(),
    })
}

pub(super) async fn accept(api: &Api, context: CallContext, params: AcceptParams) -> Result<Created<Server>, ApiError> {
    let link = decode(&params.link)?;
    api.allow(&context, link.server)?;
    if api.node.views.server(&link.server).is_some() {
        // Coming in twice by the same or another link changes nothing.
        return Ok(Created::replayed(api.server(link.server).await?));
    }
    api.node.join(&link).await.map_err(|error| refused(&error))?;
    Ok(Created::new(api.server(link.server).await?))
}

fn decode(text: &str) -> Result<InviteLink, ApiError> {
    let link = InviteLink::decode(text).map_err(|error| match error {
        LinkError::Format { .. } => ApiError::new(ErrorKind::Unsupported, error.to_string()).field("link"),
        _ => ApiError::invalid_content("link", error.to_string()),
    })?;
    if link.expires_ms.is_some_and(|end| end <= now_ms()) {
        return Err(ApiError::new(ErrorKind::Gone, "the invite has expired").field("link"));
    }
    Ok(link)
}

fn refused(error: &KnockError) -> ApiError {
    match error {
        KnockError::NotReady => error::no_identity(),
        KnockError::Unreachable { .. } => ApiError::peer_unreachable(format!(
            "{error}; the node goes on trying and joins as soon as a member's node answers"
        )),
        KnockError::Refused(
            reason @ (RefusalReason::InviteExpired
            | RefusalReason::InviteRevoked
            | RefusalReason::InviteUsedUp
            | RefusalReason::InviteUnknown),
        ) => ApiError::new(ErrorKind::Gone, gone(*reason)).field("link"),
        KnockError::Refused(RefusalReason::Banned) => ApiError::forbidden("invite"),
        KnockError::Refused(reason) => {
            ApiError::peer_unreachable(format!("a member's node refused: {}", reason.as_str_name()))
        }
        KnockError::BadServer(_) | KnockError::Unknown { .. } | KnockError::Private => {
            ApiError::peer_unreachable(error.to_string())
        }
        KnockError::Pipeline(error) => error::pipeline(error),
    }
}

const fn gone(reason: RefusalReason) -> &'static str {
    match reason {
        RefusalReason::InviteExpired => "the invite has expired",
        RefusalReason::InviteRevoked => "the invite was revoked",
        RefusalReason::InviteUsedUp => "the invite has no uses left",
        _ => "the invite is unknown to the server",
    }
}

impl Api {
    /// An invite made by this node, with its link.
    async fn invite(&self, server: ServerId, id: EventId) -> Result<Invite, ApiError> {
        let view = self.node.views.server(&server).ok_or_else(|| ApiError::not_found("server"))?;
        let seed = self.read(move |_, snapshot| snapshot.setting(&invite_setting(&id))).await?;
        let seed: Option<[u8; 32]> = seed.and_then(|seed| seed.as_ref().try_into().ok());
        let seed = Zeroizing::new(seed.ok_or_else(|| ApiError::not_found("invite"))?);
        let addresses = self.node.reachable_addresses().await;
        if addresses.is_empty() {
            return Err(ApiError::precondition("this node listens on no address that an invite could name"));
        }
        render_invite(&view, &id, seed, addresses)
    }
}

fn render_invite(
    view: &ServerView,
    id: &EventId,
    seed: Zeroizing<[u8; 32]>,
    mut addresses: Vec<String>,
) -> Result<Invite, ApiError> {
    let held = view.state.invite(id).ok_or_else(|| ApiError::not_found("invite"))?;
    addresses.truncate(ADDRESSES);
    let expires_ms = held.terms.expires.map(|hlc| hlc.ms());
    let link = InviteLink {
        server: view.id,
        server_name: view.state.settings().name.clone(),
        inviter: held.author,
        inviter_name: view.name_of(&held.author).to_owned(),
        seed,
        addresses,
        expires_ms,
    }
    .encode();
    let qr_svg = QRBuilder::new(link.as_str()).build().map(|qr| SvgBuilder::default().to_str(&qr)).unwrap_or_default();
    let invite = without_link(view, id).ok_or_else(|| ApiError::not_found("invite"))?;
    Ok(Invite { link, qr_svg, ..invite })
}

/// An invite as the event log shows it: the link stays with whoever made it.
pub(super) fn without_link(view: &ServerView, id: &EventId) -> Option<Invite> {
    let held = view.state.invite(id)?;
    let invite_id = ids::InviteId::from_bytes(*id.as_bytes());
    Some(Invite {
        id: invite_id,
        invite_id,
        server_id: ids::ServerId::from_bytes(*view.id.as_bytes()),
        link: String::new(),
        qr_svg: String::new(),
        role_id: render::role_id(&held.terms.role),
        max_uses: held.terms.max_uses,
        uses: u32::try_from(held.uses).unwrap_or(u32::MAX),
        expires_at: held.terms.expires.map(|hlc| hlc.ms()),
        created_by: ids::AccountId::from_bytes(*held.author.as_bytes()),
        revoked: held.revoked,
    })
}
