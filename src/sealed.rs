//! Secrets that stay in memory between calls.

use std::fmt;
use std::sync::Arc;

use ring::aead::{Aad, MAX_TAG_LEN, NONCE_LEN, Nonce};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::error::{Cause, Error};
use crate::secret::Secret;
use crate::wipe::{WipedVec, with_sealing_key};

/// A secret, encrypted with a key of this process and its children. A clone shares its memory.
#[derive(Clone)]
pub(crate) struct Sealed(
    /// Nonce, ciphertext, tag.
    Arc<[u8]>,
);

impl Sealed {
    /// Encrypts a secret. `secret` itself stays in memory until it is dropped.
    ///
    /// # Errors
    /// [`Code::Internal`](crate::error::Code::Internal) if the system has no memory or no random numbers.
    pub(crate) fn new(secret: &Secret) -> Result<Sealed, Error> {
        seal(secret.as_ref())
            .map(Sealed)
            .ok_or_else(|| failed("no memory or no random numbers to encrypt a stored secret"))
    }

    /// Decrypts the secret. Drop the result as soon as possible.
    ///
    /// # Errors
    /// [`Code::Internal`](crate::error::Code::Internal) if its memory was changed.
    pub(crate) fn open(&self) -> Result<Secret, Error> {
        open(&self.0).and_then(Secret::from_utf8).ok_or_else(|| failed("memory of a stored secret was changed"))
    }
}

fn failed(what: &str) -> Error {
    Error::new(Cause::Unforeseen).detail(what)
}

fn seal(text: &[u8]) -> Option<Arc<[u8]>> {
    // Random, because parent and child use the same key: a counter would repeat in both, and in two children.
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new().fill(&mut nonce).ok()?;
    let mut bytes = WipedVec::with_capacity(NONCE_LEN + text.len() + MAX_TAG_LEN);
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(text);
    let (nonce, content) = (Nonce::assume_unique_for_key(nonce), bytes.get_mut(NONCE_LEN..)?);
    let tag = with_sealing_key(|key| key.seal_in_place_separate_tag(nonce, Aad::empty(), content))?.ok()?;
    bytes.extend_from_slice(tag.as_ref());
    Some(Arc::from(&*bytes))
}

fn open(sealed: &[u8]) -> Option<WipedVec<u8>> {
    let (&nonce, content) = sealed.split_first_chunk()?;
    let mut bytes = WipedVec::with_capacity(content.len());
    bytes.extend_from_slice(content);
    let nonce = Nonce::assume_unique_for_key(nonce);
    let opened = with_sealing_key(|key| Some(key.open_in_place(nonce, Aad::empty(), &mut bytes).ok()?.len()));
    bytes.truncate(opened??);
    Some(bytes)
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[sealed]")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::Sealed;
    use crate::error::Code;
    use crate::secret::Secret;

    fn text(length: usize) -> String {
        (0..length).map(|place| char::from(b'a' + (place % 26) as u8)).collect()
    }

    #[test]
    fn opened_secret_equals_the_sealed_one() {
        for length in 0..=4096 {
            let sealed = Sealed::new(&Secret::concat(&[&text(length)])).unwrap();
            assert_eq!(sealed.open().unwrap().expose(), text(length), "{length} bytes");
            assert_eq!(sealed.clone().open().unwrap().expose(), text(length), "{length} bytes");
        }
    }

    #[test]
    fn sealed_secret_contains_no_part_of_the_text_and_does_not_print() {
        let text = text(1000);
        let sealed = Sealed::new(&Secret::concat(&[&text])).unwrap();
        assert!(!sealed.0.windows(4).any(|window| text.as_bytes().windows(4).any(|part| part == window)));
        assert_eq!(format!("{sealed:?}"), "[sealed]");
    }

    #[test]
    fn same_secret_is_sealed_differently_each_time() {
        let secret = Secret::concat(&["pa55word"]);
        let [first, second] = [(); 2].map(|()| Sealed::new(&secret).unwrap());
        assert_ne!(first.0[..12], second.0[..12], "nonces");
        assert_ne!(first.0[12..], second.0[12..], "ciphertexts and tags");
    }

    #[test]
    fn changed_or_truncated_memory_is_an_error() {
        let sealed = Sealed::new(&Secret::concat(&["pa55word"])).unwrap();
        for place in 0..sealed.0.len() {
            let mut bytes = sealed.0.to_vec();
            bytes[place] ^= 1;
            for bytes in [&bytes, &sealed.0[..place]] {
                let error = Sealed(Arc::from(bytes)).open().unwrap_err();
                assert_eq!(error.code(), Code::Internal, "byte {place}");
                assert!(!error.message().contains("pa55"), "{error}");
            }
        }
    }

    #[test]
    fn threads_seal_and_open_at_once() {
        let shared = Sealed::new(&Secret::concat(&[&text(500)])).unwrap();
        thread::scope(|scope| {
            for number in 0..8 {
                let shared = &shared;
                scope.spawn(move || {
                    for length in 0..200 {
                        let own = Sealed::new(&Secret::concat(&[&text(number * 100 + length)])).unwrap();
                        assert_eq!(shared.open().unwrap().expose(), text(500));
                        assert_eq!(own.open().unwrap().expose(), text(number * 100 + length));
                    }
                });
            }
        });
    }
}
