//! Chance: numbers that nobody can guess and that are the same when the same event is delivered again, so that an answer sent twice
//! is the same answer. Not for secrets.

use rhai::{Array, Dynamic, NativeCallContext, plugin::*};

use super::session::{Result, Session, Turn};
use crate::engine::raise;

impl Turn {
    /// The next number of the trigger's own sequence (SplitMix64).
    fn next_dice(&mut self) -> u64 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.dice;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound, each as likely as the others.
    fn below(&mut self, bound: u64) -> u64 {
        // The upper half of a product: no number is favoured by more than one in 2^64 divided by the bound.
        let product = u128::from(self.next_dice()) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or(0)
    }
}

fn between(ctx: &NativeCallContext<'_>, least: i64, most: i64) -> Result<i64> {
    let count = i128::from(most) - i128::from(least) + 1;
    let Ok(count) = u64::try_from(count) else {
        return Err(raise("invalid_content", format!("no number lies between {least} and {most}")));
    };
    if count == 0 {
        return Err(raise("invalid_content", format!("no number lies between {least} and {most}")));
    }
    let drawn = Session::of(ctx).turn(|turn| turn.below(count))?;
    Ok(least.wrapping_add_unsigned(drawn))
}

#[export_module]
pub(super) mod chance_functions {
    /// A number from `least` to `most`, both included.
    ///
    /// ```rhai
    /// let eyes = rand(1, 6);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn rand(ctx: NativeCallContext, least: i64, most: i64) -> Result<i64> {
        between(&ctx, least, most)
    }

    /// One of the items; `()` if there is none.
    #[rhai_fn(pure, return_raw)]
    pub fn pick(ctx: NativeCallContext, items: &mut Array) -> Result<Dynamic> {
        let Some(last) = i64::try_from(items.len()).ok().and_then(|len| len.checked_sub(1)).filter(|last| *last >= 0)
        else {
            return Ok(Dynamic::UNIT);
        };
        let at = usize::try_from(between(&ctx, 0, last)?).unwrap_or(0);
        Ok(items.get(at).cloned().unwrap_or_default())
    }

    /// The items in another order.
    #[rhai_fn(pure, return_raw)]
    pub fn shuffled(ctx: NativeCallContext, items: &mut Array) -> Result<Array> {
        let mut items = items.clone();
        for last in (1..items.len()).rev() {
            let bound = u64::try_from(last + 1).unwrap_or(1);
            let at = Session::of(&ctx).turn(|turn| turn.below(bound))?;
            items.swap(last, usize::try_from(at).unwrap_or(0));
        }
        Ok(items)
    }
}
