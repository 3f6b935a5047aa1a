//! How long answers are believed.

use super::{Absent, DAY, Field, GIB, HOUR, Kind, MIB, Section, ZERO};

pub(super) static SECTION: Section = Section {
    name: "cache",
    about: "How long Keystone's answers are believed, and how much memory they may take.",
    shorthand: None,
    fields: &[
        Field::new(
            "cache.ttl",
            Kind::Duration(ZERO, DAY),
            Absent::Value("300s"),
            "How long a valid token is believed without asking again, never past its own expiry. \
             It bounds how long a revoked token may still pass. Five minutes is what \
             keystonemiddleware uses; 0s asks Keystone for every request.",
        ),
        Field::new(
            "cache.jitter",
            Kind::Percent(50),
            Absent::Value("10%"),
            "By how much of `cache.ttl` an entry's life may be shortened at random, so that \
             tokens first seen together are not asked about again together. Never lengthened.",
        ),
        Field::new(
            "cache.max_bytes",
            Kind::Size(MIB, 64 * GIB),
            Absent::Value("64MiB"),
            "How much memory valid tokens may take. A token with three roles takes up to 1 KiB, \
             so the default holds some 65,000; beyond it the least useful make room.",
        ),
        Field::new(
            "cache.negative_ttl",
            Kind::Duration(ZERO, HOUR),
            Absent::Value("10s"),
            "How long a token that Keystone refused is refused without asking again. Short, \
             because it only has to take the edge off a client that keeps trying; 0s asks every \
             time.",
        ),
        Field::new(
            "cache.negative_max_entries",
            Kind::Integer(1, 10_000_000),
            Absent::Value("10000"),
            "How many refused tokens are remembered. They have room of their own, so a flood of \
             made-up tokens cannot push valid ones out.",
        ),
    ],
};
