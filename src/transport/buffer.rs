//! A buffer that keeps nothing: bytes are zeroed when they are read, whether the connection is then closed or pooled.

use zeroize::Zeroize as _;

use crate::wipe::WipedVec;

/// Received bytes that have not been read yet, in order.
pub(super) struct Buffer {
    /// `bytes[start..end]` has not been read; everything else is zero.
    bytes: WipedVec<u8>,
    start: usize,
    end: usize,
    longest: usize,
}

impl Buffer {
    /// Makes a buffer with room for `size` bytes. It grows up to `longest` if necessary.
    pub(super) fn new(size: usize, longest: usize) -> Buffer {
        Buffer { bytes: WipedVec::zeroed(size), start: 0, end: 0, longest }
    }

    pub(super) fn filled(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// Returns the same bytes mutably, because TLS decrypts in place.
    pub(super) fn filled_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(self.start..self.end).unwrap_or_default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Wipes the first `amount` bytes, which have been read.
    pub(super) fn consume(&mut self, amount: usize) {
        let read_to = self.end.min(self.start + amount);
        if let Some(read) = self.bytes.get_mut(self.start..read_to) {
            read.zeroize();
        }
        self.start = read_to;
    }

    /// Makes room for `amount` more bytes, within the maximum size. Returns whether there is enough room.
    pub(super) fn has_room_for(&mut self, amount: usize) -> bool {
        let waiting = self.end - self.start;
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            if let Some(moved) = self.bytes.get_mut(waiting..self.end) {
                moved.zeroize();
            }
            (self.start, self.end) = (0, waiting);
        }
        if waiting + amount > self.bytes.len() && self.bytes.len() < self.longest {
            // Copied to a new block, because growing the old one would leave its content in memory.
            let mut larger = WipedVec::zeroed((2 * self.bytes.len()).max(waiting + amount).min(self.longest));
            if let Some(begin) = larger.get_mut(..waiting) {
                begin.copy_from_slice(self.filled());
            }
            self.bytes = larger;
        }
        waiting + amount <= self.bytes.len()
    }

    /// Returns the free part, to be followed by [`arrived`](Buffer::arrived). Empty if the buffer is full.
    pub(super) fn free(&mut self) -> &mut [u8] {
        self.has_room_for(1);
        self.bytes.get_mut(self.end..).unwrap_or_default()
    }

    /// Adds `amount` bytes that were written to the free part.
    pub(super) fn arrived(&mut self, amount: usize) {
        self.end = self.bytes.len().min(self.end + amount);
    }

    /// Appends `more`. The buffer must have room for it.
    pub(super) fn append(&mut self, more: &[u8]) {
        let free = self.free();
        let amount = more.len().min(free.len());
        if let (Some(to), Some(from)) = (free.get_mut(..amount), more.get(..amount)) {
            to.copy_from_slice(from);
        }
        self.arrived(amount);
    }
}

#[cfg(test)]
mod tests {
    use super::Buffer;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn buffer_returns_bytes_in_order_and_zeroes_them(
            steps in prop::collection::vec((prop::collection::vec(1_u8.., 0..20), 0_usize..20), 0..40),
        ) {
            let mut buffer = Buffer::new(16, 24);
            let (mut went_in, mut came_out) = (Vec::new(), Vec::new());
            for (bytes, take) in steps {
                let room = bytes.iter().enumerate().take_while(|(index, _)| buffer.has_room_for(index + 1)).count();
                let bytes = &bytes[..room];
                buffer.append(bytes);
                went_in.extend_from_slice(bytes);
                let take = take.min(buffer.filled().len());
                came_out.extend_from_slice(&buffer.filled()[..take]);
                buffer.consume(take);
                let left_over = buffer.bytes.iter().filter(|&&byte| byte != 0).count();
                prop_assert_eq!(left_over, buffer.filled().len());
                prop_assert!(buffer.bytes.len() <= 24);
            }
            came_out.extend_from_slice(buffer.filled());
            prop_assert_eq!(went_in, came_out);
        }
    }
}
