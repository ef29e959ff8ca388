//! The server's own words, made harmless: without markup, without an echo of the credentials, one line.

use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::Credentials;
use crate::error::Error;
use crate::line::{cut, unbroken};
use crate::secret::Secret;

const BLOT: &str = "[redacted]";

/// Shorter credentials are not looked for: to blot out every `a` of a text would tell more than it hides.
const SHORTEST_ECHO: usize = 4;

/// What must not be repeated: what was sent, and the forms in which it went over the wire.
pub(super) struct Echoes(Vec<Secret>);

impl Echoes {
    pub(super) fn of(sent: &Credentials<'_>) -> Result<Echoes, Error> {
        let basic = sent.basic()?;
        let encoded = basic.expose().rsplit(' ').next().unwrap_or_default();
        let mut echoes: Vec<Secret> = [encoded, sent.key, sent.login, sent.secret]
            .into_iter()
            .filter(|echo| echo.chars().count() >= SHORTEST_ECHO)
            .map(|echo| Secret::concat(&[echo]))
            .collect();
        // The longest first: the secret may hold the login.
        echoes.sort_by_key(|echo| std::cmp::Reverse(echo.expose().len()));
        Ok(Echoes(echoes))
    }

    /// Makes one line without markup of what the server says, in which the credentials do not occur.
    ///
    /// An echo as it was sent is blotted out, whatever its case. Any other (escaped for HTML or a URL, with other blanks,
    /// cut up by markup) costs the whole text: what is left of it would be a guess.
    pub(super) fn harmless(&self, text: &str) -> String {
        // Copies of what the server says: until it is blotted out, it may be a login.
        let mut blotted = Zeroizing::new(text.to_owned());
        for echo in &self.0 {
            blotted = Zeroizing::new(blot(&blotted, echo.expose()));
        }
        let line = unbroken(&Zeroizing::new(without_markup(&blotted)));
        if self.are_hidden_in(&blotted) || self.are_hidden_in(&line) {
            return BLOT.to_owned();
        }
        // Last: a cut through an echo would leave its first half.
        cut(line)
    }

    /// Whether letters and digits of an echo stand in `text` in their order, whatever stands between them and however it
    /// is escaped.
    fn are_hidden_in(&self, text: &str) -> bool {
        let decoded = Zeroizing::new(percent_decode_str(text).decode_utf8_lossy().into_owned());
        let views = [letters(text), letters(&decoded), letters(&Zeroizing::new(unescaped(text)))];
        self.0
            .iter()
            .map(|echo| letters(echo.expose()))
            .filter(|echo| echo.chars().count() >= SHORTEST_ECHO)
            .any(|echo| views.iter().any(|view| view.contains(echo.as_str())))
    }
}

/// Letters and digits alone, in lower case.
fn letters(text: &str) -> Zeroizing<String> {
    // By way of upper case, for `ß` is `SS` there.
    let letters =
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    Zeroizing::new(letters.collect())
}

/// Numeric character references as the characters they stand for; named ones are dropped.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        plain.push_str(before);
        rest = match behind.split_once(';') {
            Some((name, behind)) if name.len() < 10 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#') => {
                let number = name.strip_prefix('#').and_then(|digits| match digits.strip_prefix(['x', 'X']) {
                    Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok(),
                    None => digits.parse().ok(),
                });
                plain.extend(number.and_then(char::from_u32));
                behind
            }
            _ => behind,
        };
    }
    plain.push_str(rest);
    plain
}

/// Drops everything between `<` and `>`; what is opened and never closed is dropped to the end.
fn without_markup(text: &str) -> String {
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
fn blot(text: &str, echo: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = match length_of(echo, rest) {
            Some(length) => {
                clean.push_str(BLOT);
                length
            }
            None => {
                clean.push(first);
                first.len_utf8()
            }
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    clean
}

/// How many bytes of `text` are `echo` at its start, whatever the case; `None` if it does not start with it.
fn length_of(echo: &str, text: &str) -> Option<usize> {
    let mut length = 0;
    let mut characters = text.chars();
    for wanted in echo.chars() {
        let found = characters.next()?;
        if found != wanted && !found.to_lowercase().eq(wanted.to_lowercase()) {
            return None;
        }
        length += found.len_utf8();
    }
    Some(length)
}

#[cfg(test)]
mod tests {
    use super::{BLOT, Echoes};
    use crate::flow::Credentials;
    use proptest::prelude::*;

    fn said(text: &str, secret: &str) -> String {
        let sent = Credentials::new("kEy12345", "john@example.com", secret).unwrap();
        Echoes::of(&sent).unwrap().harmless(text)
    }

    #[test]
    fn markup_goes_and_words_stay_apart() {
        for (text, line) in [
            ("<b>Not</b> allowed", "Not allowed"),
            ("one<br/>two\nthree", "one two three"),
            ("cut <script never closed", "cut"),
            ("1 > 0", "1 > 0"),
            ("R&D, 100% &amp; more; AT&T", "R&D, 100% &amp; more; AT&T"),
            ("", ""),
        ] {
            assert_eq!(said(text, "secret!1"), line);
        }
    }

    #[test]
    fn an_echo_is_blotted_out_whatever_its_case() {
        assert_eq!(
            said("User JOHN@example.com with john@example.com!1 and key kEy12345.", "john@example.com!1"),
            "User [redacted] with [redacted] and key [redacted]."
        );
        assert_eq!(said("for trävel-ÜNDER at 7", "TRÄVEL-ünder"), "for [redacted] at 7");
        assert_eq!(said("of <Sup3r>Secret<Part here", "Sup3r>Secret<Part"), "of");
        assert_eq!(said("of Sup3rSecret<Part> here", "Sup3rSecret<Part>"), "of [redacted] here");
        assert_eq!(said("of two  blanks x here", "two  blanks x"), "of [redacted] here");
        assert_eq!(said("sent Basic am9obkBleGFtcGxlLmNvbTpzZWNyZXQhMQ==.", "secret!1"), "sent Basic [redacted].");
    }

    #[test]
    fn an_echo_is_not_cut_in_two_and_printed() {
        for length in 280..305 {
            let line = said(&format!("{} Travel&Expense$2012", "x".repeat(length)), "Travel&Expense$2012");
            assert!(!line.contains("Trav"), "{line}");
        }
    }

    #[test]
    fn an_echo_in_another_form_costs_the_whole_text() {
        for text in [
            "for Travel&amp;Expense$2012",
            "for Travel&#38;Expense&#x24;2012",
            "for Travel%26Expense%242012.",
            "for Travel<b>&</b>Expense$2012",
            "for Travel &\nExpense\u{200b}$ 2012",
            "for john&#64;example.com",
            "for john%40example.com",
        ] {
            assert_eq!(said(text, "Travel&Expense$2012"), BLOT, "{text}");
        }
        assert_eq!(said("for two blanks x", "two  blanks x"), BLOT);
    }

    #[test]
    fn a_short_secret_is_not_given_away_by_its_blots() {
        assert_eq!(said("Access denied at gate", "a"), "Access denied at gate");
        assert_eq!(said("Access denied at gate", "!!!!"), "Access denied at gate");
    }

    proptest! {
        #[test]
        fn no_server_can_make_it_print_what_was_sent(
            before in "\\PC{0,12}", after in "\\PC{0,12}", secret in "[a-zäÖß]{4}[ -~äÖß\u{3000}\u{ad}]{0,8}", upper in any::<bool>(),
        ) {
            let echo = if upper { secret.to_uppercase() } else { secret.clone() };
            let line = said(&format!("{before}{echo}{after}"), &secret);
            prop_assert!(!line.contains(&secret) || BLOT.contains(&secret), "{}", line);
            prop_assert!(!line.contains(&echo) || BLOT.contains(&echo), "{}", line);
        }
    }
}
