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
    granting(answer("ok", "the documented answer", |_| documented())),
    granting(answer("spelling", "Instance_URL and Expiration_Date", |_| xml(respelled(&DOCUMENTED.xml())))),
    granting(answer("lower-case", "names in lower case, in another order, unknown ones between", |_| {
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
    granting(answer("echoed-request", "in Response and Content, after a request with another token", |_| {
        let other = Token { token: field(OTHER_TOKEN), ..DOCUMENTED }.element();
        let token = DOCUMENTED.element();
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
    granting(answer("no-instance-url", "without Instance_Url", |_| {
        xml(Token { instance_url: None, ..DOCUMENTED }.xml())
    })),
    granting(answer("no-refresh-token", "without Refresh_Token", |_| {
        xml(Token { refresh_token: None, ..DOCUMENTED }.xml())
    })),
    granting(answer("bom", "a UTF-8 byte order mark before the XML", |_| xml(format!("\u{feff}{}", DOCUMENTED.xml())))),
    granting(answer("leading-blanks", "white space before the XML declaration", |_| {
        xml(format!("\r\n \t{}", DOCUMENTED.xml()))
    })),
    granting(answer("entities", "token a&b+c/d==, refresh token r$1&2+3/4, in entities and CDATA", |_| {
        xml(Token {
            token: field("a&amp;b&#43;c&#x2F;<![CDATA[d==]]>"),
            refresh_token: field("<![CDATA[r$1&2]]>&#43;3&#x2F;4"),
            ..DOCUMENTED
        }
        .xml())
    })),
    granting(answer("special-characters", "token aB+/cd==$_x, refresh token r+/=$&_%20?#", |_| {
        xml(Token { token: field("aB+/cd==$_x"), refresh_token: field("r+/=$&amp;_%20?#"), ..DOCUMENTED }.xml())
    })),
    granting(answer("no-date", "without Expiration_date", |_| xml(Token { expiry: None, ..DOCUMENTED }.xml()))),
    granting(answer("unreadable-date", "Expiration_date: soon", |_| dated("soon"))),
    granting(answer("midnight", "1/1/2035 12:00:00 AM, which is hour 0", |_| dated("1/1/2035 12:00:00 AM"))),
    granting(answer("noon", "1/1/2035 12:00:00 PM, which is hour 12", |_| dated("1/1/2035 12:00:00 PM"))),
    granting(answer("narrow-space", "U+202F before AM, as newer .NET writes", |_| dated("6/1/2034 8:00:00\u{202f}AM"))),
    granting(answer("padded-date", "06/01/2034 08:00:00 am", |_| dated("06/01/2034 08:00:00 am"))),
    granting(answer("utf16", "UTF-16, little endian, with a byte order mark", |_| utf16(u16::to_le_bytes))),
    granting(answer("utf16-be", "UTF-16, big endian, with a byte order mark", |_| utf16(u16::to_be_bytes))),
    granting(answer("utf16-json", "JSON in UTF-16 without a byte order mark, as Content-Type says", |_| {
        let body: Vec<u8> = DOCUMENTED.json().encode_utf16().flat_map(u16::to_le_bytes).collect();
        Answer::new(200, "application/json; charset=utf-16", body)
    })),
    granting(answer("latin1", "in ISO-8859-1, as Content-Type says", |_| {
        let body = spliced(&DOCUMENTED.xml(), "<Access_Token>\r\n", b"    <Company>M\xfcller</Company>\r\n");
        Answer::new(200, "application/xml; charset=ISO-8859-1", body)
    })),
    granting(answer("http10", "HTTP/1.0, no length: the body ends with the connection", |_| {
        documented().length(Length::UntilClose)
    })),
    granting(answer("chunked", "in chunks of 37 bytes", |_| documented().length(Length::Chunked { ended: true }))),
    granting(script("continue", "100 Continue before the answer", |ask| {
        Script::answer(&documented(), ask).first(Step::Send(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()))
    })),
    granting(script("early-hints", "103 Early Hints before the answer", |ask| {
        Script::answer(&documented(), ask)
            .first(Step::Send(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n".to_vec()))
    })),
    granting(answer("at-limit", "a body of exactly 64 KiB", |_| xml(padded_to(LIMIT)))),
    granting(answer("instance-url-plain", "Instance_Url: http://www.example.com/", |_| {
        xml(Token { instance_url: field("http://www.example.com/"), ..DOCUMENTED }.xml())
    })),
    granting(answer("instance-url-script", "Instance_Url: javascript:…", |_| {
        xml(Token { instance_url: field("javascript:alert(document.cookie)"), ..DOCUMENTED }.xml())
    })),
    granting(answer(
        "invalid-utf8-elsewhere",
        "bytes that are not UTF-8 in an unknown element; the token is intact",
        |_| {
            // ISO 8859-1, the usual way in which this happens.
            let body = spliced(&DOCUMENTED.xml(), "<Access_Token>\r\n", b"    <Company>M\xfcller \xff</Company>\r\n");
            Answer::new(200, XML, body)
        },
    )),
    granting(script("slow", "after 300 ms, in three pieces", slow)),
];

/// 200 with the documented token.
pub(super) fn documented() -> Answer {
    xml(DOCUMENTED.xml())
}

pub(super) fn xml(body: impl Into<Vec<u8>>) -> Answer {
    Answer::new(200, XML, body)
}

fn dated(text: &str) -> Answer {
    xml(Token { expiry: field(text), ..DOCUMENTED }.xml())
}

fn respelled(body: &str) -> String {
    body.replace("Instance_Url", "Instance_URL").replace("Expiration_date", "Expiration_Date")
}

fn utf16(bytes: fn(u16) -> [u8; 2]) -> Answer {
    let text = DOCUMENTED.xml().replace("version=\"1.0\"", "version=\"1.0\" encoding=\"utf-16\"");
    let body: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect();
    Answer::new(200, "application/xml; charset=utf-16", body)
}

/// The documented answer, brought to a size by a comment at its end: everything worth reading comes first.
pub(super) fn padded_to(size: usize) -> String {
    let xml = DOCUMENTED.xml();
    let room = size.saturating_sub(xml.len() + "<!---->".len());
    format!("{xml}<!--{}-->", " ".repeat(room))
}

/// `text` with `bytes` put right after `mark`.
pub(super) fn spliced(text: &str, mark: &str, bytes: &[u8]) -> Vec<u8> {
    let (before, after) = text.split_once(mark).unwrap_or((text, ""));
    [before.as_bytes(), mark.as_bytes(), bytes, after.as_bytes()].concat()
}

fn slow(ask: &Ask) -> Script {
    let answer = documented();
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
        assert_eq!(padded_to(LIMIT).len(), 65_536);
        assert_eq!(padded_to(LIMIT + 1).len(), 65_537);
    }

    #[test]
    fn bytes_are_spliced_after_the_mark() {
        assert_eq!(spliced("<a><b/>", "<a>", b"\xff"), b"<a>\xff<b/>");
        let body = spliced(&DOCUMENTED.xml(), "<Access_Token>\r\n", b"!");
        assert!(String::from_utf8(body).unwrap().contains("<Access_Token>\r\n!"));
    }
}
