//! Replaces escapes of HTML, URLs, JSON and programming languages by the characters that they represent.

use super::mojibake;
use crate::wipe::WipedText;

/// Maximum length of the name of a character reference.
const MAX_NAME_LEN: usize = 32;

/// Names of character references (HTML, section 13.5), sorted by their characters. Case does not matter here.
const NAMES: &[(char, &str)] = &[
    ('!', "excl quot num dollar percnt amp apos lpar rpar ast plus comma"),
    ('.', "period sol"),
    (':', "colon semi lt equals gt quest commat"),
    ('[', "lsqb bsol rsqb hat lowbar grave"),
    ('[', "lbrack"),
    (']', "rbrack"),
    ('_', "underbar"),
    ('{', "lcub verbar rcub"),
    ('{', "lbrace vert rbrace"),
    ('|', "verticalline"),
    ('\t', "tab newline"),
    ('\u{a0}', "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr"),
    ('\u{b0}', "deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest"),
    ('\u{d7}', "times"),
    ('\u{df}', "szlig"),
    ('\u{e6}', "aelig"),
    ('\u{f0}', "eth"),
    ('\u{f7}', "divide oslash"),
    ('\u{fe}', "thorn"),
    ('\u{111}', "dstrok"),
    ('\u{127}', "hstrok"),
    ('\u{131}', "imath"),
    ('\u{142}', "lstrok"),
    ('\u{153}', "oelig"),
    ('\u{167}', "tstrok"),
    ('\u{192}', "fnof"),
    ('\u{3b1}', "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho"),
    ('\u{3c2}', "sigmaf sigma tau upsilon phi chi psi omega"),
    ('\u{2013}', "ndash mdash"),
    ('\u{2018}', "lsquo rsquo sbquo"),
    ('\u{201c}', "ldquo rdquo bdquo"),
    ('\u{2020}', "dagger"),
    ('\u{2022}', "bull"),
    ('\u{2026}', "hellip"),
    ('\u{2030}', "permil"),
    ('\u{2039}', "lsaquo rsaquo"),
    ('\u{20ac}', "euro"),
    ('\u{2122}', "trade"),
];

/// A letter followed by one of these is the name of the letter with the mark: `auml`.
const MARKS: [(&str, char); 13] = [
    ("grave", '\u{300}'),
    ("acute", '\u{301}'),
    ("circ", '\u{302}'),
    ("tilde", '\u{303}'),
    ("macr", '\u{304}'),
    ("breve", '\u{306}'),
    ("dot", '\u{307}'),
    ("uml", '\u{308}'),
    ("ring", '\u{30a}'),
    ("dblac", '\u{30b}'),
    ("caron", '\u{30c}'),
    ("cedil", '\u{327}'),
    ("ogon", '\u{328}'),
];

/// Browsers accept these without the semicolon as well.
const UNTERMINATED: [(&str, char); 4] = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"')];

/// The meaning of an escape.
#[derive(Clone, Copy)]
enum Meaning {
    /// A byte of UTF-8 or of Windows-1252.
    Byte(u8),
    /// A character, or half of one in UTF-16.
    Unit(u32),
    Marked(char, char),
    /// No visible character.
    Nothing,
}

/// One method to undo one layer.
#[derive(Clone, Copy)]
pub(super) struct Method {
    /// The first characters of the escapes that are undone.
    escapes: &'static [char],
    /// Whether a wrong charset is undone after that.
    charset: bool,
}

/// All escapes at once, because a server may mix them, and each kind alone.
pub(super) const METHODS: [Method; 5] = [
    Method { escapes: &['&', '%', '\\'], charset: true },
    Method { escapes: &['&'], charset: false },
    Method { escapes: &['%'], charset: false },
    Method { escapes: &['\\'], charset: false },
    Method { escapes: &[], charset: true },
];

/// Undoes the outermost escapes of `text`, and a wrong charset; `None` if this method finds nothing to undo.
pub(super) fn undo(text: &str, method: Method) -> Option<WipedText> {
    let plain = replaced(text, method.escapes);
    let read = plain.as_ref().map_or(text, |plain| &**plain);
    let restored = if method.charset { mojibake::undo(read) } else { None };
    restored.or(plain)
}

fn replaced(text: &str, escapes: &[char]) -> Option<WipedText> {
    // No escape is shorter than its meaning: the buffer does not grow.
    let mut plain = WipedText::with_capacity(text.len());
    let mut changed = false;
    // The first half of a character in UTF-16.
    let mut high = None;
    let mut rest = text;
    while let Some(at) = rest.find(escapes) {
        let (before, escape) = rest.split_at_checked(at)?;
        plain.push_str(before);
        let waiting = high.take().filter(|_| before.is_empty());
        let mut length = 1;
        match meaning(escape) {
            Some((meaning, its_length)) => {
                changed = true;
                length = its_length;
                match meaning {
                    Meaning::Byte(byte) => plain.push(mojibake::character(byte)),
                    Meaning::Unit(unit @ 0xd800..0xdc00) => high = Some(unit),
                    Meaning::Unit(unit @ 0xdc00..0xe000) => {
                        let pair = waiting.map(|high| 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00));
                        plain.extend(pair.and_then(char::from_u32));
                    }
                    Meaning::Unit(unit) => plain.extend(char::from_u32(unit)),
                    Meaning::Marked(letter, mark) => plain.extend([letter, mark]),
                    Meaning::Nothing => {}
                }
            }
            None => plain.extend(escape.chars().next()),
        }
        rest = escape.get(length..)?;
    }
    plain.push_str(rest);
    changed.then_some(plain)
}

/// Returns the meaning of the escape at the start of `text`, and its length.
fn meaning(text: &str) -> Option<(Meaning, usize)> {
    match text.as_bytes() {
        [b'&', b'#', ..] => numeric(text),
        [b'&', ..] => named(text),
        [b'%', b'u' | b'U', ..] => fixed(text, 2, 4),
        [b'%', ..] => byte(text, 1, 2, 2, 16),
        [b'\\', b'u' | b'U' | b'x' | b'X', b'{', ..] => braced(text),
        [b'\\', b'u', ..] => fixed(text, 2, 4),
        [b'\\', b'U', ..] => fixed(text, 2, 8),
        [b'\\', b'x' | b'X', ..] => byte(text, 2, 1, 2, 16),
        [b'\\', b'0'..=b'7', ..] => byte(text, 1, 1, 3, 8),
        [b'\\', b'a' | b'b' | b'e' | b'f' | b'n' | b'r' | b't' | b'v', ..] => Some((Meaning::Nothing, 2)),
        [b'\\', c, ..] if c.is_ascii_punctuation() => Some((Meaning::Unit((*c).into()), 2)),
        _ => None,
    }
}

/// Reads digits of `text` from the byte `start` on, at most `most`: returns their value and their number.
fn digits(text: &str, start: usize, most: usize, radix: u32) -> (u32, usize) {
    let mut digits = text.chars().skip(start).take(most).map_while(|c| c.to_digit(radix));
    digits
        .try_fold((0_u32, 0), |(value, count), digit| {
            Some((value.saturating_mul(radix).saturating_add(digit), count + 1))
        })
        .unwrap_or_default()
}

/// Reads a byte: `%20`, `\x20`, `\40`.
fn byte(text: &str, start: usize, fewest: usize, most: usize, radix: u32) -> Option<(Meaning, usize)> {
    let (value, count) = digits(text, start, most, radix);
    let byte = u8::try_from(value).ok().filter(|_| count >= fewest)?;
    Some((Meaning::Byte(byte), start + count))
}

/// Reads `%u0020`, `\u0020`, `\U00000020`.
fn fixed(text: &str, start: usize, length: usize) -> Option<(Meaning, usize)> {
    let (value, count) = digits(text, start, length, 16);
    (count == length).then_some((Meaning::Unit(value), start + length))
}

/// Reads `\u{20}`, `\x{20}`.
fn braced(text: &str) -> Option<(Meaning, usize)> {
    let (value, count) = digits(text, 3, usize::MAX, 16);
    let end = 3 + count;
    (count > 0 && text.as_bytes().get(end) == Some(&b'}')).then_some((Meaning::Unit(value), end + 1))
}

/// Reads `&#32;`, `&#x20;`, with any number of zeros; the semicolon is optional.
fn numeric(text: &str) -> Option<(Meaning, usize)> {
    let (start, radix) = match text.as_bytes() {
        [_, _, b'x' | b'X', ..] => (3, 16),
        _ => (2, 10),
    };
    let (value, count) = digits(text, start, usize::MAX, radix);
    let end = start + count;
    let semicolon = usize::from(text.as_bytes().get(end) == Some(&b';'));
    let meaning = match u8::try_from(value) {
        // HTML, section 13.2.5.80: these are Windows-1252.
        Ok(byte @ 0x80..0xa0) => Meaning::Byte(byte),
        _ => Meaning::Unit(value),
    };
    (count > 0).then_some((meaning, end + semicolon))
}

/// Reads `&amp;`, `&uuml;`. An unknown name is replaced by nothing.
fn named(text: &str) -> Option<(Meaning, usize)> {
    let inside = text.strip_prefix('&')?;
    let length = inside.bytes().take(MAX_NAME_LEN).take_while(u8::is_ascii_alphanumeric).count();
    let name = inside.get(..length).filter(|name| !name.is_empty())?;
    if inside.as_bytes().get(length) == Some(&b';') {
        return Some((meaning_of_name(name), length + 2));
    }
    let (known, c) = UNTERMINATED
        .iter()
        .find(|(known, _)| name.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known)))?;
    Some((Meaning::Unit((*c).into()), known.len() + 1))
}

fn meaning_of_name(name: &str) -> Meaning {
    for (first, names) in NAMES {
        if let Some((_, c)) = names.split(' ').zip(*first..).find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return Meaning::Unit(c.into());
        }
    }
    let (Some(letter), Some(rest)) = (name.chars().next(), name.get(1..)) else { return Meaning::Nothing };
    match MARKS.iter().find(|(mark, _)| mark.eq_ignore_ascii_case(rest)) {
        Some((_, mark)) => Meaning::Marked(letter, *mark),
        None => Meaning::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::{METHODS, undo};
    use proptest::prelude::*;

    #[test]
    fn each_escape_becomes_its_character() {
        for (text, plain) in [
            ("%41%62%7e", "Ab~"),
            ("%c3%bc %C3%9F %FC %80", "ü ß ü €"),
            ("%u0041%u00fC%uD83D%uDE00", "Aü😀"),
            ("&#65;&#x42;&#X00043;&#0000068;&#69 &#x46!", "ABCDE F!"),
            ("&#xD83D;&#xDE00;&#128;&#150;", "😀€–"),
            ("&amp;&AMP;&lt;&quot;&commat;&lowbar;&dollar;&NewLine;", "&&<\"@_$\n"),
            ("&auml;&Uuml;&szlig;&ccaron;&Lstrok;&oslash;&alpha;&sigma;&omega;", "a\u{308}U\u{308}ßc\u{30c}łøασω"),
            ("&unknown;x&;&ampx&lt1", "x&;&x<1"),
            ("\\x41\\xc3\\xbc\\u0042\\u00fc\\ud83d\\ude00\\u{43}\\U0001f600\\x{44}", "AüBü😀C😀D"),
            ("\\101\\303\\274\\40\\n\\t\\\"\\/\\\\", "Aü \"/\\"),
            ("Ã¼ %c3\\xbc", "ü ü"),
        ] {
            assert_eq!(undo(text, METHODS[0]).unwrap().to_string(), plain, "{text}");
        }
    }

    #[test]
    fn text_without_escapes_is_unchanged() {
        for text in [
            "",
            "plain",
            "100% of AT&T",
            "%4",
            "%u12",
            "%zz",
            "&#;",
            "&#xg;",
            "&;",
            "\\",
            "\\u12",
            "\\q",
            "\\u{12",
            "\\ ü",
        ] {
            assert!(undo(text, METHODS[0]).is_none(), "{text}");
        }
    }

    #[test]
    fn names_are_sorted_by_their_characters() {
        for (name, c) in [
            ("comma", ','),
            ("sol", '/'),
            ("commat", '@'),
            ("grave", '`'),
            ("rcub", '}'),
            ("rbrace", '}'),
            ("macr", '¯'),
            ("iquest", '¿'),
            ("oslash", 'ø'),
            ("rho", 'ρ'),
            ("omega", 'ω'),
            ("mdash", '—'),
            ("bdquo", '„'),
        ] {
            assert_eq!(undo(&format!("&{name};"), METHODS[0]).unwrap().to_string(), c.to_string(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn unescaping_ends_and_its_buffer_does_not_grow(text in "(\\PC|[&%\\\\#;xu0-9a-f{}]|amp|Ã¼){0,40}") {
            if let Some(plain) = undo(&text, METHODS[0]) {
                prop_assert!(plain.chars().count() < text.chars().count());
                prop_assert!(plain.capacity() <= text.len());
            }
        }
    }
}
