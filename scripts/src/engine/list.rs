//! Functions of arrays that replace Rhai's own: sorting that a comparer cannot lead astray or hide its own faults in, and a few
//! that bots want.

#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::wildcard_imports,
    reason = "the macro that makes functions known to scripts takes those that are `pub`, imports by `*` and unwraps what it has checked"
)]

use std::cmp::Ordering;

use rhai::{Array, Dynamic, EvalAltResult, FnPtr, ImmutableString, NativeCallContext, Position, plugin::*};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Merge sort: whatever the comparer says, every item is in the result exactly once, and after a fault nothing more is asked.
fn sorted(mut items: Array, compare: &mut dyn FnMut(&Dynamic, &Dynamic) -> Result<Ordering>) -> Result<Array> {
    if items.len() < 2 {
        return Ok(items);
    }
    let right = items.split_off(items.len() / 2);
    let (left, right) = (sorted(items, compare)?, sorted(right, compare)?);
    let mut merged = Array::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let next = if compare(a, b)? == Ordering::Greater { right.next() } else { left.next() };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}

fn by_closure(ctx: &NativeCallContext<'_>, comparer: &FnPtr, a: &Dynamic, b: &Dynamic) -> Result<Ordering> {
    let answer = comparer.call_raw(ctx, None, [a.clone(), b.clone()])?;
    if let Ok(before) = answer.as_bool() {
        return Ok(if before { Ordering::Less } else { Ordering::Greater });
    }
    answer
        .as_int()
        .map(|order| order.cmp(&0))
        .map_err(|found| super::raise("invalid_content", format!("a comparer returns a number or a bool, not {found}")))
}

fn by_value(a: &Dynamic, b: &Dynamic) -> Result<Ordering> {
    let number = |value: &Dynamic| value.as_float().ok().or_else(|| value.as_int().ok().map(|n| n as f64));
    if let (Ok(a), Ok(b)) = (a.as_int(), b.as_int()) {
        return Ok(a.cmp(&b));
    }
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return Ok(a.total_cmp(&b));
    }
    if let (Ok(a), Ok(b)) = (a.as_immutable_string_ref(), b.as_immutable_string_ref()) {
        return Ok(a.as_str().cmp(b.as_str()));
    }
    if let (Ok(a), Ok(b)) = (a.as_char(), b.as_char()) {
        return Ok(a.cmp(&b));
    }
    if let (Ok(a), Ok(b)) = (a.as_bool(), b.as_bool()) {
        return Ok(a.cmp(&b));
    }
    let text = format!("cannot tell which comes first: {} or {}; give a comparer", a.type_name(), b.type_name());
    Err(super::raise("invalid_content", text))
}

#[export_module]
pub(crate) mod list_functions {
    /// Sorts the array in place. The comparer returns a number (below 0: first one first) or a bool (`true`: first one first).
    #[rhai_fn(name = "sort", name = "sort_by", return_raw)]
    pub fn sort_by(ctx: NativeCallContext, array: &mut Array, comparer: FnPtr) -> Result<()> {
        *array = sorted(array.clone(), &mut |a, b| by_closure(&ctx, &comparer, a, b))?;
        Ok(())
    }

    /// Sorts numbers, texts, characters or bools in place.
    #[rhai_fn(name = "sort", return_raw)]
    pub fn sort(array: &mut Array) -> Result<()> {
        *array = sorted(array.clone(), &mut by_value)?;
        Ok(())
    }

    /// Sorts numbers, texts, characters or bools in place, greatest first.
    #[rhai_fn(name = "sort_desc", return_raw)]
    pub fn sort_desc(array: &mut Array) -> Result<()> {
        *array = sorted(array.clone(), &mut |a, b| by_value(b, a))?;
        Ok(())
    }

    /// A sorted copy of the array.
    #[rhai_fn(name = "order", name = "order_by", return_raw, pure)]
    pub fn order_by(ctx: NativeCallContext, array: &mut Array, comparer: FnPtr) -> Result<Array> {
        sorted(array.clone(), &mut |a, b| by_closure(&ctx, &comparer, a, b))
    }

    /// A sorted copy of the array.
    #[rhai_fn(name = "order", return_raw, pure)]
    pub fn order(array: &mut Array) -> Result<Array> {
        sorted(array.clone(), &mut by_value)
    }

    /// A sorted copy of the array, greatest first.
    #[rhai_fn(name = "order_desc", return_raw, pure)]
    pub fn order_desc(array: &mut Array) -> Result<Array> {
        sorted(array.clone(), &mut |a, b| by_value(b, a))
    }

    /// The items as one text, with `between` between them.
    ///
    /// ```rhai
    /// print(["tea", "milk"].join(" and "));    // tea and milk
    /// ```
    #[rhai_fn(return_raw, pure)]
    pub fn join(ctx: NativeCallContext, array: &mut Array, between: &str) -> Result<ImmutableString> {
        let most = ctx.engine().max_string_size();
        let mut joined = String::new();
        for (index, item) in array.iter().enumerate() {
            if index > 0 {
                joined.push_str(between);
            }
            match item.as_immutable_string_ref() {
                Ok(text) => joined.push_str(&text),
                Err(_) => joined.push_str(&item.to_string()),
            }
            if most > 0 && joined.len() > most {
                return Err(EvalAltResult::ErrorDataTooLarge("Length of string".into(), Position::NONE).into());
            }
        }
        Ok(joined.into())
    }

    /// The first `count` items.
    #[rhai_fn(pure)]
    pub fn first(array: &mut Array, count: i64) -> Array {
        array.iter().take(usize::try_from(count).unwrap_or(0)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(array: &Array) -> Vec<i64> {
        array.iter().map(|item| item.as_int().expect("a number")).collect()
    }

    #[test]
    fn a_lying_comparer_loses_no_item() {
        let items: Array = (0..100_i64).map(Dynamic::from).collect();
        let mut turn = 0;
        let mut lies = |_: &Dynamic, _: &Dynamic| {
            turn += 1;
            Ok(if turn % 3 == 0 { Ordering::Less } else { Ordering::Greater })
        };
        let mut found = numbers(&sorted(items, &mut lies).expect("sorted"));
        found.sort_unstable();
        assert_eq!(found, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn equal_items_keep_their_order() {
        let items: Array = [30, 11, 31, 12, 10_i64].map(Dynamic::from).into();
        let tens = |value: &Dynamic| value.as_int().map_or(0, |n| n / 10);
        let found = sorted(items, &mut |a, b| Ok(tens(a).cmp(&tens(b)))).expect("sorted");
        assert_eq!(numbers(&found), [11, 12, 10, 30, 31]);
    }

    #[test]
    fn a_fault_of_the_comparer_ends_the_sorting() {
        let items: Array = (0..100_i64).map(Dynamic::from).collect();
        let mut asked = 0;
        let refused = sorted(items, &mut |_, _| {
            asked += 1;
            Err("no".into())
        });
        assert!(refused.is_err());
        assert_eq!(asked, 1);
    }
}
