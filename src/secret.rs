//! Text that must not outlive its use.

use std::{fmt, mem};

use zeroize::Zeroizing;

/// Text that is wiped when it is dropped and prints as `[redacted]`.
#[derive(Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Joins `parts` in one buffer of the right size: a buffer that grows leaves its old block behind.
    pub(crate) fn concat(parts: &[&str]) -> Secret {
        let mut text = String::with_capacity(parts.iter().map(|part| part.len()).sum());
        for part in parts {
            text.push_str(part);
        }
        Secret(Zeroizing::new(text))
    }

    /// `None`: it is not UTF-8. The bytes stay where they are, or are wiped.
    pub(crate) fn from_utf8(mut bytes: Zeroizing<Vec<u8>>) -> Option<Secret> {
        match String::from_utf8(mem::take(&mut *bytes)) {
            Ok(text) => Some(Secret::from(text)),
            Err(error) => {
                drop(Zeroizing::new(error.into_bytes()));
                None
            }
        }
    }

    /// The text itself. Whoever copies it must wipe the copy.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(Zeroizing::new(text))
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
    fn a_secret_prints_as_redacted() {
        assert_eq!(format!("{:?}", Secret::concat(&["OAuth ", "abc"])), "[redacted]");
    }

    #[test]
    fn joining_does_not_grow_the_buffer() {
        let joined = Secret::concat(&["OAuth ", "abc", ""]);
        assert_eq!(joined.expose(), "OAuth abc");
        assert_eq!(joined.0.capacity(), joined.0.len());
    }
}
