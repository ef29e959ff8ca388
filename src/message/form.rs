//! Parameters in the form `application/x-www-form-urlencoded`, in the body of a request or in the query of an address.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::secret::Secret;
use crate::wipe::WipedText;

/// Everything except the characters that every specification leaves as they are: RFC 3986 (unreserved) and the URL standard of WHATWG.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// Joins `parameters` as `name=value&name=value`. Names are sent as they are. In values, every byte except letters,
/// digits and `-._` is percent-encoded. A space is `%20`, which parsers of bodies and of queries read alike.
pub(crate) fn encode(parameters: &[(&str, &str)]) -> Secret {
    // A byte becomes at most three characters.
    let longest = |(name, value): &(&str, &str)| "&=".len() + name.len() + 3 * value.len();
    let mut text = WipedText::with_capacity(parameters.iter().map(longest).sum());
    for (name, value) in parameters {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        utf8_percent_encode(value, ENCODED).for_each(|part| text.push_str(part));
    }
    Secret::from(text)
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    use super::encode;

    #[test]
    fn every_reserved_character_is_encoded() {
        let encoded = encode(&[("a", " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"), ("b", ""), ("c", "aZ09"), ("d", "é€😀")]);
        assert_eq!(
            encoded.expose(),
            "a=%20%21%22%23%24%25%26%27%28%29%2A%2B%2C-.%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E_%60%7B%7C%7D%7E\
             &b=&c=aZ09&d=%C3%A9%E2%82%AC%F0%9F%98%80"
        );
        assert_eq!(encode(&[]).expose(), "");
    }

    proptest! {
        #[test]
        fn encoded_value_is_read_back(values in prop::collection::vec("\\PC{0,20}|[ -~\u{1}\n]{0,20}", 0..4)) {
            let parameters: Vec<_> = values.iter().map(|value| ("n", value.as_str())).collect();
            let encoded = encode(&parameters);
            let read = encoded.expose().split('&').filter_map(|parameter| parameter.strip_prefix("n="));
            let read: Vec<_> = read.map(|value| percent_decode_str(value).decode_utf8().unwrap()).collect();
            prop_assert_eq!(read, values);
        }
    }
}
