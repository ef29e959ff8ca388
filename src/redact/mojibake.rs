//! Undoes the decoding of UTF-8 as Windows-1252, which most software uses for Latin-1: `Ã¼` for `ü`.

use crate::wipe::WipedText;

/// Windows-1252 from 0x80 on. Its undefined bytes are the control characters of Latin-1. From 0xA0 on it is the same as
/// Latin-1.
const FROM_0X80: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', //
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Returns the character of a byte.
pub(crate) fn character(byte: u8) -> char {
    let high = byte.checked_sub(0x80).and_then(|high| FROM_0X80.get(usize::from(high)));
    high.copied().unwrap_or(char::from(byte))
}

/// Returns the byte of a character above ASCII, in Windows-1252 or Latin-1.
fn byte(c: char) -> Option<u8> {
    match u8::try_from(c) {
        Ok(byte) => Some(byte),
        Err(_) => FROM_0X80.iter().zip(0x80..).find(|(other, _)| **other == c).map(|(_, byte)| byte),
    }
}

/// Returns `text` with each run of characters whose bytes are one UTF-8 character replaced by that character; `None` if
/// there is no such run.
pub(super) fn undo(text: &str) -> Option<WipedText> {
    if text.is_ascii() {
        return None;
    }
    // The result is never longer.
    let mut plain = WipedText::with_capacity(text.len());
    let mut changed = false;
    let mut rest = text.chars();
    loop {
        let mut after = rest.clone();
        if let Some(c) = one_of_utf8(&mut after) {
            plain.push(c);
            rest = after;
            changed = true;
        } else if let Some(c) = rest.next() {
            plain.push(c);
        } else {
            return changed.then_some(plain);
        }
    }
}

/// Reads one UTF-8 character from the start of `text`, in which each of its bytes is one character.
fn one_of_utf8(text: &mut impl Iterator<Item = char>) -> Option<char> {
    let mut bytes = [0; 4];
    let mut length = 1;
    for (place, slot) in bytes.iter_mut().enumerate() {
        if place == length {
            break;
        }
        *slot = byte(text.next()?)?;
        if place == 0 {
            length = match *slot {
                0xc2..0xe0 => 2,
                0xe0..0xf0 => 3,
                0xf0..0xf5 => 4,
                _ => return None,
            };
        }
    }
    str::from_utf8(bytes.get(..length)?).ok()?.chars().next()
}

#[cfg(test)]
mod tests {
    use super::{character, undo};

    /// Decodes the bytes of `text` as Windows-1252.
    fn misread(text: &str) -> String {
        text.bytes().map(character).collect()
    }

    #[test]
    fn text_decoded_with_the_wrong_charset_is_restored() {
        assert_eq!(misread("ü€"), "Ã¼â‚¬");
        for text in ["müller", "ß", "à", "€uro", "東京 ✓", "😀!", "ÀÁÝÿ"] {
            assert_eq!(&*undo(&misread(text)).unwrap(), text);
            let latin1: String = text.bytes().map(char::from).collect();
            assert_eq!(&*undo(&latin1).unwrap(), text, "Latin-1");
        }
        assert_eq!(&*undo(&misread("a ü b")).unwrap(), "a ü b");
    }

    #[test]
    fn other_text_is_unchanged() {
        for text in ["", "plain", "müller", "Ã", "Ã Ã", "â‚", "東京", "Ã¼"] {
            assert_eq!(undo(text).is_some(), text == "Ã¼", "{text}");
        }
    }
}
