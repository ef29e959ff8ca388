//! The server's own words, made harmless: without markup, without an echo of the credentials, one line.

use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use super::Credentials;
use crate::line::{cut, unbroken};
use crate::secret::Secret;

const BLOT: &str = "[redacted]";

/// Shorter credentials are not looked for: to blot out every `a` of a text would tell more than it hides.
const SHORTEST_ECHO: usize = 4;
/// Of what the server says, as many bytes are looked at; the line that is handed out has 300 characters.
const MOST_SAID: usize = 8 * 1024;
/// What is escaped more than three times is not looked for.
const DEEPEST_ESCAPES: usize = 3;
/// Longest name of a character reference.
const LONGEST_NAME: usize = 10;

/// What must not be repeated: what was sent, and the forms in which it went over the wire.
pub(super) struct Echoes(Vec<Secret>);

impl Echoes {
    pub(super) fn of(sent: &Credentials<'_>) -> Echoes {
        // It has been sent: it could be made.
        let basic = sent.basic().unwrap_or_default();
        let encoded = basic.expose().rsplit(' ').next().unwrap_or_default();
        Echoes::of_all([encoded, sent.key, sent.login, sent.secret].map(|echo| Secret::concat(&[echo])).into())
    }

    pub(super) fn of_all(mut sent: Vec<Secret>) -> Echoes {
        sent.retain(|echo| echo.expose().chars().count() >= SHORTEST_ECHO);
        // The longest first: the secret may hold the login.
        sent.sort_by_key(|echo| std::cmp::Reverse(echo.expose().len()));
        Echoes(sent)
    }

    /// Makes one line without markup of what the server says, in which the credentials do not occur.
    ///
    /// An echo as it was sent is blotted out, whatever its case. Any other (escaped for HTML, JSON or a URL, with other
    /// blanks, in another charset, cut up by markup) costs the whole text: what is left of it would be a guess.
    pub(super) fn harmless(&self, text: &str) -> String {
        let said = text.get(..text.floor_char_boundary(MOST_SAID)).unwrap_or_default();
        // Copies of what the server says: until it is blotted out, it may be a login.
        let mut blotted = Zeroizing::new(said.to_owned());
        for echo in &self.0 {
            blotted = Zeroizing::new(blot(&blotted, echo.expose()));
        }
        let line = unbroken(&Zeroizing::new(without_markup(&blotted)));
        let half_an_echo_shows = said.len() < text.len() && line.len() < MOST_SAID / 2;
        if half_an_echo_shows || self.are_hidden_in(&blotted) || self.are_hidden_in(&line) {
            return BLOT.to_owned();
        }
        // Last: a cut through an echo would leave its first half.
        cut(line)
    }

    /// Whether letters and digits of an echo stand in `text` in their order, whatever stands between them and however
    /// often it is escaped.
    fn are_hidden_in(&self, text: &str) -> bool {
        let mut view = Zeroizing::new(text.to_owned());
        for _ in 0..DEEPEST_ESCAPES {
            if self.stand_in(&view) {
                return true;
            }
            let unescaped = Zeroizing::new(unescaped(&view));
            view = Zeroizing::new(percent_decode_str(&unescaped).decode_utf8_lossy().into_owned());
        }
        self.stand_in(&view)
    }

    fn stand_in(&self, text: &str) -> bool {
        // Of a text in the wrong charset only the ASCII letters are left as they were.
        [letters as fn(&str) -> Zeroizing<String>, ascii_letters].into_iter().any(|view| {
            let text = view(text);
            self.0
                .iter()
                .map(|echo| view(echo.expose()))
                .any(|echo| echo.chars().count() >= SHORTEST_ECHO && text.contains(echo.as_str()))
        })
    }
}

/// Letters and digits alone, in lower case.
fn letters(text: &str) -> Zeroizing<String> {
    // By way of upper case, for `ß` is `SS` there.
    let letters =
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    Zeroizing::new(letters.collect())
}

fn ascii_letters(text: &str) -> Zeroizing<String> {
    let letters = text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase());
    Zeroizing::new(letters.collect())
}

/// Numeric references of HTML and escapes of JSON (`&#38;`, `&#x26;`, `\u0026`, `\x26`) as the characters they stand for;
/// named references are dropped, but for `&amp;`, which may hide another.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['&', '\\']) {
        let (before, escape) = rest.split_at_checked(at).unwrap_or((rest, ""));
        plain.push_str(before);
        let (character, length) = reference(escape).or_else(|| backslash(escape)).unwrap_or_else(|| {
            // No escape: the character itself.
            (escape.chars().next(), 1)
        });
        plain.extend(character);
        rest = escape.get(length..).unwrap_or_default();
    }
    plain.push_str(rest);
    plain
}

/// A character reference at the start of `text`, and its length.
fn reference(text: &str) -> Option<(Option<char>, usize)> {
    let inside = text.strip_prefix('&')?;
    let end = inside.bytes().take(LONGEST_NAME).position(|byte| byte == b';')?;
    let name = inside.get(..end)?;
    let number = match name.strip_prefix('#') {
        Some(digits) => match digits.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
            None => digits.parse().ok()?,
        },
        None if name.eq_ignore_ascii_case("amp") => return Some((Some('&'), end + 2)),
        None if name.bytes().all(|byte| byte.is_ascii_alphanumeric()) => return Some((None, end + 2)),
        None => return None,
    };
    Some((char::from_u32(number), end + 2))
}

/// A `\u` or `\x` escape at the start of `text`, and its length.
fn backslash(text: &str) -> Option<(Option<char>, usize)> {
    let digits = match text.as_bytes() {
        [b'\\', b'u', ..] => 4,
        [b'\\', b'x', ..] => 2,
        _ => return None,
    };
    let number = u32::from_str_radix(text.get(2..2 + digits)?, 16).ok()?;
    Some((char::from_u32(number), 2 + digits))
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
        Echoes::of(&sent).harmless(text)
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
            "for Travel\\u0026Expense$2012",
            "for Travel\\x26Expense$2012",
            "for Travel&amp;amp;Expense$2012",
            "for Travel&amp;#38;Expense$2012",
            "for Travel%252526Expense$2012",
        ] {
            assert_eq!(said(text, "Travel&Expense$2012"), BLOT, "{text}");
        }
        assert_eq!(said("for two blanks x", "two  blanks x"), BLOT);
        for text in ["for mÃ¼llerTravel", "for m\u{fffd}llerTravel"] {
            assert_eq!(said(text, "müllerTravel"), BLOT, "{text}");
        }
    }

    #[test]
    fn a_long_text_is_not_looked_through_to_its_end() {
        let long = format!("{} Travel&Expense$2012", "denied. ".repeat(2_000));
        assert!(said(&long, "Travel&Expense$2012").starts_with("denied. denied."));
        let marked_up = "<p>denied".repeat(1_000);
        assert!(said(&marked_up, "Travel&Expense$2012").starts_with("denied denied"));
        // Its end might show in the line, with half an echo at it.
        assert_eq!(said(&format!("denied{}x", " ".repeat(9_000)), "Travel&Expense$2012"), BLOT);
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
