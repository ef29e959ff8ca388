//! Placeholder until the sealing is merged.
use crate::error::Error;
use crate::secret::Secret;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub(crate) struct Sealed(Arc<Secret>);

impl Sealed {
    pub(crate) fn new(secret: &Secret) -> Result<Sealed, Error> {
        Ok(Sealed(Arc::new(Secret::concat(&[secret.expose()]))))
    }
    pub(crate) fn open(&self) -> Result<Secret, Error> {
        Ok(Secret::concat(&[self.0.expose()]))
    }
}

pub(crate) type Fingerprint = [u8; 16];

pub(crate) fn fingerprint(parts: &[&str]) -> Fingerprint {
    let mut all = [0; 16];
    for (at, byte) in parts.concat().bytes().enumerate() {
        if let Some(place) = all.get_mut(at % 16) {
            *place = u8::wrapping_add(u8::wrapping_mul(*place, 31), byte);
        }
    }
    all
}
