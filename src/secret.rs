//! Secret text, wiped after use.

use std::fmt;

use crate::wipe::{WipedText, WipedVec};

/// Text that is wiped when it is dropped and prints as `[redacted]`.
#[derive(Default)]
pub struct Secret(WipedText);

impl Secret {
    /// Joins `parts` in one buffer of the right size: a buffer that grows leaves its old block in memory.
    pub(crate) fn concat(parts: &[&str]) -> Secret {
        let mut text = WipedText::with_capacity(parts.iter().map(|part| part.len()).sum());
        for part in parts {
            text.push_str(part);
        }
        Secret(text)
    }

    /// Converts `bytes` without a copy. `None` if they are not UTF-8; they are wiped then.
    pub(crate) fn from_utf8(bytes: WipedVec<u8>) -> Option<Secret> {
        WipedText::from_utf8(bytes).map(Secret)
    }

    /// Returns the text itself. A caller that copies it must wipe the copy.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(WipedText::from(text))
    }
}

impl From<WipedText> for Secret {
    fn from(text: WipedText) -> Secret {
        Secret(text)
    }
}

impl AsRef<[u8]> for Secret {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn secret_prints_as_redacted() {
        assert_eq!(format!("{:?}", Secret::concat(&["OAuth ", "abc"])), "[redacted]");
    }

    #[test]
    fn joined_parts_do_not_grow_the_buffer() {
        let joined = Secret::concat(&["OAuth ", "abc", ""]);
        assert_eq!(joined.expose(), "OAuth abc");
        assert_eq!(joined.0.capacity(), joined.0.len());
    }
}
