//! Token forms: every way in which a token is known, or must be expected, to arrive. A client takes the token from each of them.

use std::time::Duration;

use super::{Scenario, answer, granting, script};
use crate::answer::{Answer, JSON, Length, XML};
use crate::ask::Ask;
use crate::script::{Script, Step};
use crate::token::{DOCUMENTED, EXPIRY, INSTANCE_URL, OTHER_TOKEN, REFRESH_TOKEN, TOKEN, Token, field};

/// The most that a client is expected to take.
pub(super) const LIMIT: usize = 64 * 1024;

pub(super) const TABLE: &[Scenario] = &[
    granting(answer("ok", "the documented answer", documented)),
    granting(answer("spelling", "Instance_URL and Expiration_Date", |ask| {
        answered(respelled(&DOCUMENTED.document(ask)), ask)
    })),
    granting(answer("lower-case", "names in lower case, in another order, unknown ones between", |ask| {
        if ask.wants_json {
            let document = format!(
                "{{\"access_token\":{{\"x\":{{\"a\":\"1\",\"y\":null}},\"token\":\"{TOKEN}\",\"scope\":\"EXPRPT\",\"refresh_token\":\"{REFRESH_TOKEN}\",\
                 \"expiration_date\":\"{EXPIRY}\",\"note\":\"none\",\"instance_url\":\"{INSTANCE_URL}\"}}}}"
            );
            return answered(document, ask);
        }
        xml(format!(
            "<access_token><x a=\"1\"><y/></x><token>{TOKEN}</token><scope>EXPRPT</scope><refresh_token>{REFRESH_TOKEN}</refresh_token>\
             <expiration_date>{EXPIRY}</expiration_date><note>none</note><instance_url>{INSTANCE_URL}</instance_url></access_token>"
        ))
    })),
    granting(answer("namespaces", "every element in a namespace, with and without a prefix", |_| {
        xml(format!(
            "<c:Access_Token xmlns:c=\"http://www.concursolutions.com/api/2011/06\" xmlns=\"urn:other\"><c:Instance_Url>{INSTANCE_URL}\
             </c:Instance_Url><Token>{TOKEN}</Token><c:Expiration_date>{EXPIRY}</c:Expiration_date><c:Refresh_Token>{REFRESH_TOKEN}\
             </c:Refresh_Token></c:Access_Token>"
        ))
    })),
    granting(answer("json", "the documented answer in JSON, asked for or not", |_| {
        Answer::new(200, JSON, DOCUMENTED.json())
    })),
    granting(answer("json-spelling", "JSON with Instance_URL and Expiration_Date", |_| {
        Answer::new(200, JSON, respelled(&DOCUMENTED.json()))
    })),
    granting(answer("echoed-request", "in Response and Content, after a request with another token", |ask| {
        let other = Token { token: field(OTHER_TOKEN), ..DOCUMENTED };
        if ask.wants_json {
            let (other, token) = (other.json(), DOCUMENTED.json());
            let document =
                format!("{{\"Response\":{{\"Request\":{other},\"StatusCode\":\"200\",\"Content\":{token}}}}}");
            return answered(document, ask);
        }
        let (other, token) = (other.element(), DOCUMENTED.element());
        xml(format!(
            "<Response><Request>{other}</Request><StatusCode>200</StatusCode><Content>{token}</Content></Response>"
        ))
    })),
    granting(answer("equal-tokens", "JSON, the token twice, in two spellings", |_| {
        Answer::new(200, JSON, DOCUMENTED.json().replace("\"Token\"", &format!("\"token\":\"{TOKEN}\",\"Token\"")))
    })),
    granting(answer("brackets-in-string", "JSON, with a note of 100 opening brackets", |_| {
        let note = format!("{{\"Note\":\"{}\",\"Access_Token\"", "[{".repeat(50));
        Answer::new(200, JSON, DOCUMENTED.json().replace("{\"Access_Token\"", &note))
    })),
    granting(answer("no-instance-url", "without Instance_Url", |ask| {
        with(Token { instance_url: None, ..DOCUMENTED }, ask)
    })),
    granting(answer("no-refresh-token", "without Refresh_Token", |ask| {
        with(Token { refresh_token: None, ..DOCUMENTED }, ask)
    })),
    granting(answer("bom", "a UTF-8 byte order mark before the document", |ask| {
        answered(format!("\u{feff}{}", DOCUMENTED.document(ask)), ask)
    })),
    granting(answer("leading-blanks", "white space before the document", |ask| {
        answered(format!("\r\n \t{}", DOCUMENTED.document(ask)), ask)
    })),
    granting(answer("entities", "token a&b+c/d==, refresh token r$1&2+3/4, in entities and CDATA", |_| {
        xml(Token {
            token: field("a&amp;b&#43;c&#x2F;<![CDATA[d==]]>"),
            refresh_token: field("<![CDATA[r$1&2]]>&#43;3&#x2F;4"),
            ..DOCUMENTED
        }
        .xml())
    })),
    granting(answer("special-characters", "token aB+/cd==$_x, refresh token r+/=$&_%20?#", |ask| {
        let refresh_token = field(if ask.wants_json { "r+/=$&_%20?#" } else { "r+/=$&amp;_%20?#" });
        with(Token { token: field("aB+/cd==$_x"), refresh_token, ..DOCUMENTED }, ask)
    })),
    granting(answer("no-date", "without Expiration_date", |ask| with(Token { expiry: None, ..DOCUMENTED }, ask))),
    granting(answer("unreadable-date", "Expiration_date: soon", |ask| dated("soon", ask))),
    granting(answer("midnight", "1/1/2035 12:00:00 AM, which is hour 0", |ask| dated("1/1/2035 12:00:00 AM", ask))),
    granting(answer("noon", "1/1/2035 12:00:00 PM, which is hour 12", |ask| dated("1/1/2035 12:00:00 PM", ask))),
    granting(answer("narrow-space", "U+202F before AM, as newer .NET writes", |ask| {
        dated("6/1/2034 8:00:00\u{202f}AM", ask)
    })),
    granting(answer("padded-date", "06/01/2034 08:00:00 am", |ask| dated("06/01/2034 08:00:00 am", ask))),
    granting(answer("utf16", "UTF-16, little endian, with a byte order mark", |ask| utf16(u16::to_le_bytes, ask))),
    granting(answer("utf16-be", "UTF-16, big endian, with a byte order mark", |ask| utf16(u16::to_be_bytes, ask))),
    granting(answer("utf16-json", "JSON in UTF-16 without a byte order mark, as Content-Type says", |_| {
        let body: Vec<u8> = DOCUMENTED.json().encode_utf16().flat_map(u16::to_le_bytes).collect();
        Answer::new(200, "application/json; charset=utf-16", body)
    })),
    granting(answer("latin1", "in ISO-8859-1, as Content-Type says", |_| {
        let body = spliced(&DOCUMENTED.xml(), "<Access_Token>\r\n", b"    <Company>M\xfcller</Company>\r\n");
        Answer::new(200, "application/xml; charset=ISO-8859-1", body)
    })),
    granting(answer("http10", "HTTP/1.0, no length: the body ends with the connection", |ask| {
        documented(ask).length(Length::UntilClose)
    })),
    granting(answer("chunked", "in chunks of 37 bytes", |ask| documented(ask).length(Length::Chunked { ended: true }))),
    granting(script("continue", "100 Continue before the answer", |ask| {
        Script::answer(&documented(ask), ask).first(Step::Send(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()))
    })),
    granting(script("early-hints", "103 Early Hints before the answer", |ask| {
        Script::answer(&documented(ask), ask)
            .first(Step::Send(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n".to_vec()))
    })),
    granting(answer("at-limit", "a body of exactly 64 KiB", |ask| answered(padded_to(LIMIT, ask), ask))),
    granting(answer("instance-url-plain", "Instance_Url: http://www.example.com/", |ask| {
        with(Token { instance_url: field("http://www.example.com/"), ..DOCUMENTED }, ask)
    })),
    granting(answer("instance-url-script", "Instance_Url: javascript:…", |ask| {
        with(Token { instance_url: field("javascript:alert(document.cookie)"), ..DOCUMENTED }, ask)
    })),
    granting(answer(
        "invalid-utf8-elsewhere",
        "bytes that are not UTF-8 in an unknown element; the token is intact",
        |ask| {
            // ISO 8859-1, the usual way in which this happens.
            let (mark, company): (_, &[u8]) = match ask.wants_json {
                true => ("{\"Access_Token\":{", b"\"Company\":\"M\xfcller \xff\","),
                false => ("<Access_Token>\r\n", b"    <Company>M\xfcller \xff</Company>\r\n"),
            };
            answered(spliced(&DOCUMENTED.document(ask), mark, company), ask)
        },
    )),
    granting(script("slow", "after 300 ms, in three pieces", slow)),
];

/// 200 with the documented token.
pub(super) fn documented(ask: &Ask) -> Answer {
    with(DOCUMENTED, ask)
}

/// 200 with a token.
pub(super) fn with(token: Token<'_>, ask: &Ask) -> Answer {
    answered(token.document(ask), ask)
}

/// 200 with a document of the kind that was asked for.
pub(super) fn answered(document: impl Into<Vec<u8>>, ask: &Ask) -> Answer {
    Answer::new(200, ask.media_type(), document)
}

/// 200 with XML, whatever was asked for.
pub(super) fn xml(body: impl Into<Vec<u8>>) -> Answer {
    Answer::new(200, XML, body)
}

fn dated(text: &str, ask: &Ask) -> Answer {
    with(Token { expiry: field(text), ..DOCUMENTED }, ask)
}

fn respelled(body: &str) -> String {
    body.replace("Instance_Url", "Instance_URL").replace("Expiration_date", "Expiration_Date")
}

fn utf16(bytes: fn(u16) -> [u8; 2], ask: &Ask) -> Answer {
    let text = DOCUMENTED.document(ask).replace("version=\"1.0\"", "version=\"1.0\" encoding=\"utf-16\"");
    let body: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect();
    Answer::new(200, &ask.media_type().replace("utf-8", "utf-16"), body)
}

/// The documented answer, brought to a size by a comment at its end, or in JSON by blanks: everything worth reading comes first.
pub(super) fn padded_to(size: usize, ask: &Ask) -> String {
    let (start, end) = if ask.wants_json { ("", "") } else { ("<!--", "-->") };
    let document = DOCUMENTED.document(ask);
    let room = size.saturating_sub(document.len() + start.len() + end.len());
    format!("{document}{start}{}{end}", " ".repeat(room))
}

/// `text` with `bytes` put right after `mark`.
pub(super) fn spliced(text: &str, mark: &str, bytes: &[u8]) -> Vec<u8> {
    let (before, after) = text.split_once(mark).unwrap_or((text, ""));
    [before.as_bytes(), mark.as_bytes(), bytes, after.as_bytes()].concat()
}

fn slow(ask: &Ask) -> Script {
    let answer = documented(ask);
    let head = answer.head(ask, false);
    let (first, second) = answer.body.split_at(answer.body.len() / 2);
    let gap = || Step::Pause(Duration::from_millis(50));
    Script::silent()
        .status(answer.status)
        .then(Step::Pause(Duration::from_millis(300)))
        .then(Step::Send(head))
        .then(gap())
        .then(Step::Send(first.to_vec()))
        .then(gap())
        .then(Step::Send(second.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_meets_the_size_to_the_byte() {
        for wants_json in [false, true] {
            let ask = Ask { wants_json, ..Ask::of_nobody("") };
            assert_eq!(padded_to(LIMIT, &ask).len(), 65_536);
            assert_eq!(padded_to(LIMIT + 1, &ask).len(), 65_537);
        }
    }

    #[test]
    fn bytes_are_spliced_after_the_mark() {
        assert_eq!(spliced("<a><b/>", "<a>", b"\xff"), b"<a>\xff<b/>");
        let body = spliced(&DOCUMENTED.xml(), "<Access_Token>\r\n", b"!");
        assert!(String::from_utf8(body).unwrap().contains("<Access_Token>\r\n!"));
    }
}
