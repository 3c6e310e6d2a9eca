//! Coming into a public server: its doors have to be found first, and who says to be one may lie.

use std::time::Duration;

use folkmoot_core::{
    ids::{DeviceId, ServerId},
    standing::standing_key,
};
use folkmoot_overlay::{Address, OverlayHandle, Provenance};
use folkmoot_proto::v1::RefusalReason;
use tokio::time::timeout;

use super::knock::{KnockError, Opened, Ticket, enter, ring, through};
use crate::{directory::Directory, pipeline::Pipeline, sync::SyncError};

/// What the doors that did not open said.
#[derive(Default)]
struct Refusals {
    tried: usize,
    banned: Option<KnockError>,
    closed: Option<KnockError>,
    later: Option<KnockError>,
}

impl Refusals {
    /// Notes a refusal. An error of our own ends the search.
    fn note(&mut self, error: KnockError) -> Result<(), KnockError> {
        self.tried += 1;
        let place = match &error {
            KnockError::NotReady | KnockError::Pipeline(_) => return Err(error),
            // Nothing about the server.
            KnockError::Refused(RefusalReason::UnknownServer | RefusalReason::Locked) => return Ok(()),
            KnockError::Refused(RefusalReason::Banned) => &mut self.banned,
            KnockError::Refused(
                RefusalReason::InviteUnknown
                | RefusalReason::InviteExpired
                | RefusalReason::InviteRevoked
                | RefusalReason::InviteUsedUp,
            ) => &mut self.closed,
            _ => &mut self.later,
        };
        place.get_or_insert(error);
        Ok(())
    }
}

/// The longest a door may take to say whether it would let us in. Who only holds the line must not keep us from the next door.
const RING_TIME: Duration = Duration::from_secs(5);

/// Rings at all doors at once; the answers in the order of the doors.
async fn ring_all(overlay: &OverlayHandle, doors: &[DeviceId], ticket: &Ticket) -> Vec<Result<Opened, KnockError>> {
    let rings = doors.iter().map(|door| async move {
        let silent = |_| Err(KnockError::BadServer(SyncError::Protocol { what: "no answer at the door" }));
        timeout(RING_TIME, ring(overlay, *door, ticket)).await.unwrap_or_else(silent)
    });
    futures::future::join_all(rings).await
}

/// Enters by a door that answered.
async fn enter_if(
    pipeline: &Pipeline,
    overlay: &OverlayHandle,
    rung: Result<Opened, KnockError>,
    ticket: &Ticket,
) -> Result<(), KnockError> {
    enter(pipeline, overlay, rung?, ticket).await
}

/// Looks for members of a public server, by the table, by peers, by the addresses its advert names, and asks at their doors until
/// one opens; the server is stored and followed when this returns.
///
/// # Errors
/// [`KnockError`] of the door that had most to say. One door's refusal does not end the search: it may be no door at all.
pub async fn find(
    pipeline: &Pipeline,
    overlay: &OverlayHandle,
    directory: &Directory,
    server: ServerId,
) -> Result<(), KnockError> {
    let heard_of = directory.advert(&server).is_some();
    let doors = directory.doors(server).await;
    let advert = directory.advert(&server);
    let ticket = Ticket { server, key: standing_key(&server) };
    let mut refusals = Refusals::default();
    let mut tried: Vec<DeviceId> = Vec::new();
    tried.extend(&doors.members);
    for rung in ring_all(overlay, &doors.members, &ticket).await {
        match enter_if(pipeline, overlay, rung, &ticket).await {
            Ok(()) => return Ok(()),
            Err(error) => refusals.note(error)?,
        }
    }
    let named = advert.iter().flat_map(|advert| &advert.listing.bootstrap);
    for address in named.filter_map(|text| text.parse::<Address>().ok()) {
        if address.device().is_none_or(|device| device == overlay.device() || tried.contains(&device)) {
            continue;
        }
        let door = match overlay.dial_from(address, Provenance::Learned).await {
            Ok(door) => door,
            Err(error) => {
                tracing::debug!(%error, "door not reached");
                refusals.tried += 1;
                continue;
            }
        };
        tried.push(door);
        match through(pipeline, overlay, door, &ticket).await {
            Ok(()) => return Ok(()),
            Err(error) => refusals.note(error)?,
        }
    }
    // Whoever is connected may be a member and not say so. What strangers say about a server whose advert we have counts for
    // nothing; without one they may be members of a private server.
    let mut strangers = Refusals::default();
    let others: Vec<DeviceId> = doors.others.iter().filter(|door| !tried.contains(door)).copied().collect();
    for rung in ring_all(overlay, &others, &ticket).await {
        match enter_if(pipeline, overlay, rung, &ticket).await {
            Ok(()) => return Ok(()),
            Err(error) => strangers.note(error)?,
        }
    }
    if let Some(banned) = refusals.banned {
        return Err(banned);
    }
    if let Some(closed) = refusals.closed {
        return Err(if advert.is_some() { closed } else { KnockError::Private });
    }
    if let Some(later) = refusals.later {
        return Err(later);
    }
    match (advert.is_some() || heard_of, doors.answered) {
        (true, _) | (false, 0) => Err(KnockError::Unreachable { tried: refusals.tried + strangers.tried }),
        (false, asked) => match (strangers.banned, strangers.closed, strangers.later) {
            (Some(banned), ..) => Err(banned),
            (None, Some(_), _) => Err(KnockError::Private),
            (None, None, Some(later)) => Err(later),
            (None, None, None) => Err(KnockError::Unknown { asked }),
        },
    }
}
