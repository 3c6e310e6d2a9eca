//! The protocols spoken on streams, and their negotiation.

use std::{convert::Infallible, future::Ready};

use libp2p::{
    Stream,
    core::{InboundUpgrade, OutboundUpgrade, UpgradeInfo},
};

/// What a stream is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// `/folkmoot/auth/1`: governance heads and missing events. Always first.
    Auth,
    /// `/folkmoot/log/1`: heads of channel logs and ranges of entries.
    Log,
    /// `/folkmoot/join/1`: joining a server, and asking for keys.
    Join,
    /// `/folkmoot/directory/1`: adverts of public servers.
    Directory,
}

impl Protocol {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Auth, Self::Log, Self::Join, Self::Directory];

    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auth => "/folkmoot/auth/1",
            Self::Log => "/folkmoot/log/1",
            Self::Join => "/folkmoot/join/1",
            Self::Directory => "/folkmoot/directory/1",
        }
    }
}

/// A protocol as the negotiation names it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name(Protocol);

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self.0.name()
    }
}

/// Offers all protocols on streams that others open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer;

impl UpgradeInfo for Offer {
    type Info = Name;
    type InfoIter = std::array::IntoIter<Name, 4>;

    fn protocol_info(&self) -> Self::InfoIter {
        Protocol::ALL.map(Name).into_iter()
    }
}

impl InboundUpgrade<Stream> for Offer {
    type Output = (Stream, Protocol);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_inbound(self, stream: Stream, name: Name) -> Self::Future {
        std::future::ready(Ok((stream, name.0)))
    }
}

/// Asks for one protocol on a stream we open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask(pub(crate) Protocol);

impl UpgradeInfo for Ask {
    type Info = Name;
    type InfoIter = std::iter::Once<Name>;

    fn protocol_info(&self) -> Self::InfoIter {
        std::iter::once(Name(self.0))
    }
}

impl OutboundUpgrade<Stream> for Ask {
    type Output = Stream;
    type Error = Infallible;
    type Future = Ready<Result<Stream, Infallible>>;

    fn upgrade_outbound(self, stream: Stream, _: Name) -> Self::Future {
        std::future::ready(Ok(stream))
    }
}

#[cfg(test)]
mod tests {
    use libp2p::StreamProtocol;

    use super::*;

    #[test]
    fn every_name_is_one_the_library_accepts() {
        for protocol in Protocol::ALL {
            assert!(StreamProtocol::try_from_owned(protocol.name().to_owned()).is_ok(), "{}", protocol.name());
        }
    }
}
