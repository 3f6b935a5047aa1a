//! The two messages of gRPC's health protocol (`grpc.health.v1`), to the byte: one field each.

/// What an application says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    NotServing,
    Serving,
    ServiceUnknown,
    Unknown,
}

/// The answer is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("its body is too long or breaks off")]
    Body,
    #[error("it is compressed, which nobody asked for")]
    Compressed,
    #[error("its content type is another")]
    ContentType,
    #[error("its body is not one message")]
    Frame,
    #[error("its message is no HealthCheckResponse")]
    Message,
}

impl Health {
    /// Its name in the protocol.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::NotServing => "NOT_SERVING",
            Self::Serving => "SERVING",
            Self::ServiceUnknown => "SERVICE_UNKNOWN",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// A framed `HealthCheckRequest`: field 1 is the name of the service.
pub(super) fn write(service: &str) -> Vec<u8> {
    let mut message = Vec::new();
    if !service.is_empty() {
        message.push(0x0a);
        write_number(service.len(), &mut message);
        message.extend_from_slice(service.as_bytes());
    }
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    // Not compressed, and so long.
    let mut framed = vec![0];
    framed.extend_from_slice(&length.to_be_bytes());
    framed.append(&mut message);
    framed
}

/// The status in a framed `HealthCheckResponse`: field 1, and `UNKNOWN` where it is left out.
pub(super) fn read(framed: &[u8]) -> Result<Health, Malformed> {
    let (frame, mut message) = framed.split_first_chunk::<5>().ok_or(Malformed::Frame)?;
    let [compressed, length @ ..] = frame;
    if *compressed != 0 {
        return Err(Malformed::Compressed);
    }
    if usize::try_from(u32::from_be_bytes(*length)) != Ok(message.len()) {
        return Err(Malformed::Frame);
    }
    let mut status = 0;
    while !message.is_empty() {
        let tag = read_number(&mut message)?;
        match (tag >> 3, tag & 7) {
            (1, 0) => status = read_number(&mut message)?,
            // Fields that a later version may have.
            (_, 0) => drop(read_number(&mut message)?),
            (_, 1) => skip(&mut message, 8)?,
            (_, 2) => {
                let length = read_number(&mut message)?;
                skip(&mut message, length)?;
            }
            (_, 5) => skip(&mut message, 4)?,
            _ => return Err(Malformed::Message),
        }
    }
    Ok(match status {
        1 => Health::Serving,
        2 => Health::NotServing,
        3 => Health::ServiceUnknown,
        _ => Health::Unknown,
    })
}

/// Seven bits at a time, the lowest first; all but the last have the eighth set.
fn write_number(mut number: usize, into: &mut Vec<u8>) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        if number == 0 {
            return into.push(low);
        }
        into.push(low | 0x80);
    }
}

fn read_number(from: &mut &[u8]) -> Result<u64, Malformed> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = from.split_first().ok_or(Malformed::Message)?;
        *from = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Malformed::Message)
}

fn skip(from: &mut &[u8], length: u64) -> Result<(), Malformed> {
    let length = usize::try_from(length).map_err(|_| Malformed::Message)?;
    *from = from.get(length..).ok_or(Malformed::Message)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_framed_and_names_the_service() {
        assert_eq!(write(""), [0, 0, 0, 0, 0]);
        assert_eq!(write("ab"), [0, 0, 0, 0, 4, 0x0a, 2, b'a', b'b']);
        let long = write(&"x".repeat(300));
        assert_eq!(long[..8], [0, 0, 0, 1, 47, 0x0a, 0xac, 0x02]);
        assert_eq!(long.len(), 308);
    }

    #[test]
    fn an_answer_says_how_it_is() {
        for (message, expected) in [
            (&[][..], Health::Unknown),
            (&[8, 0], Health::Unknown),
            (&[8, 1], Health::Serving),
            (&[8, 2], Health::NotServing),
            (&[8, 3], Health::ServiceUnknown),
            (&[8, 9], Health::Unknown),
            // The last of several counts, and unknown fields of every kind are passed over.
            (&[8, 2, 8, 1], Health::Serving),
            (&[0x12, 2, 8, 2, 8, 1], Health::Serving),
            (&[0x18, 0x80, 1, 0x25, 0, 0, 0, 0, 8, 1], Health::Serving),
            (&[0x29, 0, 0, 0, 0, 0, 0, 0, 0, 8, 1], Health::Serving),
        ] {
            assert_eq!(read(&framed(message)), Ok(expected), "{message:?}");
        }
    }

    #[test]
    fn what_is_no_answer_is_told_apart() {
        for (bytes, expected) in [
            (&[][..], Malformed::Frame),
            (&[0, 0, 0, 0], Malformed::Frame),
            (&[0, 0, 0, 0, 9, 8, 1], Malformed::Frame),
            (&[0, 0, 0, 0, 1, 8, 1], Malformed::Frame),
            (&[1, 0, 0, 0, 2, 8, 1], Malformed::Compressed),
            (&[0, 0, 0, 0, 1, 8], Malformed::Message),
            (&[0, 0, 0, 0, 2, 0x0a, 9], Malformed::Message),
            (&[0, 0, 0, 0, 2, 0x0b, 1], Malformed::Message),
        ] {
            assert_eq!(read(bytes), Err(expected), "{bytes:?}");
        }
        let endless = framed(&[0xff; 20]);
        assert_eq!(read(&endless), Err(Malformed::Message));
    }

    fn framed(message: &[u8]) -> Vec<u8> {
        let length = u32::try_from(message.len()).unwrap();
        [&[0][..], &length.to_be_bytes(), message].concat()
    }
}
