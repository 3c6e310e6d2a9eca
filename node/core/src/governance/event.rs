//! One event, and the types it climbs: [`Unverified`], [`Verified`]. What it is allowed to do is `resolve`'s to say.

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use folkmoot_identity::{
    Hlc,
    kdf::{Purpose, derive},
    signed::{Context, SignedBytes, sign, verify},
};
use folkmoot_proto::limits::EVENT_BYTES;

use super::{Genesis, InvalidEvent, Payload, codec, credentials};
use crate::ids::{AccountId, DeviceId, EventId, ServerId};

/// The format written here.
const FORMAT: u32 = 1;

/// An event with its decoded payload. Which checks it passed is said by the type around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    id: EventId,
    signed: SignedBytes,
    /// The server; `None` in its GENESIS.
    pub server: Option<ServerId>,
    /// The author.
    pub account: AccountId,
    /// The signing device, or the account key itself.
    pub device: DeviceId,
    /// 1, 2, … per device and server.
    pub seq: u64,
    /// Exceeds that of every parent.
    pub hlc: Hlc,
    /// Ascending; none in the GENESIS.
    pub parents: Vec<EventId>,
    /// The granting event by which the author claims authority.
    pub auth: Option<EventId>,
    /// What it does.
    pub payload: Payload,
}

impl Event {
    /// `KDF("auth-event", body)`.
    #[must_use]
    pub const fn id(&self) -> EventId {
        self.id
    }

    /// Body and signature as received.
    #[must_use]
    pub const fn signed(&self) -> &SignedBytes {
        &self.signed
    }

    /// Whether the account key itself signed it.
    #[must_use]
    pub fn is_by_root(&self) -> bool {
        self.device == self.account.as_device()
    }
}

/// Bytes from a stranger in an event's form: decoded and within limits. Neither its own signature nor any in it is checked yet.
#[derive(Clone, Debug)]
pub struct Unverified(Event);

impl Unverified {
    /// Checks form, limits and whatever needs no other event.
    ///
    /// # Errors
    /// [`InvalidEvent`].
    pub fn decode(signed: SignedBytes) -> Result<Self, InvalidEvent> {
        let actual = signed.body.len() + signed.sig.len();
        if actual > EVENT_BYTES {
            return Err(InvalidEvent::TooLarge { actual, limit: EVENT_BYTES });
        }
        let envelope = codec::envelope(&signed.body)?;
        let payload = codec::payload(&envelope)?;
        let id = EventId::new(derive(Purpose::AuthEvent, &[&signed.body]));
        let codec::Envelope { server, account, device, seq, hlc, parents, auth, .. } = envelope;
        let event = Event { id, signed, server, account, device, seq, hlc, parents, auth, payload };
        if event.payload.is_own_word() && !event.is_by_root() {
            return Err(InvalidEvent::NotOwnWord);
        }
        if let Payload::Genesis(genesis) = &event.payload
            && !genesis.founders.iter().any(|f| f.account == event.account && f.certificate.device == event.device)
        {
            return Err(InvalidEvent::Foreign { what: "founder" });
        }
        Ok(Self(event))
    }

    /// What it claims to be.
    #[must_use]
    pub const fn claimed(&self) -> &Event {
        &self.0
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> EventId {
        self.0.id
    }

    /// Checks its signature and those of whatever it embeds.
    ///
    /// # Errors
    /// [`InvalidEvent::Signature`], `Embedded`.
    pub fn verify(self) -> Result<Verified, InvalidEvent> {
        let Event { id, signed, device, .. } = &self.0;
        verify(device.as_bytes(), Context::Event, id.as_bytes(), &signed.sig)
            .map_err(|source| InvalidEvent::Signature { of: "event", source })?;
        self.verify_embedded()?;
        Ok(Verified { event: self.0, origin: Origin::Peer })
    }

    /// That of a request by its invite's key is checked when the event enters the DAG, where the invite is.
    fn verify_embedded(&self) -> Result<(), InvalidEvent> {
        match &self.0.payload {
            Payload::Genesis(genesis) => {
                genesis.founders.iter().try_for_each(|f| credentials::verify(&f.certificate, &f.prekey, &f.profile))
            }
            Payload::Admit(admit) => admit.request.verify_credentials(),
            Payload::DeviceAdd { certificate } => credentials::verify_certificate(certificate),
            _ => Ok(()),
        }
    }

    /// Takes it without any signature: for bytes that this node verified before it stored them.
    #[must_use]
    pub fn trusted(self) -> Verified {
        Verified { event: self.0, origin: Origin::Stored }
    }
}

/// Well-formed, within limits, signed by its device. Says nothing about permission, nor about whose device that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    event: Event,
    origin: Origin,
}

/// Where an event comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// Bytes from a stranger.
    Peer,
    /// Made by this program from an [`EventBody`], whose fields nobody has checked yet.
    Own,
    /// This node's own ledger, or a test vector.
    Stored,
}

impl Verified {
    /// The event.
    #[must_use]
    pub const fn event(&self) -> &Event {
        &self.event
    }

    /// Gives up the proof. Own events are decoded as a peer would, so that nothing enters our DAG that others refuse.
    pub(super) fn into_event(self) -> Result<(Event, Origin), InvalidEvent> {
        let event = match self.origin {
            Origin::Own => {
                let decoded = Unverified::decode(self.event.signed)?;
                decoded.verify_embedded()?;
                decoded.0
            }
            Origin::Peer | Origin::Stored => self.event,
        };
        Ok((event, self.origin))
    }
}

/// An event before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventBody {
    /// The server; `None` in its GENESIS.
    pub server: Option<ServerId>,
    /// The author.
    pub account: AccountId,
    /// The device that will sign, or the account key itself.
    pub device: DeviceId,
    /// 1, 2, … per device and server.
    pub seq: u64,
    /// Exceeds that of every parent.
    pub hlc: Hlc,
    /// At most 16.
    pub parents: Vec<EventId>,
    /// The granting event by which the author claims authority.
    pub auth: Option<EventId>,
    /// What it does.
    pub payload: Payload,
}

impl EventBody {
    /// The first event of a server. For all others see `Governance::next_body`.
    #[must_use]
    pub fn genesis(account: AccountId, device: DeviceId, hlc: Hlc, genesis: Genesis) -> Self {
        let payload = Payload::Genesis(Box::new(genesis));
        Self { server: None, account, device, seq: 1, hlc, parents: Vec::new(), auth: None, payload }
    }

    /// Signs with the key of `device`. Limits are checked when the event enters the DAG.
    #[must_use]
    pub fn sign(self, key: &SigningKey) -> Verified {
        let body = codec::body(&self.envelope());
        let id = EventId::new(derive(Purpose::AuthEvent, &[&body]));
        let sig = sign(key, Context::Event, id.as_bytes());
        Verified { event: self.under(id, SignedBytes { body, sig }), origin: Origin::Own }
    }

    /// Takes the body as if signed, under an id that is no hash: for test vectors and simulations, whose ids are names. It has no
    /// bytes, so no peer or ledger can take it for a real one.
    #[must_use]
    pub fn assume(self, id: EventId) -> Verified {
        Verified {
            event: self.under(id, SignedBytes { body: Bytes::new(), sig: Bytes::new() }),
            origin: Origin::Stored,
        }
    }

    fn envelope(&self) -> codec::Envelope {
        codec::Envelope {
            format: FORMAT,
            kind: self.payload.kind(),
            server: self.server,
            account: self.account,
            device: self.device,
            seq: self.seq,
            hlc: self.hlc,
            parents: self.ascending_parents(),
            auth: self.auth,
            data: codec::data(&self.payload),
        }
    }

    fn ascending_parents(&self) -> Vec<EventId> {
        let mut parents = self.parents.clone();
        parents.sort_unstable();
        parents.dedup();
        parents
    }

    fn under(self, id: EventId, signed: SignedBytes) -> Event {
        let parents = self.ascending_parents();
        let Self { server, account, device, seq, hlc, auth, payload, .. } = self;
        Event { id, signed, server, account, device, seq, hlc, parents, auth, payload }
    }
}
