//! The origin of a user or a token, as the server names it: in any case, and sometimes as a whole URL.

use http::Uri;
use http::uri::Scheme;

use crate::origin::{HostPort, Origin};
use crate::redact::one_line;

/// Maximum length of a name in a message.
const MAX_SHOWN_LEN: usize = 100;

/// Parses a geolocation. Only its origin counts. `None`: it has no scheme http or https or no valid host, or it
/// contains a user name.
pub(super) fn origin(text: &str) -> Option<Origin> {
    let uri: Uri = text.trim().parse().ok()?;
    let authority = uri.authority()?.as_str();
    let is_https = *uri.scheme()? == Scheme::HTTPS;
    if !is_https && *uri.scheme()? != Scheme::HTTP || authority.contains('@') {
        return None;
    }
    let place = HostPort::parse(authority, Origin::default_port(is_https)).ok()?;
    Some(Origin { is_https, place })
}

/// Returns the origin of a geolocation for a message; the rest may contain anything.
pub(super) fn shown(text: &str) -> String {
    match origin(text) {
        Some(origin) => one_line(&origin.to_string()).chars().take(MAX_SHOWN_LEN).collect(),
        None => "not a valid address".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{origin, shown};

    #[test]
    fn only_the_origin_of_a_geolocation_counts() {
        for (text, expected) in [
            ("https://us2.api.concursolutions.com", Some("https://us2.api.concursolutions.com")),
            (" HTTPS://US2.API.ConcurSolutions.com/ ", Some("https://us2.api.concursolutions.com")),
            ("https://us2.api.concursolutions.com/oauth2/v0/token?a=b", Some("https://us2.api.concursolutions.com")),
            ("https://us2.api.concursolutions.com:443", Some("https://us2.api.concursolutions.com")),
            ("https://127.0.0.1:8443/x", Some("https://127.0.0.1:8443")),
            ("http://us2.api.concursolutions.com", Some("http://us2.api.concursolutions.com")),
            ("us2.api.concursolutions.com", None),
            ("https://user@us2.api.concursolutions.com", None),
            ("https://us2.api.concursolutions.com@evil.example", None),
            ("https://us2.api.concursolutions.com\\.evil.example", None),
            ("ftp://us2.api.concursolutions.com", None),
            ("https://", None),
            ("", None),
        ] {
            assert_eq!(origin(text).map(|origin| origin.to_string()).as_deref(), expected, "{text}");
            assert_eq!(shown(text), expected.unwrap_or("not a valid address"), "{text}");
        }
    }
}
