//! From bytes to [`Payload`], with every check that needs nothing but the bytes.

use bytes::Bytes;
use folkmoot_identity::{
    Hlc,
    signed::{decode_canonical, validate_key},
};
use folkmoot_proto::{
    limits::{DESCRIPTION_BYTES, EVENT_PARENTS, NAME_CHARS, OWNERS, REASON_BYTES, TOPIC_CHARS},
    v1::{self, EventType},
};
use prost::Message;

use super::fields::{
    Fault, ascending, bytes32, check_bootstrap, check_line, check_name, check_tags, check_text, fences, field,
    message_rate, optional_id, permissions, role,
};
use crate::{
    governance::{
        Admit, ChannelKind, ChannelPut, Expulsion, Founder, Genesis, Heirs, InvalidEvent, Invite, JoinRequest,
        KeyEpoch, Override, OverrideTarget, Payload, Permissions, Restrict, Role, RoleChange, RoleDef, RolePerms,
        ServerSettings, Succession, Visibility, credentials, is_language, role::LEVEL_STEWARD,
    },
    ids::{AccountId, ChannelId, DeviceId, EventId, ServerId},
};

/// Heirs named by one will, and signatures of one succession.
const HEIRS: usize = 32;
/// Events named by one RATIFY.
const RATIFIED: usize = 512;
/// Overrides of one channel.
const OVERRIDES: usize = 256;
/// Channels named by one RESTRICT.
const RESTRICTED_CHANNELS: usize = 256;
/// Timeouts ended by one RESTRICT.
const LIFTS: usize = 64;
/// The one format known.
const FORMAT: u32 = 1;

/// What stands around the payload.
pub(crate) struct Envelope {
    pub(crate) format: u32,
    pub(crate) kind: i32,
    pub(crate) server: Option<ServerId>,
    pub(crate) account: AccountId,
    pub(crate) device: DeviceId,
    pub(crate) seq: u64,
    pub(crate) hlc: Hlc,
    pub(crate) parents: Vec<EventId>,
    pub(crate) auth: Option<EventId>,
    pub(crate) data: Bytes,
}

/// Decodes the body. Bodies of a newer format are read leniently: their envelope keeps its field numbers.
pub(crate) fn envelope(body: &Bytes) -> Result<Envelope, InvalidEvent> {
    let lenient = v1::EventBody::decode(body.clone()).ok().filter(|wire| wire.format > FORMAT);
    let wire = match lenient {
        Some(newer) => newer,
        None => decode_canonical("EventBody", body)?,
    };
    if wire.format == 0 {
        return Err(field("format"));
    }
    if wire.r#type == 0 {
        return Err(field("type"));
    }
    if wire.seq == 0 {
        return Err(field("seq"));
    }
    let founding = wire.r#type == EventType::Genesis as i32;
    let parents = ascending(&wire.parents, EVENT_PARENTS, "parents")?;
    if founding != parents.is_empty() {
        return Err(field("parents"));
    }
    let server = optional_id(&wire.server, "server")?;
    if founding != server.is_none() {
        return Err(field("server"));
    }
    Ok(Envelope {
        format: wire.format,
        kind: wire.r#type,
        server,
        account: bytes32(&wire.account, "account")?,
        device: bytes32(&wire.device, "device")?,
        seq: wire.seq,
        hlc: Hlc::from_bits(wire.hlc),
        parents,
        auth: optional_id(&wire.auth, "auth")?,
        data: wire.data,
    })
}

/// Decodes the data of an envelope's type; a newer program's becomes [`Payload::Unknown`].
pub(crate) fn payload(envelope: &Envelope) -> Result<Payload, InvalidEvent> {
    let unknown = Payload::Unknown { format: envelope.format, kind: envelope.kind };
    if envelope.format != FORMAT {
        return Ok(unknown);
    }
    let Ok(kind) = EventType::try_from(envelope.kind) else { return Ok(unknown) };
    match known(kind, envelope) {
        Ok(payload) => {
            if payload.needs_grant() == envelope.auth.is_none() {
                return Err(field("auth"));
            }
            Ok(payload)
        }
        Err(Fault::Newer) => Ok(unknown),
        Err(Fault::Invalid(error)) => Err(error),
    }
}

#[expect(clippy::too_many_lines, reason = "one arm for every kind of event")]
fn known(kind: EventType, envelope: &Envelope) -> Result<Payload, Fault> {
    let data = &envelope.data;
    Ok(match kind {
        EventType::Unspecified => return Err(field("type").into()),
        EventType::Genesis => Payload::Genesis(Box::new(genesis(data)?)),
        EventType::OwnerAdd => {
            let wire: v1::OwnerAdd = decode_canonical("OwnerAdd", data)?;
            Payload::OwnerAdd { account: account(&wire.account)? }
        }
        EventType::Heirs => Payload::Heirs(heirs(data)?),
        EventType::Succession => {
            let wire: v1::Succession = decode_canonical("Succession", data)?;
            let signatures = ascending(&wire.signatures, HEIRS, "signatures")?;
            Payload::Succession(Succession { account: account(&wire.account)?, signatures })
        }
        EventType::HeirSignature => {
            let wire: v1::HeirSignature = decode_canonical("HeirSignature", data)?;
            Payload::HeirSignature { account: account(&wire.account)? }
        }
        EventType::RoleDef => Payload::RoleDef(role_def(data)?),
        EventType::RolePerms => {
            let wire: v1::RolePerms = decode_canonical("RolePerms", data)?;
            Payload::RolePerms(role_perms(wire)?)
        }
        EventType::Grant => {
            let wire: v1::Grant = decode_canonical("Grant", data)?;
            Payload::Grant(RoleChange { account: account(&wire.account)?, role: role(wire.role)? })
        }
        EventType::RevokeRole => {
            let wire: v1::RevokeRole = decode_canonical("RevokeRole", data)?;
            Payload::RevokeRole(RoleChange { account: account(&wire.account)?, role: role(wire.role)? })
        }
        EventType::Remove => {
            let wire: v1::Remove = decode_canonical("Remove", data)?;
            Payload::Remove(expulsion(&wire.account, wire.reason, &wire.fences)?)
        }
        EventType::Ban => {
            let wire: v1::Ban = decode_canonical("Ban", data)?;
            Payload::Ban(expulsion(&wire.account, wire.reason, &wire.fences)?)
        }
        EventType::Unban => {
            let wire: v1::Unban = decode_canonical("Unban", data)?;
            Payload::Unban { account: account(&wire.account)? }
        }
        EventType::Leave => {
            let wire: v1::Leave = decode_canonical("Leave", data)?;
            Payload::Leave { fences: fences(&wire.fences)? }
        }
        EventType::DeviceAdd => device_add(envelope)?,
        EventType::DeviceRevoke => {
            let wire: v1::DeviceRevoke = decode_canonical("DeviceRevoke", data)?;
            let device: DeviceId = bytes32(&wire.device, "device")?;
            if device == envelope.account.as_device() {
                return Err(field("device").into());
            }
            Payload::DeviceRevoke { device, fences: fences(&wire.fences)? }
        }
        EventType::Invite => Payload::Invite(invite(data)?),
        EventType::InviteRevoke => {
            let wire: v1::InviteRevoke = decode_canonical("InviteRevoke", data)?;
            Payload::InviteRevoke { invite: bytes32(&wire.invite, "invite")? }
        }
        EventType::Admit => Payload::Admit(Box::new(admit(envelope)?)),
        EventType::ChannelPut => Payload::ChannelPut(channel_put(data)?),
        EventType::ChannelArchive => {
            let wire: v1::ChannelArchive = decode_canonical("ChannelArchive", data)?;
            Payload::ChannelArchive { channel: bytes32(&wire.channel, "channel")? }
        }
        EventType::Restrict => Payload::Restrict(restrict(data)?),
        EventType::ServerSet => {
            let wire: v1::ServerSet = decode_canonical("ServerSet", data)?;
            let v1::ServerSet { name, description, tags, bootstrap, message_rate, language } = wire;
            if !language.is_empty() && !is_language(&language) {
                return Err(field("language").into());
            }
            let settings = settings(name, description, tags, bootstrap, message_rate)?;
            Payload::ServerSet(Box::new(ServerSettings { language, ..settings }))
        }
        EventType::ServerDelete => {
            let wire: v1::ServerDelete = decode_canonical("ServerDelete", data)?;
            Payload::ServerDelete { restore: wire.restore }
        }
        EventType::KeyEpoch => {
            Payload::KeyEpoch(KeyEpoch::decode(decode_canonical("KeyEpoch", data)?)?.ok_or(Fault::Newer)?)
        }
        EventType::Ratify => {
            let wire: v1::Ratify = decode_canonical("Ratify", data)?;
            Payload::Ratify { ids: ascending(&wire.ids, RATIFIED, "ids")? }
        }
        EventType::Checkpoint => {
            let wire: v1::Checkpoint = decode_canonical("Checkpoint", data)?;
            Payload::Checkpoint { seal: wire.seal }
        }
    })
}

/// An account that may act: its key can stand for a signer.
fn account(bytes: &Bytes) -> Result<AccountId, InvalidEvent> {
    let account: AccountId = bytes32(bytes, "account")?;
    validate_key(account.as_bytes()).map_err(|source| InvalidEvent::Signature { of: "account", source })?;
    Ok(account)
}

fn genesis(data: &Bytes) -> Result<Genesis, Fault> {
    let wire: v1::Genesis = decode_canonical("Genesis", data)?;
    let v1::Genesis { name, description, visibility, founders, nonce, message_rate, tags, bootstrap } = wire;
    let visibility = match v1::Visibility::try_from(visibility) {
        Ok(v1::Visibility::Private) => Visibility::Private,
        Ok(v1::Visibility::Public) => Visibility::Public,
        Ok(v1::Visibility::Unspecified) => return Err(field("visibility").into()),
        Err(_) => return Err(Fault::Newer),
    };
    if founders.is_empty() || founders.len() > OWNERS || !founders.is_sorted_by(|a, b| a.account < b.account) {
        return Err(field("founders").into());
    }
    let ServerSettings { name, description, tags, bootstrap, message_rate, .. } =
        settings(name, description, tags, bootstrap, message_rate)?;
    Ok(Genesis {
        name,
        description,
        visibility,
        founders: founders.into_iter().map(founder).collect::<Result<_, _>>()?,
        nonce: nonce.as_ref().try_into().map_err(|_| field("nonce"))?,
        message_rate,
        tags,
        bootstrap,
    })
}

fn founder(wire: v1::Founder) -> Result<Founder, InvalidEvent> {
    let account = account(&wire.account)?;
    let (certificate, prekey, profile) = credentials::claimed(account, wire.certificate, wire.prekey, wire.profile)?;
    Ok(Founder { account, certificate, prekey, profile })
}

fn settings(
    name: String,
    description: String,
    tags: Vec<String>,
    bootstrap: Vec<String>,
    rate: Option<v1::MessageRate>,
) -> Result<ServerSettings, InvalidEvent> {
    check_name(&name, NAME_CHARS, "name")?;
    check_text(&description, DESCRIPTION_BYTES, "description")?;
    check_tags(&tags)?;
    check_bootstrap(&bootstrap)?;
    Ok(ServerSettings {
        name,
        description,
        tags,
        bootstrap,
        message_rate: message_rate(rate)?,
        language: String::new(),
    })
}

fn heirs(data: &Bytes) -> Result<Heirs, InvalidEvent> {
    let wire: v1::Heirs = decode_canonical("Heirs", data)?;
    let accounts: Vec<AccountId> = ascending(&wire.accounts, HEIRS, "accounts")?;
    if !(1..=accounts.len()).contains(&usize::try_from(wire.threshold).unwrap_or(usize::MAX)) {
        return Err(field("threshold"));
    }
    Ok(Heirs { accounts, threshold: wire.threshold })
}

fn role_def(data: &Bytes) -> Result<RoleDef, Fault> {
    let wire: v1::RoleDef = decode_canonical("RoleDef", data)?;
    check_name(&wire.name, NAME_CHARS, "name")?;
    let level = u8::try_from(wire.level).ok().filter(|level| (1..=LEVEL_STEWARD).contains(level));
    Ok(RoleDef { name: wire.name, level: level.ok_or(field("level"))?, bits: permissions(wire.bits)? })
}

fn role_perms(wire: v1::RolePerms) -> Result<RolePerms, Fault> {
    let v1::RolePerms { role: target, bits, name, deleted } = wire;
    let (target, bits) = (role(target)?, permissions(bits)?);
    if !name.is_empty() {
        check_name(&name, NAME_CHARS, "name")?;
    }
    // Built-in roles are the same everywhere, and one that is deleted holds nothing.
    let builtin = !matches!(target, Role::Custom(_));
    if builtin && !name.is_empty() {
        return Err(field("name").into());
    }
    if deleted && (builtin || bits != Permissions::NONE) {
        return Err(field("deleted").into());
    }
    Ok(RolePerms { role: target, bits, name: (!name.is_empty()).then_some(name), deleted })
}

fn expulsion(target: &Bytes, reason: String, wire: &[v1::Fence]) -> Result<Expulsion, InvalidEvent> {
    check_text(&reason, REASON_BYTES, "reason")?;
    Ok(Expulsion { account: account(target)?, reason, fences: fences(wire)? })
}

fn device_add(envelope: &Envelope) -> Result<Payload, InvalidEvent> {
    let wire: v1::DeviceAdd = decode_canonical("DeviceAdd", &envelope.data)?;
    let certificate = credentials::claimed_certificate(envelope.account, wire.certificate)?;
    Ok(Payload::DeviceAdd { certificate })
}

fn invite(data: &Bytes) -> Result<Invite, Fault> {
    let wire: v1::Invite = decode_canonical("Invite", data)?;
    let public_key: [u8; 32] = bytes32(&wire.public_key, "public_key")?;
    validate_key(&public_key).map_err(|source| InvalidEvent::Signature { of: "invite's key", source })?;
    Ok(Invite {
        public_key,
        role: role(wire.role)?,
        max_uses: (wire.max_uses > 0).then_some(wire.max_uses),
        expires: (wire.expires > 0).then_some(Hlc::from_bits(wire.expires)),
    })
}

fn admit(envelope: &Envelope) -> Result<Admit, InvalidEvent> {
    let wire: v1::Admit = decode_canonical("Admit", &envelope.data)?;
    let request = JoinRequest::decode(wire.request.ok_or(field("request"))?.into())?;
    let account = account(&wire.account)?;
    if request.account != account || Some(request.server) != envelope.server {
        return Err(InvalidEvent::Foreign { what: "request" });
    }
    Ok(Admit { account, invite: bytes32(&wire.invite, "invite")?, request })
}

fn channel_put(data: &Bytes) -> Result<ChannelPut, Fault> {
    let wire: v1::ChannelPut = decode_canonical("ChannelPut", data)?;
    check_name(&wire.name, NAME_CHARS, "name")?;
    check_line(&wire.topic, TOPIC_CHARS, "topic")?;
    let kind = match v1::ChannelKind::try_from(wire.kind) {
        Ok(v1::ChannelKind::Text) => ChannelKind::Text,
        Ok(v1::ChannelKind::Announcement) => ChannelKind::Announcement,
        Ok(v1::ChannelKind::Category) => ChannelKind::Category,
        Ok(v1::ChannelKind::Unspecified) => return Err(field("kind").into()),
        Err(_) => return Err(Fault::Newer),
    };
    let overrides: Vec<Override> = wire.overrides.into_iter().map(channel_override).collect::<Result<_, _>>()?;
    if overrides.len() > OVERRIDES || !overrides.is_sorted_by(|a, b| a.target < b.target) {
        return Err(field("overrides").into());
    }
    let parent: Option<ChannelId> = optional_id(&wire.parent, "parent")?;
    if parent.is_some() && kind == ChannelKind::Category {
        return Err(field("parent").into());
    }
    Ok(ChannelPut {
        channel: optional_id(&wire.channel, "channel")?,
        name: wire.name,
        kind,
        topic: wire.topic,
        parent,
        overrides,
        private: wire.private,
        order: wire.order,
    })
}

fn channel_override(wire: v1::Override) -> Result<Override, Fault> {
    let target = match (wire.role, optional_id::<AccountId>(&wire.account, "overrides")?) {
        (Some(reference), None) => OverrideTarget::Role(role(Some(reference))?),
        (None, Some(account)) => OverrideTarget::Account(account),
        _ => return Err(field("overrides").into()),
    };
    let (allow, deny): (Permissions, Permissions) = (permissions(wire.allow)?, permissions(wire.deny)?);
    Ok(Override { target, allow, deny })
}

fn restrict(data: &Bytes) -> Result<Restrict, InvalidEvent> {
    let wire: v1::Restrict = decode_canonical("Restrict", data)?;
    check_text(&wire.reason, REASON_BYTES, "reason")?;
    Ok(Restrict {
        account: account(&wire.account)?,
        until_ms: wire.until,
        channels: ascending(&wire.channels, RESTRICTED_CHANNELS, "channels")?,
        fences: fences(&wire.fences)?,
        lifts: ascending(&wire.lifts, LIFTS, "lifts")?,
        reason: wire.reason,
    })
}
