//! [`Address`]: where a device can be reached, and the question whether that place is on this machine or its local network.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use folkmoot_identity::DeviceId;
use folkmoot_proto::limits::ADDRESS_BYTES;
use libp2p::{Multiaddr, PeerId, multiaddr::Protocol};

use crate::peer;

/// A multiaddress such as `/ip4/192.0.2.7/udp/4001/quic-v1`, optionally ending in `/p2p/<device>`.
///
/// Any well-formed multiaddress within [`ADDRESS_BYTES`] of text is kept, so that those of later versions survive being stored
/// and passed on; [`is_dialable`](Self::is_dialable) says whether this version can use it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(Multiaddr);

/// Why a text is not an address.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// Longer than any address in use.
    #[error("address of {actual} bytes, at most {ADDRESS_BYTES} are allowed")]
    TooLong {
        /// Bytes there were.
        actual: usize,
    },
    /// Not a multiaddress.
    #[error("not an address such as /ip4/192.0.2.7/udp/4001/quic-v1")]
    Malformed {
        /// What the parser said.
        #[source]
        source: libp2p::multiaddr::Error,
    },
    /// Ends in the name of a peer whose key is no Ed25519 key.
    #[error("address names a peer that is not a device")]
    NotADevice,
}

impl Address {
    /// The QUIC address of a socket.
    #[must_use]
    pub fn quic(ip: IpAddr, port: u16) -> Self {
        Self(Multiaddr::from(ip).with(Protocol::Udp(port)).with(Protocol::QuicV1))
    }

    /// The TCP address of a socket.
    #[must_use]
    pub fn tcp(ip: IpAddr, port: u16) -> Self {
        Self(Multiaddr::from(ip).with(Protocol::Tcp(port)))
    }

    /// Whether this version can connect to it: an IP address, QUIC or TCP, optionally a device.
    #[must_use]
    pub fn is_dialable(&self) -> bool {
        self.is_quic() || self.is_tcp()
    }

    /// An IP address, UDP and QUIC, optionally a device.
    #[must_use]
    pub fn is_quic(&self) -> bool {
        let mut parts = self.0.iter();
        let ip = matches!(parts.next(), Some(Protocol::Ip4(_) | Protocol::Ip6(_)));
        let udp = matches!(parts.next(), Some(Protocol::Udp(_)));
        let quic = matches!(parts.next(), Some(Protocol::QuicV1));
        ip && udp && quic && ends(parts)
    }

    /// An IP address and TCP, optionally a device: for networks that let no UDP through.
    #[must_use]
    pub fn is_tcp(&self) -> bool {
        let mut parts = self.0.iter();
        let ip = matches!(parts.next(), Some(Protocol::Ip4(_) | Protocol::Ip6(_)));
        let tcp = matches!(parts.next(), Some(Protocol::Tcp(_)));
        ip && tcp && ends(parts)
    }

    /// The device it must lead to, if it names one.
    #[must_use]
    pub fn device(&self) -> Option<DeviceId> {
        self.peer().and_then(|peer| peer::device_id(&peer))
    }

    /// The same place, ending in this device; a device named before is replaced.
    #[must_use]
    pub fn with_device(&self, device: &DeviceId) -> Self {
        Self(self.without_device().0.with(Protocol::P2p(peer::peer_id(device))))
    }

    /// The same place, whoever is there.
    #[must_use]
    pub fn without_device(&self) -> Self {
        let mut bare = self.0.clone();
        if matches!(bare.iter().last(), Some(Protocol::P2p(_))) {
            bare.pop();
        }
        Self(bare)
    }

    /// The IP address it begins with; none for names.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        ip(&self.0)
    }

    /// The UDP port.
    #[must_use]
    pub fn udp_port(&self) -> Option<u16> {
        self.0.iter().find_map(|part| match part {
            Protocol::Udp(port) => Some(port),
            _ => None,
        })
    }

    /// The TCP port.
    #[must_use]
    pub fn tcp_port(&self) -> Option<u16> {
        self.0.iter().find_map(|part| match part {
            Protocol::Tcp(port) => Some(port),
            _ => None,
        })
    }

    /// Whether it lies on this machine or a local network, or is no address of a single host at all. Learned from a stranger,
    /// such an address could aim us at somebody's router. Addresses without an IP count as private: nothing vouches for them.
    #[must_use]
    pub fn is_private_or_loopback(&self) -> bool {
        self.ip().is_none_or(|ip| is_local(&ip))
    }

    /// The peer it ends in.
    pub(crate) fn peer(&self) -> Option<PeerId> {
        match self.0.iter().last() {
            Some(Protocol::P2p(peer)) => Some(peer),
            _ => None,
        }
    }

    pub(crate) const fn as_multiaddr(&self) -> &Multiaddr {
        &self.0
    }

    /// Of a socket of ours or one we are connected to, without the device.
    pub(crate) fn of_socket(address: Multiaddr) -> Self {
        Self(address).without_device()
    }

    /// As a stranger claims it; none when longer than [`ADDRESS_BYTES`].
    pub(crate) fn claimed(address: Multiaddr) -> Option<Self> {
        (address.as_ref().len() <= ADDRESS_BYTES).then_some(Self(address))
    }
}

/// Nothing further, or a peer and nothing further.
fn ends<'a>(mut parts: impl Iterator<Item = Protocol<'a>>) -> bool {
    matches!(parts.next(), None | Some(Protocol::P2p(_))) && parts.next().is_none()
}

/// First IP address of a multiaddress.
pub(crate) fn ip(address: &Multiaddr) -> Option<IpAddr> {
    match address.iter().next() {
        Some(Protocol::Ip4(ip)) => Some(IpAddr::V4(ip)),
        Some(Protocol::Ip6(ip)) => Some(IpAddr::V6(ip)),
        _ => None,
    }
}

/// Loopback, private, link-local, shared, multicast, unspecified or broadcast.
pub(crate) fn is_local(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_local_v4(*ip),
        IpAddr::V6(ip) => is_local_v6(ip),
    }
}

fn is_local_v4(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_broadcast()
        || a == 0
        || a >= 240
        || shared
}

fn is_local_v6(ip: &Ipv6Addr) -> bool {
    if let Some(v4) = ip.to_ipv4_mapped() {
        return is_local_v4(v4);
    }
    ip.is_loopback() || ip.is_unspecified() || ip.is_multicast() || ip.is_unique_local() || ip.is_unicast_link_local()
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.len() > ADDRESS_BYTES {
            return Err(AddressError::TooLong { actual: text.len() });
        }
        let address = Self(text.parse().map_err(|source| AddressError::Malformed { source })?);
        match address.peer() {
            Some(peer) if peer::device_id(&peer).is_none() => Err(AddressError::NotADevice),
            _ => Ok(address),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn text_round_trips() {
        let text = "/ip4/192.0.2.7/udp/4001/quic-v1";
        assert_eq!(address(text).to_string(), text);
        assert_eq!(address(text), Address::quic([192, 0, 2, 7].into(), 4001));
        assert_eq!(address(text).udp_port(), Some(4001));
    }

    #[test]
    fn a_device_can_be_named_replaced_and_left_out() {
        let (ann, bob) = (DeviceId::new([1; 32]), DeviceId::new([2; 32]));
        let bare = address("/ip6/2001:db8::1/udp/1/quic-v1");
        let named = bare.with_device(&ann);
        assert_eq!(bare.device(), None);
        assert_eq!(named.device(), Some(ann));
        assert_eq!(named.with_device(&bob).device(), Some(bob));
        assert_eq!(named.without_device(), bare);
        assert_eq!(address(&named.to_string()), named);
    }

    #[test]
    fn only_quic_and_tcp_over_an_ip_address_are_dialable() {
        let ann = DeviceId::new([1; 32]);
        for (text, quic) in [("/ip4/192.0.2.7/udp/4001/quic-v1", true), ("/ip6/2001:db8::1/tcp/4001", false)] {
            for address in [address(text), address(text).with_device(&ann)] {
                assert_eq!(
                    (address.is_dialable(), address.is_quic(), address.is_tcp()),
                    (true, quic, !quic),
                    "{address}"
                );
            }
        }
        for other in [
            "/dns4/example.org/udp/1/quic-v1",
            "/dns4/example.org/tcp/1",
            "/ip4/192.0.2.7/udp/4001",
            "/ip4/192.0.2.7/tcp/4001/ws",
            "/ip4/192.0.2.7",
            "/memory/7",
        ] {
            assert!(!address(other).is_dialable(), "{other}");
        }
    }

    #[test]
    fn local_places_are_told_from_public_ones() {
        for local in [
            "/ip4/127.0.0.1/udp/1/quic-v1",
            "/ip4/10.1.2.3/udp/1/quic-v1",
            "/ip4/172.16.0.1/udp/1/quic-v1",
            "/ip4/192.168.1.1/udp/1/quic-v1",
            "/ip4/169.254.1.1/udp/1/quic-v1",
            "/ip4/100.64.0.1/udp/1/quic-v1",
            "/ip4/0.0.0.0/udp/1/quic-v1",
            "/ip4/224.0.0.1/udp/1/quic-v1",
            "/ip6/::1/udp/1/quic-v1",
            "/ip6/fe80::1/udp/1/quic-v1",
            "/ip6/fd00::1/udp/1/quic-v1",
            "/ip6/::ffff:10.0.0.1/udp/1/quic-v1",
            "/dns4/router.lan/udp/1/quic-v1",
        ] {
            assert!(address(local).is_private_or_loopback(), "{local}");
        }
        for public in
            ["/ip4/8.8.8.8/udp/1/quic-v1", "/ip4/100.128.0.1/udp/1/quic-v1", "/ip6/2606:4700::1/udp/1/quic-v1"]
        {
            assert!(!address(public).is_private_or_loopback(), "{public}");
        }
    }

    #[test]
    fn malformed_text_is_refused_with_its_reason() {
        assert!(matches!("hello".parse::<Address>(), Err(AddressError::Malformed { .. })));
        let long = format!("/dns4/{}/udp/1", "a".repeat(300));
        let error = long.parse::<Address>().unwrap_err();
        assert_eq!(error.to_string(), "address of 312 bytes, at most 256 are allowed");
        // An RSA peer: its name is a hash, no key can be read from it.
        let rsa = "/ip4/192.0.2.7/udp/1/quic-v1/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N";
        assert!(matches!(rsa.parse::<Address>(), Err(AddressError::NotADevice)));
    }
}
