//! The bytes from a client, split into heads and bodies. Bytes after one request belong to the next.

use std::io;
use std::ops::ControlFlow;
use std::time::Instant;

use zeroize::Zeroizing;

use crate::http::body::{Body, Framing};
use crate::http::lines::{Fault, Lines};
use crate::server::peer::Peer;

/// Maximum length of a head. Concur's limit is unknown; common servers accept 8 to 64 KiB.
const MAX_HEAD_LEN: usize = 64 * 1024;

/// Maximum length of a line between two chunks of a body, and of a field after the last one.
const MAX_CHUNK_LINE_LEN: usize = 4096;

pub(crate) struct Incoming {
    /// Has its full size from the start, because a buffer that grows leaves its old block in memory.
    bytes: Zeroizing<Vec<u8>>,
}

/// A head including its blank line, or the part of an invalid head that was read.
pub(crate) struct Head {
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    pub(crate) fault: Option<Fault>,
}

pub(crate) enum Unread {
    Io(io::Error),
    Fault(Fault),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Unread {
        Unread::Io(error)
    }
}

impl Incoming {
    pub(crate) fn new() -> Incoming {
        Incoming { bytes: Zeroizing::new(Vec::with_capacity(MAX_HEAD_LEN)) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Reads the next head; `None` if the peer closed the connection first. Stops at a fault, because the end of an
    /// invalid head may never arrive.
    pub(crate) fn head(&mut self, peer: &mut Peer, deadline: Instant) -> io::Result<Option<Head>> {
        let mut lines = Lines::default();
        loop {
            // Some clients send a line break after a body (RFC 9112, 2.2).
            let empty_lines = self.bytes.chunks(2).take_while(|line| *line == b"\r\n").count();
            if lines.is_at_first() && empty_lines > 0 {
                self.drop_first(2 * empty_lines);
                lines = Lines::default();
            }
            match lines.check(&self.bytes) {
                ControlFlow::Continue(()) => {}
                ControlFlow::Break(Ok(length)) => return Ok(Some(Head { bytes: self.take(length), fault: None })),
                ControlFlow::Break(Err(fault)) => {
                    return Ok(Some(Head { bytes: self.take(self.bytes.len()), fault: Some(fault) }));
                }
            }
            match self.fill(peer, deadline) {
                Ok(()) => {}
                Err(error) if self.is_empty() && error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads a body to its end.
    pub(crate) fn body(&mut self, framing: Framing, peer: &mut Peer, deadline: Instant) -> Result<Body, Unread> {
        let mut body = Body::framed(framing);
        match framing {
            Framing::Length(length) => self.add(&mut body, length, peer, deadline)?,
            Framing::Chunks => self.add_chunks(&mut body, peer, deadline)?,
        }
        Ok(body)
    }

    fn add_chunks(&mut self, body: &mut Body, peer: &mut Peer, deadline: Instant) -> Result<(), Unread> {
        loop {
            let line = self.line(peer, deadline)?;
            let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii_end();
            let size = std::str::from_utf8(digits).ok().filter(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()));
            let Some(size) = size.and_then(|digits| u64::from_str_radix(digits, 16).ok()) else {
                return Err(Unread::Fault("a chunk of the body has no size".into()));
            };
            if size == 0 {
                break;
            }
            self.add(body, size, peer, deadline)?;
            if !self.line(peer, deadline)?.is_empty() {
                return Err(Unread::Fault("a chunk of the body is longer than its size".into()));
            }
        }
        while !self.line(peer, deadline)?.is_empty() {}
        Ok(())
    }

    /// Adds the next `length` bytes to a body.
    fn add(&mut self, body: &mut Body, mut length: u64, peer: &mut Peer, deadline: Instant) -> io::Result<()> {
        while length > 0 {
            if self.is_empty() {
                self.fill(peer, deadline)?;
            }
            let here = self.bytes.len().min(usize::try_from(length).unwrap_or(usize::MAX));
            body.add(self.bytes.get(..here).unwrap_or_default());
            self.drop_first(here);
            length -= here as u64;
        }
        Ok(())
    }

    /// Reads a line and removes its CR LF.
    fn line(&mut self, peer: &mut Peer, deadline: Instant) -> Result<Zeroizing<Vec<u8>>, Unread> {
        let mut checked = 0;
        loop {
            let new = self.bytes.get(checked..).unwrap_or_default();
            if let Some(at) = new.iter().position(|byte| *byte == b'\n') {
                let mut line = self.take(checked + at + 1);
                line.pop();
                return match line.pop() {
                    Some(b'\r') => Ok(line),
                    _ => Err(Unread::Fault("a line in the body ends in LF without CR".into())),
                };
            }
            checked = self.bytes.len();
            if checked > MAX_CHUNK_LINE_LEN {
                return Err(Unread::Fault("a line between chunks of the body is longer than 4096 bytes".into()));
            }
            self.fill(peer, deadline)?;
        }
    }

    /// Reads once, at least one byte.
    fn fill(&mut self, peer: &mut Peer, deadline: Instant) -> io::Result<()> {
        let mut buffer = Zeroizing::new([0; 4096]);
        let room = MAX_HEAD_LEN.saturating_sub(self.bytes.len()).min(buffer.len());
        if room == 0 {
            return Err(io::Error::other("the head is too long"));
        }
        match peer.read_until(deadline, buffer.get_mut(..room).unwrap_or_default())? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                self.bytes.extend_from_slice(buffer.get(..read).unwrap_or_default());
                Ok(())
            }
        }
    }

    fn take(&mut self, length: usize) -> Zeroizing<Vec<u8>> {
        let taken = Zeroizing::new(self.bytes.get(..length).unwrap_or_default().to_vec());
        self.drop_first(length);
        taken
    }

    fn drop_first(&mut self, length: usize) {
        let here = self.bytes.len();
        self.bytes.drain(..length.min(here));
    }
}
