//! What all bytes of a text are, found several at a time.

/// Bytes that are looked at together, as many as fit into a register of every machine of today.
const TOGETHER: usize = 16;

/// Whether every byte of a text is of a kind.
///
/// Nearly every text is of the kind that is asked for, and short. To look at all of it without stopping at the first byte
/// that is not, and at the bytes around the middle twice instead of one by one, takes a third of the time.
#[inline]
pub fn every_byte(text: &str, kind: impl Fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first_chunk::<TOGETHER>(), bytes.last_chunk::<TOGETHER>()) else {
        return every_byte_of_few(bytes, kind);
    };
    let inner = bytes.as_chunks::<TOGETHER>().0.get(1..).unwrap_or_default();
    all(first, &kind) & all(last, &kind) && inner.iter().all(|chunk| all(chunk, &kind))
}

fn every_byte_of_few(bytes: &[u8], kind: impl Fn(u8) -> bool) -> bool {
    if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        return all(first, &kind) & all(last, &kind);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return all(first, &kind) & all(last, &kind);
    }
    bytes.iter().all(|byte| kind(*byte))
}

#[inline]
fn all<const N: usize>(bytes: &[u8; N], kind: &impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(true, |all, byte| all & kind(*byte))
}

#[cfg(test)]
mod tests {
    use super::every_byte;

    #[test]
    fn a_byte_of_another_kind_is_found_wherever_it_stands() {
        for length in 0..=70 {
            let plain = "a".repeat(length);
            assert!(every_byte(&plain, |byte| byte == b'a'), "{length}");
            for at in 0..length {
                let mut text = plain.clone();
                text.replace_range(at..=at, "b");
                assert!(!every_byte(&text, |byte| byte == b'a'), "{at} of {length}");
            }
        }
    }
}
