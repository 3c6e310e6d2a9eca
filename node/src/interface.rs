//! Hands the embedded chat interface to the API's server: the one place that knows both.

use bytes::Bytes;
use folkmoot_rpc::server::{Asset, Interface};

/// The interface that is built into this program.
pub(crate) struct Embedded;

impl Interface for Embedded {
    fn asset(&self, path: &str) -> Option<Asset> {
        let asset = folkmoot_webview::asset(path)?;
        let bytes = match asset.bytes {
            std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
        };
        Some(Asset { bytes, media_type: asset.media_type, digest: asset.digest })
    }
}
