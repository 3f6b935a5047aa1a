//! The forms a token takes: borrowed from its request, owned by its one validation, and digested.

use std::fmt;
use std::hash::{Hash, Hasher};

use zeroize::Zeroizing;

/// A token as the client sent it, blanks around it removed. It cannot outlive its request.
#[derive(Clone, Copy)]
pub struct RawToken<'a>(&'a [u8]);

impl<'a> RawToken<'a> {
    /// Takes the bytes of a credential field. Keystone ignores blanks around a token
    /// (keystonemiddleware bug 1689468), so two spellings that differ only there are one token.
    pub fn new(field: &'a [u8]) -> Self {
        Self(field.trim_ascii())
    }

    /// The bytes to ask Keystone about.
    pub fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        self.0.len()
    }

    /// Whether nothing is left once the blanks are gone.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Whether this could be a token at all: visible ASCII without a comma or a quote.
    ///
    /// Fernet, JWS, UUID and PKI tokens all fit. Two `X-Auth-Token` lines folded into one by a
    /// hop before us do not, nor do control bytes that would break a header on the way to
    /// Keystone.
    pub fn is_well_formed(self) -> bool {
        // Every byte is looked at, without a way out in between: that is what compiles to a few
        // wide instructions, and most tokens are whole.
        let fits = |byte: &u8| byte.is_ascii_graphic() && *byte != b',' && *byte != b'"';
        !self.0.is_empty() && self.0.iter().fold(true, |all, byte| all & fits(byte))
    }

    /// The token's SHA-256, by which an operator can name it to the admin listener without
    /// sending it: `printf %s "$TOKEN" | sha256sum`.
    pub fn digest(self) -> TokenDigest {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, self.0);
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
        TokenDigest(bytes)
    }

    /// The copy that travels with the question to Keystone.
    pub fn to_owned(self) -> Token {
        Token(Zeroizing::new(self.0.into()))
    }
}

impl fmt::Debug for RawToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawToken({} bytes)", self.0.len())
    }
}

/// The owned copy that one validation needs; wiped when that validation ends.
pub struct Token(Zeroizing<Box<[u8]>>);

impl Token {
    /// The same token, borrowed.
    pub fn as_raw(&self) -> RawToken<'_> {
        RawToken(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({} bytes)", self.0.len())
    }
}

/// A token's SHA-256. Names a token to operators; never logged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenDigest([u8; 32]);

impl TokenDigest {
    /// Reads 64 hex digits, as `sha256sum` prints them.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest(..)")
    }
}

/// What Keystone is asked to overlook about a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// Nothing: an expired token is an invalid one.
    None,
    /// Expiry, within Keystone's own window, because a service vouches for the caller.
    Expired,
}

/// What caches and single flight know a token by: 128 bits that say nothing about it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenKey([u8; 16]);

impl Hash for TokenKey {
    /// The key is a keyed digest already, so half of it is as good a hash as any.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (half, _) = self.0.split_first_chunk().unwrap_or((&[0; 8], &[]));
        state.write_u64(u64::from_be_bytes(*half));
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(..)")
    }
}

/// Turns tokens into keys with a secret drawn at start-up, so that neither a memory dump nor a
/// chosen token can aim at an entry.
///
/// What Keystone says about an expired token depends on the allowance, so each allowance has a
/// secret of its own and the two cases never share an entry.
#[derive(Clone)]
pub struct TokenHasher {
    plain: [u8; 32],
    expired: [u8; 32],
}

impl TokenHasher {
    /// Uses `key`, which must be secret and random.
    pub fn new(key: [u8; 32]) -> Self {
        let expired = blake3::derive_key("portcullis 2026 tokens with an allowance", &key);
        Self { plain: key, expired }
    }

    /// The key of `token` under `allowance`.
    pub fn key(&self, token: RawToken<'_>, allowance: Allowance) -> TokenKey {
        let secret = match allowance {
            Allowance::None => &self.plain,
            Allowance::Expired => &self.expired,
        };
        let digest = blake3::keyed_hash(secret, token.as_bytes());
        let mut key = [0; 16];
        key.iter_mut().zip(digest.as_bytes()).for_each(|(to, from)| *to = *from);
        TokenKey(key)
    }
}

impl fmt::Debug for TokenHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHasher(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m02_blanks_around_a_token_do_not_make_another_token() {
        let hasher = TokenHasher::new([7; 32]);
        let plain = hasher.key(RawToken::new(b"gAAAA"), Allowance::None);
        assert_eq!(plain, hasher.key(RawToken::new(b" \tgAAAA "), Allowance::None));
        assert_ne!(plain, hasher.key(RawToken::new(b"gAAAA"), Allowance::Expired));
        assert_ne!(plain, TokenHasher::new([8; 32]).key(RawToken::new(b"gAAAA"), Allowance::None));
    }

    #[test]
    fn m18_keys_of_tokens_that_are_almost_alike_share_nothing_that_could_be_timed() {
        let hasher = TokenHasher::new([7; 32]);
        let key = |token: &[u8]| hasher.key(RawToken::new(token), Allowance::None);
        let known = key(b"gAAAAABr0123456789");
        for near in [&b"gAAAAABr012345678"[..], b"gAAAAABr0123456780", b"hAAAAABr0123456789"] {
            // The comparison is one of keys, and what two of them share is chance.
            let same = known.0.iter().zip(key(near).0).filter(|(a, b)| **a == *b).count();
            assert!(same < 4, "{same} of 16 bytes");
        }
    }

    #[test]
    fn shapes_that_no_token_has_are_recognised() {
        for good in ["gAAAAABr", "eyJ0.eyJh.sig-_", "0123abcd", "MIIH+/=="] {
            assert!(RawToken::new(good.as_bytes()).is_well_formed(), "{good}");
        }
        for bad in [&b"a,b"[..], b"a b", b"tok\xf6n", b"a\0b", b"", b"\"a\"", b"a\x7fb"] {
            assert!(!RawToken::new(bad).is_well_formed(), "{bad:?}");
        }
    }

    #[test]
    fn a_digest_is_what_sha256sum_prints() {
        let printed = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(TokenDigest::from_hex(printed), Some(RawToken::new(b"abc").digest()));
        for bad in ["", "ba78", &printed.replace('b', "g"), &format!("{printed}0")] {
            assert_eq!(TokenDigest::from_hex(bad), None);
        }
    }

    #[test]
    fn m02_p01_no_form_of_a_token_prints_it() {
        let token = RawToken::new(b"gAAAAsecret");
        let hasher = TokenHasher::new([7; 32]);
        let shown = format!(
            "{token:?} {:?} {:?} {hasher:?}",
            token.to_owned(),
            hasher.key(token, Allowance::None)
        );
        assert!(!shown.contains("secret"), "{shown}");
    }
}
