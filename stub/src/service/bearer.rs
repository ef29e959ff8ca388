//! The token in an `Authorization` header.

use crate::http::request::Request;
use crate::service::endpoint::Service;

/// A token, and the service whose scheme word it has.
pub(crate) struct Bearer<'a> {
    pub(crate) service: Service,
    pub(crate) token: &'a [u8],
}

/// Returns `None` if there is not exactly one header, or if its scheme is of neither service.
pub(crate) fn bearer(request: &Request) -> Option<Bearer<'_>> {
    let [value] = request.authorization.as_slice() else { return None };
    [("oauth ", Service::Native), ("bearer ", Service::OAuth2)].into_iter().find_map(|(scheme, service)| {
        let (start, token) = value.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme.as_bytes()).then_some(Bearer { service, token })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_word_names_the_service() {
        for (headers, expected) in [
            ("Authorization: OAuth a b", Some((Service::Native, "a b"))),
            ("Authorization: bearer eyJ", Some((Service::OAuth2, "eyJ"))),
            ("Authorization: Basic eyJ", None),
            ("Authorization: Bearer", None),
            ("Authorization: Bearer a\r\nAuthorization: Bearer a", None),
            ("X: y", None),
        ] {
            let head = format!("GET / HTTP/1.0\r\n{headers}\r\n\r\n");
            let request = Request::parse(head.as_bytes()).unwrap();
            let found = bearer(&request).map(|it| (it.service, std::str::from_utf8(it.token).unwrap().to_owned()));
            assert_eq!(found, expected.map(|(service, token)| (service, token.to_owned())), "{headers}");
        }
    }
}
