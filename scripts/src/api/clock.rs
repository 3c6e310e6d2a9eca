//! Time: durations, dates, and what they look like.

use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rhai::{Dynamic, NativeCallContext, plugin::*};

use super::session::{Result, Session};
use crate::engine::raise;

/// The longest duration: about as long as people live.
const DURATION_MAX_MS: u64 = 100 * 366 * 24 * 60 * 60 * 1_000;
/// Characters of a format.
const FORMAT_CHARS: usize = 64;
/// Units of durations, greatest first, with their milliseconds.
const UNITS: [(&str, u64); 6] =
    [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Milliseconds of a text such as `1h30m`, or of a number of milliseconds.
///
/// # Errors
/// For what is neither.
pub(super) fn duration_of(value: &Dynamic) -> Result<u64> {
    let expected =
        || raise("invalid_content", format!("expected a duration such as \"10m\" or \"1h30m\", found {value}"));
    if let Ok(ms) = value.as_int() {
        return u64::try_from(ms).ok().filter(|ms| *ms <= DURATION_MAX_MS).ok_or_else(expected);
    }
    let text = value.as_immutable_string_ref().map_err(|_| expected())?;
    parse_duration(&text).ok_or_else(expected)
}

/// Milliseconds of a text such as `1h30m`.
pub(crate) fn parse_duration(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    let mut total = 0_u64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let number: u64 = rest.get(..digits)?.parse().ok()?;
        let tail = rest.get(digits..)?.trim_start();
        let letters = tail.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(tail.len());
        let unit = match tail.get(..letters)? {
            "ms" => 1,
            "s" | "sec" | "second" | "seconds" => 1_000,
            "m" | "min" | "minute" | "minutes" => 60_000,
            "h" | "hour" | "hours" => 3_600_000,
            "d" | "day" | "days" => 86_400_000,
            "w" | "week" | "weeks" => 604_800_000,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(unit)?)?;
        rest = tail.get(letters..)?.trim_start();
    }
    (total <= DURATION_MAX_MS).then_some(total)
}

/// A duration in its two greatest units: `1h 30m`.
pub(crate) fn format_duration(ms: u64) -> String {
    let first = UNITS.iter().position(|(_, unit)| ms >= *unit).unwrap_or(UNITS.len() - 1);
    let mut rest = ms;
    let mut parts = Vec::new();
    for (name, unit) in UNITS.iter().skip(first).take(2) {
        let count = rest / unit;
        rest %= unit;
        if count > 0 || parts.is_empty() {
            parts.push(format!("{count}{name}"));
        }
    }
    parts.join(" ")
}

/// Milliseconds UTC of a number of them or of a text such as `2026-12-24 18:00`.
///
/// # Errors
/// For what is neither.
pub(super) fn time_of(value: &Dynamic) -> Result<u64> {
    let expected = || raise("invalid_content", format!("expected a time such as \"2026-12-24 18:00\", found {value}"));
    if let Ok(ms) = value.as_int() {
        return u64::try_from(ms).map_err(|_| expected());
    }
    let text = value.as_immutable_string_ref().map_err(|_| expected())?;
    parse_time(&text).and_then(|ms| u64::try_from(ms).ok()).ok_or_else(expected)
}

fn parse_time(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(time) = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_rfc2822(text)) {
        return Some(time.timestamp_millis());
    }
    for format in ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"] {
        if let Ok(time) = NaiveDateTime::parse_from_str(text, format) {
            return Some(time.and_utc().timestamp_millis());
        }
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(day.and_time(NaiveTime::MIN).and_utc().timestamp_millis())
}

/// Minutes east of UTC of a text such as `+02:00`.
pub(super) fn offset_of(text: &str) -> Option<i32> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..=14).contains(&hours) && (0..60).contains(&minutes)).then_some(sign * (hours * 60 + minutes))
}

fn format_time(ms: i64, format: &str, offset_min: i32) -> Option<String> {
    use std::fmt::Write as _;
    if format.chars().count() > FORMAT_CHARS {
        return None;
    }
    let time = DateTime::<Utc>::from_timestamp_millis(ms)?.with_timezone(&FixedOffset::east_opt(offset_min * 60)?);
    // A format that is none is an error of writing, not a panic.
    let mut text = String::new();
    write!(text, "{}", time.format(format)).ok()?;
    Some(text)
}

/// Milliseconds since 1970 by the machine's clock.
pub(crate) fn now_ms() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "this is the crate's one clock")]
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.ok().and_then(|since| u64::try_from(since.as_millis()).ok()).unwrap_or(0)
}

#[export_module]
pub(super) mod clock_functions {
    /// Now, in milliseconds since 1970.
    #[rhai_fn(return_raw)]
    pub fn now(ctx: NativeCallContext) -> Result<i64> {
        Ok(i64::try_from(Session::of(&ctx).now()?).unwrap_or(i64::MAX))
    }

    /// A duration in milliseconds: `duration("1h30m")` is 5400000. Units: ms, s, m, h, d, w.
    #[rhai_fn(return_raw)]
    pub fn duration(text: Dynamic) -> Result<i64> {
        Ok(i64::try_from(duration_of(&text)?).unwrap_or(i64::MAX))
    }

    /// A number of milliseconds as people read it: `1h 30m`.
    pub fn format_duration(ms: i64) -> String {
        super::format_duration(u64::try_from(ms).unwrap_or(0))
    }

    /// A time, in milliseconds since 1970, of a text such as `2026-12-24 18:00` in UTC, or with an offset as in
    /// `2026-12-24T18:00:00+01:00`; `()` if the text is none.
    pub fn parse_time(text: &str) -> Dynamic {
        super::parse_time(text).map_or(Dynamic::UNIT, Dynamic::from_int)
    }

    /// A time as text in UTC, by a format as `strftime` has it.
    ///
    /// ```rhai
    /// print(format_time(now(), "%Y-%m-%d %H:%M"));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn format_time(ms: i64, format: &str) -> Result<String> {
        super::format_time(ms, format, 0)
            .ok_or_else(|| raise("invalid_content", format!("no time or no format: {format:?}")))
    }

    /// A time as text, at an offset from UTC as in `"+02:00"`.
    #[rhai_fn(name = "format_time", return_raw)]
    pub fn format_time_at(ms: i64, format: &str, offset: &str) -> Result<String> {
        offset_of(offset)
            .and_then(|offset| super::format_time(ms, format, offset))
            .ok_or_else(|| raise("invalid_content", format!("no time, no format or no offset: {format:?} {offset:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_shown() {
        let cases =
            [("10m", 600_000), ("1h30m", 5_400_000), ("1h 30m", 5_400_000), ("500ms", 500), ("2 days", 172_800_000)];
        for (text, ms) in cases {
            assert_eq!(parse_duration(text), Some(ms), "{text}");
        }
        for text in ["", "10", "m", "-5m", "10x", "99999999999w", "1.5h", "1h30"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
        let shown = [
            (0, "0ms"),
            (999, "999ms"),
            (61_000, "1m 1s"),
            (5_400_000, "1h 30m"),
            (86_400_000, "1d"),
            (694_861_000, "1w 1d"),
        ];
        for (ms, text) in shown {
            assert_eq!(format_duration(ms), text);
        }
    }

    #[test]
    fn times_are_read_in_utc_or_with_their_offset() {
        assert_eq!(parse_time("2026-12-24 18:00"), Some(1_798_135_200_000));
        assert_eq!(parse_time("2026-12-24T18:00:00+01:00"), Some(1_798_131_600_000));
        assert_eq!(parse_time("Thu, 24 Dec 2026 18:00:00 +0000"), Some(1_798_135_200_000));
        assert_eq!(parse_time("yesterday"), None);
        assert_eq!(format_time(1_798_135_200_000, "%d.%m. %H:%M", 60).as_deref(), Some("24.12. 19:00"));
        assert_eq!(format_time(0, "%Q", 0), None);
        assert_eq!(format_time(i64::MAX, "%Y", 0), None);
    }
}
