//! [`Advert`]: bytes from a stranger that turned out to be an advert.

use bytes::Bytes;
use folkmoot_identity::{
    Certificate, Hlc,
    kdf::{Purpose, derive},
    signed::{Context, SignedBytes, decode_canonical, verify},
};
use folkmoot_proto::{
    limits::{
        ADVERT_BARRED, ADVERT_BYTES, ADVERT_CERTIFICATES, ADVERT_EVENTS, ADVERT_LEAD_MS, ADVERT_LIFETIME_MS,
        SMALL_SIGNED_BYTES,
    },
    v1,
};

use super::{InvalidAdvert, Listing, lineage::Lineage};
use crate::{
    governance::Unverified,
    ids::{AccountId, DeviceId, EventId, ServerId},
};

/// The one format known.
pub(super) const FORMAT: u32 = 1;

/// An advert that holds: of a public server, in time, by somebody whom its GENESIS leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advert {
    /// The server.
    pub server: ServerId,
    /// Who signed.
    pub account: AccountId,
    /// Level of the role by which it was signed.
    pub rank: u8,
    /// Stamp of the settings it tells.
    pub version: Hlc,
    /// When it was signed, ms UTC.
    pub stamp_ms: u64,
    /// Until when it may be believed, ms UTC.
    pub expires_ms: u64,
    /// What people read.
    pub listing: Listing,
    /// Accounts of lower rank whose adverts count no more, ascending.
    pub barred: Vec<AccountId>,
    /// As it travels.
    pub bytes: Bytes,
    /// Names these very words of its author.
    pub id: [u8; 32],
}

impl Advert {
    /// Checks everything about an advert that can be checked by itself. Costs a signature check per event and certificate in it,
    /// about a millisecond in all, so it is done off the network's task.
    ///
    /// # Errors
    /// [`InvalidAdvert`], cheap reasons first.
    pub fn verify(bytes: &Bytes, now_ms: u64) -> Result<Self, InvalidAdvert> {
        if bytes.len() > ADVERT_BYTES {
            return Err(InvalidAdvert::TooLarge { actual: bytes.len() });
        }
        let wire: v1::Advert = decode_canonical("Advert", bytes)?;
        let signed: SignedBytes = wire.content.ok_or(InvalidAdvert::Field { field: "content" })?.into();
        let body: v1::AdvertBody = decode_canonical("AdvertBody", &signed.body)?;
        let advert = claimed(&body, &signed.body, bytes, now_ms)?;
        let (device, grant) = (id(&body.device, "device")?, id(&body.grant, "grant")?);
        let mut lineage = begin(advert.server, &wire.events)?;
        for certificate in certificates(wire.certificates)? {
            lineage.certify(certificate.account, certificate.device);
        }
        for event in wire.events.into_iter().skip(1) {
            lineage.follow(&decode(event.into())?.verify().map_err(InvalidAdvert::Event)?)?;
        }
        if !lineage.is_device_of(&advert.account, &device) {
            return Err(InvalidAdvert::UnknownDevice);
        }
        let rank = lineage.rank(&grant, &advert.account)?;
        let device: &DeviceId = &device;
        verify(device.as_bytes(), Context::Advert, &advert.id, &signed.sig).map_err(InvalidAdvert::Signature)?;
        Ok(Self { rank, ..advert })
    }

    /// The same, of one server.
    ///
    /// # Errors
    /// As [`Advert::verify`], and [`InvalidAdvert::Foreign`].
    pub fn verify_of(bytes: &Bytes, server: &ServerId, now_ms: u64) -> Result<Self, InvalidAdvert> {
        let advert = Self::verify(bytes, now_ms)?;
        if advert.server == *server { Ok(advert) } else { Err(InvalidAdvert::Foreign) }
    }

    /// Whether its time is over.
    #[must_use]
    pub const fn is_expired(&self, now_ms: u64) -> bool {
        self.expires_ms <= now_ms
    }

    /// Whether this one says that the other's author must not be believed, and ranks high enough to say so.
    #[must_use]
    pub fn bars(&self, other: &Self) -> bool {
        self.rank > other.rank && self.barred.binary_search(&other.account).is_ok()
    }

    /// Which of two adverts of one server counts. One that bars the other's author; else the greater version, then the later
    /// stamp; then any, but for everybody the same.
    #[must_use]
    pub fn prevails_over(&self, other: &Self) -> bool {
        if self.bars(other) || other.bars(self) {
            return self.bars(other);
        }
        (self.version, self.stamp_ms, self.id) > (other.version, other.stamp_ms, other.id)
    }
}

/// What it says of itself, in the range of what can be said. Nothing is proved yet.
fn claimed(body: &v1::AdvertBody, raw: &Bytes, bytes: &Bytes, now_ms: u64) -> Result<Advert, InvalidAdvert> {
    if body.format != FORMAT {
        return Err(InvalidAdvert::Format { found: body.format });
    }
    let field = |field| InvalidAdvert::Field { field };
    if body.visibility != v1::Visibility::Public as i32 {
        return Err(InvalidAdvert::Private);
    }
    if body.stamp > now_ms.saturating_add(ADVERT_LEAD_MS) {
        return Err(InvalidAdvert::FromTheFuture);
    }
    if body.expires <= now_ms {
        return Err(InvalidAdvert::Expired { expires_ms: body.expires });
    }
    if body.expires > body.stamp.saturating_add(ADVERT_LIFETIME_MS) {
        return Err(InvalidAdvert::LivesTooLong);
    }
    let version = Hlc::from_bits(body.version);
    // A version from the future would count more than any that is to come.
    if version.ms() > body.stamp.saturating_add(ADVERT_LEAD_MS) {
        return Err(field("version"));
    }
    if body.barred.len() > ADVERT_BARRED || !body.barred.is_sorted_by(|a, b| a < b) {
        return Err(field("barred"));
    }
    let listing = Listing {
        name: body.name.clone(),
        description: body.description.clone(),
        tags: body.tags.clone(),
        language: body.language.clone(),
        bootstrap: body.bootstrap.clone(),
    };
    listing.validate()?;
    Ok(Advert {
        server: id(&body.server, "server")?,
        account: id(&body.account, "account")?,
        rank: 0,
        version,
        stamp_ms: body.stamp,
        expires_ms: body.expires,
        listing,
        barred: body.barred.iter().map(|account| id(account, "barred")).collect::<Result<_, _>>()?,
        bytes: bytes.clone(),
        id: id_of(raw),
    })
}

fn begin(server: ServerId, events: &[v1::SignedBytes]) -> Result<Lineage, InvalidAdvert> {
    if events.len() > ADVERT_EVENTS {
        return Err(InvalidAdvert::Field { field: "events" });
    }
    let genesis = events.first().cloned().ok_or(InvalidAdvert::Genesis)?;
    Lineage::begin(server, decode(genesis.into())?)
}

fn decode(signed: SignedBytes) -> Result<Unverified, InvalidAdvert> {
    Unverified::decode(signed).map_err(InvalidAdvert::Event)
}

fn certificates(wire: Vec<v1::SignedBytes>) -> Result<Vec<Certificate>, InvalidAdvert> {
    if wire.len() > ADVERT_CERTIFICATES || wire.iter().any(|c| c.body.len() > SMALL_SIGNED_BYTES) {
        return Err(InvalidAdvert::Field { field: "certificates" });
    }
    wire.into_iter().map(|c| Certificate::verify(c.into()).map_err(|_| InvalidAdvert::Certificate)).collect()
}

fn id<T: for<'a> TryFrom<&'a [u8]>>(bytes: &Bytes, field: &'static str) -> Result<T, InvalidAdvert> {
    T::try_from(bytes.as_ref()).map_err(|_| InvalidAdvert::Field { field })
}

/// Id of an advert's body, which is what is signed.
pub(super) fn id_of(body: &[u8]) -> [u8; 32] {
    derive(Purpose::Advert, &[body])
}

/// The grant's place in a body.
pub(super) fn raw(id: &EventId) -> Bytes {
    Bytes::copy_from_slice(id.as_ref())
}
