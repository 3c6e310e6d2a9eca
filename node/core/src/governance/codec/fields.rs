//! Checks of single fields, shared by all kinds.

use bytes::Bytes;
use folkmoot_identity::signed::CanonicalError;
use folkmoot_proto::{
    limits::{
        ADDRESS_BYTES, ADDRESSES, FENCES, MESSAGE_RATE_BURST, MESSAGE_RATE_MAX, MESSAGE_RATE_PER_SECOND, TAG_CHARS,
        TAGS,
    },
    v1,
};

use crate::{
    governance::{Fence, InvalidEvent, MessageRate, Permissions, Role},
    ids::{EventId, LogId},
};

/// Why data cannot be taken for its kind.
#[derive(Debug)]
pub(super) enum Fault {
    /// It is wrong.
    Invalid(InvalidEvent),
    /// It holds a value that only a newer program can know.
    Newer,
}

impl From<InvalidEvent> for Fault {
    fn from(error: InvalidEvent) -> Self {
        Self::Invalid(error)
    }
}

impl From<CanonicalError> for Fault {
    fn from(error: CanonicalError) -> Self {
        Self::Invalid(error.into())
    }
}

pub(super) const fn field(field: &'static str) -> InvalidEvent {
    InvalidEvent::Field { field }
}

/// Exactly 32 bytes, as an id or a key.
pub(crate) fn bytes32<T: for<'a> TryFrom<&'a [u8]>>(bytes: &Bytes, name: &'static str) -> Result<T, InvalidEvent> {
    T::try_from(bytes.as_ref()).map_err(|_| field(name))
}

/// 32 bytes or none.
pub(crate) fn optional_id<T: for<'a> TryFrom<&'a [u8]>>(
    bytes: &Bytes,
    name: &'static str,
) -> Result<Option<T>, InvalidEvent> {
    if bytes.is_empty() { Ok(None) } else { bytes32(bytes, name).map(Some) }
}

/// At most `limit` of 32 bytes each, ascending, none twice.
pub(crate) fn ascending<T: for<'a> TryFrom<&'a [u8]>>(
    items: &[Bytes],
    limit: usize,
    name: &'static str,
) -> Result<Vec<T>, InvalidEvent> {
    if items.len() > limit || !items.is_sorted_by(|a, b| a < b) {
        return Err(field(name));
    }
    items.iter().map(|item| bytes32(item, name)).collect()
}

/// 1 to `max_chars` characters without control characters.
///
/// Nothing finer: whatever needs tables of Unicode would let nodes of different versions disagree about what is a valid event.
/// Names are normalized where they are typed in.
pub(super) fn check_name(text: &str, max_chars: usize, name: &'static str) -> Result<(), InvalidEvent> {
    if text.trim().is_empty() {
        return Err(field(name));
    }
    check_line(text, max_chars, name)
}

/// Up to `max_chars` characters without control characters.
pub(super) fn check_line(text: &str, max_chars: usize, name: &'static str) -> Result<(), InvalidEvent> {
    if text.chars().count() > max_chars || text.chars().any(|c| c.is_ascii_control()) {
        return Err(field(name));
    }
    Ok(())
}

/// Up to `max_bytes` bytes of any text.
pub(super) fn check_text(text: &str, max_bytes: usize, name: &'static str) -> Result<(), InvalidEvent> {
    if text.len() > max_bytes { Err(field(name)) } else { Ok(()) }
}

pub(super) fn check_tags(tags: &[String]) -> Result<(), InvalidEvent> {
    if tags.len() > TAGS {
        return Err(field("tags"));
    }
    tags.iter().try_for_each(|tag| check_name(tag, TAG_CHARS, "tags"))
}

pub(super) fn check_bootstrap(addresses: &[String]) -> Result<(), InvalidEvent> {
    if addresses.len() > ADDRESSES {
        return Err(field("bootstrap"));
    }
    addresses.iter().try_for_each(|address| check_name(address, ADDRESS_BYTES, "bootstrap"))
}

pub(super) fn message_rate(wire: Option<v1::MessageRate>) -> Result<MessageRate, InvalidEvent> {
    let Some(wire) = wire else {
        return Ok(MessageRate { per_second: MESSAGE_RATE_PER_SECOND, burst: MESSAGE_RATE_BURST });
    };
    let allowed = 1..=MESSAGE_RATE_MAX;
    if !allowed.contains(&wire.per_second) || !allowed.contains(&wire.burst) {
        return Err(field("message_rate"));
    }
    Ok(MessageRate { per_second: wire.per_second, burst: wire.burst })
}

pub(super) fn permissions(bits: u32) -> Result<Permissions, Fault> {
    Permissions::from_bits(bits).ok_or(Fault::Newer)
}

pub(super) fn role(wire: Option<v1::RoleRef>) -> Result<Role, Fault> {
    let wire = wire.ok_or(field("role"))?;
    match (v1::BuiltinRole::try_from(wire.builtin), optional_id::<EventId>(&wire.id, "role")?) {
        (Ok(v1::BuiltinRole::Unspecified), Some(id)) => Ok(Role::Custom(id)),
        (Ok(v1::BuiltinRole::Unspecified), None) | (_, Some(_)) => Err(field("role").into()),
        (Ok(v1::BuiltinRole::Owner), None) => Ok(Role::Owner),
        (Ok(v1::BuiltinRole::Steward), None) => Ok(Role::Steward),
        (Ok(v1::BuiltinRole::Admin), None) => Ok(Role::Admin),
        (Ok(v1::BuiltinRole::Mod), None) => Ok(Role::Mod),
        (Ok(v1::BuiltinRole::Member), None) => Ok(Role::Member),
        (Err(_), None) => Err(Fault::Newer),
    }
}

pub(super) fn fences(wire: &[v1::Fence]) -> Result<Vec<Fence>, InvalidEvent> {
    if wire.len() > FENCES || !wire.is_sorted_by(|a, b| a.log < b.log) {
        return Err(field("fences"));
    }
    wire.iter().map(|f| Ok(Fence { log: bytes32::<LogId>(&f.log, "fences")?, seq: f.seq })).collect()
}
