//! `application/x-www-form-urlencoded`: the parameters of a query, and of the body of a token request. It is read
//! strictly, so that a client that encodes too little fails.

use zeroize::Zeroizing;

/// The media type of a form.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// Names and values, decoded. No `Debug`, because it contains credentials.
#[derive(Default)]
pub(crate) struct Form(Vec<(String, Zeroizing<Vec<u8>>)>);

/// The reason why a form is invalid. It contains nothing of the form.
pub(crate) type FormFault = &'static str;

impl Form {
    /// Empty text is a form without parameters.
    pub(crate) fn parse(text: &[u8]) -> Result<Form, FormFault> {
        let mut form = Form::default();
        if text.is_empty() {
            return Ok(form);
        }
        for pair in text.split(|byte| *byte == b'&') {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let (Some(name), Some(value)) = (halves.next(), halves.next()) else {
                return Err("a parameter has no value");
            };
            let Ok(name) = String::from_utf8(decode(name)?.to_vec()) else {
                return Err("the name of a parameter is not UTF-8");
            };
            if name.is_empty() {
                return Err("a parameter has no name");
            }
            if form.get(&name).is_some() {
                return Err("a parameter is repeated");
            }
            form.0.push((name, decode(value)?));
        }
        Ok(form)
    }

    /// Names are compared with case.
    pub(crate) fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }

    pub(crate) fn has_any(&self, names: &[&str]) -> bool {
        self.0.iter().any(|(known, _)| names.iter().any(|name| known.eq_ignore_ascii_case(name)))
    }
}

/// Unencoded, only the characters are accepted that common encoders leave: RFC 3986, 2.3, and those of
/// `encodeURIComponent`.
fn decode(text: &[u8]) -> Result<Zeroizing<Vec<u8>>, FormFault> {
    // Has its full size from the start, because a buffer that grows leaves its old block in memory.
    let mut decoded = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
                match (digit(rest.next()), digit(rest.next())) {
                    (Some(high), Some(low)) => (high * 16 + low) as u8,
                    _ => return Err("% without two hexadecimal digits"),
                }
            }
            byte if byte.is_ascii_alphanumeric() || b"-._~!*'()".contains(byte) => *byte,
            _ => return Err("a character that must be percent-encoded is not"),
        });
    }
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_is_decoded() {
        let form = Form::parse(b"grant_type=password&username=a%40b.c&password=%00+%2b%2B%C3%BC&scope=").unwrap();
        assert_eq!(form.get("username"), Some(&b"a@b.c"[..]));
        assert_eq!(form.get("password"), Some("\0 ++\u{fc}".as_bytes()));
        assert_eq!(form.get("scope"), Some(&b""[..]));
        assert_eq!(form.get("Username"), None);
        assert!(form.has_any(&["PASSWORD"]) && !form.has_any(&["client_secret"]));
        assert!(Form::parse(b"").unwrap().0.is_empty());
    }

    #[test]
    fn every_byte_can_be_encoded() {
        let encoded: String = (0..=255u8).map(|byte| format!("%{byte:02X}")).collect();
        let form = Form::parse(format!("a={encoded}").as_bytes()).unwrap();
        assert_eq!(form.get("a").unwrap(), (0..=255).collect::<Vec<u8>>());
    }

    #[test]
    fn form_with_too_little_encoding_is_rejected() {
        for (text, fault) in [
            ("a", "a parameter has no value"),
            ("a=1&", "a parameter has no value"),
            ("a=1&&b=2", "a parameter has no value"),
            ("=1", "a parameter has no name"),
            ("a=1&a=1", "a parameter is repeated"),
            ("%FF=1", "the name of a parameter is not UTF-8"),
            ("a=100%", "% without two hexadecimal digits"),
            ("a=%4", "% without two hexadecimal digits"),
            ("a=%+1", "% without two hexadecimal digits"),
            ("a=b=", "a character that must be percent-encoded is not"),
            ("a=b@c", "a character that must be percent-encoded is not"),
            ("a=b c", "a character that must be percent-encoded is not"),
            ("a=b\r\n", "a character that must be percent-encoded is not"),
            ("a=\u{fc}", "a character that must be percent-encoded is not"),
        ] {
            assert_eq!(Form::parse(text.as_bytes()).err(), Some(fault), "{text}");
        }
    }
}
