//! LOG_INIT, the first record of a log: who writes, where, by which grant.

use bytes::Bytes;
use ed25519_dalek::SigningKey;
use folkmoot_identity::{
    Hlc,
    kdf::{Purpose, derive},
    signed::{Context, SignedBytes, decode_canonical, sign, verify},
};
use folkmoot_proto::{
    limits::{LOG_INIT_HEADS, NONCE_BYTES, SMALL_SIGNED_BYTES},
    v1,
};
use prost::Message;

use super::InvalidEntry;
use crate::ids::{AccountId, ChannelId, DeviceId, EventId, LogId, ServerId};

/// A log's first record, its signature checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogInit {
    /// `KDF("log-init", body)`.
    pub id: LogId,
    /// The server.
    pub server: ServerId,
    /// The channel.
    pub channel: ChannelId,
    /// The author.
    pub account: AccountId,
    /// The device that signs every entry.
    pub device: DeviceId,
    /// The event that made the author a member.
    pub grant: EventId,
    /// Governance heads the author knew, ascending.
    pub heads: Vec<EventId>,
    /// When the log was opened.
    pub hlc: Hlc,
    /// Body and signature as received.
    pub signed: SignedBytes,
}

/// What a log is opened with.
#[derive(Clone, Debug)]
pub struct NewLog {
    /// The server.
    pub server: ServerId,
    /// The channel.
    pub channel: ChannelId,
    /// The author.
    pub account: AccountId,
    /// The event that made the author a member.
    pub grant: EventId,
    /// Governance heads known; the greatest four are named.
    pub heads: Vec<EventId>,
    /// 16 random bytes: two incarnations never share an id.
    pub nonce: [u8; NONCE_BYTES],
    /// Now.
    pub hlc: Hlc,
}

impl NewLog {
    /// Signs the first record with the device's key.
    #[must_use]
    pub fn sign(self, device: &SigningKey) -> LogInit {
        let Self { server, channel, account, grant, mut heads, nonce, hlc } = self;
        heads.sort_unstable();
        heads.dedup();
        heads.drain(..heads.len().saturating_sub(LOG_INIT_HEADS));
        let device_id = DeviceId::new(device.verifying_key().to_bytes());
        let body = Bytes::from(
            v1::LogInit {
                format: 1,
                server: Bytes::copy_from_slice(server.as_ref()),
                channel: Bytes::copy_from_slice(channel.as_ref()),
                account: Bytes::copy_from_slice(account.as_ref()),
                device: Bytes::copy_from_slice(device_id.as_ref()),
                grant: Bytes::copy_from_slice(grant.as_ref()),
                heads: heads.iter().map(|h| Bytes::copy_from_slice(h.as_ref())).collect(),
                nonce: Bytes::copy_from_slice(&nonce),
                hlc: hlc.bits(),
            }
            .encode_to_vec(),
        );
        let id = derive(Purpose::LogInit, &[&body]);
        let sig = sign(device, Context::Log, &id);
        let signed = SignedBytes { body, sig };
        LogInit { id: LogId::new(id), server, channel, account, device: device_id, grant, heads, hlc, signed }
    }
}

impl LogInit {
    /// Decodes and checks the signature. Says nothing about permission.
    ///
    /// # Errors
    /// [`InvalidEntry`].
    pub fn verify(signed: SignedBytes) -> Result<Self, InvalidEntry> {
        let init = Self::decode(signed)?;
        verify(init.device.as_bytes(), Context::Log, init.id.as_bytes(), &init.signed.sig)?;
        Ok(init)
    }

    /// Decodes without the signature: for bytes that this node verified before it stored them.
    ///
    /// # Errors
    /// [`InvalidEntry`].
    pub fn decode(signed: SignedBytes) -> Result<Self, InvalidEntry> {
        if signed.body.len() > SMALL_SIGNED_BYTES {
            return Err(InvalidEntry::TooLarge { actual: signed.body.len(), limit: SMALL_SIGNED_BYTES });
        }
        let wire: v1::LogInit = decode_canonical("LogInit", &signed.body)?;
        if wire.format != 1 {
            return Err(InvalidEntry::UnknownFormat { found: wire.format });
        }
        if wire.nonce.len() != NONCE_BYTES {
            return Err(InvalidEntry::Field { field: "nonce" });
        }
        if wire.heads.len() > LOG_INIT_HEADS || wire.heads.is_empty() || !wire.heads.is_sorted_by(|a, b| a < b) {
            return Err(InvalidEntry::Field { field: "heads" });
        }
        let id = LogId::new(derive(Purpose::LogInit, &[&signed.body]));
        Ok(Self {
            id,
            server: id32(&wire.server, "server")?.into(),
            channel: id32(&wire.channel, "channel")?.into(),
            account: AccountId::try_from(wire.account.as_ref())
                .map_err(|_| InvalidEntry::Field { field: "account" })?,
            device: DeviceId::try_from(wire.device.as_ref()).map_err(|_| InvalidEntry::Field { field: "device" })?,
            grant: id32(&wire.grant, "grant")?,
            heads: wire.heads.iter().map(|h| id32(h, "heads")).collect::<Result<_, _>>()?,
            hlc: Hlc::from_bits(wire.hlc),
            signed,
        })
    }
}

fn id32(bytes: &Bytes, field: &'static str) -> Result<EventId, InvalidEntry> {
    EventId::try_from(bytes.as_ref()).map_err(|_| InvalidEntry::Field { field })
}
