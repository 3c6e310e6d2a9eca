//! The standing invite of public servers: a key that everybody can make, so that whoever knows the server can ask to be let in;
//! and the work that is asked of them, since nothing else keeps them from asking a million times.

use folkmoot_identity::{
    InviteKey,
    kdf::{Purpose, derive},
};
use folkmoot_proto::limits::JOIN_WORK_BITS_MAX;

use crate::ids::{DeviceId, ServerId};

/// The key of a server's standing invite: `KDF("standing-invite", server id)` is its seed. It is no secret, and a private server
/// has no invite with this key.
#[must_use]
pub fn standing_key(server: &ServerId) -> InviteKey {
    InviteKey::from_seed(&derive(Purpose::StandingInvite, &[server.as_ref()]))
}

/// Whether a number answers a door's challenge: `KDF("join-work", nonce ‖ device ‖ work)` begins with so many zero bits.
#[must_use]
pub fn is_work(nonce: &[u8; 32], device: &DeviceId, work: u64, bits: u32) -> bool {
    let hash = derive(Purpose::JoinWork, &[nonce, device.as_ref(), &work.to_be_bytes()]);
    let [a, b, c, d, e, f, g, h, ..] = hash;
    u64::from_be_bytes([a, b, c, d, e, f, g, h]).leading_zeros() >= bits
}

/// Finds such a number, in about `2^bits` hashes; `None` when more is asked than anybody may ask.
#[must_use]
pub fn find_work(nonce: &[u8; 32], device: &DeviceId, bits: u32) -> Option<u64> {
    if bits > JOIN_WORK_BITS_MAX {
        return None;
    }
    (0..u64::MAX).find(|work| is_work(nonce, device, *work, bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE: DeviceId = DeviceId::new([3; 32]);

    #[test]
    fn work_holds_for_its_nonce_and_device_only() {
        let work = find_work(&[1; 32], &DEVICE, 12).expect("may be asked");
        assert!(is_work(&[1; 32], &DEVICE, work, 12));
        assert!(!is_work(&[2; 32], &DEVICE, work, 12) || !is_work(&[1; 32], &DeviceId::new([4; 32]), work, 12));
        assert!(is_work(&[2; 32], &DEVICE, 0, 0));
    }

    #[test]
    fn too_much_is_not_even_begun() {
        assert_eq!(find_work(&[1; 32], &DEVICE, JOIN_WORK_BITS_MAX + 1), None);
        assert_eq!(find_work(&[1; 32], &DEVICE, u32::MAX), None);
    }

    #[test]
    fn every_server_has_a_key_of_its_own_that_everybody_knows() {
        let key = |n| standing_key(&ServerId::new([n; 32])).public();
        assert_eq!(key(1), key(1));
        assert_ne!(key(1), key(2));
    }
}
