//! `moot rpc METHOD k=v …` or `moot rpc METHOD '{json}'`: one call.

use std::path::Path;

use anyhow::Context;
use clap::Args as ClapArgs;
use serde_json::{Map, Value};

use super::{CliError, call, output};

/// Arguments of `moot rpc`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The method, for example message.send; `moot rpc rpc.discover` lists all.
    method: String,
    /// Parameters: name=value pairs (a value that is JSON is taken as such, anything else as text), or one JSON object.
    #[arg(value_name = "NAME=VALUE | JSON")]
    params: Vec<String>,
}

pub(super) fn run(data_dir: &Path, args: Args) -> Result<(), CliError> {
    let params = parse(&args.params)?;
    let result = call::once(data_dir, |client| async move { client.call_raw(&args.method, &params).await })?;
    // Printed as the node wrote it, only indented: numbers keep all their digits.
    let value: Value = serde_json::from_str(result.get()).context("the answer is not JSON")?;
    output::json(&value);
    Ok(())
}

fn parse(words: &[String]) -> Result<Map<String, Value>, CliError> {
    if let [word] = words
        && word.trim_start().starts_with('{')
    {
        return match serde_json::from_str(word) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => Err(CliError::Usage("expected one JSON object".into())),
            Err(error) => Err(CliError::Usage(format!("the parameters are not JSON: {error}"))),
        };
    }
    words
        .iter()
        .map(|word| {
            let (name, value) =
                word.split_once('=').ok_or_else(|| CliError::Usage(format!("expected NAME=VALUE, found {word:?}")))?;
            Ok((name.to_owned(), value_of(value)))
        })
        .collect()
}

/// JSON where it is JSON other than a bare number that would lose digits, text otherwise.
fn value_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn values_are_json_where_they_are_json() {
        let parsed = parse(&words(&["content=hello there", "limit=5", "tags=[\"a\"]", "x=a=b"])).expect("parsed");
        assert_eq!(Value::Object(parsed), json!({"content": "hello there", "limit": 5, "tags": ["a"], "x": "a=b"}));
    }

    #[test]
    fn one_object_is_taken_whole() {
        let parsed = parse(&words(&[r#"{"limit": 1}"#])).expect("parsed");
        assert_eq!(Value::Object(parsed), json!({"limit": 1}));
    }

    #[test]
    fn a_word_without_equals_is_named() {
        let error = parse(&words(&["hello"])).expect_err("refused");
        assert!(error.to_string().contains("hello"), "{error}");
        assert_eq!(error.exit_code(), 2);
    }
}
