//! Values across the border: JSON outside, Rhai's inside. What a closure captured crosses it too, so our own objects have a form
//! as JSON, marked by a name that begins with `$`.

use rhai::{Array, Dynamic, EvalAltResult, FnPtr, Map};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    channel::Channel,
    context::Context,
    kv::Kv,
    log::Log,
    message::Message,
    user::User,
    web::{Http, Response, Secret},
};
use crate::{
    bot::Functions,
    engine::{raise, raise_limit},
};

/// Values within values. Deeper ones are nobody's data.
const DEPTH: usize = 32;
/// Values altogether.
const VALUES: usize = 4_096;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// A value as JSON.
///
/// # Errors
/// For what is no data, is nested too deep, or is too much.
pub(crate) fn to_json(value: &Dynamic) -> Result<Value> {
    let mut left = VALUES;
    json_of(value, &Functions::default(), DEPTH, &mut left)
}

fn json_of(value: &Dynamic, functions: &Functions, depth: usize, left: &mut usize) -> Result<Value> {
    if depth == 0 {
        return Err(raise_limit("nesting", format!("values are nested more than {DEPTH} deep")));
    }
    *left = left.checked_sub(1).ok_or_else(|| raise_limit("values", format!("more than {VALUES} values in one")))?;
    if value.is_unit() {
        return Ok(Value::Null);
    }
    if let Ok(number) = value.as_int() {
        return Ok(number.into());
    }
    if let Ok(number) = value.as_float() {
        return Ok(serde_json::Number::from_f64(number).map_or(Value::Null, Value::Number));
    }
    if let Ok(truth) = value.as_bool() {
        return Ok(truth.into());
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        return Ok(text.as_str().into());
    }
    if let Ok(letter) = value.as_char() {
        return Ok(letter.to_string().into());
    }
    if let Some(array) = value.read_lock::<Array>() {
        return array.iter().map(|item| json_of(item, functions, depth - 1, left)).collect();
    }
    if let Some(map) = value.read_lock::<Map>() {
        let rows = map.iter().map(|(name, item)| Ok((name.to_string(), json_of(item, functions, depth - 1, left)?)));
        return rows.collect::<Result<serde_json::Map<_, _>>>().map(Value::Object);
    }
    if let Some(function) = value.read_lock::<FnPtr>() {
        let captured =
            function.iter_curry().map(|item| json_of(item, functions, depth - 1, left)).collect::<Result<Vec<_>>>()?;
        return Ok(json!({ "$function": { "name": functions.key(function.fn_name()), "captured": captured } }));
    }
    ours_to_json(value)
        .ok_or_else(|| raise("invalid_content", format!("{} cannot be kept: it is no data", value.type_name())))
}

fn ours_to_json(value: &Dynamic) -> Option<Value> {
    fn marked<T: Serialize + Clone + Send + Sync + 'static>(value: &Dynamic, mark: &str) -> Option<Value> {
        let held = value.read_lock::<T>()?;
        Some(json!({ mark: serde_json::to_value(&*held).ok()? }))
    }
    marked::<Message>(value, "$message")
        .or_else(|| marked::<User>(value, "$user"))
        .or_else(|| marked::<Channel>(value, "$channel"))
        .or_else(|| marked::<Context>(value, "$context"))
        .or_else(|| marked::<Kv>(value, "$kv"))
        .or_else(|| marked::<Log>(value, "$log"))
        .or_else(|| marked::<Http>(value, "$http"))
        .or_else(|| marked::<Secret>(value, "$secret"))
        .or_else(|| marked::<Response>(value, "$response"))
}

/// JSON as a value. Deeper parts than any of ours come as `()`.
pub(crate) fn from_json(value: &Value) -> Dynamic {
    dynamic_of(value, &Functions::default(), DEPTH)
}

/// The same for what a function of the bot captured, which may be other functions.
pub(crate) fn from_captured(value: &Value, functions: &Functions) -> Dynamic {
    dynamic_of(value, functions, DEPTH)
}

fn dynamic_of(value: &Value, functions: &Functions, depth: usize) -> Dynamic {
    if depth == 0 {
        return Dynamic::UNIT;
    }
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(truth) => Dynamic::from_bool(*truth),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Dynamic::from_int(number),
            None => Dynamic::from_float(number.as_f64().unwrap_or(0.0)),
        },
        Value::String(text) => Dynamic::from(text.clone()),
        Value::Array(items) => {
            Dynamic::from_array(items.iter().map(|item| dynamic_of(item, functions, depth - 1)).collect())
        }
        Value::Object(rows) => ours_from_json(rows, functions, depth).unwrap_or_else(|| {
            Dynamic::from_map(
                rows.iter().map(|(name, item)| (name.into(), dynamic_of(item, functions, depth - 1))).collect(),
            )
        }),
    }
}

fn ours_from_json(rows: &serde_json::Map<String, Value>, functions: &Functions, depth: usize) -> Option<Dynamic> {
    fn made<T: DeserializeOwned + Clone + Send + Sync + 'static>(value: &Value) -> Option<Dynamic> {
        serde_json::from_value::<T>(value.clone()).ok().map(Dynamic::from)
    }
    let (mark, value) = if rows.len() == 1 { rows.iter().next()? } else { return None };
    match mark.as_str() {
        "$function" => {
            let mut run = functions.pointer(value["name"].as_str()?)?;
            run.set_curry(value["captured"].as_array()?.iter().map(|item| dynamic_of(item, functions, depth - 1)));
            Some(Dynamic::from(run))
        }
        "$message" => made::<Message>(value),
        "$user" => made::<User>(value),
        "$channel" => made::<Channel>(value),
        "$context" => made::<Context>(value),
        "$kv" => made::<Kv>(value),
        "$log" => made::<Log>(value),
        "$http" => made::<Http>(value),
        "$secret" => made::<Secret>(value),
        "$response" => made::<Response>(value),
        _ => None,
    }
}

/// The name of a function and what it captured, so that it can be run later.
///
/// # Errors
/// If it captured what cannot be kept.
pub(crate) fn function_of(function: &FnPtr, functions: &Functions) -> Result<(String, Vec<Value>)> {
    let mut left = VALUES;
    let captured = function.iter_curry().map(|item| json_of(item, functions, DEPTH, &mut left));
    Ok((functions.key(function.fn_name()).to_owned(), captured.collect::<Result<_>>()?))
}
