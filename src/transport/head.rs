//! Converts the head of a response, read like curl, to a form that ureq-proto accepts: one invalid header must not make
//! the response fail.
//!
//! Headers that define the end of the response stay unchanged, and ureq-proto rejects them if they are invalid.

use crate::wipe::WipedVec;

/// `HTTP/1.1`.
const VERSION: usize = 8;

/// Returns the length of the head at the start of `input`, including the empty line at its end; `None` if the end was
/// not received. `searched` bytes of `input` were searched before, so that many small parts take no longer than a large
/// one.
pub(super) fn length(input: &[u8], searched: usize) -> Option<usize> {
    // The end of the searched part may be the first of two line breaks.
    let mut from = searched.saturating_sub(b"\n\r".len());
    loop {
        let rest = input.get(from..)?;
        from += rest.iter().position(|byte| *byte == b'\n')? + 1;
        match input.get(from..)? {
            [b'\n', ..] => return Some(from + 1),
            [b'\r', b'\n', ..] => return Some(from + 2),
            _ => {}
        }
    }
}

/// Returns the first bytes of an incomplete head in upper case. They show whether this is HTTP.
pub(super) fn beginning(input: &[u8]) -> Vec<u8> {
    input.get(..VERSION).unwrap_or(input).to_ascii_uppercase()
}

/// Whether a response is a record of TLS, an alert or a handshake (RFC 8446, section 5.1), and not HTTP.
pub(super) fn is_tls(input: &[u8]) -> bool {
    matches!(input, [0x15 | 0x16, 0x03, ..])
}

/// Returns the same head without the reason, folds, spaces before colons and invalid headers. It is never longer.
///
/// Of an interim response (1xx), only the first line remains, because its headers mean nothing for the final response.
/// A response that opens a tunnel has no length, whatever its headers are (RFC 9112, section 6.3).
pub(super) fn readable(head: &[u8], answers_connect: bool) -> WipedVec<u8> {
    let mut readable = WipedVec::with_capacity(head.len());
    let (first, mut rest) = line(head, false);
    let code = match status(first) {
        Some((version, code)) => {
            readable.extend_from_slice(version);
            readable.make_ascii_uppercase();
            readable.push(b' ');
            code
        }
        None => without_line_break(first),
    };
    let opens_tunnel = answers_connect && code.starts_with(b"2");
    readable.extend_from_slice(code);
    readable.push(b'\n');
    // 101 is not an interim response: it is the last response in HTTP.
    if matches!(code, [b'1', tens, ones] if [*tens, *ones] != *b"01") {
        rest = &[];
    }
    while !matches!(rest, [] | [b'\n', ..] | [b'\r', b'\n', ..]) {
        let (header, after) = line(rest, true);
        add(header, opens_tunnel, &mut readable);
        rest = after;
    }
    readable.push(b'\n');
    readable
}

/// Returns the first line and the rest. With `folded`, lines that begin with a space belong to the line before.
fn line(text: &[u8], folded: bool) -> (&[u8], &[u8]) {
    let mut end = 0;
    while let Some(more) = text.get(end..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n')) {
        end += more + 1;
        if !(folded && matches!(text.get(end), Some(b' ' | b'\t'))) {
            return text.split_at(end);
        }
    }
    (text, &[])
}

fn without_line_break(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Returns version and status code of a first line.
fn status(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (version, rest) = line.split_at_checked(VERSION)?;
    let [b' ' | b'\t', rest @ ..] = rest else { return None };
    let (code, after) = rest.trim_ascii_start().split_at_checked(b"200".len())?;
    matches!(after, [] | [b' ' | b'\t' | b'\r' | b'\n', ..]).then_some((version, code))
}

/// Appends one header in the form that ureq-proto accepts, or nothing.
fn add(header: &[u8], opens_tunnel: bool, readable: &mut WipedVec<u8>) {
    let colon = header.iter().position(|byte| *byte == b':');
    let (name, value) = header.split_at(colon.unwrap_or(header.len()));
    let name = name.trim_ascii_end();
    let ends_the_response = [&b"content-length"[..], b"transfer-encoding"].iter().any(|n| name.eq_ignore_ascii_case(n));
    if opens_tunnel && ends_the_response {
        return;
    }
    if colon.is_none() || ends_the_response {
        // A line without a colon is not HTTP. curl rejects it too.
        readable.extend_from_slice(header);
        return;
    }
    let begin = readable.len();
    readable.extend_from_slice(name);
    readable.push(b':');
    let parts = value.get(1..).unwrap_or_default().split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    for (index, part) in parts.filter(|part| !part.is_empty()).enumerate() {
        if index > 0 {
            readable.push(b' ');
        }
        readable.extend_from_slice(part);
    }
    let text = readable.get(begin + name.len()..).unwrap_or_default();
    let is_value = text.iter().all(|byte| *byte == b'\t' || !byte.is_ascii_control());
    match is_value && is_token(name) {
        true => readable.push(b'\n'),
        false => readable.truncate(begin),
    }
}

/// RFC 9110, section 5.6.2.
fn is_token(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

#[cfg(test)]
mod tests {
    use http::{Request, Response};
    use proptest::prelude::*;
    use ureq_proto::client::{Call, SendRequestResult};

    use super::{beginning, is_tls, length, readable};

    /// Returns the result of ureq-proto for the head.
    fn engine(head: &[u8]) -> Result<(usize, Option<Response<()>>), ureq_proto::Error> {
        let mut call = Call::new(Request::get("https://h/").body(()).unwrap()).unwrap().proceed();
        call.write(&mut [0; 100]).unwrap();
        let Ok(Some(SendRequestResult::RecvResponse(mut call))) = call.proceed() else { panic!() };
        call.try_response(head, false)
    }

    fn read(headers: &str) -> Vec<(String, Vec<u8>)> {
        let head = format!("HTTP/1.1 200 OK\r\n{headers}\r\n");
        assert_eq!(length(head.as_bytes(), 0), Some(head.len()), "{head:?}");
        let response = engine(&readable(head.as_bytes(), false)).unwrap().1.unwrap();
        response.headers().iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect()
    }

    #[test]
    fn unusual_header_is_read_or_left_out() {
        for (headers, name, value) in [
            ("A: b\r\n", "a", "b"),
            ("A:b\n", "a", "b"),
            ("A: \r\n", "a", ""),
            ("A : b\r\n", "a", "b"),
            ("A\t \t: b\r\n", "a", "b"),
            ("A: b\r\n c\r\n\td\r\n", "a", "b c d"),
            ("A: b\r\n  \r\n c\r\n", "a", "b c"),
            ("A:\r\n b\r\n", "a", "b"),
            ("A: b\tc\r\n", "a", "b\tc"),
            ("A: b:c\r\n", "a", "b:c"),
            ("A: \u{fc}\r\n", "a", "\u{fc}"),
            // RFC 9112, section 2.2: spaces before the first header.
            (" B: c\r\nA: b\r\n", "a", "b"),
        ] {
            assert_eq!(read(headers), [(name.to_owned(), value.as_bytes().to_vec())], "{headers:?}");
        }
        for bad in [
            "B: c\u{1}\r\n",
            "B: \0\r\n",
            "B: c\rd\r\n",
            "B b: c\r\n",
            ": c\r\n",
            "B\u{fc}: c\r\n",
            "B: c\u{7f}\r\n d\r\n",
        ] {
            let around = format!("A: b\r\n{bad}C: d\r\n");
            let names: Vec<_> = read(&around).into_iter().map(|(name, _)| name).collect();
            assert_eq!(names, ["a", "c"], "{bad:?}");
        }
    }

    #[test]
    fn header_is_left_out_only_if_its_name_is_invalid() {
        for byte in (0..=u8::MAX).filter(|byte| *byte != b'\n') {
            let head = [b"HTTP/1.1 200 OK\r\n", &[byte][..], b"x: y\r\n\r\n"].concat();
            let headers = engine(&readable(&head, false)).unwrap().1.unwrap().headers().len();
            assert_eq!(headers == 1, engine(&head).is_ok(), "{byte}");
        }
    }

    #[test]
    fn reason_is_left_out() {
        for reason in ["", " ", "\t", "\tOK", " OK", " O\u{1}K", " O\rK", " Verf\u{fc}gbar"] {
            for blanks in [" ", "  ", "\t"] {
                for version in ["HTTP/1.1", "http/1.0", "Http/1.1"] {
                    let head = format!("{version}{blanks}403{reason}\r\n\r\n");
                    assert_eq!(engine(&readable(head.as_bytes(), false)).unwrap().1.unwrap().status(), 403, "{head:?}");
                }
            }
        }
        for status in ["HTTP/1.1 403x", "HTTP/1.1 4030", "HTTP/1.1403", "HTTP/1.1", "HTTP/1.1 40", "HTTP/3.1 403"] {
            assert!(engine(&readable(format!("{status}\r\n\r\n").as_bytes(), false)).is_err(), "{status:?}");
        }
    }

    #[test]
    fn header_that_defines_the_end_stays_strict() {
        for header in [
            "Content-Length : 5",
            "content-length: 5\u{1}",
            "Content-Length:\r\n 5",
            "Content-Length: 5\r\n 5",
            "Transfer-Encoding : chunked",
            "Transfer-Encoding:\r\n chunked",
            "Transfer-Encoding: chunked\u{b}",
            "Content-Length: 5, 6",
            "Content-Length: +5",
            "Content-Length: 5\r",
            "Transfer-Encoding: chunked\r",
            "\r",
            "\r\r\nContent-Length: 5",
            "no colon",
        ] {
            let head = format!("HTTP/1.1 200 OK\r\nA: b\r\n{header}\r\n\r\n");
            assert!(engine(&readable(head.as_bytes(), false)).is_err(), "{header:?}");
        }
    }

    #[test]
    fn interim_response_is_read_without_headers() {
        for head in [
            "HTTP/1.1 100 Continue\r\nServer: IIS\r\nContent-Length: x\r\n\r\n",
            "HTTP/1.1 100\r\nA: b\r\n\r\n",
            "HTTP/1.0 103 Early Hints\nLink: </a>\n\n",
        ] {
            let readable = readable(head.as_bytes(), false);
            assert!(matches!(engine(&readable), Ok((used, None)) if used == readable.len()), "{head:?}");
        }
        let upgrade = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n";
        assert_eq!(engine(&readable(upgrade, false)).unwrap().1.unwrap().headers().len(), 1);
    }

    #[test]
    fn other_protocol_is_recognized_by_its_first_bytes() {
        for text in ["SSH-2.0-x\r\n", "220 mail ESMTP\r\n", "\x15\x03\x01\0\x02", "HTTP/2.0 200 OK\r\n", "<html>"] {
            assert_eq!(length(text.as_bytes(), 0), None);
            assert!(engine(&beginning(text.as_bytes())).is_err(), "{text:?}");
        }
        for text in ["", "H", "http", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nA: \u{1}"] {
            assert_eq!(length(text.as_bytes(), 0), None);
            assert!(matches!(engine(&beginning(text.as_bytes())), Ok((0, None))), "{text:?}");
        }
    }

    #[test]
    fn tls_is_recognized_by_its_record_header() {
        for tls in [&b"\x15\x03\x01\0\x02\x02\x46"[..], b"\x15\x03", b"\x16\x03\x03\0\x7a"] {
            assert!(is_tls(tls), "{tls:?}");
        }
        for other in [&b""[..], b"\x15", b"\x15\x02\x01", b"\x17\x03\x03", b"HTTP/1.1 400", b" \x15\x03"] {
            assert!(!is_tls(other), "{other:?}");
        }
    }

    proptest! {
        /// A head that ureq-proto accepts keeps its meaning. Any other head loses only its invalid parts.
        #[test]
        fn valid_head_keeps_its_meaning(text in "HTTP/1\\.[01] [2-5][0-9]{2}( [ -~]{0,5})?\r?\n([A-Za-z-]{0,3}[ \t]?:?[ -~\t\u{1}\u{fc}\r]{0,6}\r?\n[ \t]{0,2}){0,5}\r?\n") {
            let Some(length) = length(text.as_bytes(), 0) else { return Ok(()) };
            let head = &text.as_bytes()[..length];
            let readable = readable(head, false);
            prop_assert!(readable.len() <= head.len());
            // It does not end before the other head.
            prop_assert!(engine(&readable).map_or(true, |(used, _)| used == readable.len()));
            match (engine(head), engine(&readable)) {
                (Ok((_, Some(strict))), Ok((_, Some(lenient)))) => {
                    prop_assert_eq!(strict.status(), lenient.status());
                    prop_assert_eq!(strict.headers(), lenient.headers());
                }
                (Ok(_), other) => prop_assert!(false, "{:?}", other),
                (Err(_), Ok((_, lenient))) => prop_assert!(lenient.is_some()),
                (Err(_), Err(_)) => {
                    let lines = text.lines().skip(1);
                    prop_assert!(lines.into_iter().any(|line| !line.contains(':')));
                }
            }
        }

        #[test]
        fn end_of_head_is_found_however_it_is_split(text in "[\r\na:]{0,40}", step in 1_usize..5) {
            let all = length(text.as_bytes(), 0);
            let (mut searched, mut found) = (0, None);
            for end in (0..=text.len()).step_by(step).chain([text.len()]) {
                found = length(&text.as_bytes()[..end], searched);
                if found.is_some() {
                    break;
                }
                searched = end;
            }
            prop_assert_eq!(found, all);
        }

        #[test]
        fn head_parser_never_panics(head in prop::collection::vec(prop::num::u8::ANY, 0..200)) {
            let readable = readable(&head, false);
            prop_assert!(readable.len() <= head.len() + 2);
            let _ = (engine(&readable), engine(&beginning(&head)));
        }
    }
}
