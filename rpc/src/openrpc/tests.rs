//! Tests of the document: it is the kept one, it is complete, and its examples fit its shapes.

use super::*;

#[test]
fn document_is_the_kept_one() {
    let kept = include_str!("../../openrpc.json");
    // Too long for a useful difference; the generator shows it.
    assert!(golden() == kept, "rpc/openrpc.json is stale: run `cargo xtask gen`");
}

#[test]
fn every_method_is_described_with_its_scope_and_one_example() {
    let document = document();
    let methods = document["methods"].as_array().expect("methods");
    assert_eq!(methods.len(), contract::methods().len());
    for (described, method) in methods.iter().zip(contract::methods()) {
        assert_eq!(described["name"], method.name);
        assert_eq!(described["x-scope"], method.scope.as_str(), "{}", method.name);
        assert_eq!(described["examples"].as_array().map(Vec::len), Some(1), "{}", method.name);
        let subscription = described.get("x-subscription").is_some();
        assert_eq!(subscription, method.name.ends_with(".subscribe"), "{}", method.name);
    }
}

#[test]
fn examples_name_only_described_parameters_and_all_required_ones() {
    let document = document();
    for method in document["methods"].as_array().expect("methods") {
        let described = method["params"].as_array().expect("parameters");
        let given = method["examples"][0]["params"].as_array().expect("example parameters");
        for value in given {
            assert!(described.iter().any(|param| param["name"] == value["name"]), "{} {value}", method["name"]);
        }
        for param in described.iter().filter(|param| param["required"] == true) {
            assert!(given.iter().any(|value| value["name"] == param["name"]), "{} {param}", method["name"]);
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|value| walk(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
            _ => {}
        }
    }
    let document = document();
    let mut references = Vec::new();
    walk(&document, &mut references);
    assert!(references.len() > 100, "references are there to be checked");
    for reference in references {
        let pointer = reference.strip_prefix('#').expect("references stay in the document");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn unknown_parameters_are_refused_by_every_method() {
    let mut generator = SchemaSettings::draft07().into_generator();
    for method in contract::methods() {
        let schema = (method.params)(&mut generator);
        assert_eq!(schema.get("additionalProperties"), Some(&Value::Bool(false)), "{}", method.name);
    }
}
