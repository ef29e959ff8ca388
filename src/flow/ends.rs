//! Characters at the ends of a text that come from its file and not from its owner: quotes, spaces, a byte order mark.

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Whether a text begins or ends with a space of any kind (Unicode's White_Space).
pub(super) fn has_space(text: &str) -> bool {
    text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace)
}

/// Whether a text is in quotes, as in a CSV file: straight or typographic, single or double.
pub(super) fn is_quoted(text: &str) -> bool {
    let is_quote = |c| matches!(c, '"' | '\'' | '`' | '«' | '»' | '\u{2018}'..='\u{201f}' | '‹' | '›' | '＂' | '＇');
    text.strip_prefix(is_quote).is_some_and(|rest| rest.ends_with(is_quote))
}

/// Describes a rejected password: whether it is empty, and its ends. The sentence contains no part of it.
pub(super) fn password_advice(secret: &str) -> Option<String> {
    if secret.is_empty() {
        return Some(
            "The password that was sent was empty. A buffer that a call has wiped is empty: fill it again before each call."
                .to_owned(),
        );
    }
    let mut facts = String::new();
    let mut add = |is_so: bool, what: &str| {
        if is_so {
            facts.push_str(if facts.is_empty() { "The password that was sent " } else { " and " });
            facts.push_str(what);
        }
    };
    let unmarked = secret.trim_start_matches(BYTE_ORDER_MARK);
    add(unmarked.len() < secret.len(), "begins with a byte order mark");
    add(unmarked.starts_with(char::is_whitespace), "begins with a space");
    add(unmarked.ends_with(char::is_whitespace), "ends with a space");
    add(is_quoted(unmarked.trim()), "is in quotes");
    (!facts.is_empty()).then(|| facts + ".")
}

#[cfg(test)]
mod tests {
    use super::{has_space, is_quoted, password_advice};

    #[test]
    fn quotes_count_only_as_a_pair() {
        for quoted in
            ["\"a\"", "'a'", "“a”", "„a“", "‘a’", "«a»", "»a«", "‹a›", "`a`", "＂a＂", "\"\"", "\"a'", "'\"a\"'"]
        {
            assert!(is_quoted(quoted), "{quoted}");
        }
        for plain in ["", "a", "\"", "'", "'t.hooft@example.com", "o'hara@example.com", "a\"", "a\"b\"c", "(a)", "<a>"]
        {
            assert!(!is_quoted(plain), "{plain}");
        }
    }

    #[test]
    fn spaces_of_every_kind_count_at_the_ends_only() {
        for space in [' ', '\u{a0}', '\u{2003}', '\u{202f}', '\u{205f}', '\u{3000}', '\u{1680}'] {
            assert!(has_space(&format!("{space}a")) && has_space(&format!("a{space}")), "{space:?}");
            assert!(!has_space(&format!("a{space}a")), "{space:?}");
        }
    }

    #[test]
    fn advice_describes_the_ends_of_a_password_and_quotes_no_part_of_it() {
        for (secret, advice) in [
            (" qux", "begins with a space"),
            ("qux\u{a0}", "ends with a space"),
            (" qux ", "begins with a space and ends with a space"),
            ("'qux'", "is in quotes"),
            ("\u{feff}qux", "begins with a byte order mark"),
            ("\u{feff}\"qux\"", "begins with a byte order mark and is in quotes"),
            ("“qux” ", "ends with a space and is in quotes"),
        ] {
            assert_eq!(password_advice(secret), Some(format!("The password that was sent {advice}.")));
        }
        assert!(password_advice("").is_some_and(|advice| advice.contains("was empty")));
        for secret in ["qux", "q x", "q\"u\"x", "'qux", "qux\u{feff}", "ä", "Travel&Expense$2012"] {
            assert_eq!(password_advice(secret), None, "no other fact about a password is shown");
        }
    }
}
