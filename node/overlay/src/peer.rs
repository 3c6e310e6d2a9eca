//! [`DeviceId`] and the library's peer id: the same Ed25519 key in two wrappings.

use folkmoot_identity::DeviceId;
use libp2p::PeerId;

/// What stands before the 32 key bytes in a peer id: identity multihash of 36 bytes, protobuf `type = Ed25519`, `data` of 32 bytes.
const PREFIX: [u8; 6] = [0x00, 0x24, 0x08, 0x01, 0x12, 0x20];

/// The peer id of a device. No check that the key is a point: a connection to one that is not cannot come about.
pub(crate) fn peer_id(device: &DeviceId) -> PeerId {
    let mut bytes = [0; PREFIX.len() + 32];
    let (prefix, key) = bytes.split_at_mut(PREFIX.len());
    prefix.copy_from_slice(&PREFIX);
    key.copy_from_slice(device.as_bytes());
    PeerId::from_bytes(&bytes).expect("an identity multihash of 36 bytes is a peer id")
}

/// How a device is called in addresses and by other programs of the library: its peer id as text.
#[must_use]
pub fn peer_name(device: &DeviceId) -> String {
    peer_id(device).to_string()
}

/// The device behind a peer id; none if its key is not Ed25519. Such peers are refused on connecting.
pub(crate) fn device_id(peer: &PeerId) -> Option<DeviceId> {
    DeviceId::try_from(peer.to_bytes().strip_prefix(&PREFIX)?).ok()
}

#[cfg(test)]
mod tests {
    use libp2p::identity::Keypair;

    use super::*;

    #[test]
    fn a_device_and_its_peer_id_convert_both_ways() {
        let keypair = Keypair::ed25519_from_bytes([7; 32]).unwrap();
        let peer = keypair.public().to_peer_id();
        let device = device_id(&peer).unwrap();
        assert_eq!(device.as_bytes(), &keypair.public().try_into_ed25519().unwrap().to_bytes());
        assert_eq!(peer_id(&device), peer);
    }

    #[test]
    fn a_peer_with_a_hashed_key_is_no_device() {
        let rsa: PeerId = "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N".parse().unwrap();
        assert_eq!(device_id(&rsa), None);
    }
}
