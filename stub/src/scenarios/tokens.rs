//! Forms of a token response: every known or expected form. A client takes the token from each of them.

use std::time::Duration;

use super::bodies::{MAX_RESPONSE_LEN, documented, documented_json, ok, padded_to, spliced, token_name, with, xml};
use super::scenario::{Scenario, granting, response, script};
use crate::http::response::{JSON, Length, Response};
use crate::service::context::{Context, Format};
use crate::service::documents::{
    DOCUMENTED, EXPIRES_IN, EXPIRY, INSTANCE_URL, OTHER_TOKEN, REFRESH_EXPIRES_IN, REFRESH_TOKEN, TOKEN, Token, field,
};
use crate::service::script::{Script, Step};

pub(super) const TABLE: &[Scenario] = &[
    granting(response("ok", "the documented response", documented)),
    granting(response("spelling", "Instance_URL and Expiration_Date", |context| {
        ok(respelled(&Token::documented(context).document(context)), context)
    })),
    granting(response(
        "lower-case",
        "names in lower case, in another order, with unknown names between them",
        |context| {
            if context.is_oauth2() {
                let url = context.base_url();
                let document = format!(
                    "{{\"x\":{{\"a\":\"1\",\"y\":null}},\"geolocation\":\"{url}\",\"access_token\":\"{TOKEN}\",\"note\":[],\
                 \"refresh_expires_in\":{REFRESH_EXPIRES_IN},\"refresh_token\":\"{REFRESH_TOKEN}\",\"token_type\":\"Bearer\",\
                 \"expires_in\":\"{EXPIRES_IN}\"}}"
                );
                return ok(document, context);
            }
            if context.request.wants_json {
                let document = format!(
                    "{{\"access_token\":{{\"x\":{{\"a\":\"1\",\"y\":null}},\"token\":\"{TOKEN}\",\"scope\":\"EXPRPT\",\"refresh_token\":\"{REFRESH_TOKEN}\",\
                 \"expiration_date\":\"{EXPIRY}\",\"note\":\"none\",\"instance_url\":\"{INSTANCE_URL}\"}}}}"
                );
                return ok(document, context);
            }
            xml(format!(
                "<access_token><x a=\"1\"><y/></x><token>{TOKEN}</token><scope>EXPRPT</scope><refresh_token>{REFRESH_TOKEN}</refresh_token>\
             <expiration_date>{EXPIRY}</expiration_date><note>none</note><instance_url>{INSTANCE_URL}</instance_url></access_token>"
            ))
        },
    )),
    granting(response("namespaces", "every element in a namespace, with and without a prefix", |context| {
        xml_or_documented(context, || {
            format!(
                "<c:Access_Token xmlns:c=\"http://www.concursolutions.com/api/2011/06\" xmlns=\"urn:other\"><c:Instance_Url>{INSTANCE_URL}\
             </c:Instance_Url><Token>{TOKEN}</Token><c:Expiration_date>{EXPIRY}</c:Expiration_date><c:Refresh_Token>{REFRESH_TOKEN}\
             </c:Refresh_Token></c:Access_Token>"
            )
        })
    })),
    granting(response("json", "the documented response in JSON, even if the client prefers XML", |context| {
        Response::new(200, JSON, documented_json(context))
    })),
    granting(response("json-spelling", "JSON with Instance_URL and Expiration_Date", |context| {
        Response::new(200, JSON, respelled(&documented_json(context)))
    })),
    granting(response(
        "echoed-request",
        "inside Response and Content, after a request with another token",
        |context| {
            let other = Token { token: field(OTHER_TOKEN), ..Token::documented(context) };
            if context.is_oauth2() {
                let document = documented_json(context).replacen('{', &format!("{{\"request\":{},", other.oauth2()), 1);
                return ok(document, context);
            }
            if context.request.wants_json {
                let (other, token) = (other.json(), DOCUMENTED.json());
                let document =
                    format!("{{\"Response\":{{\"Request\":{other},\"StatusCode\":\"200\",\"Content\":{token}}}}}");
                return ok(document, context);
            }
            let (other, token) = (other.element(), DOCUMENTED.element());
            xml(format!(
                "<Response><Request>{other}</Request><StatusCode>200</StatusCode><Content>{token}</Content></Response>"
            ))
        },
    )),
    granting(response("equal-tokens", "JSON, the token twice, in two spellings", |context| {
        let (name, other) = (token_name(context), if context.is_oauth2() { "access_token" } else { "token" });
        let twice = format!("\"{other}\":\"{TOKEN}\",\"{name}\"");
        Response::new(200, JSON, documented_json(context).replace(&format!("\"{name}\""), &twice))
    })),
    granting(response("brackets-in-string", "JSON, with a note of 100 opening brackets", |context| {
        let note = format!("{{\"Note\":\"{}\",", "[{".repeat(50));
        Response::new(200, JSON, documented_json(context).replacen('{', &note, 1))
    })),
    granting(response("no-instance-url", "without Instance_Url", |context| {
        with(Token { instance_url: None, ..Token::documented(context) }, context)
    })),
    granting(response("no-refresh-token", "without Refresh_Token", |context| {
        with(Token { refresh_token: None, ..Token::documented(context) }, context)
    })),
    granting(response("bom", "a UTF-8 byte order mark before the document", |context| {
        ok(format!("\u{feff}{}", Token::documented(context).document(context)), context)
    })),
    granting(response("leading-blanks", "white space before the document", |context| {
        ok(format!("\r\n \t{}", Token::documented(context).document(context)), context)
    })),
    granting(response("entities", "token a&b+c/d==, refresh token r$1&2+3/4, in entities and CDATA", |context| {
        if context.is_oauth2() {
            // JSON has escapes instead.
            let (token, refresh_token) = (field("a\\u0026b\\u002Bc\\/d=="), field("r$1\\u00262+3\\u002f4"));
            return with(Token { token, refresh_token, ..Token::documented(context) }, context);
        }
        xml(Token {
            token: field("a&amp;b&#43;c&#x2F;<![CDATA[d==]]>"),
            refresh_token: field("<![CDATA[r$1&2]]>&#43;3&#x2F;4"),
            ..DOCUMENTED
        }
        .xml())
    })),
    granting(response("special-characters", "token aB+/cd==$_x, refresh token r+/=$&_%20?#", |context| {
        let is_xml = context.format() == Format::Xml;
        let refresh_token = field(if is_xml { "r+/=$&amp;_%20?#" } else { "r+/=$&_%20?#" });
        with(Token { token: field("aB+/cd==$_x"), refresh_token, ..Token::documented(context) }, context)
    })),
    granting(response("no-date", "without Expiration_date", |context| {
        with(Token { expiry: None, ..Token::documented(context) }, context)
    })),
    granting(response("unreadable-date", "Expiration_date: soon", |context| dated("soon", context))),
    granting(response("midnight", "1/1/2035 12:00:00 AM, which is hour 0", |context| {
        dated("1/1/2035 12:00:00 AM", context)
    })),
    granting(response("noon", "1/1/2035 12:00:00 PM, which is hour 12", |context| {
        dated("1/1/2035 12:00:00 PM", context)
    })),
    granting(response("narrow-space", "U+202F before AM, as newer .NET writes", |context| {
        dated("6/1/2034 8:00:00\u{202f}AM", context)
    })),
    granting(response("padded-date", "06/01/2034 08:00:00 am", |context| dated("06/01/2034 08:00:00 am", context))),
    granting(response("utf16", "UTF-16, little endian, with a byte order mark", |context| {
        utf16(u16::to_le_bytes, context)
    })),
    granting(response("utf16-be", "UTF-16, big endian, with a byte order mark", |context| {
        utf16(u16::to_be_bytes, context)
    })),
    granting(response("utf16-json", "JSON in UTF-16 without a byte order mark; charset in Content-Type", |context| {
        let body: Vec<u8> = documented_json(context).encode_utf16().flat_map(u16::to_le_bytes).collect();
        Response::new(200, "application/json; charset=utf-16", body)
    })),
    granting(response("latin1", "ISO-8859-1; charset in Content-Type", |context| {
        if context.is_oauth2() {
            let body = spliced(&documented_json(context), "{", b"\"company\":\"M\xfcller\",");
            return Response::new(200, "application/json; charset=ISO-8859-1", body);
        }
        let body = spliced(&DOCUMENTED.xml(), "<Access_Token>\r\n", b"    <Company>M\xfcller</Company>\r\n");
        Response::new(200, "application/xml; charset=ISO-8859-1", body)
    })),
    granting(response("http10", "HTTP/1.0, no length: the body ends with the connection", |context| {
        documented(context).length(Length::UntilClose)
    })),
    granting(response("chunked", "in chunks of 37 bytes", |context| {
        documented(context).length(Length::Chunked { ended: true })
    })),
    granting(script("continue", "100 Continue before the response", |context| {
        Script::response(&documented(context), context).first(Step::Send(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()))
    })),
    granting(script("early-hints", "103 Early Hints before the response", |context| {
        Script::response(&documented(context), context)
            .first(Step::Send(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n".to_vec()))
    })),
    granting(response("at-limit", "a body of exactly 64 KiB", |context| {
        ok(padded_to(MAX_RESPONSE_LEN, context), context)
    })),
    granting(response("instance-url-plain", "Instance_Url: http://www.example.com/", |context| {
        with(Token { instance_url: field("http://www.example.com/"), ..Token::documented(context) }, context)
    })),
    granting(response("instance-url-script", "Instance_Url: javascript:…", |context| {
        with(Token { instance_url: field("javascript:alert(document.cookie)"), ..Token::documented(context) }, context)
    })),
    granting(response(
        "invalid-utf8-elsewhere",
        "bytes that are not UTF-8 in an unknown element; the token is intact",
        |context| {
            // ISO 8859-1 is the usual cause.
            let (mark, company): (_, &[u8]) = match context.format() {
                Format::OAuth2 => ("{", b"\"company\":\"M\xfcller \xff\","),
                Format::Json => ("{\"Access_Token\":{", b"\"Company\":\"M\xfcller \xff\","),
                Format::Xml => ("<Access_Token>\r\n", b"    <Company>M\xfcller \xff</Company>\r\n"),
            };
            ok(spliced(&Token::documented(context).document(context), mark, company), context)
        },
    )),
    granting(script("slow", "after 300 ms, in three pieces", slow)),
];

/// 200 with XML in the Native Flow. OAuth 2.0 has no XML.
fn xml_or_documented(context: &Context, document: impl Fn() -> String) -> Response {
    if context.is_oauth2() { documented(context) } else { xml(document()) }
}

fn dated(text: &str, context: &Context) -> Response {
    with(Token { expiry: field(text), ..Token::documented(context) }, context)
}

fn respelled(body: &str) -> String {
    body.replace("Instance_Url", "Instance_URL").replace("Expiration_date", "Expiration_Date")
}

fn utf16(bytes: fn(u16) -> [u8; 2], context: &Context) -> Response {
    let text =
        Token::documented(context).document(context).replace("version=\"1.0\"", "version=\"1.0\" encoding=\"utf-16\"");
    let body: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect();
    Response::new(200, &context.media_type().replace("utf-8", "utf-16"), body)
}

fn slow(context: &Context) -> Script {
    let response = documented(context);
    let (first, second) = response.body.split_at(response.body.len() / 2);
    let gap = || Step::Pause(Duration::from_millis(50));
    Script::head_of(&response, context)
        .first(Step::Pause(Duration::from_millis(300)))
        .then(gap())
        .then(Step::Send(first.to_vec()))
        .then(gap())
        .then(Step::Send(second.to_vec()))
}
