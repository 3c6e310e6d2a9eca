//! From [`Payload`] to bytes.

use bytes::Bytes;
use folkmoot_proto::v1;
use prost::Message;

use super::Envelope;
use crate::governance::{
    ChannelKind, ChannelPut, Expulsion, Fence, Founder, Genesis, Invite, MessageRate, OverrideTarget, Payload,
    Restrict, Role, RoleChange, RolePerms, ServerSettings, Visibility,
};

/// Canonical body of an event.
pub(crate) fn body(envelope: &Envelope) -> Bytes {
    v1::EventBody {
        format: envelope.format,
        r#type: envelope.kind,
        server: optional(envelope.server.as_ref()),
        account: raw(&envelope.account),
        device: raw(&envelope.device),
        seq: envelope.seq,
        hlc: envelope.hlc.bits(),
        parents: raws(&envelope.parents),
        auth: optional(envelope.auth.as_ref()),
        data: envelope.data.clone(),
    }
    .encode_to_vec()
    .into()
}

/// Canonical data of a payload. Nothing for [`Payload::Unknown`], which nobody signs here.
pub(crate) fn data(payload: &Payload) -> Bytes {
    match payload {
        Payload::Genesis(genesis) => message(&self::genesis(genesis)),
        Payload::OwnerAdd { account } => message(&v1::OwnerAdd { account: raw(account) }),
        Payload::Heirs(heirs) => message(&v1::Heirs { accounts: raws(&heirs.accounts), threshold: heirs.threshold }),
        Payload::Succession(succession) => {
            message(&v1::Succession { account: raw(&succession.account), signatures: raws(&succession.signatures) })
        }
        Payload::HeirSignature { account } => message(&v1::HeirSignature { account: raw(account) }),
        Payload::RoleDef(def) => {
            message(&v1::RoleDef { name: def.name.clone(), level: def.level.into(), bits: def.bits.bits() })
        }
        Payload::RolePerms(RolePerms { role, bits, name, deleted }) => message(&v1::RolePerms {
            role: Some(self::role(role)),
            bits: bits.bits(),
            name: name.clone().unwrap_or_default(),
            deleted: *deleted,
        }),
        Payload::Grant(RoleChange { account, role }) => {
            message(&v1::Grant { account: raw(account), role: Some(self::role(role)) })
        }
        Payload::RevokeRole(RoleChange { account, role }) => {
            message(&v1::RevokeRole { account: raw(account), role: Some(self::role(role)) })
        }
        Payload::Remove(Expulsion { account, reason, fences }) => {
            message(&v1::Remove { account: raw(account), reason: reason.clone(), fences: self::fences(fences) })
        }
        Payload::Ban(Expulsion { account, reason, fences }) => {
            message(&v1::Ban { account: raw(account), reason: reason.clone(), fences: self::fences(fences) })
        }
        Payload::Unban { account } => message(&v1::Unban { account: raw(account) }),
        Payload::Leave { fences } => message(&v1::Leave { fences: self::fences(fences) }),
        Payload::DeviceAdd { certificate } => {
            message(&v1::DeviceAdd { certificate: Some(certificate.signed.clone().into()) })
        }
        Payload::DeviceRevoke { device, fences } => {
            message(&v1::DeviceRevoke { device: raw(device), fences: self::fences(fences) })
        }
        Payload::Invite(invite) => message(&self::invite(invite)),
        Payload::InviteRevoke { invite } => message(&v1::InviteRevoke { invite: raw(invite) }),
        Payload::Admit(admit) => message(&v1::Admit {
            account: raw(&admit.account),
            invite: raw(&admit.invite),
            request: Some(admit.request.signed.clone().into()),
        }),
        Payload::ChannelPut(put) => message(&channel_put(put)),
        Payload::ChannelArchive { channel } => message(&v1::ChannelArchive { channel: raw(channel) }),
        Payload::Restrict(restrict) => message(&self::restrict(restrict)),
        Payload::ServerSet(settings) => message(&server_set(settings)),
        Payload::ServerDelete { restore } => message(&v1::ServerDelete { restore: *restore }),
        Payload::KeyEpoch(epoch) => message(&epoch.to_wire()),
        Payload::Ratify { ids } => message(&v1::Ratify { ids: raws(ids) }),
        Payload::Checkpoint { seal } => message(&v1::Checkpoint { seal: *seal }),
        Payload::Unknown { .. } => Bytes::new(),
    }
}

fn message(message: &impl Message) -> Bytes {
    message.encode_to_vec().into()
}

fn raw(id: &impl AsRef<[u8]>) -> Bytes {
    Bytes::copy_from_slice(id.as_ref())
}

fn raws(ids: &[impl AsRef<[u8]>]) -> Vec<Bytes> {
    ids.iter().map(raw).collect()
}

fn optional(id: Option<&impl AsRef<[u8]>>) -> Bytes {
    id.map_or_else(Bytes::new, raw)
}

fn role(role: &Role) -> v1::RoleRef {
    let builtin = match role {
        Role::Custom(id) => return v1::RoleRef { builtin: 0, id: raw(id) },
        Role::Owner => v1::BuiltinRole::Owner,
        Role::Steward => v1::BuiltinRole::Steward,
        Role::Admin => v1::BuiltinRole::Admin,
        Role::Mod => v1::BuiltinRole::Mod,
        Role::Member => v1::BuiltinRole::Member,
    };
    v1::RoleRef { builtin: builtin.into(), id: Bytes::new() }
}

fn fences(fences: &[Fence]) -> Vec<v1::Fence> {
    fences.iter().map(|f| v1::Fence { log: raw(&f.log), seq: f.seq }).collect()
}

const fn rate(rate: MessageRate) -> Option<v1::MessageRate> {
    Some(v1::MessageRate { per_second: rate.per_second, burst: rate.burst })
}

fn genesis(genesis: &Genesis) -> v1::Genesis {
    let Genesis { name, description, visibility, founders, nonce, message_rate, tags, bootstrap } = genesis.clone();
    let visibility = match visibility {
        Visibility::Private => v1::Visibility::Private,
        Visibility::Public => v1::Visibility::Public,
    };
    v1::Genesis {
        name,
        description,
        visibility: visibility.into(),
        founders: founders.into_iter().map(founder).collect(),
        nonce: Bytes::copy_from_slice(&nonce),
        message_rate: rate(message_rate),
        tags,
        bootstrap,
    }
}

fn founder(founder: Founder) -> v1::Founder {
    v1::Founder {
        account: raw(&founder.account),
        certificate: Some(founder.certificate.signed.into()),
        prekey: Some(founder.prekey.signed.into()),
        profile: Some(founder.profile.signed.into()),
    }
}

fn server_set(settings: &ServerSettings) -> v1::ServerSet {
    let ServerSettings { name, description, tags, bootstrap, message_rate, language } = settings.clone();
    v1::ServerSet { name, description, tags, bootstrap, message_rate: rate(message_rate), language }
}

fn invite(invite: &Invite) -> v1::Invite {
    v1::Invite {
        public_key: Bytes::copy_from_slice(&invite.public_key),
        role: Some(role(&invite.role)),
        max_uses: invite.max_uses.unwrap_or(0),
        expires: invite.expires.map_or(0, folkmoot_identity::Hlc::bits),
    }
}

fn channel_put(put: &ChannelPut) -> v1::ChannelPut {
    let kind = match put.kind {
        ChannelKind::Text => v1::ChannelKind::Text,
        ChannelKind::Announcement => v1::ChannelKind::Announcement,
        ChannelKind::Category => v1::ChannelKind::Category,
    };
    let overrides = put.overrides.iter().map(|o| {
        let (role, account) = match &o.target {
            OverrideTarget::Role(target) => (Some(role(target)), Bytes::new()),
            OverrideTarget::Account(account) => (None, raw(account)),
        };
        v1::Override { role, account, allow: o.allow.bits(), deny: o.deny.bits() }
    });
    v1::ChannelPut {
        channel: optional(put.channel.as_ref()),
        name: put.name.clone(),
        kind: kind.into(),
        topic: put.topic.clone(),
        parent: optional(put.parent.as_ref()),
        overrides: overrides.collect(),
        private: put.private,
        order: put.order,
    }
}

fn restrict(restrict: &Restrict) -> v1::Restrict {
    v1::Restrict {
        account: raw(&restrict.account),
        until: restrict.until_ms,
        channels: raws(&restrict.channels),
        fences: fences(&restrict.fences),
        lifts: raws(&restrict.lifts),
        reason: restrict.reason.clone(),
    }
}
