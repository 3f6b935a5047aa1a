//! The closed sets of labels that requests are counted by.

use http::{HeaderMap, Method};

use crate::admission::Rejection;
use crate::identity::BadToken;
use crate::label;
use crate::policy::Forbidden;
use crate::telemetry::Label as _;

label! {
    /// The methods that are told apart; the rest are one.
    pub(in crate::front) Verb as "method" {
        /// DELETE.
        Delete => "DELETE",
        /// GET.
        Get => "GET",
        /// HEAD.
        Head => "HEAD",
        /// OPTIONS.
        Options => "OPTIONS",
        /// PATCH.
        Patch => "PATCH",
        /// POST.
        Post => "POST",
        /// PUT.
        Put => "PUT",
        /// Any other.
        Other => "OTHER",
    }
}

impl Verb {
    pub(in crate::front) fn of(method: &Method) -> Self {
        match *method {
            Method::DELETE => Self::Delete,
            Method::GET => Self::Get,
            Method::HEAD => Self::Head,
            Method::OPTIONS => Self::Options,
            Method::PATCH => Self::Patch,
            Method::POST => Self::Post,
            Method::PUT => Self::Put,
            _ => Self::Other,
        }
    }
}

label! {
    /// What was decided.
    pub(in crate::front) Decision as "decision" {
        /// The request goes on, its user vouched for.
        Allow => "allow",
        /// It goes on, and the service is told that nobody vouches for it.
        Defer => "defer",
        /// It is refused.
        Deny => "deny",
        /// Nobody knows.
        Error => "error",
        /// It goes on, although the policy would refuse it: the route is only watched.
        ShadowDeny => "shadow_deny",
    }
}

label! {
    /// Why.
    pub(in crate::front) Reason as "reason" {
        /// Keystone vouched for the token.
        Confirmed => "confirmed",
        /// The token is bound to something we cannot check.
        Bound => "bound",
        /// The token has ended.
        Expired => "expired",
        /// What came is no token.
        Malformed => "malformed",
        /// No token came.
        Missing => "missing",
        /// No route takes the request.
        NoRoute => "no_route",
        /// Nobody was asked: the route is public.
        Public => "public",
        /// The route does not take requests of that protocol.
        Protocol => "protocol",
        /// The token's access rules do not allow the request.
        Restricted => "restricted",
        /// The route's rule says no.
        Rule => "rule",
        /// The token has a scope that the route is not for.
        Scope => "scope",
        /// The service token has none of the roles that make it one.
        ServiceRole => "service_role",
        /// The service token is no good.
        ServiceToken => "service_token",
        /// The token is longer than the limit.
        TooLong => "too_long",
        /// Nobody knows.
        Unavailable => "unavailable",
        /// The route's rule cannot be decided for this request.
        Undecided => "undecided",
        /// Keystone does not vouch for the token.
        Unknown => "unknown",
    }
}

impl Reason {
    pub(in crate::front) fn of(rejection: &Rejection) -> Self {
        match rejection {
            Rejection::BadServiceToken(_) => Self::ServiceToken,
            Rejection::Forbidden(forbidden) => Self::from(*forbidden),
            Rejection::NoServiceRole => Self::ServiceRole,
            Rejection::BadToken(BadToken::Bound) => Self::Bound,
            Rejection::BadToken(BadToken::Expired) => Self::Expired,
            Rejection::BadToken(BadToken::Malformed) => Self::Malformed,
            Rejection::BadToken(BadToken::Restricted) => Self::Restricted,
            Rejection::BadToken(BadToken::Unknown) => Self::Unknown,
            Rejection::MissingToken => Self::Missing,
            Rejection::BadToken(BadToken::TooLong) => Self::TooLong,
            Rejection::Unavailable { .. } => Self::Unavailable,
        }
    }

    /// The decisions that it can lead to.
    pub(super) fn decisions(self) -> &'static [Decision] {
        match self {
            Self::Confirmed | Self::Public => &[Decision::Allow],
            Self::NoRoute => &[Decision::Deny],
            Self::Protocol | Self::Rule | Self::Scope | Self::Undecided => {
                &[Decision::Deny, Decision::ShadowDeny]
            }
            Self::Unavailable => &[Decision::Error],
            Self::Bound
            | Self::Expired
            | Self::Malformed
            | Self::Missing
            | Self::Restricted
            | Self::ServiceRole
            | Self::ServiceToken
            | Self::TooLong
            | Self::Unknown => &[Decision::Deny, Decision::Defer],
        }
    }
}

impl From<Forbidden> for Reason {
    fn from(forbidden: Forbidden) -> Self {
        match forbidden {
            Forbidden::NoRoute => Self::NoRoute,
            Forbidden::Protocol => Self::Protocol,
            Forbidden::Rule => Self::Rule,
            Forbidden::Scope => Self::Scope,
            Forbidden::Undecided => Self::Undecided,
        }
    }
}

label! {
    /// Why a request was refused before anybody looked at its token.
    pub(in crate::front) Rejected as "reason" {
        /// A `Connection` field that is no list of names, or names what may not go.
        Connection => "connection",
        /// More fields than the limit.
        Fields => "fields",
        /// A transfer coding other than `chunked`, or stated twice; over HTTP/2, a value with a blank
        /// at an end.
        Framing => "framing",
        /// No `Host`, more than one, an odd one, or another than the target's.
        Host => "host",
        /// For another host than the one that the client's certificate was shown to.
        Misdirected => "misdirected",
        /// As many requests as the limit allows are in progress.
        Overload => "overload",
        /// A path that could be read in two ways, where paths decide something.
        Path => "path",
        /// A target that is no path, or not ASCII.
        Target => "target",
        /// CONNECT or TRACE; where there are routes, one in small letters.
        Method => "method",
    }
}

label! {
    /// How a call of gRPC ended: the codes that there are, or what stands in for one.
    pub(in crate::front) GrpcStatus as "grpc_status" {
        /// `OK`.
        Ok => "0",
        /// `CANCELLED`.
        Cancelled => "1",
        /// `UNKNOWN`.
        Unknown => "2",
        /// `INVALID_ARGUMENT`.
        InvalidArgument => "3",
        /// `DEADLINE_EXCEEDED`.
        DeadlineExceeded => "4",
        /// `NOT_FOUND`.
        NotFound => "5",
        /// `ALREADY_EXISTS`.
        AlreadyExists => "6",
        /// `PERMISSION_DENIED`.
        PermissionDenied => "7",
        /// `RESOURCE_EXHAUSTED`.
        ResourceExhausted => "8",
        /// `FAILED_PRECONDITION`.
        FailedPrecondition => "9",
        /// `ABORTED`.
        Aborted => "10",
        /// `OUT_OF_RANGE`.
        OutOfRange => "11",
        /// `UNIMPLEMENTED`.
        Unimplemented => "12",
        /// `INTERNAL`.
        Internal => "13",
        /// `UNAVAILABLE`.
        Unavailable => "14",
        /// `DATA_LOSS`.
        DataLoss => "15",
        /// `UNAUTHENTICATED`.
        Unauthenticated => "16",
        /// No code that there is.
        Other => "other",
        /// It broke off, or was answered without one.
        None => "none",
    }
}

impl GrpcStatus {
    /// The one that fields state, of a head or behind a body; `None` when they state none.
    pub(in crate::front) fn stated(fields: &HeaderMap) -> Option<Self> {
        let code = fields.get("grpc-status")?;
        let named = |status: &&Self| status.as_str().as_bytes() == code.as_bytes();
        let known = Self::ALL.iter().filter(|status| status.code().is_some()).find(named);
        Some(known.copied().unwrap_or(Self::Other))
    }

    /// Its number, if it is a code.
    pub(in crate::front) fn code(self) -> Option<u8> {
        self.as_str().parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_a_closed_set() {
        let stated = |text: &'static str| {
            let mut fields = HeaderMap::new();
            fields.insert("grpc-status", http::HeaderValue::from_static(text));
            GrpcStatus::stated(&fields).map(GrpcStatus::as_str)
        };
        for code in 0..=16_u8 {
            let text: &'static str = code.to_string().leak();
            assert_eq!(stated(text), Some(text));
            assert_eq!(GrpcStatus::ALL[usize::from(code)].code(), Some(code));
        }
        for odd in ["17", "-1", "00", "1 ", "OK", ""] {
            assert_eq!(stated(odd), Some("other"), "{odd:?}");
        }
        assert_eq!(stated("none"), Some("other"), "our word for it is no code");
        assert_eq!(GrpcStatus::stated(&HeaderMap::new()), None);
        assert_eq!((GrpcStatus::Other.code(), GrpcStatus::None.code()), (None, None));
    }
}
