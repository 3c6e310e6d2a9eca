//! Plays histories of the reference model, whose ids are names, through the real resolution.
//!
//! Names become 32 bytes that sort like them. What the real protocol says with more events than the model is put in: a channel is
//! made before it is changed, and each heir signs before a succession. The model's first device stands for the account key, which
//! is always known.

use std::collections::BTreeMap;

use folkmoot_core::{
    governance::{
        Admit, ChannelKind, ChannelPut, EventBody, Expulsion, Founder, Genesis, Governance, Heirs, Invite, JoinRequest,
        KeyEpoch, MessageRate, Override, OverrideTarget, Payload, Permission, Permissions, Restrict, Role, RoleChange,
        RoleDef, RolePerms, Succession, Verified, Visibility,
    },
    ids::{AccountId, ChannelId, DeviceId, EventId, ScopeId, ServerId},
};
use folkmoot_identity::{
    Certificate, Hlc, Register, RegisterId, RegisterKind, RegisterValue, certificate::CertificateId,
    signed::SignedBytes,
};
use serde_json::{Map, Value, json};

/// Points of the clock between two of the model's, for what is put in.
const TICKS: u64 = 16;

/// A name as 32 bytes that sort like it.
fn raw(name: &str) -> [u8; 32] {
    assert!(name.len() <= 32, "{name} is too long for an id");
    std::array::from_fn(|i| name.as_bytes().get(i).copied().unwrap_or(0))
}

fn name(raw: &[u8; 32]) -> String {
    String::from_utf8_lossy(raw).trim_end_matches('\0').to_owned()
}

fn event_id(name: &str) -> EventId {
    EventId::new(raw(name))
}

fn account(name: &str) -> AccountId {
    AccountId::new(raw(name))
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} in {value}"))
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().map(|list| list.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

fn bits(value: &Value) -> Permissions {
    texts(value).into_iter().map(|word| Permission::from_word(word).expect("known permission")).collect()
}

fn role(name: &str) -> Role {
    Role::from_builtin_name(name).unwrap_or_else(|| Role::Custom(event_id(name)))
}

const fn unsigned() -> SignedBytes {
    SignedBytes { body: bytes::Bytes::new(), sig: bytes::Bytes::new() }
}

fn certificate(owner: AccountId, device: &str) -> Certificate {
    let id = CertificateId::new([0; 32]);
    Certificate { id, account: owner, device: DeviceId::new(raw(device)), hlc: Hlc::ZERO, signed: unsigned() }
}

fn register(owner: AccountId) -> Register {
    Register {
        id: RegisterId::new([0; 32]),
        kind: RegisterKind::Prekey,
        account: owner,
        device: None,
        hlc: Hlc::ZERO,
        value: RegisterValue::Prekey([0; 32]),
        signed: unsigned(),
    }
}

/// An event of the model in the real protocol's terms, its parents still to be placed.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// Its name.
    pub(crate) id: String,
    /// Names of its parents.
    #[allow(dead_code, reason = "the example plays steps in the order they are written")]
    pub(crate) parents: Vec<String>,
    body: EventBody,
}

/// A history of the model: steps, parents before children.
#[derive(Clone, Debug)]
pub(crate) struct History {
    /// The events.
    pub(crate) steps: Vec<Step>,
    /// Names of those that are the model's own.
    own: Vec<String>,
    authors: Vec<String>,
}

impl History {
    /// Reads the events of a vector.
    pub(crate) fn read(events: &[Value]) -> Self {
        let server = ServerId::from(event_id(text(&events[0], "id")));
        let mut channels: Vec<&str> = events
            .iter()
            .filter(|e| matches!(e["type"].as_str(), Some("CHANNEL_PUT" | "CHANNEL_ARCHIVE")))
            .map(|e| text(&e["data"], "channel"))
            .collect();
        channels.sort_unstable();
        channels.dedup();
        let genesis = text(&events[0], "id");
        let mut steps = Vec::new();
        for event in events {
            let mut parents: Vec<String> = texts(&event["parents"]).into_iter().map(str::to_owned).collect();
            if parents.iter().any(|p| p == genesis) {
                parents.extend(channels.iter().map(|channel| made(channel)));
            }
            let author = text(event, "author");
            let hlc = event["hlc"].as_u64().expect("hlc") * TICKS;
            let mut signatures = Vec::new();
            if event["type"] == "SUCCESSION" {
                for heir in texts(&event["data"]["cosigners"]) {
                    let id = format!("~sig {} {heir}", text(event, "id"));
                    let wants = account(text(&event["data"], "account"));
                    let payload = Payload::HeirSignature { account: wants };
                    signatures.push(event_id(&id));
                    steps.push(step(&id, parents.clone(), heir, hlc - 1, server, payload));
                }
                if !signatures.is_empty() {
                    parents = signatures.iter().map(|id| name(id.as_bytes())).collect();
                }
            }
            let payload = payload(event, signatures);
            let mut placed = step(text(event, "id"), parents, author, hlc, server, payload);
            placed.body.auth = event["auth"].as_str().map(event_id);
            if let Some(device) = event["device"].as_str().filter(|device| *device != "root") {
                placed.body.device = DeviceId::new(raw(device));
            }
            if event["type"] == "GENESIS" {
                placed.body.server = None;
                steps.push(placed);
                for channel in &channels {
                    let mut put = step(
                        &made(channel),
                        vec![genesis.to_owned()],
                        author,
                        hlc + 1,
                        server,
                        Payload::ChannelPut(channel_put(None, "made by the test", Vec::new())),
                    );
                    put.body.auth = Some(event_id(genesis));
                    steps.push(put);
                }
            } else {
                steps.push(placed);
            }
        }
        Self {
            steps,
            own: events.iter().map(|e| text(e, "id").to_owned()).collect(),
            authors: events.iter().map(|e| text(e, "author").to_owned()).collect(),
        }
    }

    /// The step as an event on top of what `governance` holds.
    pub(crate) fn event(governance: &Governance, step: &Step) -> Verified {
        let mut body = step.body.clone();
        body.seq = governance.next_seq(&body.device, &body.parents);
        body.assume(event_id(&step.id))
    }

    /// The first step as an event.
    pub(crate) fn genesis(&self) -> Verified {
        self.steps[0].body.clone().assume(event_id(&self.steps[0].id))
    }

    /// Plays the steps in the order of `order`, which must be causal.
    pub(crate) fn play(&self, order: impl IntoIterator<Item = usize>) -> Governance {
        let mut governance = Governance::new(self.genesis()).expect("a genesis");
        for step in order.into_iter().filter(|step| *step != 0).map(|step| &self.steps[step]) {
            let event = Self::event(&governance, step);
            governance.insert(event).unwrap_or_else(|error| panic!("{}: {error:?}", step.id));
        }
        governance
    }

    /// The outcome in the shape of a vector's `expect`.
    pub(crate) fn outcome(&self, governance: &Governance) -> Value {
        let state = governance.state();
        let mut people: Vec<String> = self.authors.clone();
        people.extend(state.members().map(|account| name(account.as_bytes())));
        people.sort_unstable();
        people.dedup();
        let names = |accounts: &mut dyn Iterator<Item = AccountId>| -> Vec<String> {
            accounts.map(|account| name(account.as_bytes())).collect()
        };
        let channels: BTreeMap<String, ChannelId> = state
            .channels()
            .filter(|channel| !channel.put.as_bytes().starts_with(b"~"))
            .map(|channel| (name(channel.id.as_bytes()).replacen("~made ", "", 1), channel.id))
            .collect();
        let may = |channel: Option<&ChannelId>| -> Map<String, Value> {
            people.iter().map(|who| (who.clone(), words(state.permissions(&account(who), channel, 0)))).collect()
        };
        let mut own = self.own.clone();
        own.sort_unstable();
        let killers: Map<String, Value> = own
            .iter()
            .filter(|id| !governance.is_effective(&event_id(id)))
            .map(|id| (id.clone(), governance.killers(&event_id(id))))
            .filter(|(_, killers)| !killers.is_empty())
            .map(|(id, killers)| (id, killers.iter().map(|k| name(k.as_bytes())).collect()))
            .collect();
        json!({
            "effective": own.iter().map(|id| (id.clone(), governance.is_effective(&event_id(id)).into())).collect::<Map<_, _>>(),
            "killers": killers,
            "members": state.members().map(|a| (name(a.as_bytes()), state.level_of(&a).into())).collect::<Map<_, _>>(),
            "bans": names(&mut state.bans()),
            "pending": names(&mut state.pending()),
            "channels": channels.iter().map(|(name, id)| {
                let channel = state.channel(id).expect("listed");
                (name.clone(), json!({"name": channel.name, "archived": channel.archived}))
            }).collect::<Map<_, _>>(),
            "heirs": state.heirs().map(|heirs| json!({
                "accounts": names(&mut heirs.accounts.iter().copied()),
                "threshold": heirs.threshold,
            })),
            "may": may(None),
            "may_in": channels.iter().map(|(name, id)| (name.clone(), may(Some(id)).into())).collect::<Map<_, _>>(),
        })
    }
}

fn words(permissions: Permissions) -> Value {
    let mut words: Vec<&str> = permissions.iter().map(Permission::word).collect();
    words.sort_unstable();
    words.into()
}

fn made(channel: &str) -> String {
    format!("~made {channel}")
}

fn step(id: &str, parents: Vec<String>, author: &str, hlc: u64, server: ServerId, payload: Payload) -> Step {
    let body = EventBody {
        server: Some(server),
        account: account(author),
        device: account(author).as_device(),
        seq: 1,
        hlc: Hlc::from_bits(hlc),
        parents: parents.iter().map(|p| event_id(p)).collect(),
        auth: None,
        payload,
    };
    Step { id: id.to_owned(), parents, body }
}

fn channel_put(channel: Option<&str>, name: &str, overrides: Vec<Override>) -> ChannelPut {
    ChannelPut {
        channel: channel.map(|channel| ChannelId::from(event_id(&made(channel)))),
        name: name.to_owned(),
        kind: ChannelKind::Text,
        topic: String::new(),
        parent: None,
        overrides,
        private: false,
        order: 0,
    }
}

fn genesis(data: &Value) -> Genesis {
    let mut owners: Vec<AccountId> = texts(&data["owners"]).into_iter().map(account).collect();
    owners.sort_unstable();
    let founder = |owner: AccountId| {
        let device = format!("{}/1", name(owner.as_bytes()));
        Founder {
            account: owner,
            certificate: certificate(owner, &device),
            prekey: register(owner),
            profile: register(owner),
        }
    };
    Genesis {
        name: "model".into(),
        description: String::new(),
        visibility: Visibility::Private,
        founders: owners.into_iter().map(founder).collect(),
        nonce: [0; 16],
        message_rate: MessageRate { per_second: 50, burst: 500 },
        tags: Vec::new(),
        bootstrap: Vec::new(),
    }
}

fn overrides(data: &Value) -> Vec<Override> {
    let Some(all) = data["overrides"].as_object() else { return Vec::new() };
    let mut overrides: Vec<Override> = all
        .iter()
        .map(|(key, value)| Override {
            target: match key.strip_prefix('@') {
                Some(who) => OverrideTarget::Account(account(who)),
                None => OverrideTarget::Role(role(key)),
            },
            allow: bits(&value["allow"]),
            deny: bits(&value["deny"]),
        })
        .collect();
    overrides.sort_unstable_by_key(|o| o.target);
    overrides
}

fn admit(data: &Value) -> Admit {
    let who = account(text(data, "account"));
    let request = JoinRequest {
        server: ServerId::new([0; 32]),
        nonce: [0; 32],
        account: who,
        certificate: certificate(who, &format!("{}/1", text(data, "account"))),
        prekey: register(who),
        profile: register(who),
        signed: unsigned(),
    };
    Admit { account: who, invite: event_id(text(data, "invite")), request }
}

fn payload(event: &Value, signatures: Vec<EventId>) -> Payload {
    let data = &event["data"];
    let target = || account(text(data, "account"));
    let expulsion = || Expulsion { account: target(), reason: String::new(), fences: Vec::new() };
    let change = || RoleChange { account: target(), role: role(text(data, "role")) };
    match text(event, "type") {
        "GENESIS" => Payload::Genesis(Box::new(genesis(data))),
        "OWNER_ADD" => Payload::OwnerAdd { account: target() },
        "HEIRS" => {
            let mut accounts: Vec<AccountId> = texts(&data["accounts"]).into_iter().map(account).collect();
            accounts.sort_unstable();
            accounts.dedup();
            let threshold = data["threshold"].as_u64().and_then(|t| u32::try_from(t).ok()).expect("threshold");
            Payload::Heirs(Heirs { accounts, threshold })
        }
        "SUCCESSION" => Payload::Succession(Succession { account: target(), signatures }),
        "ROLE_DEF" => Payload::RoleDef(RoleDef {
            name: text(data, "name").into(),
            level: data["level"].as_u64().and_then(|level| u8::try_from(level).ok()).expect("level"),
            bits: bits(&data["bits"]),
        }),
        "ROLE_PERMS" => Payload::RolePerms(RolePerms {
            role: role(text(data, "role")),
            bits: bits(&data["bits"]),
            name: None,
            deleted: false,
        }),
        "GRANT" => Payload::Grant(change()),
        "REVOKE_ROLE" => Payload::RevokeRole(change()),
        "REMOVE" => Payload::Remove(expulsion()),
        "BAN" => Payload::Ban(expulsion()),
        "UNBAN" => Payload::Unban { account: target() },
        "LEAVE" => Payload::Leave { fences: Vec::new() },
        "DEVICE_ADD" => {
            let owner = account(text(event, "author"));
            Payload::DeviceAdd { certificate: certificate(owner, text(data, "device")) }
        }
        "DEVICE_REVOKE" => {
            Payload::DeviceRevoke { device: DeviceId::new(raw(text(data, "device"))), fences: Vec::new() }
        }
        "INVITE" => Payload::Invite(Invite {
            public_key: [0; 32],
            role: role(data["role"].as_str().unwrap_or("member")),
            max_uses: data["max_uses"].as_u64().and_then(|uses| u32::try_from(uses).ok()),
            expires: data["expires"].as_u64().map(|at| Hlc::from_bits(at * TICKS)),
        }),
        "INVITE_REVOKE" => Payload::InviteRevoke { invite: event_id(text(data, "invite")) },
        "ADMIT" => Payload::Admit(Box::new(admit(data))),
        "CHANNEL_PUT" => {
            Payload::ChannelPut(channel_put(Some(text(data, "channel")), text(data, "name"), overrides(data)))
        }
        "CHANNEL_ARCHIVE" => {
            Payload::ChannelArchive { channel: ChannelId::from(event_id(&made(text(data, "channel")))) }
        }
        "RESTRICT" => Payload::Restrict(Restrict {
            account: target(),
            until_ms: data["until"].as_u64().expect("until"),
            channels: Vec::new(),
            fences: Vec::new(),
            lifts: Vec::new(),
            reason: String::new(),
        }),
        "RATIFY" => Payload::Ratify { ids: texts(&data["ids"]).into_iter().map(event_id).collect() },
        "CHECKPOINT" => Payload::Checkpoint { seal: data["seal"].as_bool().unwrap_or(false) },
        "KEY_EPOCH" => Payload::KeyEpoch(KeyEpoch {
            scope: ScopeId::new([0; 32]),
            generation: 1,
            parents: Vec::new(),
            recipients_root: [0; 32],
            history_commit: [0; 32],
            message_commit: [0; 32],
            rows: Vec::new(),
            hist_link: bytes::Bytes::new(),
            reason: String::new(),
        }),
        other => panic!("the model has no {other}"),
    }
}
