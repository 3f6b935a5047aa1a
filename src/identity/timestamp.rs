//! Keystone's dates: ISO 8601 with or without fractions, and with or without a zone.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::UnixTime;

/// Reads a date as identity services write it. A missing zone means UTC: Keystone always writes
/// `Z`, Open Telekom Cloud's service sometimes leaves it out.
///
/// Returns `None` for anything else.
pub fn parse_timestamp(text: &str) -> Option<UnixTime> {
    let stamp = match text.parse::<Timestamp>() {
        Ok(stamp) => stamp,
        Err(_) => in_utc(text.strip_suffix(['Z', 'z']).unwrap_or(text))?,
    };
    Some(UnixTime::from_millis(stamp.as_millisecond()))
}

/// Reads a date that says nothing of a zone as one in UTC.
fn in_utc(text: &str) -> Option<Timestamp> {
    if has_zone(text) {
        return None;
    }
    let date: DateTime = text.parse().ok()?;
    match date.to_zoned(TimeZone::UTC) {
        Ok(zoned) => Some(zoned.timestamp()),
        // The calendar's last day lies past the last timestamp; people write it for "never".
        Err(_) => (date.year() == 9999).then_some(Timestamp::MAX),
    }
}

/// Writes a date as people and machines read it, to the second, in UTC.
pub fn write_timestamp(time: UnixTime) -> String {
    let seconds = time.as_millis().div_euclid(1000);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX).to_string()
}

/// Whether something after the time of day claims to be a zone. Such a text that is no timestamp
/// must not be read as UTC by ignoring what it says.
fn has_zone(text: &str) -> bool {
    text.get(11..).is_none_or(|time| time.contains(['Z', 'z', '+', '-', '[']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n22_every_form_that_a_supported_service_writes_is_read_as_the_same_instant() {
        let expected = Some(UnixTime::from_millis(1_795_287_358_000));
        for text in [
            "2026-11-21T18:55:58.000000Z",
            "2026-11-21T18:55:58Z",
            "2026-11-21T18:55:58.000Z",
            "2026-11-21T18:55:58.000000",
            "2026-11-21T18:55:58",
            "2026-11-21T20:55:58.000000+02:00",
        ] {
            assert_eq!(parse_timestamp(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_as_the_same_second() {
        let time = UnixTime::from_millis(1_795_287_358_000);
        assert_eq!(write_timestamp(time), "2026-11-21T18:55:58Z");
        assert_eq!(parse_timestamp(&write_timestamp(time)), Some(time));
        assert!(write_timestamp(UnixTime::MAX).starts_with("9999-"));
    }

    #[test]
    fn n22_the_last_day_of_the_calendar_is_far_off_and_no_mistake() {
        let last = Some(UnixTime::from_millis(Timestamp::MAX.as_millisecond()));
        for text in ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59"] {
            assert_eq!(parse_timestamp(text), last, "{text}");
        }
    }

    #[test]
    fn n22_anything_else_is_no_date() {
        for text in [
            "",
            "tomorrow",
            "2026-11-21",
            "2026-11-21Z",
            "2026-11-21T18:55:58ZZ",
            "-009999-01-01T00:00:00Z",
            "2026-13-21T00:00:00Z",
            "1795287358",
            "2026-11-21T18:55:58+99:99",
        ] {
            assert_eq!(parse_timestamp(text), None, "{text}");
        }
    }
}
