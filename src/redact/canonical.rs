//! The canonical form of a text: two spellings of one text have the same canonical form.

use super::decompose::decompose;
use super::line::is_invisible;
use super::unescape::{METHODS, undo};
use crate::wipe::WipedText;

/// No server writes a text that can be read in more ways.
const MAX_READINGS: usize = 16;

/// Returns `text` unchanged, and after each layer of escapes is undone. `Err` if it can be read in too many ways.
///
/// Each layer is undone in several ways, because a credential may itself look like an escape: `\&` is one character where
/// backslashes escape, and two where they do not.
pub(super) fn readings(text: &str) -> impl Iterator<Item = Result<WipedText, TooMany>> {
    let mut readings = vec![WipedText::from(text)];
    let mut next = 0;
    std::iter::from_fn(move || {
        let reading = WipedText::from(&**readings.get(next)?);
        if next == MAX_READINGS {
            readings.clear();
            return Some(Err(TooMany));
        }
        next += 1;
        for plain in METHODS.iter().filter_map(|&way| undo(&reading, way)) {
            if !readings.contains(&plain) {
                readings.push(plain);
            }
        }
        Some(Ok(reading))
    })
}

/// A text can be read in more ways than are checked.
#[derive(Debug)]
pub(super) struct TooMany;

/// Returns the visible characters of `text`: decomposed, without case, marks, spaces and invisible characters.
pub(crate) fn visible(text: &str) -> WipedText {
    let each = |put: &mut dyn FnMut(char)| {
        // To upper case first, because `ß` becomes `SS` there.
        for c in text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase) {
            decompose(c, &mut |part| {
                if shows(part) {
                    put(part)
                }
            });
        }
    };
    let mut length = 0;
    each(&mut |part| length += part.len_utf8());
    let mut all = WipedText::with_capacity(length);
    each(&mut |part| all.push(part));
    all
}

/// Returns only the letters and digits of a result of [`visible`].
pub(super) fn letters(visible: &str) -> WipedText {
    let mut letters = WipedText::with_capacity(visible.len());
    letters.extend(visible.chars().filter(|c| c.is_alphanumeric()));
    letters
}

fn shows(c: char) -> bool {
    !(c.is_whitespace() || c.is_control() || is_invisible(c) || is_selector(c))
}

/// Whether the character selects a variant of the character before it.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{180b}'..='\u{180d}')
}

#[cfg(test)]
mod tests {
    use super::{MAX_READINGS, readings, visible};

    #[test]
    fn spellings_of_one_text_have_one_canonical_form() {
        for (text, other) in [
            ("Straße", "STRASSE"),
            ("müller", "mu\u{308}ller"),
            ("a\u{323}\u{307}", "a\u{307}\u{323}"),
            ("Ünder \u{fb01}ne", "ünderfine"),
            ("ＦＵＬＬ", "full"),
            ("a\u{200b}b\u{ad}c\u{feff}d\u{2060} \t\u{a0}e\u{0}\u{fe0f}", "abcde"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("K", "k"),
        ] {
            assert_eq!(visible(text), visible(other), "{text}");
        }
        assert_ne!(visible("a"), visible("b"));
    }

    #[test]
    fn escapes_are_undone_layer_by_layer() {
        let found = |text| readings(text).map(|reading| reading.unwrap().to_string()).collect::<Vec<String>>();
        assert_eq!(found("%2526amp;lt;"), ["%2526amp;lt;", "%26amp;lt;", "&amp;lt;", "&lt;", "<"]);
        let deep = |count: usize| format!("%{}41", "25".repeat(count));
        assert!(readings(&deep(MAX_READINGS - 2)).all(|reading| reading.is_ok()));
        assert!(readings(&deep(MAX_READINGS - 1)).any(|reading| reading.is_err()));
    }

    #[test]
    fn one_kind_of_escape_is_undone_while_another_stays() {
        let found: Vec<String> = readings("\\&amp;&lt;").map(|reading| reading.unwrap().to_string()).collect();
        assert!(found.contains(&"\\&<".to_owned()), "{found:?}");
        let found: Vec<String> = readings("%5C%26amp;").map(|reading| reading.unwrap().to_string()).collect();
        assert!(found.contains(&"\\&".to_owned()), "{found:?}");
    }
}
