//! The server's own words, made harmless: without markup, without an echo of the credentials, one line.

use super::Credentials;
use crate::line::{cut, unbroken};

/// Shorter credentials are not looked for: to blot out every `a` of a text would tell more than it hides.
const SHORTEST_ECHO: usize = 4;

/// Makes one line without markup of what the server says, in which the credentials that were sent do not occur.
pub(super) fn harmless(text: &str, sent: &Credentials<'_>) -> String {
    let mut line = unbroken(&without_markup(text));
    // The longest first: the secret may hold the login.
    let mut echoes = [sent.key, sent.login, sent.secret];
    echoes.sort_unstable_by_key(|echo| std::cmp::Reverse(echo.len()));
    for echo in echoes {
        if echo.len() >= SHORTEST_ECHO {
            line = redact(&line, echo);
        }
    }
    // Last: a cut through an echo would leave its first half.
    cut(line)
}

/// Drops everything between `<` and `>`; what is opened and never closed is dropped to the end.
pub(super) fn without_markup(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        match c {
            '<' => {
                inside = true;
                // Words on both sides of a tag are two words.
                plain.push(' ');
            }
            '>' if inside => inside = false,
            _ if inside => {}
            _ => plain.push(c),
        }
    }
    plain
}

/// Replaces `echo` in `text`, whatever its case: servers like to print logins in lower case.
fn redact(text: &str, echo: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = if rest.get(..echo.len()).is_some_and(|head| head.eq_ignore_ascii_case(echo)) {
            clean.push_str("[redacted]");
            echo.len()
        } else {
            clean.push(first);
            first.len_utf8()
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::harmless;
    use crate::flow::Credentials;
    use proptest::prelude::*;

    fn sent() -> Credentials<'static> {
        Credentials::new("kEy12345", "john@example.com", "john@example.com!1").unwrap()
    }

    #[test]
    fn markup_goes_and_words_stay_apart() {
        for (text, line) in [
            ("<b>Not</b> allowed", "Not allowed"),
            ("one<br/>two\nthree", "one two three"),
            ("cut <script never closed", "cut"),
            ("1 > 0", "1 > 0"),
            ("", ""),
        ] {
            assert_eq!(harmless(text, &sent()), line);
        }
    }

    #[test]
    fn an_echo_of_the_credentials_is_redacted() {
        assert_eq!(
            harmless("User JOHN@example.com with john@example.com!1 and key kEy12345.", &sent()),
            "User [redacted] with [redacted] and key [redacted]."
        );
    }

    #[test]
    fn a_short_secret_is_not_given_away_by_its_blots() {
        let sent = Credentials::new("kEy12345", "john@example.com", "a").unwrap();
        assert_eq!(harmless("Access denied at gate", &sent), "Access denied at gate");
    }

    proptest! {
        #[test]
        fn no_server_can_make_it_print_what_was_sent(before in "\\PC{0,12}", after in "\\PC{0,12}") {
            let line = harmless(&format!("{before}{}{after}", sent().secret), &sent());
            prop_assert!(!line.contains(sent().login));
        }
    }
}
