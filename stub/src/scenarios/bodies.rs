//! Bodies that several tables use: the documented one, unchanged and modified.

use crate::http::response::{Response, XML};
use crate::service::context::{Context, Format};
use crate::service::documents::{DOCUMENTED, Token};

/// Maximum length that a client is expected to accept.
pub(super) const MAX_RESPONSE_LEN: usize = 64 * 1024;

/// 200 with the documented token.
pub(super) fn documented(context: &Context) -> Response {
    with(Token::documented(context), context)
}

/// 200 with a token.
pub(super) fn with(token: Token<'_>, context: &Context) -> Response {
    ok(token.document(context), context)
}

/// The documented token in JSON, even if the client prefers XML.
pub(super) fn documented_json(context: &Context) -> String {
    match context.format() {
        Format::OAuth2 => Token::documented(context).oauth2(),
        Format::Xml | Format::Json => DOCUMENTED.json(),
    }
}

/// The name of the token in JSON.
pub(super) fn token_name(context: &Context) -> &'static str {
    if context.is_oauth2() { "access_token" } else { "Token" }
}

/// 200 with a document in the format that the client prefers.
pub(super) fn ok(document: impl Into<Vec<u8>>, context: &Context) -> Response {
    Response::new(200, context.media_type(), document)
}

/// 200 with XML, even if the client prefers JSON.
pub(super) fn xml(body: impl Into<Vec<u8>>) -> Response {
    Response::new(200, XML, body)
}

/// Pads the documented response to a size, with a comment at its end or, in JSON, with spaces. All values come before
/// the padding.
pub(super) fn padded_to(size: usize, context: &Context) -> String {
    let (start, end) = if context.format() == Format::Xml { ("<!--", "-->") } else { ("", "") };
    let document = Token::documented(context).document(context);
    let room = size.saturating_sub(document.len() + start.len() + end.len());
    format!("{document}{start}{}{end}", " ".repeat(room))
}

/// Inserts `bytes` into `text`, after `mark`.
pub(super) fn spliced(text: &str, mark: &str, bytes: &[u8]) -> Vec<u8> {
    let (before, after) = text.split_once(mark).unwrap_or((text, ""));
    [before.as_bytes(), mark.as_bytes(), bytes, after.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::request::Request;

    #[test]
    fn padded_document_has_the_exact_size() {
        for wants_json in [false, true] {
            let context = Context::demo(Request { wants_json, ..Request::default() });
            assert_eq!(padded_to(MAX_RESPONSE_LEN, &context).len(), 65_536);
            assert_eq!(padded_to(MAX_RESPONSE_LEN + 1, &context).len(), 65_537);
        }
    }

    #[test]
    fn bytes_are_spliced_after_the_mark() {
        assert_eq!(spliced("<a><b/>", "<a>", b"\xff"), b"<a>\xff<b/>");
        let body = spliced(&DOCUMENTED.xml(), "<Access_Token>\r\n", b"!");
        assert!(String::from_utf8(body).unwrap().contains("<Access_Token>\r\n!"));
    }
}
