//! Fingerprints, by which a secret or a login is recognized without staying in memory.

use ring::hmac;

use crate::error::{Cause, Error};
use crate::wipe::with_fingerprint_key;

/// A keyed hash. Without the key, which is in locked memory and left out of core dumps, a short secret such as a PIN
/// cannot be guessed from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// Makes the fingerprint of `parts`, in this process and its children. Parts that are joined differently have
    /// different fingerprints.
    ///
    /// # Errors
    /// [`Code::Internal`](crate::error::Code::Internal) if the system has no memory or no random numbers for a key.
    pub(crate) fn of(parts: &[&str]) -> Result<Fingerprint, Error> {
        let tag = with_fingerprint_key(|key| {
            let mut context = hmac::Context::with_key(key);
            for part in parts {
                context.update(&(part.len() as u64).to_le_bytes());
                context.update(part.as_bytes());
            }
            context.sign()
        });
        let bytes = tag.as_ref().and_then(|tag| tag.as_ref().first_chunk());
        bytes.copied().map(Fingerprint).ok_or_else(|| Error::new(Cause::Unforeseen).detail("no memory for a key"))
    }
}

#[cfg(test)]
mod tests {
    use super::Fingerprint;

    #[test]
    fn fingerprint_depends_on_every_part_and_on_their_borders() {
        let of = |parts: &[&str]| Fingerprint::of(parts).unwrap();
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
        for other in [&["a"][..], &["ab"], &["ab", ""], &["", "ab"], &["a", "b", ""], &["b", "a"], &[]] {
            assert_ne!(of(other), of(&["a", "b"]), "{other:?}");
        }
    }
}
