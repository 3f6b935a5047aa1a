//! From when and until when things in files hold: one rule for what is said about it.

use std::fmt;
use std::path::Path;

use rustls::pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;

/// The time in which something holds, as it says itself.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// From here on.
    pub begins: ASN1Time,
    /// Until here.
    pub ends: ASN1Time,
}

/// What an operator should hear of a [`Span`].
#[derive(Clone, Copy, Debug)]
pub enum Trouble {
    /// It has not begun.
    Early(ASN1Time),
    /// It is over.
    Over(ASN1Time),
    /// It ends within a fortnight, or within the last third of a shorter life: what lives for a day
    /// is renewed daily, and what lives for a year weeks ahead.
    Soon(ASN1Time),
}

impl Span {
    /// What is to be said at the time `now`, in seconds since 1970.
    pub fn trouble(self, now: i64) -> Option<Trouble> {
        let Self { begins, ends } = self;
        let (from, to) = (begins.timestamp(), ends.timestamp());
        if now < from {
            return Some(Trouble::Early(begins));
        }
        if now > to {
            return Some(Trouble::Over(ends));
        }
        let soon = (to.saturating_sub(from) / 3).min(FORTNIGHT);
        (to - now < soon).then_some(Trouble::Soon(ends))
    }
}

/// What is to be said of the first certificate of `chain`, which stands in `file`, at the time
/// `now`; `whose` do not accept it when it has ended. Nothing of what cannot be read.
pub fn trouble_with_own(
    chain: &[CertificateDer<'_>],
    file: &Path,
    whose: &str,
    now: i64,
) -> Option<String> {
    let trouble = span(chain.first()?)?.trouble(now)?;
    Some(format!("the certificate in {} {}", file.display(), Own { trouble, whose }))
}

/// What is to be said of the authorities in `file` at the time `now`: one sentence about the one
/// that ends first. One that has not begun is somebody's successor, and no trouble.
pub fn trouble_with_authorities(
    authorities: &[CertificateDer<'_>],
    file: &Path,
    now: i64,
) -> Option<String> {
    let spans = authorities.iter().filter_map(span);
    let first = spans.min_by_key(|span| span.ends.timestamp())?;
    let (word, ends) = match first.trouble(now)? {
        Trouble::Early(_) => return None,
        Trouble::Over(ends) => ("ended on", ends),
        Trouble::Soon(ends) => ("ends soon, on", ends),
    };
    Some(format!(
        "a certificate of an authority in {} {word} {ends}; add its successor, because nobody else \
         is trusted, and then remove it",
        file.display()
    ))
}

/// The rest of a sentence about a certificate that we show.
struct Own<'a> {
    trouble: Trouble,
    whose: &'a str,
}

impl fmt::Display for Own<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.trouble {
            Trouble::Early(begins) => {
                write!(f, "is not valid before {begins}; check this host's clock")
            }
            Trouble::Over(ends) => {
                write!(f, "ended on {ends}, and {} will not accept it; renew it", self.whose)
            }
            Trouble::Soon(ends) => write!(f, "ends soon, on {ends}; renew it"),
        }
    }
}

fn span(der: &CertificateDer<'_>) -> Option<Span> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let validity = certificate.validity();
    Some(Span { begins: validity.not_before, ends: validity.not_after })
}

/// In seconds.
const FORTNIGHT: i64 = 14 * 24 * 60 * 60;

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 60 * 60;

    fn of(days: i64) -> Span {
        let at = |days: i64| ASN1Time::from_timestamp(days * DAY).unwrap();
        Span { begins: at(1000), ends: at(1000 + days) }
    }

    #[test]
    fn a_fortnight_is_soon_and_the_last_third_of_a_short_life() {
        for (life, day, expected) in [
            (365, 999, "early"),
            (365, 1000, "fine"),
            (365, 1350, "fine"),
            (365, 1352, "soon"),
            (365, 1366, "over"),
            (7, 1004, "fine"),
            (7, 1005, "soon"),
        ] {
            let said = match of(life).trouble(day * DAY) {
                None => "fine",
                Some(Trouble::Early(_)) => "early",
                Some(Trouble::Over(_)) => "over",
                Some(Trouble::Soon(_)) => "soon",
            };
            assert_eq!(said, expected, "{life} days, on day {day}");
        }
    }

    #[test]
    fn of_a_bundle_the_authority_that_ends_first_is_named() {
        let until = |year| {
            let mut params = rcgen::CertificateParams::default();
            params.not_before = rcgen::date_time_ymd(2010, 1, 1);
            params.not_after = rcgen::date_time_ymd(year, 1, 1);
            let key = rcgen::KeyPair::generate().unwrap();
            params.self_signed(&key).unwrap().der().clone()
        };
        let bundle = [until(2040), until(2020), until(2030)];
        let said = |now| trouble_with_authorities(&bundle, Path::new("ca.pem"), now);
        let in_2018 = 1_514_764_800;
        assert_eq!(said(in_2018), None);
        let told = said(in_2018 + 4 * 365 * DAY).unwrap();
        assert!(told.contains("ca.pem ended on") && told.contains("2020"), "{told}");
        let told = trouble_with_own(&bundle[1..], Path::new("own.pem"), "peers", 1_600_000_000);
        assert!(told.unwrap().contains("and peers will not accept it"));
    }
}
