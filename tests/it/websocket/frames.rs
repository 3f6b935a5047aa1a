//! Frames of RFC 6455, as far as tests need them.

use std::io;

use crate::support::Wire;

/// A masked text frame, as clients send.
pub(crate) fn from_client(text: &str) -> Vec<u8> {
    let mask = [1, 2, 3, 4];
    let length = u8::try_from(text.len()).unwrap();
    let content = text.bytes().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
    [0x81, 0x80 | length].into_iter().chain(mask).chain(content).collect()
}

/// A frame as it came: its first byte and its content, unmasked.
pub(crate) fn read(wire: &mut Wire) -> io::Result<(u8, Vec<u8>)> {
    let head = wire.exactly(2)?;
    let length = match head[1] & 0x7f {
        126 => {
            let more = wire.exactly(2)?;
            usize::from(u16::from_be_bytes([more[0], more[1]]))
        }
        short => usize::from(short),
    };
    let mask = if head[1] & 0x80 == 0 { vec![0; 4] } else { wire.exactly(4)? };
    let content = wire.exactly(length)?;
    let content = content.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
    Ok((head[0], content.collect()))
}

/// The code in the content of a closing frame.
pub(crate) fn code((first, content): &(u8, Vec<u8>)) -> u16 {
    assert_eq!(*first, 0x88, "a closing frame");
    u16::from_be_bytes([content[0], content[1]])
}
