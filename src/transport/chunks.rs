//! Decodes chunks (RFC 9112, section 7.1). ureq-proto rejects lines of more than 20 bytes, accepts `+fa` as a size,
//! waits for more data after a line that ends in LF alone and reads no chunks in HTTP/1.0.

/// Maximum length of a size line, and of the trailer.
const MAX_LINE_LEN: usize = 16 * 1024;

/// Decodes a chunked body while it is received.
pub(super) struct Chunks {
    place: Place,
    /// The received length of the current line or of the trailer.
    line: usize,
}

/// The part that the next byte belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A size, with the value of the digits so far.
    Size {
        value: usize,
        has_digits: bool,
    },
    /// Spaces after a size.
    Padding {
        size: usize,
    },
    /// The extension after a semicolon, which is ignored.
    Extension {
        size: usize,
    },
    SizeLf {
        size: usize,
    },
    Data {
        left: usize,
    },
    DataCr,
    DataLf,
    /// The beginning of a line of the trailer. The body is complete.
    TrailerLine,
    Trailer,
    TrailerLf {
        ends: bool,
    },
    End,
}

impl Chunks {
    pub(super) fn new() -> Chunks {
        Chunks { place: Place::Size { value: 0, has_digits: false }, line: 0 }
    }

    /// Copies the part of the body in `input` to `output`. Returns the number of bytes read and of bytes written.
    ///
    /// # Errors
    /// The text names the invalid part of the chunks.
    pub(super) fn read(&mut self, input: &[u8], output: &mut [u8]) -> Result<(usize, usize), &'static str> {
        let (mut used, mut given) = (0, 0);
        while self.place != Place::End {
            if let Place::Data { left } = self.place {
                let from = input.get(used..).unwrap_or_default();
                let to = output.get_mut(given..).unwrap_or_default();
                let amount = from.len().min(to.len()).min(left);
                if let (Some(to), Some(from)) = (to.get_mut(..amount), from.get(..amount)) {
                    to.copy_from_slice(from);
                }
                (used, given) = (used + amount, given + amount);
                self.place = if amount == left { Place::DataCr } else { Place::Data { left: left - amount } };
                if amount < left {
                    break;
                }
                continue;
            }
            let Some(byte) = input.get(used) else { break };
            match self.step(*byte) {
                Ok(place) => self.place = place,
                // The data before the fault is returned first; the next call finds the same fault.
                Err(_) if used > 0 => break,
                Err(what) => return Err(what),
            }
            used += 1;
        }
        Ok((used, given))
    }

    /// Whether all data was received, including the last size of zero. The trailer may still be missing.
    pub(super) fn is_complete(&self) -> bool {
        matches!(self.place, Place::TrailerLine | Place::Trailer | Place::TrailerLf { .. } | Place::End)
    }

    /// Whether the trailer was received, too.
    pub(super) fn is_ended(&self) -> bool {
        self.place == Place::End
    }

    fn step(&mut self, byte: u8) -> Result<Place, &'static str> {
        self.line += 1;
        if self.line > MAX_LINE_LEN {
            return Err("a line between its chunks has more than 16 KiB");
        }
        let no_size = Err("a chunk's size is not hexadecimal");
        Ok(match (self.place, byte) {
            (Place::Size { value, .. }, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => {
                let digit = char::from(byte).to_digit(16).and_then(|digit| usize::try_from(digit).ok());
                let value = value.checked_mul(16).zip(digit).and_then(|(value, digit)| value.checked_add(digit));
                Place::Size { value: value.ok_or("a chunk's size has too many digits")?, has_digits: true }
            }
            (Place::Size { has_digits: false, .. }, _) => return no_size,
            (Place::Size { value: size, .. } | Place::Padding { size }, b' ' | b'\t') => Place::Padding { size },
            (Place::Size { value: size, .. } | Place::Padding { size }, b';') => Place::Extension { size },
            (Place::Size { value: size, .. } | Place::Padding { size } | Place::Extension { size }, b'\r') => {
                Place::SizeLf { size }
            }
            (Place::Extension { size }, _) if byte != b'\n' => Place::Extension { size },
            (Place::SizeLf { size }, b'\n') => {
                self.line = 0;
                if size == 0 { Place::TrailerLine } else { Place::Data { left: size } }
            }
            (Place::Size { .. } | Place::Padding { .. }, _) if byte != b'\n' => return no_size,
            (Place::DataCr, b'\r') => Place::DataLf,
            (Place::DataLf, b'\n') => {
                self.line = 0;
                Place::Size { value: 0, has_digits: false }
            }
            (Place::DataCr | Place::DataLf, _) => return Err("a chunk is longer than its size"),
            (Place::TrailerLine, b'\r') => Place::TrailerLf { ends: true },
            (Place::Trailer, b'\r') => Place::TrailerLf { ends: false },
            (Place::TrailerLf { ends }, b'\n') => {
                if ends {
                    Place::End
                } else {
                    Place::TrailerLine
                }
            }
            (Place::TrailerLine | Place::Trailer, _) if byte != b'\n' => Place::Trailer,
            _ => return Err("a line between its chunks does not end in CR LF"),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Chunks, MAX_LINE_LEN};

    /// Returns the received part of the body, and the end: `None` if more data is expected.
    fn read(text: &[u8]) -> (Vec<u8>, Option<Result<(), &'static str>>) {
        let (mut chunks, mut body, mut read) = (Chunks::new(), Vec::new(), 0);
        while read < text.len() && !chunks.is_ended() {
            let mut output = vec![0; text.len()];
            match chunks.read(&text[read..], &mut output) {
                Err(what) => return (body, Some(Err(what))),
                Ok((used, given)) => {
                    read += used;
                    body.extend_from_slice(&output[..given]);
                }
            }
        }
        (body, chunks.is_ended().then_some(Ok(())))
    }

    #[test]
    fn meaningless_part_of_a_chunk_line_is_ignored() {
        let (signature, zeros) = ("s".repeat(5000), "0".repeat(5000));
        for line in [
            "fa",
            "FA",
            "0000000000000000fa",
            "fa   ",
            "fa\t ;x",
            "fa;ieof=yes;name=value",
            &format!("fa;signature=\"{signature}\""),
            &format!("{zeros}fa"),
        ] {
            let data = "d".repeat(0xfa);
            for trailer in ["", "Server-Timing: x\r\n", ":\u{1}\r\n \r\n"] {
                let text = format!("{line}\r\n{data}\r\n00;last\r\n{trailer}\r\n");
                assert_eq!(read(text.as_bytes()), (data.clone().into_bytes(), Some(Ok(()))), "{line}, {trailer:?}");
            }
        }
    }

    #[test]
    fn invalid_framing_is_rejected_at_once() {
        let long = format!("1;{}", "x".repeat(MAX_LINE_LEN));
        for (text, part) in [
            ("+1\r\na\r\n", "hexadecimal"),
            ("-1\r\na\r\n", "hexadecimal"),
            (" 1\r\na\r\n", "hexadecimal"),
            ("0x1\r\na\r\n", "hexadecimal"),
            ("1g\r\na\r\n", "hexadecimal"),
            ("1 1\r\na\r\n", "hexadecimal"),
            (";x\r\na\r\n", "hexadecimal"),
            ("\r\n", "hexadecimal"),
            ("<html>", "hexadecimal"),
            ("10000000000000000\r\n", "digits"),
            ("1\na\n0\n\n", "CR LF"),
            ("1;x\na", "CR LF"),
            ("1 \na", "CR LF"),
            ("1\rx\na", "CR LF"),
            ("1\r\nab", "longer"),
            ("1\r\na\n", "longer"),
            ("0\r\n\n", "CR LF"),
            (&long, "16 KiB"),
        ] {
            let (_, end) = read(text.as_bytes());
            assert!(end.is_some_and(|end| end.is_err_and(|what| what.contains(part))), "{text:?}: {end:?}");
        }
    }

    #[test]
    fn body_is_complete_before_its_trailer() {
        assert_eq!(read(b"1\r\na\r\n0\r\nA: b\n").0, b"a", "whatever the trailer is");
        for (text, complete) in [("1\r\na\r\n", false), ("1\r\na\r\n0", false), ("0\r\n", true), ("0\r\nA: b", true)] {
            let mut chunks = Chunks::new();
            chunks.read(text.as_bytes(), &mut [0; 9]).unwrap();
            assert_eq!((chunks.is_complete(), chunks.is_ended()), (complete, false), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn body_is_the_same_however_it_is_split(
            parts in prop::collection::vec(prop::collection::vec(prop::num::u8::ANY, 1..40), 0..5),
            extension in "(;[ -~]{0,30})?",
            step in 1_usize..9,
            room in 1_usize..9,
        ) {
            let mut text = Vec::new();
            for part in &parts {
                text.extend_from_slice(format!("{:04x}{extension}\r\n", part.len()).as_bytes());
                text.extend_from_slice(part);
                text.extend_from_slice(b"\r\n");
            }
            text.extend_from_slice(b"0\r\n\r\nHTTP");
            let (mut chunks, mut body, mut read) = (Chunks::new(), Vec::new(), 0);
            while !chunks.is_ended() {
                let mut output = vec![0; room];
                let (used, given) = chunks.read(&text[read..text.len().min(read + step)], &mut output).unwrap();
                prop_assert!(used > 0);
                read += used;
                body.extend_from_slice(&output[..given]);
            }
            prop_assert_eq!(body, parts.concat());
            prop_assert_eq!(&text[read..], b"HTTP");
        }

        #[test]
        fn decoder_never_panics(text in prop::collection::vec(prop::num::u8::ANY, 0..60), room in 0_usize..60) {
            if let Ok((used, given)) = Chunks::new().read(&text, &mut vec![0; room]) {
                prop_assert!(given <= used && used <= text.len());
            }
        }
    }
}
