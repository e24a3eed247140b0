//! Values of conditions that are more than strings: numbers, addresses, bytes.

use std::net::IpAddr;

/// A decimal number: digits, a sign, a point.
pub fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let has_digit = digits.bytes().any(|b| b.is_ascii_digit());
    if plain && has_digit {
        text.parse().ok()
    } else {
        None
    }
}

/// `true` or `false`.
pub fn flag(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// Whether an address lies in a network, which may be one address. `None` if one of them is none.
pub fn within(network: &str, address: &str) -> Option<bool> {
    let address: IpAddr = address.parse().ok()?;
    let (base, length) = match network.split_once('/') {
        Some((base, length)) => (base, Some(length)),
        None => (network, None),
    };
    let base: IpAddr = base.parse().ok()?;
    let bits = if base.is_ipv4() { 32 } else { 128 };
    let length: u32 = match length {
        Some(text) if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok()?,
        Some(_) => return None,
        None => bits,
    };
    if length > bits {
        return None;
    }
    if base.is_ipv4() != address.is_ipv4() {
        return Some(false);
    }
    let (a, b) = (number_of(base), number_of(address));
    Some(a.checked_shr(bits - length).unwrap_or(0) == b.checked_shr(bits - length).unwrap_or(0))
}

fn number_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// The bytes of a text in base 64.
pub fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if text.len() - digits.len() > 2 || text.len() % 4 == 1 {
        return None;
    }
    let (mut out, mut held, mut bits) = (Vec::new(), 0u32, 0u32);
    for byte in digits.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        held = (held << 6 | u32::from(digit)) & 0xFFFF;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(held >> bits & 0xFF).unwrap_or_default());
        }
    }
    Some(out)
}
