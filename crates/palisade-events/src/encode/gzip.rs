//! Gzip (RFC 1952) in stored blocks (RFC 1951 §3.2.4): any reader reads them, and nothing has to be compressed.

const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
const BLOCK: usize = 0xffff;

/// Packs bytes.
pub(super) fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut packed = HEAD.to_vec();
    let mut blocks = bytes.chunks(BLOCK).peekable();
    if blocks.peek().is_none() {
        packed.extend([1, 0, 0, 0xff, 0xff]);
    }
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        packed.push(u8::from(blocks.peek().is_none()));
        packed.extend(length.to_le_bytes());
        packed.extend((!length).to_le_bytes());
        packed.extend(block);
    }
    packed.extend(checksum(bytes).to_le_bytes());
    packed.extend(
        u32::try_from(bytes.len() & 0xffff_ffff)
            .unwrap_or(0)
            .to_le_bytes(),
    );
    packed
}

/// Unpacks what [`pack`] wrote; nothing for compressed blocks, which no event file holds.
pub(super) fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut rest = packed.strip_prefix(&HEAD)?;
    let mut bytes = Vec::new();
    loop {
        let [last @ 0..=1, low, high, _, _, tail @ ..] = rest else {
            return None;
        };
        let (block, tail) =
            tail.split_at_checked(usize::from(u16::from_le_bytes([*low, *high])))?;
        bytes.extend(block);
        rest = tail;
        if *last == 1 {
            return Some(bytes);
        }
    }
}

/// CRC-32 (RFC 1952 §8).
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                crc >> 1 ^ 0xedb8_8320
            } else {
                crc >> 1
            }
        })
    })
}
