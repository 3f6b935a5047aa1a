//! Whether a remembered answer may still be used. No clock and no I/O: a truth table.

use std::time::Duration;

use crate::identity::UnixTime;

/// What a remembered identity is good for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Freshness {
    /// The token has ended; Keystone need not be asked to know that.
    Expired,
    /// Too long ago to be believed: ask again.
    Stale,
    /// As good as a new answer.
    Usable,
}

/// Judges an answer that may be used until `usable_until` on the steady clock, about a token that
/// ends at `expires_at` on the wall clock.
///
/// The two clocks keep each other honest: a wall clock that steps back cannot revive an answer
/// past its time, and one that steps forward ends tokens as early as it says.
pub(super) fn freshness(
    usable_until: Duration,
    expires_at: UnixTime,
    steady: Duration,
    wall: UnixTime,
) -> Freshness {
    if wall >= expires_at {
        Freshness::Expired
    } else if steady >= usable_until {
        Freshness::Stale
    } else {
        Freshness::Usable
    }
}

/// How long an answer may be believed: the configured time, shortened at random by up to its
/// `jitter` part (`draw` is the random number, from 0 to 1), and never past the token's own end.
pub(super) fn lifetime(
    ttl: Duration,
    jitter: f64,
    draw: f64,
    expires_at: UnixTime,
    wall: UnixTime,
) -> Duration {
    ttl.mul_f64((1.0 - jitter * draw).clamp(0.0, 1.0)).min(wall.until(expires_at))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> UnixTime {
        UnixTime::from_millis(millis)
    }

    #[test]
    fn m06_p15_an_answer_is_usable_until_the_first_of_its_two_ends() {
        let s = Duration::from_secs;
        for (usable_until, expires_at, steady, wall, expected) in [
            (s(300), 1_000, s(0), 0, Freshness::Usable),
            (s(300), 1_000, s(299), 999, Freshness::Usable),
            (s(300), 1_000, s(300), 999, Freshness::Stale),
            (s(300), 1_000, s(0), 1_000, Freshness::Expired),
            (s(300), 1_000, s(300), 1_000, Freshness::Expired),
            // The wall clock stepped back an hour: the answer is as old as it is.
            (s(300), 1_000, s(301), -3_600_000, Freshness::Stale),
        ] {
            assert_eq!(freshness(usable_until, at(expires_at), steady, at(wall)), expected);
        }
    }

    proptest! {
        #[test]
        fn b20_m08_no_answer_lives_longer_than_configured_or_than_its_token(
            ttl in 0..1_000_000_u64,
            jitter in 0.0..=1.0,
            draw in 0.0..1.0,
            expires in -1_000_000..i64::MAX / 2,
        ) {
            let ttl = Duration::from_millis(ttl);
            let life = lifetime(ttl, jitter, draw, at(expires), at(0));
            prop_assert!(life <= ttl);
            prop_assert!(life <= at(0).until(at(expires)));
            if expires >= 1_000_000 {
                prop_assert!(life + Duration::from_nanos(1) >= ttl.mul_f64(1.0 - jitter));
            }
        }
    }
}
