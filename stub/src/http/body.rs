//! The body of a request, up to a maximum length.

use zeroize::Zeroizing;

/// Maximum length of a body that is stored.
pub(crate) const MAX_BODY_LEN: usize = 64 * 1024;

/// The rule that determines the end of a body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Framing {
    Length(u64),
    Chunks,
}

impl Default for Framing {
    fn default() -> Framing {
        Framing::Length(0)
    }
}

/// Wiped when dropped. No `Debug`, because it may contain credentials.
#[derive(Default)]
pub(crate) struct Body {
    /// Has its full size from the start, because a buffer that grows leaves its old block in memory.
    bytes: Zeroizing<Vec<u8>>,
    is_too_long: bool,
}

impl Body {
    /// Has space for the whole body.
    pub(crate) fn framed(framing: Framing) -> Body {
        let room = match framing {
            Framing::Chunks => Some(MAX_BODY_LEN),
            Framing::Length(length) => usize::try_from(length).ok().filter(|length| *length <= MAX_BODY_LEN),
        };
        Body { bytes: Zeroizing::new(Vec::with_capacity(room.unwrap_or_default())), is_too_long: room.is_none() }
    }

    pub(crate) fn add(&mut self, part: &[u8]) {
        if self.is_too_long || part.len() > MAX_BODY_LEN - self.bytes.len() {
            *self = Body { is_too_long: true, ..Body::default() };
        } else {
            self.bytes.extend_from_slice(part);
        }
    }

    /// Returns `None` if the body was longer than [`MAX_BODY_LEN`]. It was read to its end and not stored.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        (!self.is_too_long).then_some(&self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn body_is_expected_whole_or_not_at_all() {
        let long = vec![b'x'; MAX_BODY_LEN];
        let length = |length: usize| Framing::Length(length as u64);
        for (framing, parts, expected) in [
            (length(0), vec![], Some(0)),
            (length(5), vec![&b"he"[..], b"llo"], Some(5)),
            (length(MAX_BODY_LEN), vec![&long], Some(MAX_BODY_LEN)),
            (length(MAX_BODY_LEN + 1), vec![&long, b"x"], None),
            (Framing::Length(u64::MAX), vec![b"x"], None),
            (Framing::Chunks, vec![&long], Some(MAX_BODY_LEN)),
            (Framing::Chunks, vec![&long, b"x", b"x"], None),
        ] {
            let mut body = Body::framed(framing);
            let room = body.bytes.capacity();
            for part in parts {
                body.add(part);
                assert!(body.bytes.capacity() <= room, "{framing:?}");
            }
            assert_eq!(body.bytes().map(<[u8]>::len), expected, "{framing:?}");
        }
    }
}
