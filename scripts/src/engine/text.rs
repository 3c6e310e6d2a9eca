//! Functions of strings that replace Rhai's own because those allocate before they look at the limit (`replace`), never end
//! (`pad` with nothing), or that Rhai has not (`find_all` and its family).

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::wildcard_imports,
    reason = "the macro that makes functions known to scripts takes those that are `pub`, imports by `*` and unwraps what it has checked"
)]

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use regex::{Regex, RegexBuilder};
use rhai::{Array, Dynamic, EvalAltResult, ImmutableString, NativeCallContext, Position, plugin::*};

/// Bytes of one pattern.
const PATTERN_BYTES: usize = 512;
/// Bytes a compiled pattern may take; `\w{500}` and its like are refused here.
const PATTERN_SIZE: usize = 256 * 1024;
/// Patterns kept compiled; beyond it all are dropped. Bots have few, and compiling one takes longer than using it.
const PATTERNS_KEPT: usize = 32;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

static PATTERNS: Mutex<BTreeMap<String, Regex>> = Mutex::new(BTreeMap::new());

/// The compiled form of a pattern.
fn pattern(text: &str) -> Result<Regex> {
    let mut kept = PATTERNS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pattern) = kept.get(text) {
        return Ok(pattern.clone());
    }
    if text.len() > PATTERN_BYTES {
        return Err(super::raise_limit("pattern", format!("a pattern has at most {PATTERN_BYTES} bytes")));
    }
    let built = RegexBuilder::new(text).size_limit(PATTERN_SIZE).dfa_size_limit(PATTERN_SIZE).build();
    let built = built.map_err(|error| super::raise("invalid_content", format!("not a pattern: {error}")))?;
    if kept.len() >= PATTERNS_KEPT {
        kept.clear();
    }
    kept.insert(text.to_owned(), built.clone());
    Ok(built)
}

fn too_long() -> Box<EvalAltResult> {
    EvalAltResult::ErrorDataTooLarge("Length of string".into(), Position::NONE).into()
}

/// Puts pieces together unless they are longer than a string may be.
fn join<'a>(ctx: &NativeCallContext<'_>, pieces: impl Iterator<Item = &'a str> + Clone) -> Result<ImmutableString> {
    let most = ctx.engine().max_string_size();
    let length = pieces.clone().try_fold(0_usize, |sum, piece| sum.checked_add(piece.len()));
    if length.is_none_or(|length| most > 0 && length > most) {
        return Err(too_long());
    }
    Ok(pieces.collect::<String>().into())
}

/// `text` with every `find` made `with`, which may be longer than a string may be: looked at before it is built.
fn replaced(ctx: &NativeCallContext<'_>, text: &str, find: &str, with: &str) -> Result<ImmutableString> {
    let most = ctx.engine().max_string_size();
    let hits = text.matches(find).count();
    let kept = text.len().saturating_sub(hits.saturating_mul(find.len()));
    let length = hits.saturating_mul(with.len()).saturating_add(kept);
    if most > 0 && length > most {
        return Err(too_long());
    }
    Ok(text.replace(find, with).into())
}

/// `text` filled up to `len` characters with `padding`.
fn padded(ctx: &NativeCallContext<'_>, text: &str, len: i64, padding: &str) -> Result<ImmutableString> {
    let have = text.chars().count();
    let len = usize::try_from(len).unwrap_or(0);
    if len <= have || padding.is_empty() {
        return Ok(text.into());
    }
    let most = ctx.engine().max_string_size();
    if most > 0 && len > most {
        return Err(too_long());
    }
    let filling: String = padding.chars().cycle().take(len - have).collect();
    join(ctx, [text, filling.as_str()].into_iter())
}

/// What one match yields: its first group if the pattern has one, else all of it.
fn yielded<'t>(found: &regex::Captures<'t>) -> &'t str {
    let group = if found.len() > 1 { 1 } else { 0 };
    found.get(group).map_or("", |found| found.as_str())
}

#[export_module]
pub(crate) mod text_functions {
    /// Replaces every `find` in the text by `with`, in place.
    #[rhai_fn(name = "replace", return_raw)]
    pub fn replace(ctx: NativeCallContext, text: &mut ImmutableString, find: &str, with: &str) -> Result<()> {
        *text = replaced(&ctx, text, find, with)?;
        Ok(())
    }

    /// Replaces every `find` in the text by `with`, in place.
    #[rhai_fn(name = "replace", return_raw)]
    pub fn replace_by_char(ctx: NativeCallContext, text: &mut ImmutableString, find: &str, with: char) -> Result<()> {
        *text = replaced(&ctx, text, find, with.encode_utf8(&mut [0; 4]))?;
        Ok(())
    }

    /// Replaces every character `find` in the text by `with`, in place.
    #[rhai_fn(name = "replace", return_raw)]
    pub fn replace_char(ctx: NativeCallContext, text: &mut ImmutableString, find: char, with: &str) -> Result<()> {
        *text = replaced(&ctx, text, find.encode_utf8(&mut [0; 4]), with)?;
        Ok(())
    }

    /// Replaces every character `find` in the text by `with`, in place.
    #[rhai_fn(name = "replace", return_raw)]
    pub fn replace_char_by_char(
        ctx: NativeCallContext,
        text: &mut ImmutableString,
        find: char,
        with: char,
    ) -> Result<()> {
        *text = replaced(&ctx, text, find.encode_utf8(&mut [0; 4]), with.encode_utf8(&mut [0; 4]))?;
        Ok(())
    }

    /// Fills the text up to `len` characters with `padding`, in place.
    #[rhai_fn(name = "pad", return_raw)]
    pub fn pad(ctx: NativeCallContext, text: &mut ImmutableString, len: i64, padding: &str) -> Result<()> {
        *text = padded(&ctx, text, len, padding)?;
        Ok(())
    }

    /// Fills the text up to `len` characters with `padding`, in place.
    #[rhai_fn(name = "pad", return_raw)]
    pub fn pad_char(ctx: NativeCallContext, text: &mut ImmutableString, len: i64, padding: char) -> Result<()> {
        *text = padded(&ctx, text, len, padding.encode_utf8(&mut [0; 4]))?;
        Ok(())
    }

    /// The text `count` times.
    ///
    /// ```rhai
    /// print("ab".repeat(3));    // ababab
    /// ```
    #[rhai_fn(return_raw)]
    pub fn repeat(ctx: NativeCallContext, text: &str, count: i64) -> Result<ImmutableString> {
        let count = usize::try_from(count).unwrap_or(0);
        let most = ctx.engine().max_string_size();
        if most > 0 && text.len().saturating_mul(count) > most {
            return Err(too_long());
        }
        Ok(text.repeat(count).into())
    }

    /// Everything in the text that matches a regular expression: of each match the first group, or all of it if there is no group.
    /// At most as many as an array holds.
    ///
    /// ```rhai
    /// for name in "@ann++ @bob++".find_all("@(\\w+)\\+\\+") { print(name); }    // ann, bob
    /// ```
    #[rhai_fn(return_raw)]
    pub fn find_all(ctx: NativeCallContext, text: &str, pattern: &str) -> Result<Array> {
        let pattern = super::pattern(pattern)?;
        let most = ctx.engine().max_array_size().max(1);
        Ok(pattern.captures_iter(text).take(most).map(|found| Dynamic::from(yielded(&found).to_owned())).collect())
    }

    /// The first match of a regular expression, its first group if it has one; `()` if nothing matches.
    #[rhai_fn(name = "find", return_raw)]
    pub fn find_first(text: &str, pattern: &str) -> Result<Dynamic> {
        let pattern = super::pattern(pattern)?;
        Ok(pattern.captures(text).map_or(Dynamic::UNIT, |found| Dynamic::from(yielded(&found).to_owned())))
    }

    /// All groups of the first match of a regular expression, the whole match first; `()` if nothing matches.
    ///
    /// ```rhai
    /// let parts = "v12.5".capture("v(\\d+)\\.(\\d+)");    // ["v12.5", "12", "5"]
    /// ```
    #[rhai_fn(return_raw)]
    pub fn capture(text: &str, pattern: &str) -> Result<Dynamic> {
        let pattern = super::pattern(pattern)?;
        let Some(found) = pattern.captures(text) else { return Ok(Dynamic::UNIT) };
        let groups: Array = found
            .iter()
            .map(|group| group.map_or(Dynamic::UNIT, |group| Dynamic::from(group.as_str().to_owned())))
            .collect();
        Ok(Dynamic::from_array(groups))
    }

    /// Whether a regular expression matches anywhere in the text.
    #[rhai_fn(return_raw)]
    pub fn matches(text: &str, pattern: &str) -> Result<bool> {
        Ok(super::pattern(pattern)?.is_match(text))
    }

    /// The lines of the text, at most as many as an array holds.
    pub fn lines(ctx: NativeCallContext, text: &str) -> Array {
        let most = ctx.engine().max_array_size().max(1);
        text.lines().take(most).map(|line| Dynamic::from(line.to_owned())).collect()
    }

    /// The text without white space at both ends; unlike `trim` it leaves the text itself as it is.
    pub fn trimmed(text: &str) -> ImmutableString {
        text.trim().into()
    }

    /// The first `len` characters of the text, followed by `…` if something was cut off.
    ///
    /// ```rhai
    /// print("a long story".shorten(6));    // a lon…
    /// ```
    pub fn shorten(text: &str, len: i64) -> ImmutableString {
        let len = usize::try_from(len).unwrap_or(0);
        if text.chars().count() <= len {
            return text.into();
        }
        let mut short: String = text.chars().take(len.saturating_sub(1)).collect();
        short.push('…');
        short.into()
    }
}
