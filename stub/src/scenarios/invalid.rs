//! Invalid responses: web pages, redirects, invalid bodies, invalid HTTP, attacks. A client must not take a token from
//! any of them.

use std::iter;

use super::bodies::{MAX_RESPONSE_LEN, documented, documented_json, ok, padded_to, spliced, with, xml};
use super::scenario::{Scenario, response, script};
use crate::http::response::{HTML, JSON, Length, Response, TEXT};
use crate::service::context::{Context, Format};
use crate::service::documents::{DOCUMENTED, EXPIRY, OTHER_TOKEN, TOKEN, Token, field};
use crate::service::script::{Ending, Script, Step};

/// The documented response, compressed with `gzip -9n`. It is a file, so that the stub needs no compressor.
const GZIPPED: &[u8] = include_bytes!("documented.xml.gz");
const GZIPPED_JSON: &[u8] = include_bytes!("documented.json.gz");
/// With the geolocation of the Native Flow's example, because the stub's port is not known here.
const GZIPPED_OAUTH2: &[u8] = include_bytes!("documented.oauth2.json.gz");

pub(super) const TABLE: &[Scenario] = &[
    response("html-200", "200 with a login page", |_| Response::new(200, HTML, LOGIN_PAGE)),
    response("html-503", "503 with a maintenance page", |_| Response::new(503, HTML, MAINTENANCE_PAGE)),
    response("html-403", "403 with the block page of a proxy", |_| Response::new(403, HTML, BLOCK_PAGE)),
    response("html-fragment", "403 with a block page that has no head", |_| {
        Response::new(403, HTML, "<h1>Blocked</h1>\n<p>Ask your help desk.</p>\n")
    }),
    response("redirect", "302 to the elsewhere listener, same path", |context| redirect(302, context)),
    response("redirect-permanent", "308 to the elsewhere listener, same path", |context| redirect(308, context)),
    response("redirect-html", "302 to the elsewhere listener, with a web page as its body", |context| {
        redirect(302, context)
            .header("Content-Type", HTML)
            .body("<html><head><title>Object moved</title></head><body><h2>Object moved</h2></body></html>\n")
    }),
    response("empty", "200 without a body", |_| Response::empty(200)),
    response("no-token", "200, Access_Token without Token", |context| {
        with(Token { token: None, ..Token::documented(context) }, context)
    }),
    response("empty-token", "200, Token is present and empty", |context| {
        with(Token { token: field(""), ..Token::documented(context) }, context)
    }),
    response("token-line-end", "200, JSON, the token contains a line break and a header", |context| {
        let document = documented_json(context).replace(TOKEN, "fdjhk2382\\r\\nX-Injected: yes");
        Response::new(200, JSON, document)
    }),
    response("token-with-type", "200, Token contains the elements Value and Type", |context| {
        if context.is_oauth2() {
            let object = "{\"value\":\"fdjhk2382\",\"type\":\"Bearer\"}";
            return ok(documented_json(context).replace(&format!("\"{TOKEN}\""), object), context);
        }
        let token = Token { token: field("<Value>fdjhk2382</Value><Type>OAuth</Type>"), ..DOCUMENTED };
        xml(token.xml())
    }),
    response("json-number-token", "200, JSON, the token is a number", |context| {
        let number = "12345678901234567890123";
        Response::new(200, JSON, documented_json(context).replace(&format!("\"{TOKEN}\""), number))
    }),
    response("two-tokens", "200, two different Token elements", |context| {
        if context.is_oauth2() {
            return ok(twice("access_token", OTHER_TOKEN, context), context);
        }
        let two = format!("{TOKEN}</Token><Token>{OTHER_TOKEN}");
        xml(Token { token: field(&two), ..DOCUMENTED }.xml())
    }),
    response("json-two-spellings", "200, JSON, Token and TOKEN with different values", |context| {
        if context.is_oauth2() {
            // Its names have one spelling.
            return ok(twice("access_token", OTHER_TOKEN, context), context);
        }
        let two = format!("\"TOKEN\":\"{OTHER_TOKEN}\",\"Token\"");
        Response::new(200, JSON, DOCUMENTED.json().replace("\"Token\"", &two))
    }),
    response("two-dates", "200, two different Expiration_date elements", |context| {
        if context.is_oauth2() {
            return ok(twice("expires_in", "7200", context), context);
        }
        let two = format!("{EXPIRY}</Expiration_date><Expiration_date>6/1/2035 8:00:00 AM");
        xml(Token { expiry: field(&two), ..DOCUMENTED }.xml())
    }),
    response("other-xml", "200 with XML of another kind", |_| {
        xml("<?xml version=\"1.0\"?>\n<ReportList><Report><Name>Trip</Name></Report></ReportList>\n")
    }),
    response("text", "200 with the text OK", |_| Response::new(200, TEXT, "OK")),
    response("garbled", "200, a valid response inside the framing of a chunk, as text", |context| {
        let body = Token::documented(context).document(context);
        Response::new(200, TEXT, format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()))
    }),
    response("truncated-body", "the last 100 bytes are missing; TLS is closed properly", |context| {
        documented(context).without_the_last(100)
    }),
    script("truncated-no-close-notify", "the last 100 bytes are missing; TCP is closed, TLS is not", |context| {
        Script::response(&documented(context).without_the_last(100), context).ending(Ending::CutOff)
    }),
    response("truncated-xml", "HTTP is complete, but the XML ends after the token", |context| {
        match context.is_oauth2() {
            true => ok(before(&documented_json(context), ",\"refresh_token\""), context),
            false => xml(truncated_after_token()),
        }
    }),
    response("content-length-long", "Content-Length is 100 more than the body, which is complete", |context| {
        documented(context).length_off_by(100)
    }),
    response("content-length-short", "Content-Length is 20 less than the body", |context| {
        documented(context).length_off_by(-20)
    }),
    response("content-length-bad", "Content-Length: many", |context| {
        documented(context).length(Length::Text("many".to_owned()))
    }),
    response("chunked-truncated", "chunked, the last chunk is missing; TLS is closed properly", |context| {
        documented(context).length(Length::Chunked { ended: false })
    }),
    response("too-large", "a valid body of 64 KiB and one byte", |context| {
        ok(padded_to(MAX_RESPONSE_LEN + 1, context), context)
    }),
    response("dtd", "a valid response with a document type declaration", |_| {
        xml(with_doctype("<!DOCTYPE Access_Token>", DOCUMENTED))
    }),
    response("billion-laughs", "entities that grow to gigabytes", |_| {
        xml(with_doctype(&laughs(), Token { token: field("&lol9;"), ..DOCUMENTED }))
    }),
    response("xxe", "an external entity, file:///etc/passwd, as the token", |_| {
        let doctype = "<!DOCTYPE Access_Token [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
        xml(with_doctype(doctype, Token { token: field("&x;"), ..DOCUMENTED }))
    }),
    response("nested", "100,000 nested elements, closed", |_| xml(nested(100_000))),
    response("nested-in-limit", "9,000 nested elements, closed, under 64 KiB", |_| xml(nested(9_000))),
    response("namespaces-deep", "2,900 nested elements, each declares a namespace, under 64 KiB", |_| {
        let (open, close) = ("<a xmlns:x='u'>".repeat(2_900), "</a>".repeat(2_900));
        xml(format!("<Access_Token><Token>{TOKEN}</Token>{open}{close}</Access_Token>"))
    }),
    response("invalid-utf8", "bytes that are not UTF-8 inside the token", |context| {
        let mark = match context.format() {
            Format::OAuth2 => "\"access_token\":\"fdjhk",
            Format::Json => "\"Token\":\"fdjhk",
            Format::Xml => "<Token>fdjhk",
        };
        ok(spliced(&Token::documented(context).document(context), mark, b"\xc3\x28\xff"), context)
    }),
    response("gzip", "Content-Encoding: gzip, which the client did not accept", |context| {
        let body = match context.format() {
            Format::OAuth2 => GZIPPED_OAUTH2,
            Format::Json => GZIPPED_JSON,
            Format::Xml => GZIPPED,
        };
        ok(body, context).header("Content-Encoding", "gzip")
    }),
    response("huge-header", "a valid response with a header of 1 MiB", |context| {
        documented(context).header("X-Filler", "x".repeat(1024 * 1024))
    }),
    response("many-headers", "a valid response with 1,000 headers", |context| {
        (0..1000).fold(documented(context), |response, number| response.header(format!("X-Filler-{number}"), "x"))
    }),
    script("hang-up", "no response: TCP is closed, TLS is not", |_| Script::silent().ending(Ending::CutOff)),
    script("reset", "RST after the request", |_| Script::silent().ending(Ending::Reset)),
    script("not-http", "SSH-2.0-OpenSSH_9.2 instead of HTTP", |_| {
        Script::silent().then(Step::Send(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()))
    }),
];

const LOGIN_PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>SAP Concur: Sign In</title></head>\n\
    <body><form method=\"post\" action=\"/nui/signin\"><input name=\"username\"><input name=\"password\" type=\"password\"></form></body></html>\n";
const MAINTENANCE_PAGE: &str =
    "<html><head><title>Scheduled maintenance</title></head><body><h1>We will be back soon.</h1></body></html>\n";
const BLOCK_PAGE: &str = "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\">\n<html><head><title>ERROR: Access Denied</title></head>\n\
    <body><h1>Access denied by policy</h1><p>Category: Business/Finance. Contact your help desk.</p></body></html>\n";

fn redirect(status: u16, context: &Context) -> Response {
    Response::empty(status).header("Location", format!("{}{}", context.site.elsewhere_url, context.request.target))
}

fn truncated_after_token() -> String {
    before(&DOCUMENTED.xml(), "    <Expiration_date>")
}

fn before(text: &str, mark: &str) -> String {
    let (before, _) = text.split_once(mark).unwrap_or_default();
    before.to_owned()
}

/// The document of OAuth 2.0 with another value of a text member before its own.
fn twice(name: &str, other: &str, context: &Context) -> String {
    documented_json(context).replace(&format!("\"{name}\""), &format!("\"{name}\":\"{other}\",\"{name}\""))
}

fn with_doctype(doctype: &str, token: Token<'_>) -> String {
    let xml = token.xml();
    xml.replacen("<Access_Token>", &format!("{doctype}\r\n<Access_Token>"), 1)
}

fn laughs() -> String {
    let grown: String =
        (1..10).map(|n| format!("<!ENTITY lol{n} \"{}\">", format!("&lol{};", n - 1).repeat(10))).collect();
    format!("<!DOCTYPE Access_Token [<!ENTITY lol0 \"lol\">{grown}]>")
}

/// The documented fields, and then a well-formed element that overflows the stack of a recursive parser.
fn nested(depth: usize) -> String {
    let open: String = iter::repeat_n("<a>", depth).collect();
    let close: String = iter::repeat_n("</a>", depth).collect();
    format!("<Access_Token><Token>{TOKEN}</Token>{open}{close}</Access_Token>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::documents::{EXPIRES_IN, REFRESH_EXPIRES_IN};

    #[test]
    fn compressed_response_has_the_size_of_the_documented_one() {
        // ISIZE (RFC 1952): the last four bytes are the uncompressed length.
        let oauth2 = Token { expiry: field(EXPIRES_IN), refresh_expiry: field(REFRESH_EXPIRES_IN), ..DOCUMENTED };
        for (gzipped, document) in
            [(GZIPPED, DOCUMENTED.xml()), (GZIPPED_JSON, DOCUMENTED.json()), (GZIPPED_OAUTH2, oauth2.oauth2())]
        {
            let (_, size) = gzipped.split_last_chunk::<4>().unwrap();
            assert_eq!(u32::from_le_bytes(*size) as usize, document.len());
        }
    }

    #[test]
    fn only_the_small_nested_document_is_within_the_limit() {
        assert!(nested(9_000).len() < MAX_RESPONSE_LEN);
        assert!(nested(100_000).len() > MAX_RESPONSE_LEN);
        assert_eq!(nested(9_000).matches("<a>").count(), nested(9_000).matches("</a>").count());
    }

    #[test]
    fn truncated_document_has_a_token_and_no_end() {
        let before = truncated_after_token();
        assert!(before.contains("</Token>") && !before.contains("</Access_Token>"));
        assert!(with_doctype("<!DOCTYPE x>", DOCUMENTED).contains("<!DOCTYPE x>\r\n<Access_Token>"));
        assert!(laughs().contains("<!ENTITY lol9 \"&lol8;"));
        assert_ne!(spliced(&DOCUMENTED.xml(), "<Token>fdjhk", b"\xff"), DOCUMENTED.xml().as_bytes());
    }
}
