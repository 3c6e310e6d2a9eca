//! The ids and texts the examples use. A test that runs the examples puts real ones in their place.

use crate::ids::{AccountId, ActId, BlobId, ChannelId, CustomRoleId, DeviceId, InviteId, MessageId, RoleId, ServerId};

/// The server of the examples.
pub const SERVER: ServerId = ServerId::from_bytes([0x11; 32]);
/// Its text channel.
pub const CHANNEL: ChannelId = ChannelId::from_bytes([0x22; 32]);
/// A message in that channel.
pub const MESSAGE: MessageId = MessageId::from_bytes([0x33; 32]);
/// The account that calls.
pub const ACCOUNT: AccountId = AccountId::from_bytes([0x44; 32]);
/// The machine it calls from.
pub const DEVICE: DeviceId = DeviceId::from_bytes([0x55; 32]);
/// An invite to the server.
pub const INVITE: InviteId = InviteId::from_bytes([0x66; 32]);
/// A file.
pub const BLOB: BlobId = BlobId::from_bytes([0x77; 32]);
/// Somebody else.
pub const OTHER: AccountId = AccountId::from_bytes([0x88; 32]);
/// A role somebody defined.
pub const ROLE: RoleId = RoleId::Custom(CustomRoleId::from_bytes([0x99; 32]));
/// An act of governance.
pub const ACT: ActId = ActId::from_bytes([0xaa; 32]);
/// Another, which took the first away.
pub const KILLER: ActId = ActId::from_bytes([0xbb; 32]);
/// The link for another machine.
pub const DEVICE_LINK: &str = "moot://device/ERERERERERERERERERERERERERERERERERERERERERE";
/// The link of the invite.
pub const LINK: &str = "moot://join/ERERERERERERERERERERERERERERERERERERERERERE";
/// Another node.
pub const PEER: &str = "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";
/// Where that node listens.
pub const ADDRESS: &str = "/ip4/127.0.0.1/udp/4001/quic-v1/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";
/// Milliseconds UTC of everything in the examples.
pub const TIME_MS: u64 = 1_790_000_000_000;
