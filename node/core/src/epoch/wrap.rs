//! What a wrap of an epoch secret is bound to. The sealing itself (HPKE) is `identity::prekey`'s.

use folkmoot_proto::v1;

use crate::ids::{DeviceId, ScopeId, ServerId};

/// Which secret a row wraps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrapKind {
    /// `H`: all history.
    History,
    /// `M`: since joining.
    Messages,
}

impl WrapKind {
    /// Wire form.
    #[must_use]
    pub const fn to_wire(self) -> v1::WrapKind {
        match self {
            Self::History => v1::WrapKind::History,
            Self::Messages => v1::WrapKind::Messages,
        }
    }

    /// From the wire; `None` for a number that means nothing.
    #[must_use]
    pub fn from_wire(number: i32) -> Option<Self> {
        match v1::WrapKind::try_from(number) {
            Ok(v1::WrapKind::History) => Some(Self::History),
            Ok(v1::WrapKind::Messages) => Some(Self::Messages),
            _ => None,
        }
    }
}

/// The epoch a row belongs to.
#[derive(Clone, Copy, Debug)]
pub struct WrapScope {
    /// The server.
    pub server: ServerId,
    /// The scope.
    pub scope: ScopeId,
    /// The epoch's generation.
    pub generation: u32,
    /// Its commitment to `H`.
    pub history_commit: [u8; 32],
}

impl WrapScope {
    /// HPKE info: `"folkmoot/v1/epoch-wrap" ‖ server ‖ scope ‖ generation (4 bytes BE) ‖ hc`.
    #[must_use]
    pub fn info(&self) -> Vec<u8> {
        [
            b"folkmoot/v1/epoch-wrap".as_slice(),
            self.server.as_ref(),
            self.scope.as_ref(),
            &self.generation.to_be_bytes(),
            &self.history_commit,
        ]
        .concat()
    }

    /// HPKE associated data: `device ‖ prekey ‖ kind`.
    #[must_use]
    pub fn aad(device: &DeviceId, prekey: &[u8; 32], kind: WrapKind) -> Vec<u8> {
        let kind: u8 = match kind {
            WrapKind::History => 1,
            WrapKind::Messages => 2,
        };
        [device.as_ref(), prekey, &[kind]].concat()
    }
}
