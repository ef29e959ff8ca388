//! Error scenarios: the server understood the request and rejects it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use time::Duration;

use super::scenario::{Scenario, response};
use crate::clock;
use crate::http::response::{HTML, JSON, Response, TEXT, XML};
use crate::service::context::Context;
use crate::service::documents::{OTHER_TOKEN, Token, error, error_element, error_member, error_xml, field};

const NAMESPACE: &str = " xmlns=\"http://www.concursolutions.com/api/2011/06\"";
const DENIED: &str = "Access is denied for the given credentials.";

pub(super) const TABLE: &[Scenario] = &[
    response("denied", "403 with an error", |context| error(403, DENIED, context)),
    response("denied-namespace", "403, the error in a namespace", |context| {
        Response::new(403, XML, error_xml(NAMESPACE, DENIED, context))
    }),
    response("denied-nested", "403, the error inside Response and Content, in a namespace", |context| {
        Response::new(403, XML, nested(context))
    }),
    response("denied-json", "403, {\"Error\":{\"Message\":…}}", |_| {
        Response::new(403, JSON, format!("{{\"Error\":{{\"Message\":\"{DENIED}\"}}}}"))
    }),
    response("denied-json-message", "403, {\"Message\":…}", |_| {
        Response::new(403, JSON, format!("{{\"Message\":\"{DENIED}\"}}"))
    }),
    response("denied-json-content", "403, {\"Content\":{\"Error\":{\"Message\":…}}}", |_| {
        Response::new(403, JSON, format!("{{\"Content\":{{\"Error\":{{\"Message\":\"{DENIED}\"}}}}}}"))
    }),
    response("denied-empty", "403 without a body", |_| Response::empty(403)),
    response("denied-text", "403 with plain text", |_| Response::new(403, TEXT, DENIED)),
    response(
        "denied-markup",
        "403, the message has elements, line breaks, entities and unusual characters",
        |context| Response::new(403, XML, error_xml("", MARKUP, context)),
    ),
    response("denied-echo", "403, the message repeats the login and the key that were sent", |context| {
        let login = String::from_utf8_lossy(&context.credentials.login);
        let key = String::from_utf8_lossy(context.consumer_key());
        let words = format!("User {login} is not allowed to use application {key}.");
        error(403, &words, context)
    }),
    response(
        "denied-echo-encoded",
        "403, the message repeats the login in two layers of escapes and the key in Base64",
        |context| error(403, &encoded_echo(context), context),
    ),
    response("denied-long", "403, a message of 20,000 characters", |context| error(403, &long_message(), context)),
    response("unauthorized", "401 with an error", |context| error(401, "Authorization header is missing.", context)),
    response("bad-request", "400 with an error", |context| error(400, "The request is badly formed.", context)),
    response("not-found", "404 with an error", |context| error(404, "No such resource.", context)),
    response("not-found-html", "404 with a web page", |_| {
        Response::new(
            404,
            HTML,
            "<!DOCTYPE html>\n<html><head><title>404 - Not Found</title></head><body><h1>Page not found</h1></body></html>\n",
        )
    }),
    response("gone", "410 with an error", |context| error(410, "This service has been retired.", context)),
    response("busy", "429, Retry-After: 120", |context| busy("120", context)),
    response("busy-zero", "429, Retry-After: 0", |context| busy("0", context)),
    response("busy-date", "429, Retry-After: a date 90 seconds after Date", |context| {
        busy(&clock::http_date(context.now + Duration::seconds(90)), context)
    }),
    response("server-error", "500 with an error", |context| error(500, "An internal error occurred.", context)),
    response("bad-gateway", "502 without a body", |_| Response::empty(502)),
    response("maintenance", "503 with an error", |context| error(503, "Down for maintenance.", context)),
    response("error-in-200", "200 with an error", |context| error(200, DENIED, context)),
    response("error-in-200-json", "200 with a JSON error", |context| {
        if context.is_oauth2() {
            return error(200, DENIED, context);
        }
        Response::new(200, JSON, format!("{{\"Error\":{{\"Message\":\"{DENIED}\"}}}}"))
    }),
    response("token-in-error", "200 with an error, a token of another call in its details", |context| {
        let token = Token { token: field(OTHER_TOKEN), ..Token::documented(context) };
        if context.is_oauth2() {
            let details = format!("{{\"details\":{},\"code\":", token.oauth2());
            let error = error(200, DENIED, context);
            let document = String::from_utf8_lossy(&error.body).replacen("{\"code\":", &details, 1);
            return error.body(document);
        }
        let document = match context.request.wants_json {
            true => {
                let details = format!("\"Error\":{{\"Details\":{},", token.json());
                format!("{{{}}}", error_member(DENIED, context).replace("\"Error\":{", &details))
            }
            false => {
                let details = format!("<Details>{}</Details><Message>", token.element());
                error_xml("", DENIED, context).replace("<Message>", &details)
            }
        };
        Response::new(200, context.media_type(), document)
    }),
    response("error-in-200-status", "200 with an envelope whose StatusCode is 403", |context| {
        if context.is_oauth2() {
            // Its errors have no envelope.
            return error(200, DENIED, context);
        }
        let document = match context.request.wants_json {
            true => format!("{{\"StatusCode\":\"403\",\"Content\":{{{}}}}}", error_member(DENIED, context)),
            false => nested(context),
        };
        Response::new(200, context.media_type(), document)
    }),
];

/// All characters are valid in XML 1.0: DEL, NEL, CSI, line separator, right-to-left override, zero-width space, byte
/// order mark.
const MARKUP: &str = "Access <b>denied</b>\r\n\tfor <i>this <u>account</u></i>:<br/> use &lt;b&gt;another&lt;/b&gt; one &amp; \
    retry.&#xD;&#xA;X-Injected: yes&#x9;\u{7f}\u{85}\u{9b}31m\u{2028}\u{202e}tfel\u{202c}\u{200b}\u{feff} \
    <![CDATA[<script>alert(1)</script>]]><!-- hidden --><?also hidden?> The end.";

/// Encodes like a server that escapes text for a URL and then for a web page.
fn encoded_echo(context: &Context) -> String {
    let login: String = context.credentials.login.iter().map(|byte| format!("&#37;{byte:02x}")).collect();
    format!("User {login} is not allowed to use application {}.", STANDARD.encode(context.consumer_key()))
}

/// The last words are unique, so that a test can detect whether the message was truncated.
fn long_message() -> String {
    format!("{}the end.", "denied. ".repeat(2499))
}

fn busy(retry_after: &str, context: &Context) -> Response {
    error(429, "Too many requests.", context).header("Retry-After", retry_after)
}

fn nested(context: &Context) -> String {
    let error = error_element("", DENIED, context);
    format!("<Response{NAMESPACE}><StatusCode>403</StatusCode><Content>{error}</Content></Response>")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_long_message_has_20_000_characters() {
        assert_eq!(super::long_message().len(), 20_000);
    }
}
