//! What a node chooses about its overlay, and the bounds it may tighten.

use std::{fmt, time::Duration};

use zeroize::Zeroizing;

use crate::Address;

/// How to start an overlay.
pub struct OverlayConfig {
    /// Secret half of the device's Ed25519 key, 32 bytes.
    pub device_seed: Zeroizing<[u8; 32]>,
    /// Where to listen. Port 0 lets the system choose; read the choice from [`crate::Overlay::listening`] and keep it.
    /// Empty: dial only.
    pub listen: Vec<Address>,
    /// Announce this node on the local network, and meet those that do. Tests run without, or they would meet each other.
    pub mdns: bool,
    /// Dial private and loopback addresses learned from others even while listening on a public address. For tests and LANs.
    pub allow_private_from_strangers: bool,
    /// Bounds on what strangers can take.
    pub limits: OverlayLimits,
}

impl OverlayConfig {
    /// The usual bounds, private addresses of strangers refused, unseen on the local network.
    #[must_use]
    pub fn new(device_seed: Zeroizing<[u8; 32]>, listen: Vec<Address>) -> Self {
        Self { device_seed, listen, mdns: false, allow_private_from_strangers: false, limits: OverlayLimits::default() }
    }
}

impl fmt::Debug for OverlayConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OverlayConfig")
            .field("listen", &self.listen)
            .field("mdns", &self.mdns)
            .field("allow_private_from_strangers", &self.allow_private_from_strangers)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Bounds on what strangers can take. Members bypass those on established connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlayLimits {
    /// Handshakes from others in progress.
    pub pending_inbound: u32,
    /// Dials in progress.
    pub pending_outbound: u32,
    /// Connections others opened.
    pub inbound: u32,
    /// Connections we opened.
    pub outbound: u32,
    /// Connections of one peer: two, since both may dial at once.
    pub per_peer: u32,
    /// Connections in all.
    pub total: u32,
    /// Connections strangers opened from one public address (IPv6: one /64).
    pub per_ip: u32,
    /// Bytes of memory of this process above which no new connection is taken.
    pub memory_bytes: usize,
    /// Streams one peer has open towards us, and we towards it.
    pub streams_per_peer: usize,
    /// Streams all strangers together have open towards us.
    pub streams_of_strangers: usize,
    /// Longest a dial may take.
    pub dial_timeout: Duration,
    /// How long a connection to a stranger is kept that has no stream open and shares no topic with us.
    pub idle_timeout: Duration,
}

impl Default for OverlayLimits {
    fn default() -> Self {
        Self {
            pending_inbound: 16,
            pending_outbound: 16,
            inbound: 64,
            outbound: 32,
            per_peer: 2,
            total: 96,
            per_ip: 8,
            memory_bytes: 1024 * 1024 * 1024,
            streams_per_peer: 8,
            streams_of_strangers: 64,
            dial_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(60),
        }
    }
}
