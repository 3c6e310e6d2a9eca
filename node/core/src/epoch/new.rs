//! Making an epoch: commitments, rows for the recipients, the link to what came before.

use bytes::Bytes;
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use folkmoot_identity::kdf::{Purpose, derive};
use folkmoot_proto::{
    limits::{EPOCH_PARENTS, WRAP_ROWS_BYTES},
    v1,
};
use prost::Message;
use zeroize::Zeroizing;

use super::{HistoryRoot, WrapKind, WrapScope};
use crate::ids::{DeviceId, EpochId, ScopeId, ServerId};

/// Bytes of a row on the wire: three ids or keys of at most 82 bytes and their tags.
const ROW_BYTES: usize = 156;

/// Somebody an epoch is wrapped to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The device.
    pub device: DeviceId,
    /// Its current X25519 prekey.
    pub prekey: [u8; 32],
}

/// An epoch that the new one follows, with its `H` where held.
#[derive(Debug)]
pub struct EpochParent<'a> {
    /// Its id.
    pub id: EpochId,
    /// Its generation.
    pub generation: u32,
    /// Its history root.
    pub root: &'a HistoryRoot,
}

/// What a new epoch is made for.
#[derive(Debug)]
pub struct EpochPlan<'a> {
    /// The server.
    pub server: ServerId,
    /// The scope: the server's own, or that of a private channel.
    pub scope: ScopeId,
    /// The epochs it follows.
    pub parents: &'a [EpochParent<'a>],
    /// All devices of everybody the scope is for.
    pub allowed: &'a [DeviceId],
    /// Those of them whose prekey is known.
    pub recipients: &'a [Recipient],
    /// 24 random bytes.
    pub link_nonce: [u8; 24],
    /// Why, shown to people.
    pub reason: &'a str,
}

/// A new epoch, before its event is signed.
#[derive(Debug)]
pub struct NewEpoch {
    /// Data of the KEY_EPOCH event.
    pub data: v1::KeyEpoch,
    /// Its secret.
    pub root: HistoryRoot,
}

/// `KDF("recipients", devices ascending)`: who the author held to be allowed (rule E1).
#[must_use]
pub fn recipients_root(devices: impl IntoIterator<Item = DeviceId>) -> [u8; 32] {
    let mut devices: Vec<DeviceId> = devices.into_iter().collect();
    devices.sort_unstable();
    devices.dedup();
    let parts: Vec<&[u8]> = devices.iter().map(AsRef::as_ref).collect();
    derive(Purpose::Recipients, &parts)
}

impl NewEpoch {
    /// Makes an epoch of a scope under a random root.
    ///
    /// Rows beyond 32 KiB are left out (those devices ask for a KEY_GRANT). `wrap(recipient, info, aad, secret)` seals one row;
    /// `None` leaves it out.
    #[must_use]
    pub fn make(
        root: HistoryRoot,
        plan: &EpochPlan<'_>,
        mut wrap: impl FnMut(&Recipient, &[u8], &[u8], &[u8; 32]) -> Option<[u8; 80]>,
    ) -> Self {
        let EpochPlan { server, scope: id, parents, allowed, recipients, link_nonce, reason } = *plan;
        let commitments = root.commitments();
        let mut parents: Vec<&EpochParent<'_>> = parents.iter().collect();
        parents.sort_unstable_by_key(|p| (std::cmp::Reverse(p.generation), p.id));
        parents.truncate(EPOCH_PARENTS);
        parents.sort_unstable_by_key(|p| p.id);
        let generation = parents.iter().map(|p| p.generation).max().unwrap_or(0).saturating_add(1);
        let scope = WrapScope { server, scope: id, generation, history_commit: commitments.history };
        let info = scope.info();
        let mut recipients = recipients.to_vec();
        recipients.sort_unstable_by_key(|r| r.device);
        recipients.truncate(WRAP_ROWS_BYTES / ROW_BYTES);
        let rows = recipients
            .iter()
            .filter_map(|r| {
                let aad = WrapScope::aad(&r.device, &r.prekey, WrapKind::History);
                let sealed = wrap(r, &info, &aad, root.expose())?;
                Some(v1::WrapRow {
                    device: Bytes::copy_from_slice(r.device.as_ref()),
                    prekey: Bytes::copy_from_slice(&r.prekey),
                    kind: v1::WrapKind::History.into(),
                    sealed: Bytes::copy_from_slice(&sealed),
                })
            })
            .collect();
        let data = v1::KeyEpoch {
            scope: Bytes::copy_from_slice(id.as_ref()),
            generation,
            parents: parents.iter().map(|p| Bytes::copy_from_slice(p.id.as_ref())).collect(),
            recipients_root: Bytes::copy_from_slice(&recipients_root(allowed.iter().copied())),
            history_commit: Bytes::copy_from_slice(&commitments.history),
            message_commit: Bytes::copy_from_slice(&commitments.message),
            rows,
            hist_link: if parents.is_empty() { Bytes::new() } else { seal_link(&root, &parents, link_nonce) },
            reason: reason.to_owned(),
        };
        Self { data, root }
    }
}

/// `nonce24 ‖ AEAD(K_hist, HistLink)`.
fn seal_link(root: &HistoryRoot, parents: &[&EpochParent<'_>], nonce: [u8; 24]) -> Bytes {
    let link = v1::HistLink {
        parents: parents
            .iter()
            .map(|p| v1::HistSecret {
                epoch: Bytes::copy_from_slice(p.id.as_ref()),
                secret: Bytes::copy_from_slice(p.root.expose()),
            })
            .collect(),
    };
    let plain = Zeroizing::new(link.encode_to_vec());
    let sealed = XChaCha20Poly1305::new((&*root.history_key()).into())
        .encrypt(&XNonce::from(nonce), Payload { msg: &plain, aad: &[] })
        .expect("a link of four secrets is far below the cipher's limit");
    [&nonce[..], &sealed].concat().into()
}

/// The parents' roots that a link hands over; empty when it does not open.
pub(super) fn open_link(root: &HistoryRoot, link: &[u8]) -> Vec<(EpochId, HistoryRoot)> {
    let Some((nonce, sealed)) = link.split_first_chunk::<24>() else { return Vec::new() };
    let Ok(plain) = XChaCha20Poly1305::new((&*root.history_key()).into())
        .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &[] })
    else {
        return Vec::new();
    };
    let plain = Zeroizing::new(plain);
    let Ok(link) = v1::HistLink::decode(plain.as_slice()) else { return Vec::new() };
    link.parents
        .iter()
        .take(EPOCH_PARENTS)
        .filter_map(|p| {
            let id = EpochId::try_from(p.epoch.as_ref()).ok()?;
            let secret: [u8; 32] = p.secret.as_ref().try_into().ok()?;
            Some((id, HistoryRoot::new(Zeroizing::new(secret))))
        })
        .collect()
}
