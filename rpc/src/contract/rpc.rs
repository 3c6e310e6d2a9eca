//! `rpc.*`: the contract speaking of itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Method, Scope};
use crate::error::ErrorKind;

/// `rpc.discover`
pub struct Discover;

/// No parameters.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscoverParams {}

/// An OpenRPC 1.4 document, as it stands in `/openrpc.json`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Document(#[schemars(with = "serde_json::Map<String, serde_json::Value>")] pub Box<RawValue>);

impl Method for Discover {
    const NAME: &'static str = "rpc.discover";
    const SCOPE: Scope = Scope::Public;
    const ERRORS: &'static [ErrorKind] = &[];
    const SUMMARY: &'static str = "The OpenRPC document of this API.";
    type Params = DiscoverParams;
    type Output = Document;

    fn example() -> (DiscoverParams, Document) {
        let openrpc = RawValue::from_string(r#"{"openrpc":"1.4.0"}"#.to_owned()).expect("an object in JSON");
        (DiscoverParams {}, Document(openrpc))
    }
}
