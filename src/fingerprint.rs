//! Fingerprints, by which a secret or a login is recognized without staying in memory.

use ring::hmac;

use crate::error::{Cause, Error};
use crate::wipe::with_fingerprint_key;

/// A keyed hash. Without the key, which is in locked memory and left out of core dumps, a short secret such as a PIN
/// cannot be guessed from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// Makes the fingerprint of `parts`, in this process and its children. Parts that are joined differently have
    /// different fingerprints.
    ///
    /// # Errors
    /// [`Code::Internal`](crate::error::Code::Internal) if the system has no memory or no random numbers for a key.
    pub(crate) fn of<P: AsRef<[u8]>>(parts: &[P]) -> Result<Fingerprint, Error> {
        let tag = with_fingerprint_key(|key| {
            let mut context = hmac::Context::with_key(key);
            for part in parts.iter().map(AsRef::as_ref) {
                // Short, because each block of 64 bytes takes time. No part has 4 GiB.
                context.update(&(part.len() as u32).to_le_bytes());
                context.update(part);
            }
            context.sign()
        });
        let bytes = tag.as_ref().and_then(|tag| tag.as_ref().first_chunk());
        bytes.copied().map(Fingerprint).ok_or_else(|| Error::new(Cause::Unforeseen).detail("no memory for a key"))
    }

    /// Returns the fingerprint of both. Without the key both are random numbers, so that this is as good as a hash.
    pub(crate) fn and(&self, other: &Fingerprint) -> Fingerprint {
        let mut both = *self;
        both.0.iter_mut().zip(other.0).for_each(|(byte, other)| *byte ^= other);
        both
    }

    /// Returns the first eight bytes as a number: enough to compare a few fingerprints.
    pub(crate) fn start(&self) -> u64 {
        self.0.first_chunk().copied().map_or(0, u64::from_ne_bytes)
    }
}

impl AsRef<[u8]> for Fingerprint {
    fn as_ref(&self) -> &[u8] {
        &self.0
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
