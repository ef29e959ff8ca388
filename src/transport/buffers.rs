//! Buffers that keep nothing: what has been sent or read is zero, whether the connection is closed or kept.

use std::ops::Range;

use ureq::unversioned::transport::Buffers;
use zeroize::{Zeroize as _, Zeroizing};

/// The plain side of a connection, as ureq sees it.
pub(super) struct CleanBuffers {
    output: Zeroizing<Vec<u8>>,
    input: Zeroizing<Vec<u8>>,
    /// `input[consumed..filled]` waits to be read; everything else of it is zero.
    consumed: usize,
    filled: usize,
    progress: bool,
}

impl CleanBuffers {
    /// Both sizes in bytes; the memory is taken once.
    pub(super) fn new(input: usize, output: usize) -> CleanBuffers {
        CleanBuffers {
            output: Zeroizing::new(vec![0; output]),
            input: Zeroizing::new(vec![0; input]),
            consumed: 0,
            filled: 0,
            progress: false,
        }
    }

    /// A part of the output; nothing for a range beyond its end.
    pub(super) fn to_send(&self, part: Range<usize>) -> &[u8] {
        self.output.get(part).unwrap_or_default()
    }

    /// Wipes the first `amount` bytes of the output, for they have been sent.
    pub(super) fn sent(&mut self, amount: usize) {
        let end = amount.min(self.output.len());
        if let Some(sent) = self.output.get_mut(..end) {
            sent.zeroize();
        }
    }

    /// How many bytes of input fit in.
    pub(super) fn room(&self) -> usize {
        self.input.len() - (self.filled - self.consumed)
    }

    /// Appends input, of which there is not more than [`room`](CleanBuffers::room).
    pub(super) fn append(&mut self, input: &[u8]) {
        let free = self.input_append_buf();
        let amount = input.len().min(free.len());
        if let (Some(to), Some(from)) = (free.get_mut(..amount), input.get(..amount)) {
            to.copy_from_slice(from);
        }
        self.input_appended(amount);
    }

    /// Moves what waits to the front, so that all free space is in one piece.
    fn compact(&mut self) {
        if self.consumed > 0 {
            let waiting = self.filled - self.consumed;
            self.input.copy_within(self.consumed..self.filled, 0);
            if let Some(moved) = self.input.get_mut(waiting..self.filled) {
                moved.zeroize();
            }
            (self.consumed, self.filled) = (0, waiting);
        }
    }
}

impl Buffers for CleanBuffers {
    fn output(&mut self) -> &mut [u8] {
        &mut self.output
    }

    fn input(&self) -> &[u8] {
        self.input.get(self.consumed..self.filled).unwrap_or_default()
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        self.compact();
        self.input.get_mut(self.filled..).unwrap_or_default()
    }

    fn input_appended(&mut self, amount: usize) {
        self.filled = self.input.len().min(self.filled + amount);
    }

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        let end = self.filled.min(self.consumed + amount);
        if let Some(read) = self.input.get_mut(self.consumed..end) {
            read.zeroize();
        }
        self.consumed = end;
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        self.compact();
        (self.input.get_mut(self.filled..).unwrap_or_default(), &mut self.output)
    }

    fn can_use_input(&self) -> bool {
        self.consumed < self.filled && self.progress
    }
}

#[cfg(test)]
mod tests {
    use super::CleanBuffers;
    use proptest::prelude::*;
    use ureq::unversioned::transport::Buffers as _;

    #[test]
    fn what_was_sent_is_wiped() {
        let mut buffers = CleanBuffers::new(8, 8);
        buffers.output().copy_from_slice(b"password");
        assert_eq!(buffers.to_send(0..4), b"pass");
        buffers.sent(4);
        assert_eq!(*buffers.output, *b"\0\0\0\0word");
    }

    proptest! {
        #[test]
        fn input_comes_out_as_it_went_in_and_leaves_nothing(
            steps in prop::collection::vec((prop::collection::vec(1_u8.., 0..20), 0_usize..20), 0..40),
        ) {
            let mut buffers = CleanBuffers::new(24, 1);
            let (mut went_in, mut came_out) = (Vec::new(), Vec::new());
            for (bytes, take) in steps {
                let bytes = &bytes[..bytes.len().min(buffers.room())];
                buffers.append(bytes);
                went_in.extend_from_slice(bytes);
                let take = take.min(buffers.input().len());
                came_out.extend_from_slice(&buffers.input()[..take]);
                buffers.input_consume(take);
                let left_over = buffers.input.iter().filter(|&&byte| byte != 0).count();
                prop_assert_eq!(left_over, buffers.input().len());
                prop_assert_eq!(buffers.can_use_input(), take > 0 && left_over > 0);
            }
            came_out.extend_from_slice(buffers.input());
            prop_assert_eq!(went_in, came_out);
        }
    }
}
