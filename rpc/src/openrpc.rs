//! The OpenRPC 1.4 document, made from the contract alone. `rpc/openrpc.json` is its golden copy.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::API_VERSION;
use crate::contract::{self, CallKind, Descriptor};
use crate::error::{ErrorData, ErrorKind};

/// The document.
///
/// # Panics
/// If a schema of the contract is no object: a mistake of the program.
#[must_use]
pub fn document() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let methods: Vec<Value> = contract::methods().iter().map(|method| describe(method, &mut generator)).collect();
    let error_data = generator.subschema_for::<ErrorData>();
    let schemas = generator.take_definitions(true);
    let errors: Map<String, Value> = ErrorKind::ALL
        .iter()
        .map(|kind| (kind.word().to_owned(), describe_error(*kind, error_data.as_value())))
        .collect();
    json!({
        "openrpc": "1.4.0",
        "info": {
            "title": "Folkmoot",
            "description": "The local API of a Folkmoot node: JSON-RPC 2.0 over HTTP and WebSocket on one loopback port.",
            "version": API_VERSION,
            "license": { "name": "MIT OR Apache-2.0" }
        },
        "servers": [
            { "name": "WebSocket", "url": "ws://127.0.0.1:{port}/rpc", "variables": { "port": { "default": "0" } } },
            { "name": "HTTP", "url": "http://127.0.0.1:{port}/rpc", "variables": { "port": { "default": "0" } } }
        ],
        "methods": methods,
        "components": { "schemas": schemas, "errors": errors }
    })
}

/// The document as text, once for all answers of `rpc.discover`.
#[must_use]
pub fn document_text() -> Box<RawValue> {
    RawValue::from_string(document().to_string()).expect("a document written as JSON reads as JSON")
}

/// The golden copy: indented, with a final line break.
#[must_use]
pub fn golden() -> String {
    let mut text = serde_json::to_string_pretty(&document()).expect("a JSON value serializes");
    text.push('\n');
    text
}

fn describe(method: &Descriptor, generator: &mut SchemaGenerator) -> Value {
    let params = (method.params)(generator);
    let output = (method.output)(generator);
    let (example_params, example_result) = (method.example)();
    let errors = common_errors().chain(method.errors.iter().copied());
    let errors: Vec<Value> =
        errors.map(|kind| json!({ "$ref": format!("#/components/errors/{}", kind.word()) })).collect();
    let words: Vec<&str> = method.errors.iter().map(|kind| kind.word()).collect();
    let mut described = json!({
        "name": method.name,
        "summary": method.summary,
        "paramStructure": "by-name",
        "params": describe_params(params.as_value()),
        "result": { "name": "result", "schema": output },
        "errors": errors,
        "examples": [{
            "name": method.name,
            "params": example_values(&example_params),
            "result": { "name": "result", "value": example_result }
        }],
        "x-scope": method.scope.as_str(),
        "x-errors": words,
        "x-since": method.since
    });
    if let CallKind::Subscription { notification, unsubscribe } = method.kind {
        let subscription =
            json!({ "notification": notification, "unsubscribe": unsubscribe, "transport": "websocket" });
        described["x-subscription"] = subscription;
    }
    described
}

/// What any call may answer.
fn common_errors() -> impl Iterator<Item = ErrorKind> {
    [ErrorKind::InvalidParams, ErrorKind::Unauthenticated, ErrorKind::Forbidden, ErrorKind::Locked].into_iter()
}

fn describe_params(schema: &Value) -> Vec<Value> {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .map(|(name, schema)| json!({ "name": name, "required": required.contains(&name.as_str()), "schema": schema }))
        .collect()
}

fn example_values(params: &Value) -> Vec<Value> {
    let params = params.as_object().expect("parameters are one object");
    params.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

fn describe_error(kind: ErrorKind, data: &Value) -> Value {
    json!({ "code": kind.code(), "message": kind.word(), "data": data, "x-retryable": kind.retryable() })
}

#[cfg(test)]
mod tests;
