//! Durations, sizes and percentages as people write them.
//!
//! Every number has a unit: a bare `300` is seconds to one reader and milliseconds to the next.
//! Errors are the end of a sentence that begins with the quoted value.

use std::time::Duration;

/// Reads `300s`, `5m`, `250ms`, `1h` or `0`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text);
    let Ok(count) = number.parse::<u64>() else {
        return Err("is not a duration; write a whole number and a unit, as in 300s or 5m".into());
    };
    let millis = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60 * 1000,
        "h" => 3600 * 1000,
        // Nothing is nothing in every unit.
        "" if count == 0 => 0,
        "" => return Err(format!("needs a unit; write {}", with_unit(count))),
        _ => return Err(format!("has an unknown unit {unit:?}; use ms, s, m or h")),
    };
    count.checked_mul(millis).map(Duration::from_millis).ok_or_else(|| "is too long".to_owned())
}

/// What a bare number of seconds should have been.
fn with_unit(count: u64) -> String {
    match count {
        _ if count.is_multiple_of(3600) => format!("{count}s or {}h", count / 3600),
        _ if count.is_multiple_of(60) => format!("{count}s or {}m", count / 60),
        _ => format!("{count}s or {count}ms"),
    }
}

/// Reads `1000B`, `32KiB`, `64MiB` or `2GiB`.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text);
    let Ok(count) = number.parse::<u64>() else {
        return Err("is not a size; write a whole number and a unit, as in 64KiB".into());
    };
    let unit_bytes = match unit {
        "B" => 1,
        "KiB" => 1024,
        "MiB" => 1024 * 1024,
        "GiB" => 1024 * 1024 * 1024,
        "" => return Err(format!("needs a unit; write {count}B or {count}KiB")),
        _ => return Err(format!("has an unknown unit {unit:?}; use B, KiB, MiB or GiB")),
    };
    count.checked_mul(unit_bytes).ok_or_else(|| "is too large".to_owned())
}

/// Reads `10%` or `2.5%` as 0.1 or 0.025.
pub(super) fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').ok_or("needs a percent sign, as in 10%")?;
    let digits = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match number.parse::<f64>() {
        Ok(count) if digits && count.is_finite() => Ok(count / 100.0),
        _ => Err("is not a percentage; write a number and a percent sign, as in 10%".into()),
    }
}

/// Writes a duration as [`duration`] reads it.
pub(super) fn write_duration(duration: Duration) -> String {
    let millis = duration.as_millis();
    match millis {
        0 => "0s".to_owned(),
        _ if millis.is_multiple_of(3_600_000) => format!("{}h", millis / 3_600_000),
        _ if millis.is_multiple_of(60_000) => format!("{}m", millis / 60_000),
        _ if millis.is_multiple_of(1000) => format!("{}s", millis / 1000),
        _ => format!("{millis}ms"),
    }
}

/// Writes a size as [`size`] reads it.
pub(super) fn write_size(bytes: u64) -> String {
    let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let unit = units.into_iter().find(|(_, unit)| bytes > 0 && bytes.is_multiple_of(*unit));
    unit.map_or_else(|| format!("{bytes}B"), |(name, unit)| format!("{}{name}", bytes / unit))
}

fn split(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        for (text, millis) in [
            ("0", 0),
            ("0s", 0),
            ("250ms", 250),
            ("300s", 300_000),
            ("5m", 300_000),
            ("1h", 3_600_000),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "s", "-1s", "1.5s", "1 s", "300", "5d", "18446744073709551615h", "１s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_missing_unit_is_told_with_both_readings() {
        assert_eq!(duration("300").unwrap_err(), "needs a unit; write 300s or 5m");
        assert_eq!(duration("7200").unwrap_err(), "needs a unit; write 7200s or 2h");
        assert_eq!(duration("250").unwrap_err(), "needs a unit; write 250s or 250ms");
    }

    #[test]
    fn sizes_are_binary() {
        for (text, bytes) in [("1000B", 1000), ("32KiB", 32768), ("64MiB", 1 << 26), ("0B", 0)] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["64", "64MB", "64M", "1.5GiB", "-1B", "99999999999999999999B"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn percentages_become_ratios() {
        assert_eq!(percent("10%"), Ok(0.1));
        assert_eq!(percent("0%"), Ok(0.0));
        for text in ["10", "0.1", "%", "-1%", "nan%", "inf%", "1e3%"] {
            assert!(percent(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for millis in [0, 1, 999, 1000, 61_000, 300_000, 86_400_000] {
            let length = Duration::from_millis(millis);
            assert_eq!(duration(&write_duration(length)), Ok(length));
        }
        for bytes in [0, 1, 1000, 1024, 1 << 26, 3 << 30] {
            assert_eq!(size(&write_size(bytes)), Ok(bytes));
        }
    }
}
