//! The error table: the server understood, and says no.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use time::Duration;

use super::{Scenario, answer};
use crate::answer::{Answer, HTML, JSON, TEXT, XML};
use crate::ask::Ask;
use crate::clock;
use crate::token::{DOCUMENTED, OTHER_TOKEN, Token, error, error_element, error_member, error_xml, field};

const NAMESPACE: &str = " xmlns=\"http://www.concursolutions.com/api/2011/06\"";
const DENIED: &str = "Access is denied for the given credentials.";

pub(super) const TABLE: &[Scenario] = &[
    answer("denied", "403 with an error", |ask| error(403, DENIED, ask)),
    answer("denied-namespace", "403, the error in a namespace", |ask| {
        Answer::new(403, XML, error_xml(NAMESPACE, DENIED, ask))
    }),
    answer("denied-nested", "403, the error inside Response and Content, in a namespace", |ask| {
        Answer::new(403, XML, nested(ask))
    }),
    answer("denied-json", "403, {\"Error\":{\"Message\":…}}", |_| {
        Answer::new(403, JSON, format!("{{\"Error\":{{\"Message\":\"{DENIED}\"}}}}"))
    }),
    answer("denied-json-message", "403, {\"Message\":…}", |_| {
        Answer::new(403, JSON, format!("{{\"Message\":\"{DENIED}\"}}"))
    }),
    answer("denied-json-content", "403, {\"Content\":{\"Error\":{\"Message\":…}}}", |_| {
        Answer::new(403, JSON, format!("{{\"Content\":{{\"Error\":{{\"Message\":\"{DENIED}\"}}}}}}"))
    }),
    answer("denied-empty", "403 without a body", |_| Answer::empty(403)),
    answer("denied-text", "403 with plain text", |_| Answer::new(403, TEXT, DENIED)),
    answer("denied-markup", "403, the message full of elements, line ends, entities and odd characters", |ask| {
        Answer::new(403, XML, error_xml("", MARKUP, ask))
    }),
    answer("denied-echo", "403, the message repeats the login and the key that were sent", |ask| {
        let login = String::from_utf8_lossy(&ask.credentials.login);
        let key = String::from_utf8_lossy(&ask.consumer_key);
        let words = format!("User {login} is not allowed to use application {key}.");
        error(403, &words, ask)
    }),
    answer(
        "denied-echo-encoded",
        "403, the message repeats the login in two layers of escapes and the key in Base64",
        |ask| error(403, &encoded_echo(ask), ask),
    ),
    answer("denied-long", "403, a message of 20,000 characters", |ask| error(403, &long_message(), ask)),
    answer("unauthorized", "401 with an error", |ask| error(401, "Authorization header is missing.", ask)),
    answer("bad-request", "400 with an error", |ask| error(400, "The request is badly formed.", ask)),
    answer("not-found", "404 with an error", |ask| error(404, "No such resource.", ask)),
    answer("not-found-html", "404 with a web page", |_| {
        Answer::new(
            404,
            HTML,
            "<!DOCTYPE html>\n<html><head><title>404 - Not Found</title></head><body><h1>Page not found</h1></body></html>\n",
        )
    }),
    answer("gone", "410 with an error", |ask| error(410, "This service has been retired.", ask)),
    answer("busy", "429, Retry-After: 120", |ask| busy("120", ask)),
    answer("busy-zero", "429, Retry-After: 0", |ask| busy("0", ask)),
    answer("busy-date", "429, Retry-After: a date 90 seconds after Date", |ask| {
        busy(&clock::http_date(ask.now + Duration::seconds(90)), ask)
    }),
    answer("server-error", "500 with an error", |ask| error(500, "An internal error occurred.", ask)),
    answer("bad-gateway", "502 without a body", |_| Answer::empty(502)),
    answer("maintenance", "503 with an error", |ask| error(503, "Down for maintenance.", ask)),
    answer("error-in-200", "200 with an error", |ask| error(200, DENIED, ask)),
    answer("error-in-200-json", "200 with a JSON error", |_| {
        Answer::new(200, JSON, format!("{{\"Error\":{{\"Message\":\"{DENIED}\"}}}}"))
    }),
    answer("token-in-error", "200 with an error, a token of another call in its details", |ask| {
        let token = Token { token: field(OTHER_TOKEN), ..DOCUMENTED };
        let document = match ask.wants_json {
            true => {
                let details = format!("\"Error\":{{\"Details\":{},", token.json());
                format!("{{{}}}", error_member(DENIED, ask).replace("\"Error\":{", &details))
            }
            false => {
                let details = format!("<Details>{}</Details><Message>", token.element());
                error_xml("", DENIED, ask).replace("<Message>", &details)
            }
        };
        Answer::new(200, ask.media_type(), document)
    }),
    answer("error-in-200-status", "200 with an envelope that says 403", |ask| {
        let document = match ask.wants_json {
            true => format!("{{\"StatusCode\":\"403\",\"Content\":{{{}}}}}", error_member(DENIED, ask)),
            false => nested(ask),
        };
        Answer::new(200, ask.media_type(), document)
    }),
];

/// All of it legal in XML 1.0: DEL, NEL, CSI, line separator, right-to-left override, zero-width space, byte order mark.
const MARKUP: &str = "Access <b>denied</b>\r\n\tfor <i>this <u>account</u></i>:<br/> use &lt;b&gt;another&lt;/b&gt; one &amp; \
    retry.&#xD;&#xA;X-Injected: yes&#x9;\u{7f}\u{85}\u{9b}31m\u{2028}\u{202e}tfel\u{202c}\u{200b}\u{feff} \
    <![CDATA[<script>alert(1)</script>]]><!-- not said --><?no said?> Goodbye.";

/// As servers do that encode for a URL and then for a page.
fn encoded_echo(ask: &Ask) -> String {
    let login: String = ask.credentials.login.iter().map(|byte| format!("&#37;{byte:02x}")).collect();
    format!("User {login} is not allowed to use application {}.", STANDARD.encode(&*ask.consumer_key))
}

/// Ends in words of its own, so that it can be told whether it was cut.
fn long_message() -> String {
    format!("{}the end.", "denied. ".repeat(2499))
}

fn busy(retry_after: &str, ask: &Ask) -> Answer {
    error(429, "Too many requests.", ask).header("Retry-After", retry_after)
}

fn nested(ask: &Ask) -> String {
    let error = error_element("", DENIED, ask);
    format!("<Response{NAMESPACE}><StatusCode>403</StatusCode><Content>{error}</Content></Response>")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_long_message_has_20_000_characters() {
        assert_eq!(super::long_message().len(), 20_000);
    }
}
