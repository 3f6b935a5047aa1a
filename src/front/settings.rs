//! What the operator decides about the door.

/// How requests are read and refused.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The identity service's public address, told to clients in `WWW-Authenticate`.
    pub www_authenticate_uri: String,
    /// The longest token in bytes that is worth asking about; a longer one is answered with 431.
    pub max_token_bytes: usize,
}
