//! Bytes as text, in base 64 (RFC 4648, section 4), without padding: three weights take four characters.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The bytes of a text; ends at the first character that does not belong there. O(n).
pub(super) fn decode(text: &str) -> Vec<i8> {
    let digit = |c: u8| ALPHABET.iter().position(|&other| other == c).map(|at| at as u32);
    let (mut held, mut n_bits) = (0u32, 0u32);
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    for six in text.bytes().map_while(digit) {
        held = held << 6 | six;
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            bytes.push((held >> n_bits) as u8 as i8);
        }
    }
    bytes
}

/// The text of some bytes.
#[cfg(any(feature = "training", test))]
pub(super) fn encode(bytes: &[i8]) -> String {
    let (mut held, mut n_bits) = (0u32, 0u32);
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    let mut push = |six: u32| text.push(char::from(ALPHABET[(six & 63) as usize]));
    for &byte in bytes {
        held = held << 8 | u32::from(byte as u8);
        n_bits += 8;
        while n_bits >= 6 {
            n_bits -= 6;
            push(held >> n_bits);
        }
    }
    if n_bits > 0 {
        push(held << (6 - n_bits));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_the_standard_are_written_and_read() {
        for (bytes, text) in [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            let bytes: Vec<i8> = bytes.bytes().map(|byte| byte as i8).collect();
            assert_eq!(encode(&bytes), text);
            assert_eq!(decode(text), bytes);
        }
        let all: Vec<i8> = (-128..=127).collect();
        assert_eq!(decode(&encode(&all)), all);
    }

    #[test]
    fn what_is_no_digit_ends_the_text() {
        assert_eq!(decode("Zm9v!Zm9v"), [102, 111, 111]);
        assert!(decode("é").is_empty());
    }
}
