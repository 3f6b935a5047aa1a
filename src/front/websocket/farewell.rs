//! Our own last word in a tunnel: a frame that closes it, with a number and a sentence (RFC 6455,
//! section 5.5.1).

use super::metrics::Ended;

/// To the client, which sees it as the service's.
pub(super) fn to_client(why: Ended) -> Vec<u8> {
    let content = content(why);
    [&head(content.len(), 0)[..], &content].concat()
}

/// To the service, which sees it as the client's: those are masked.
pub(super) fn to_service(why: Ended) -> Vec<u8> {
    let mut content = content(why);
    let mask: [u8; 4] = fastrand::u32(..).to_be_bytes();
    for (byte, mask) in content.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= mask;
    }
    [&head(content.len(), 0x80)[..], &mask, &content].concat()
}

fn head(length: usize, mask: u8) -> [u8; 2] {
    // The last frame of a message, and a closing one. Our sentences are short.
    [0x88, mask | u8::try_from(length).unwrap_or(0)]
}

fn content(why: Ended) -> Vec<u8> {
    let (code, sentence) = match why {
        Ended::Expired => (POLICY, "the token has ended"),
        Ended::Revoked => (POLICY, "the token is no longer good"),
        Ended::Lifetime => (GOING_AWAY, "the connection has lasted long enough"),
        Ended::Idle => (GOING_AWAY, "nothing was said for too long"),
        Ended::Leaving | Ended::Broken | Ended::Closed => (GOING_AWAY, "the proxy is leaving"),
    };
    [&u16::to_be_bytes(code)[..], sentence.as_bytes()].concat()
}

/// What the closing frame says (RFC 6455, section 7.4.1).
const GOING_AWAY: u16 = 1001;
const POLICY: u16 = 1008;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Label as _;

    #[test]
    fn both_sides_are_told_the_same_each_in_its_form() {
        for why in Ended::ALL {
            let (client, service) = (to_client(*why), to_service(*why));
            assert_eq!((client[0], service[0]), (0x88, 0x88));
            assert_eq!(usize::from(client[1]), client.len() - 2, "not masked");
            assert_eq!(usize::from(service[1] & 0x7f), service.len() - 6, "masked");
            let mask = service[2..6].iter().cycle();
            let content: Vec<_> = service[6..].iter().zip(mask).map(|(byte, m)| byte ^ m).collect();
            assert_eq!(content, client[2..]);
            assert!(content.len() <= 125 && str::from_utf8(&content[2..]).is_ok());
        }
    }
}
