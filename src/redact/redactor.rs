//! Sanitizes a server's error text: one line without markup, in which no credential can be read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::canonical::{letters, readings, visible};
use super::line::{single_line, truncate};
use super::runs::Runs;
use crate::secret::Secret;
use crate::wipe::{WipedText, WipedVec};

/// Replaces a short credential.
const REDACTED: &str = "[redacted]";
/// Replaces a whole text.
const WITHHELD: &str = "[withheld: the answer repeats a credential]";

/// Shorter credentials are not searched for: redacting every `a` of a text would reveal more than it hides.
const MIN_CREDENTIAL_LEN: usize = 4;
/// A run of this many characters of a credential must not be shown.
const MAX_RUN_LEN: usize = 6;
/// The same in hexadecimal, with two digits for each character.
const MAX_HEX_RUN_LEN: usize = 2 * MAX_RUN_LEN;
/// Maximum length of a credential that is redacted, spaces and invisible characters included.
const MAX_SHORT_LEN: usize = 16;
/// Maximum number of bytes of a server's text that are read. The resulting line has 300 characters.
const MAX_INPUT_LEN: usize = 8 * 1024;

/// The values that must not be shown: the sent credentials, in every form in which they are recognized.
pub(crate) struct Redactor {
    /// Credentials with fewer than six visible characters, the longest first.
    short: Vec<Secret>,
    runs: Vec<Runs>,
}

/// A text of which no run of `run_len` characters may be shown.
struct Pattern {
    text: WipedText,
    run_len: usize,
}

impl Redactor {
    /// Makes a redactor for `values` and their encoded forms, and for the encoded forms of `joined`, in which several
    /// values were sent together.
    pub(crate) fn new(values: &[&str], joined: &[&str]) -> Redactor {
        let is_long_enough = |value: &&str| value.chars().count() >= MIN_CREDENTIAL_LEN;
        let mut patterns = Vec::new();
        let mut short = Vec::new();
        for value in values.iter().copied().filter(is_long_enough) {
            for reading in readings(value).map_while(Result::ok) {
                push_views(&mut patterns, &reading);
            }
            if value.chars().count() <= MAX_SHORT_LEN && visible(value).chars().count() < MAX_RUN_LEN {
                short.push(Secret::concat(&[value]));
            }
        }
        for value in values.iter().chain(joined).copied().filter(is_long_enough) {
            let hex = hexadecimal(value);
            patterns.push(Pattern { run_len: hex.len().min(MAX_HEX_RUN_LEN), text: hex });
            for before in 0..3 {
                push_views(&mut patterns, &base64_after(before, value));
            }
        }
        short.sort_by_key(|value| std::cmp::Reverse(value.expose().len()));
        let mut lengths: Vec<usize> = patterns.iter().map(|pattern| pattern.run_len).collect();
        lengths.sort_unstable();
        lengths.dedup();
        let of_length = |length| patterns.iter().filter(move |pattern| pattern.run_len == length);
        let runs = lengths.iter().map(|&length| Runs::of(length, of_length(length).map(|pattern| &*pattern.text)));
        Redactor { short, runs: runs.collect() }
    }

    /// Makes one line without markup of a server's text.
    ///
    /// A text that repeats six characters of a credential, in any spelling, is withheld as a whole: the rest of it
    /// would still reveal the place and length of the credential. A shorter credential is redacted.
    pub(crate) fn sanitize(&self, text: &str) -> String {
        let text = text.get(..text.floor_char_boundary(MAX_INPUT_LEN)).unwrap_or_default();
        if self.is_repeated_in(text, |run_len| run_len >= MAX_RUN_LEN) {
            return WITHHELD.to_owned();
        }
        // A copy of the server's text: until it is redacted, it may contain a login.
        let mut redacted = WipedText::from(text);
        for value in &self.short {
            redacted = redact(&redacted, value.expose());
        }
        // A short credential in another spelling.
        if self.is_repeated_in(&redacted, |run_len| run_len < MAX_RUN_LEN) {
            return WITHHELD.to_owned();
        }
        truncate(single_line(&without_markup(&redacted)))
    }

    /// Whether `text` contains a run of a `chosen` length, with its markup or without, however often it is escaped.
    fn is_repeated_in(&self, text: &str, chosen: impl Fn(usize) -> bool) -> bool {
        let runs: Vec<&Runs> = self.runs.iter().filter(|runs| chosen(runs.length())).collect();
        let is_repeated = |text: &str| {
            let visible = visible(text);
            let letters = letters(&visible);
            runs.iter().any(|runs| runs.are_in(&visible) || runs.are_in(&letters))
        };
        let in_any_reading = |text: &str| {
            readings(text).any(|reading| match reading {
                Ok(text) => is_repeated(&text) || has_markup(&text) && is_repeated(&without_markup(&text)),
                Err(_) => true,
            })
        };
        !runs.is_empty() && (in_any_reading(text) || has_markup(text) && in_any_reading(&without_markup(text)))
    }
}

/// Adds both views of `text`: all visible characters, and letters and digits alone.
fn push_views(patterns: &mut Vec<Pattern>, text: &str) {
    let visible = visible(text);
    let letters = letters(&visible);
    for text in [visible, letters] {
        let run_len = text.chars().take(MAX_RUN_LEN).count();
        if run_len >= MIN_CREDENTIAL_LEN {
            patterns.push(Pattern { text, run_len });
        }
    }
}

fn hexadecimal(text: &str) -> WipedText {
    let mut digits = WipedText::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        digits.extend([byte >> 4, byte & 15].into_iter().filter_map(|digit| char::from_digit(digit.into(), 16)));
    }
    digits
}

/// Returns the Base64 form of `text` after `before` other bytes, without the characters that depend on those bytes.
fn base64_after(before: usize, text: &str) -> WipedText {
    let mut bytes = WipedVec::zeroed(before + text.len());
    if let Some(rest) = bytes.get_mut(before..) {
        rest.copy_from_slice(text.as_bytes());
    }
    let mut encoded = WipedVec::zeroed(bytes.len().div_ceil(3) * 4);
    let length = STANDARD_NO_PAD.encode_slice(&*bytes, &mut encoded).unwrap_or_default();
    let depending = [0, 2, 3].get(before).copied().unwrap_or_default();
    let text = encoded.get(depending..length).and_then(|rest| str::from_utf8(rest).ok());
    WipedText::from(text.unwrap_or_default())
}

fn has_markup(text: &str) -> bool {
    text.contains('<')
}

/// Removes everything between `<` and `>`. A `<` without `>` removes the rest of the text.
fn without_markup(text: &str) -> WipedText {
    let mut plain = WipedText::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        match c {
            '<' => {
                inside = true;
                // The words before and after a tag stay separate.
                plain.push(' ');
            }
            '>' if inside => inside = false,
            _ if inside => {}
            _ => plain.push(c),
        }
    }
    plain
}

/// Replaces `value`, a few characters long, in `text`, whatever its case: servers often print logins in lower case.
fn redact(text: &str, value: &str) -> WipedText {
    // Each replacement has at most three times as many bytes as the value: the buffer does not grow.
    let mut clean = WipedText::with_capacity(3 * text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let taken = match length_of(value, rest) {
            Some(length) => {
                clean.push_str(REDACTED);
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

/// Returns the length in bytes of `value` at the start of `text`, whatever the case; `None` if `text` does not start
/// with it.
fn length_of(value: &str, text: &str) -> Option<usize> {
    let mut length = 0;
    let mut characters = text.chars();
    for wanted in value.chars() {
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
    use std::fmt::Write as _;

    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization as _;

    use super::{MAX_INPUT_LEN, REDACTED, Redactor, WITHHELD, visible};
    use crate::redact::mojibake;
    use crate::redact::runs::steps::STEPS;

    fn shown(text: &str, secret: &str) -> String {
        let pair = format!("john@example.com:{secret}");
        Redactor::new(&["kEy12345", "john@example.com", secret], &[&pair]).sanitize(text)
    }

    #[test]
    fn markup_is_removed_and_words_stay_separate() {
        for (text, line) in [
            ("<b>Not</b> allowed", "Not allowed"),
            ("one<br/>two\nthree", "one two three"),
            ("cut <script never closed", "cut"),
            ("1 > 0", "1 > 0"),
            ("R&D, 100% &amp; more; AT&T", "R&D, 100% &amp; more; AT&T"),
            ("", ""),
        ] {
            assert_eq!(shown(text, "secret!1"), line);
        }
    }

    #[test]
    fn six_characters_of_a_credential_withhold_the_text() {
        for text in [
            "User john@example.com",
            "User JOHN@EXAMPLE.COM",
            "User john@e…",
            "key kEy123 or so",
            "your secret is Travel",
            "your secret is ...e$2012 at its end",
            "sent Basic am9obkBleGFtcGxlLmNvbTpUcmF2ZWwmRXhwZW5zZSQyMDEy",
            "of <Travel&Expense$2012> here",
        ] {
            assert_eq!(shown(text, "Travel&Expense$2012"), WITHHELD, "{text}");
        }
        for text in ["user john, key kEy12", "Trave", "$2013 or $2012"] {
            assert_eq!(shown(text, "Travel&Expense$2012"), text);
        }
    }

    #[test]
    fn credential_is_recognized_in_every_spelling() {
        for (secret, text) in [
            ("Travel&Expense$2012", "for Travel&amp;Expense$2012"),
            ("Travel&Expense$2012", "for T r&#00097;v&#x65l"),
            ("Travel&Expense$2012", "for <b>Tra</b>vel"),
            ("Travel&Expense$2012", "for &lt;b&gt;Tra&lt;/b&gt;vel"),
            ("Travel&Expense$2012", "for Tra\u{200b}v\u{2060}el"),
            ("Travel&Expense$2012", "for %2554%72%61%76%65%6C"),
            ("Travel&Expense$2012", "for %u0054%u0072%u0061%u0076%u0065%u006c"),
            ("Travel&Expense$2012", "for \\124\\162\\141\\166\\145\\154"),
            ("Travel&Expense$2012", "for \\x54\\u0072\\u{61}vel"),
            ("Travel&Expense$2012", "for 5472 6176 656C"),
            ("Travel&Expense$2012", "for VHJhdmVs"),
            ("Travel&Expense$2012", "id=74726176656c2645"),
            ("müller東京Über", "for mu\u{308}ller"),
            ("müller東京Über", "for mÃ¼ller"),
            ("müller東京Über", "for MÜLLER"),
            ("müller東京Über", "for M&Uuml;LLER"),
            ("müller東京Über", "for m%FCller"),
            ("müller東京Über", "for muller"),
            ("müller東京Über", "for ller\u{6771}\u{4eac}"),
            ("!!!§$%&/()", "for !!!§$%"),
            ("!!!§$%&/()", "for ! ! ! &sect; &dollar; %25"),
            ("!!!§$%&/()", "for $%&amp;/()"),
            ("!!!§$%&/()", "for §$%&/("),
        ] {
            assert_eq!(shown(text, secret), WITHHELD, "{text}");
        }
        for login in ["ISEhwqckJSYvKCk", "ISEhwqck"] {
            assert_eq!(shown(login, "!!!§$%&/()"), WITHHELD, "Base64 of the secret alone");
        }
    }

    #[test]
    fn text_with_too_many_layers_of_escapes_is_withheld() {
        assert_eq!(shown(&format!("%{}41", "25".repeat(50)), "Travel&Expense$2012"), WITHHELD);
    }

    #[test]
    fn short_credential_is_redacted() {
        assert_eq!(shown("User anna or ANNA, not ann", "anna"), "User [redacted] or [redacted], not ann");
        assert_eq!(shown("for ÜbEl at 7", "üBeL"), "for [redacted] at 7");
        assert_eq!(shown("pin 12345!", "12345"), "pin [redacted]!");
        assert_eq!(shown("of a  b here", "a  b"), "of [redacted] here");
        for text in ["pin 1 2 3 4 5", "pin %31%32%33%34%35", "pin 1&#50;345", "pin MTIzNDU=", "pin 3132333435"] {
            assert_eq!(shown(text, "12345"), WITHHELD, "{text}");
        }
        // If one credential is part of another, the rest of the other must not be shown.
        let redactor = Redactor::new(&["kEy12345", "john", "xjohnyz"], &["john:xjohnyz"]);
        assert_eq!(redactor.sanitize("got xjohnyz"), WITHHELD);
    }

    #[test]
    fn very_short_credential_is_not_revealed_by_redaction() {
        assert_eq!(shown("Access denied at gate", "a"), "Access denied at gate");
        assert_eq!(shown("Access denied at gate", "!!!!"), "Access denied at gate");
        assert_eq!(shown("Access denied at gate", ""), "Access denied at gate");
    }

    #[test]
    fn credential_that_looks_like_an_escape_is_recognized() {
        for secret in ["50%41nd&lt;more", "C:\\temp\\new", "%25%25%25", "&amp;&amp;&amp;", "Ã¼Ã¼Ã¼Ã¼Ã¼Ã¼"] {
            for text in [secret.to_owned(), html(secret), percent(secret), percent(&html(secret))] {
                assert_eq!(shown(&format!("for {text}"), secret), WITHHELD, "{text}");
            }
        }
    }

    #[test]
    fn long_text_is_not_searched_to_its_end() {
        let long = format!("{} Travel&Expense$2012", "denied. ".repeat(2_000));
        assert!(shown(&long, "Travel&Expense$2012").starts_with("denied. denied."));
        let marked_up = "<p>denied".repeat(1_000);
        assert!(shown(&marked_up, "Travel&Expense$2012").starts_with("denied denied"));
    }

    #[test]
    fn time_depends_only_on_the_length() {
        let steps = |secret: usize, text: &str| {
            let before = STEPS.get();
            shown(text, &"a".repeat(secret));
            STEPS.get() - before
        };
        // Does not contain the credential, but is as similar as possible.
        let text = |length: usize| "aaaaa!".repeat(length / 6).replace('!', "b");
        let (small, large) = (steps(500, &text(2_000)), steps(2_000, &text(8_000)));
        assert!(large <= 5 * small, "{large} steps, {small} for a quarter of it");
        assert!(large < 400_000, "{large} steps");
        assert!(steps(2_000, &"a".repeat(MAX_INPUT_LEN)) < 400_000);
        let deep = format!("{}%{}41", "%41%20".repeat(1_300), "25".repeat(6));
        assert!(steps(2_000, &deep) < 1_000_000);
    }

    fn html(text: &str) -> String {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
            .replace('\'', "&#39;")
    }

    fn percent(text: &str) -> String {
        text.bytes().fold(String::new(), |mut all, byte| {
            match byte.is_ascii_alphanumeric() {
                true => all.push(byte.into()),
                false => write!(all, "%{byte:02X}").unwrap(),
            }
            all
        })
    }

    /// Joins the units of UTF-16, each written by `one`.
    fn units(text: &str, one: fn(u16) -> String) -> String {
        text.encode_utf16().map(one).collect()
    }

    fn bytes(text: &str, one: fn(u8) -> String) -> String {
        text.bytes().map(one).collect()
    }

    /// Escapes that servers apply to a text before they show it.
    const ESCAPES: [fn(&str) -> String; 12] = [
        html,
        percent,
        |text| bytes(text, |byte| format!("%{byte:02x}")),
        |text| units(text, |unit| format!("%u{unit:04X}")),
        |text| text.chars().map(|c| format!("&#{};", u32::from(c))).collect(),
        |text| text.chars().map(|c| format!("&#x000{:X};", u32::from(c))).collect(),
        |text| units(text, |unit| format!("\\u{unit:04x}")),
        |text| bytes(text, |byte| format!("\\x{byte:02x}")),
        |text| bytes(text, |byte| format!("\\{byte:03o}")),
        |text| text.replace('\\', "\\\\").replace('"', "\\\"").replace('/', "\\/"),
        |text| text.bytes().map(mojibake::character).collect(),
        str::to_owned,
    ];

    /// Forms in which a credential is recognized, whatever escapes are applied afterwards.
    const FORMS: [fn(&str) -> String; 11] = [
        str::to_owned,
        str::to_uppercase,
        str::to_lowercase,
        |text| text.nfd().collect(),
        |text| text.nfkd().collect(),
        |text| text.nfc().collect(),
        |text| text.chars().flat_map(|c| [c, ' ', '\u{200b}']).collect(),
        |text| bytes(text, |byte| format!("{byte:02X}")),
        |text| STANDARD.encode(text),
        |text| URL_SAFE.encode(format!("12{text}")),
        |text| STANDARD.encode(format!("1{text}2")),
    ];

    fn any_form() -> impl Strategy<Value = fn(&str) -> String> {
        prop::sample::select(FORMS.to_vec())
    }

    fn any_escapes() -> impl Strategy<Value = Vec<fn(&str) -> String>> {
        prop::collection::vec(prop::sample::select(ESCAPES.to_vec()), 0..4)
    }

    proptest! {
        #[test]
        fn six_characters_of_a_credential_never_show_whatever_the_escapes(
            secret in "[a-zA-Z0-9!#$%&/()=?*+<>\"'\\\\ äÖßéłøñ東京😀\u{3000}\u{ad}]{10,30}",
            start in 0..30_usize,
            form in any_form(),
            escapes in any_escapes(),
            before in "[ -~]{0,8} ",
            after in " [ -~]{0,8}",
        ) {
            // Its end, or all of it: six visible characters count.
            let end: String = secret.chars().skip(start).collect();
            let piece = if visible(&end).chars().count() < 6 { secret.clone() } else { end };
            prop_assume!(visible(&piece).chars().count() >= 6);
            let written = escapes.iter().fold(form(&piece), |text, escape| escape(&text));
            prop_assume!(before.len() + written.len() + after.len() < MAX_INPUT_LEN);
            let line = shown(&format!("{before}{written}{after}"), &secret);
            prop_assert_eq!(&line, WITHHELD, "{}", written);
        }

        #[test]
        fn short_credential_never_shows(
            before in "\\PC{0,12}", after in "\\PC{0,12}", secret in "[a-zäÖß0-9!]{4,5}", upper in any::<bool>(),
        ) {
            let echo = if upper { secret.to_uppercase() } else { secret.clone() };
            let line = shown(&format!("{before}{echo}{after}"), &secret).replace(REDACTED, "").replace(WITHHELD, "");
            prop_assert!(!line.contains(&secret) && !line.contains(&echo), "{}", line);
        }
    }
}
