//! Makes one log line of foreign text.

/// Maximum length of a line, in characters.
const MAX_LINE_LEN: usize = 300;

/// Makes one line of `text`, with at most 300 characters.
pub(crate) fn one_line(text: &str) -> String {
    truncate(single_line(text))
}

/// Replaces control, format and line-breaking characters by spaces and merges spaces.
///
/// Text from the network must not forge a second log line or change the reading direction of the first.
pub(crate) fn single_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control() || is_invisible(c)) {
        if !word.is_empty() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    line
}

/// Truncates a line of more than 300 characters and adds `…`.
pub(crate) fn truncate(mut line: String) -> String {
    if let Some((end, _)) = line.char_indices().nth(MAX_LINE_LEN) {
        line.truncate(end);
        line.push('…');
    }
    line
}

/// Whether a character is invisible or changes how others are displayed: zero-width, bidirectional, tags, fillers
/// (Unicode's Default_Ignorable_Code_Point, except variation selectors, which belong to the character before them).
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::{MAX_LINE_LEN, one_line};

    #[test]
    fn text_becomes_one_line() {
        for (text, line) in [
            ("", ""),
            ("plain", "plain"),
            ("  two\r\n\tlines ", "two lines"),
            ("nul\0and\u{1b}[31mcolour", "nul and [31mcolour"),
            ("left\u{202e}right\u{2028}end", "left right end"),
            ("a\u{e0041}b\u{3164}c", "a b c"),
            ("Grüße, 東京", "Grüße, 東京"),
        ] {
            assert_eq!(one_line(text), line, "{text:?}");
        }
    }

    #[test]
    fn long_line_is_truncated_at_a_character() {
        let line = one_line(&"ü".repeat(MAX_LINE_LEN + 1));
        assert_eq!(line.chars().count(), MAX_LINE_LEN + 1);
        assert!(line.ends_with("ü…"));
        assert_eq!(one_line(&"ü".repeat(MAX_LINE_LEN)), "ü".repeat(MAX_LINE_LEN));
    }
}
