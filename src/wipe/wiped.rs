//! Buffers that are wiped completely and at once when they are dropped: `zeroize` wipes a `Vec` element by element, and
//! only a slice at once. They are used for received and sent data, and for every copy of a secret.

use std::ops::{Deref, DerefMut};
use std::{fmt, mem};

use zeroize::Zeroize as _;

/// A `Vec` that is wiped when it is dropped. Make it with room for its final content. If it grows, the old block is
/// wiped too.
pub(crate) struct WipedVec<T: Copy>(Vec<T>);

/// A `String` that is wiped in the same way, and does not print its content.
#[derive(Default, PartialEq, Eq)]
pub(crate) struct WipedText(String);

impl<T: Copy> WipedVec<T> {
    pub(crate) fn with_capacity(capacity: usize) -> WipedVec<T> {
        WipedVec(Vec::with_capacity(capacity))
    }

    pub(crate) fn push(&mut self, value: T) {
        self.make_room(1);
        self.0.push(value);
    }

    pub(crate) fn extend_from_slice(&mut self, more: &[T]) {
        self.make_room(more.len());
        self.0.extend_from_slice(more);
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }

    fn make_room(&mut self, amount: usize) {
        if self.0.capacity() - self.0.len() < amount {
            let mut larger = WipedVec::with_capacity(2 * self.0.len() + amount);
            larger.0.extend_from_slice(&self.0);
            *self = larger;
        }
    }
}

impl WipedVec<u8> {
    pub(crate) fn zeroed(length: usize) -> WipedVec<u8> {
        WipedVec(vec![0; length])
    }
}

impl<T: Copy + Ord> WipedVec<T> {
    pub(crate) fn dedup(&mut self) {
        self.0.dedup();
    }
}

impl<T: Copy> Drop for WipedVec<T> {
    fn drop(&mut self) {
        // After this, the whole block is spare and is wiped as one slice.
        self.0.clear();
        self.0.spare_capacity_mut().zeroize();
    }
}

impl<T: Copy> Default for WipedVec<T> {
    fn default() -> WipedVec<T> {
        WipedVec(Vec::new())
    }
}

impl<T: Copy> From<Vec<T>> for WipedVec<T> {
    fn from(values: Vec<T>) -> WipedVec<T> {
        WipedVec(values)
    }
}

impl<T: Copy> Extend<T> for WipedVec<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(value));
    }
}

impl<T: Copy> Deref for WipedVec<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Copy> DerefMut for WipedVec<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl WipedText {
    pub(crate) fn with_capacity(capacity: usize) -> WipedText {
        WipedText(String::with_capacity(capacity))
    }

    /// Converts `bytes` without a copy. `None` if they are not UTF-8; they are wiped then.
    pub(crate) fn from_utf8(mut bytes: WipedVec<u8>) -> Option<WipedText> {
        String::from_utf8(mem::take(&mut bytes.0))
            .map(WipedText)
            .map_err(|error| drop(WipedVec(error.into_bytes())))
            .ok()
    }

    pub(crate) fn push(&mut self, c: char) {
        self.make_room(c.len_utf8());
        self.0.push(c);
    }

    pub(crate) fn push_str(&mut self, more: &str) {
        self.make_room(more.len());
        self.0.push_str(more);
    }

    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.0.capacity()
    }

    fn make_room(&mut self, amount: usize) {
        if self.0.capacity() - self.0.len() < amount {
            let mut larger = WipedText::with_capacity(2 * self.0.len() + amount);
            larger.0.push_str(&self.0);
            *self = larger;
        }
    }
}

impl Drop for WipedText {
    fn drop(&mut self) {
        drop(WipedVec(mem::take(&mut self.0).into_bytes()));
    }
}

impl From<String> for WipedText {
    fn from(text: String) -> WipedText {
        WipedText(text)
    }
}

impl From<&str> for WipedText {
    fn from(text: &str) -> WipedText {
        WipedText(text.to_owned())
    }
}

impl Extend<char> for WipedText {
    fn extend<I: IntoIterator<Item = char>>(&mut self, characters: I) {
        characters.into_iter().for_each(|c| self.push(c));
    }
}

impl Deref for WipedText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for WipedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{WipedText, WipedVec};
    use crate::wipe::allocator::unwiped_blocks;

    #[test]
    fn unwiped_blocks_are_counted() {
        assert_eq!(unwiped_blocks(|| drop(vec![1_u8; 100])), 1);
        assert_eq!(unwiped_blocks(|| drop(vec![0_u8; 100])), 0);
    }

    #[test]
    fn text_that_is_not_utf8_is_wiped() {
        assert!(WipedText::from_utf8(WipedVec::from(b"t\xc3\xbcr".to_vec())).is_some_and(|text| *text == *"tür"));
        let bytes = WipedVec::from(vec![0xff_u8; 100]);
        assert_eq!(unwiped_blocks(|| assert!(WipedText::from_utf8(bytes).is_none())), 0);
    }

    #[test]
    fn text_does_not_print() {
        assert_eq!(format!("{:?}", WipedText::from("abc")), "[redacted]");
    }

    proptest! {
        #[test]
        fn replaced_or_dropped_block_is_zero(
            pieces in prop::collection::vec("[a-zü€]{0,40}", 0..20), room in 0_usize..100, cut in 0_usize..100,
        ) {
            let whole = pieces.concat();
            let unwiped = unwiped_blocks(|| {
                let (mut text, mut bytes) = (WipedText::with_capacity(room), WipedVec::with_capacity(room));
                for piece in &pieces {
                    text.push_str(piece);
                    text.extend(piece.chars());
                    bytes.extend_from_slice(piece.as_bytes());
                    bytes.extend(piece.bytes());
                }
                assert_eq!((text.len(), bytes.len()), (2 * whole.len(), 2 * whole.len()));
                bytes.truncate(cut);
                let mut numbers = WipedVec::with_capacity(room);
                numbers.extend(whole.chars().map(u128::from));
            });
            prop_assert_eq!(unwiped, 0);
        }

        #[test]
        fn values_are_stored_unchanged(pieces in prop::collection::vec("[a-zü€]{0,40}", 0..20)) {
            let (mut text, mut bytes) = (WipedText::default(), WipedVec::default());
            for piece in &pieces {
                text.push_str(piece);
                bytes.extend_from_slice(piece.as_bytes());
            }
            let whole = pieces.concat();
            prop_assert_eq!(&*text, &*whole);
            prop_assert_eq!(&*bytes, whole.as_bytes());
        }
    }
}
