//! Between bytes and [`Payload`](super::Payload): the only place of governance that knows prost types.

mod decode;
mod encode;
mod fields;

pub(super) use decode::{Envelope, envelope, payload};
pub(super) use encode::{body, data};
pub(super) use fields::{ascending, bytes32, optional_id};
