//! The charset of a body, and its text.

use std::cmp::Ordering;

use http::HeaderMap;
use http::header::CONTENT_TYPE;

use crate::redact::mojibake;
use crate::wipe::WipedText;

#[derive(Clone, Copy)]
enum Charset {
    Utf8,
    Utf16(fn([u8; 2]) -> u16),
    Windows1252,
}

/// Decodes a body.
///
/// The charset is taken from the first bytes of the body (XML 1.0, section 4.3.3), else from Content-Type, else from an
/// XML declaration, else it is UTF-8. Invalid bytes become U+FFFD. They do no harm outside the token, and a token that
/// contains one is rejected. A byte order mark is left out.
pub(crate) fn decode(headers: &HeaderMap, bytes: &[u8]) -> WipedText {
    let (charset, bytes) = match bytes {
        [0xff, 0xfe, rest @ ..] => (Charset::Utf16(u16::from_le_bytes), rest),
        [0xfe, 0xff, rest @ ..] => (Charset::Utf16(u16::from_be_bytes), rest),
        [b'<', 0, ..] => (Charset::Utf16(u16::from_le_bytes), bytes),
        [0, b'<', ..] => (Charset::Utf16(u16::from_be_bytes), bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => (Charset::Utf8, rest),
        _ => (declared(headers, bytes), bytes),
    };
    match charset {
        Charset::Utf8 => decode_utf8(bytes),
        Charset::Utf16(unit) => decode_utf16(bytes, unit),
        Charset::Windows1252 => decode_windows_1252(bytes),
    }
}

/// Returns the declared charset, unless the bytes prove that it is wrong.
fn declared(headers: &HeaderMap, bytes: &[u8]) -> Charset {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let declaration = match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => bytes.utf8_chunks().next().map(|chunk| chunk.valid()).unwrap_or_default(),
    };
    let declaration =
        declaration.trim_start().strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")).unwrap_or_default().0;
    let name = value_of("charset", content_type).or_else(|| value_of("encoding", declaration)).unwrap_or_default();
    let is_one_of = |names: &[&str]| names.iter().any(|other| name.eq_ignore_ascii_case(other));
    // RFC 1345 and IANA have more names than servers write. ASCII and Latin-1 mean Windows-1252 (WHATWG Encoding).
    if is_one_of(&["iso-8859-1", "iso8859-1", "latin1", "us-ascii", "windows-1252", "cp1252"]) {
        return Charset::Windows1252;
    }
    // .NET writes "utf-16" at the start of text that it then encodes in UTF-8. UTF-16 contains a zero, or is not valid
    // UTF-8.
    if !is_one_of(&["utf-16", "utf-16le", "utf-16be"]) || !bytes.contains(&0) && str::from_utf8(bytes).is_ok() {
        return Charset::Utf8;
    }
    // If the name leaves the byte order open, or is wrong, the zero bytes of ASCII characters show the order.
    let zeros = |start| bytes.iter().skip(start).step_by(2).filter(|byte| **byte == 0).count();
    let is_big_endian = match zeros(0).cmp(&zeros(1)) {
        Ordering::Greater => true,
        Ordering::Less => false,
        Ordering::Equal => is_one_of(&["utf-16be"]),
    };
    Charset::Utf16(if is_big_endian { u16::from_be_bytes } else { u16::from_le_bytes })
}

/// Returns the value of `name=value` or `name="value"` in `text`.
fn value_of<'a>(name: &str, text: &'a str) -> Option<&'a str> {
    let pairs = text.split([';', ' ', '\t', '\r', '\n']).filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    values.next().map(|value| value.trim_matches(['"', '\'']))
}

fn decode_windows_1252(bytes: &[u8]) -> WipedText {
    let characters = bytes.iter().map(|&byte| mojibake::character(byte));
    let length = characters.clone().map(char::len_utf8).sum();
    let mut text = WipedText::with_capacity(length);
    text.extend(characters);
    text
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> WipedText {
    let units = bytes.as_chunks::<2>().0.iter().map(|&pair| unit(pair));
    // Two bytes of UTF-16 take at most three bytes in UTF-8: the buffer never grows, so no old block is left in memory.
    let mut text = WipedText::with_capacity(bytes.len() / 2 * 3);
    text.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    text
}

fn decode_utf8(bytes: &[u8]) -> WipedText {
    // The fast path: correct responses are UTF-8.
    if let Ok(text) = str::from_utf8(bytes) {
        return WipedText::from(text);
    }
    let invalid = bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count();
    let mut text = WipedText::with_capacity(bytes.len() + invalid * char::REPLACEMENT_CHARACTER.len_utf8());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::decode;
    use http::HeaderMap;
    use proptest::prelude::*;

    fn text_of(content_type: &str, bytes: &[u8]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", content_type.parse().unwrap());
        decode(&headers, bytes).to_string()
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn body_without_charset_is_utf8_unless_its_first_bytes_say_utf16() {
        let text = "<a>ü</a>";
        let (little, big) = (utf16(text, u16::to_le_bytes), utf16(text, u16::to_be_bytes));
        for content_type in ["application/xml", "text/xml; charset=ISO-8859-1"] {
            assert_eq!(text_of(content_type, &[b"\xef\xbb\xbf", text.as_bytes()].concat()), text);
            assert_eq!(text_of(content_type, &little), text);
            assert_eq!(text_of(content_type, &big), text);
            assert_eq!(text_of(content_type, &[&[0xff, 0xfe], &*little].concat()), text);
            assert_eq!(text_of(content_type, &[&[0xfe, 0xff], &*big].concat()), text);
        }
        for content_type in ["application/xml", "text/xml; charset=utf-8", "text/xml; charset=koi8-r", "charset=", ";="]
        {
            assert_eq!(text_of(content_type, text.as_bytes()), text);
            assert_eq!(text_of(content_type, b"<a>\xff</a>"), "<a>\u{fffd}</a>");
        }
    }

    #[test]
    fn body_is_decoded_as_declared() {
        for content_type in [
            "text/plain; charset=ISO-8859-1",
            "text/plain;charset=\"iso-8859-1\"",
            "text/plain; format=flowed; Charset=Windows-1252; x=y",
            "text/plain; charset=latin1",
        ] {
            assert_eq!(text_of(content_type, b"M\xfcller \x80"), "Müller €", "{content_type}");
        }
        for text in ["Zugriff für Müller verweigert", "{\"Message\":\"Nein\"}", "拒绝 访问"] {
            for (little, big) in [("utf-16", "UTF-16"), ("UTF-16LE", "utf-16be")] {
                let (little, big) = (format!("text/plain; charset={little}"), format!("text/plain; charset={big}"));
                assert_eq!(text_of(&little, &utf16(text, u16::to_le_bytes)), text);
                assert_eq!(text_of(&big, &utf16(text, u16::to_be_bytes)), text);
            }
        }
        let no_ascii = "拒绝访问";
        assert_eq!(text_of("text/plain; charset=utf-16", &utf16(no_ascii, u16::to_le_bytes)), no_ascii);
        assert_eq!(text_of("text/plain; charset=utf-16be", &utf16(no_ascii, u16::to_be_bytes)), no_ascii);
    }

    #[test]
    fn xml_declaration_names_the_charset_if_content_type_names_none() {
        let latin1 = b"<?xml version='1.0' encoding='ISO-8859-1' ?><a>\xfc</a>";
        assert!(text_of("text/xml", latin1).ends_with("<a>ü</a>"));
        assert!(text_of("text/xml; charset=utf-8", latin1).ends_with("<a>\u{fffd}</a>"));
        assert!(text_of("text/xml", b"<a encoding='ISO-8859-1'>\xfc</a>").ends_with(">\u{fffd}</a>"));
        assert!(text_of("text/xml", b"<?xml encoding=\"windows-1252\"?>\x80").ends_with("€"));
    }

    #[test]
    fn utf8_that_is_declared_as_utf16_stays_utf8() {
        let text = "<?xml version=\"1.0\" encoding=\"utf-16\"?><a>ü</a>";
        assert_eq!(text_of("text/xml", text.as_bytes()), text);
        assert_eq!(text_of("text/xml; charset=utf-16", text.as_bytes()), text);
    }

    proptest! {
        #[test]
        fn decoder_never_panics_and_no_buffer_grows(
            bytes in prop::collection::vec(any::<u8>(), 0..80),
            charset in "(utf-8|utf-16|utf-16be|iso-8859-1|[ -~]{0,9})",
        ) {
            let text = text_of(&format!("text/plain; charset={charset}"), &bytes);
            prop_assert!(text.len() <= 3 * bytes.len());
        }
    }
}
