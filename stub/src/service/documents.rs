//! The bodies of the healthy service, and the documented values that scenarios send.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::clock;
use crate::http::response::Response;
use crate::random::{hex, random, random_id};
use crate::service::context::Context;

pub(crate) const TOKEN: &str = "fdjhk2382kwkajsklwe8i3932kslswl";
/// A token of another response.
pub(crate) const OTHER_TOKEN: &str = "0thert0kenofanearliercall";
pub(crate) const REFRESH_TOKEN: &str = "8ew$sefhj7s62ns94376nsjd62s";
pub(crate) const EXPIRY: &str = "6/1/2034 8:00:00 AM";
pub(crate) const INSTANCE_URL: &str = "https://www.concursolutions.com/";

/// The four values of a token response, as written into the document. Markup is not escaped.
pub(crate) struct Token<'a> {
    pub(crate) instance_url: Option<Cow<'a, str>>,
    pub(crate) token: Option<Cow<'a, str>>,
    pub(crate) expiry: Option<Cow<'a, str>>,
    pub(crate) refresh_token: Option<Cow<'a, str>>,
}

/// Concur's documented example, with a date in the future.
pub(crate) const DOCUMENTED: Token<'static> = Token {
    instance_url: Some(Cow::Borrowed(INSTANCE_URL)),
    token: Some(Cow::Borrowed(TOKEN)),
    expiry: Some(Cow::Borrowed(EXPIRY)),
    refresh_token: Some(Cow::Borrowed(REFRESH_TOKEN)),
};

/// Shorthand for a field of [`Token`].
pub(crate) const fn field(text: &str) -> Option<Cow<'_, str>> {
    Some(Cow::Borrowed(text))
}

impl Token<'_> {
    /// A new token, valid for a year: 20 random bytes in Base64, like real ones.
    fn fresh(context: &Context) -> Token<'static> {
        let refresh = format!("{}${}", hex(&random::<3>()), hex(&random::<10>()));
        Token {
            instance_url: Some(format!("{}/", context.base_url()).into()),
            token: Some(STANDARD.encode(random::<20>()).into()),
            expiry: Some(clock::expiry(context.now).into()),
            refresh_token: Some(refresh.into()),
        }
    }

    /// The fields that are present, in the documented order and spelling.
    fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("Instance_Url", &self.instance_url),
            ("Token", &self.token),
            ("Expiration_date", &self.expiry),
            ("Refresh_Token", &self.refresh_token),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }

    /// Returns the document in the format that the client prefers.
    pub(crate) fn document(&self, context: &Context) -> String {
        match context.request.wants_json {
            true => self.json(),
            false => self.xml(),
        }
    }

    pub(crate) fn xml(&self) -> String {
        format!("<?xml version=\"1.0\"?>\r\n{}\r\n", self.element())
    }

    pub(crate) fn element(&self) -> String {
        let lines: String = self.fields().map(|(name, value)| format!("    <{name}>{value}</{name}>\r\n")).collect();
        format!("<Access_Token>\r\n{lines}</Access_Token>")
    }

    pub(crate) fn json(&self) -> String {
        let pairs: Vec<String> = self.fields().map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
        format!("{{\"Access_Token\":{{{}}}}}", pairs.join(","))
    }
}

/// 200 with a fresh token.
pub(crate) fn granted(context: &Context) -> Response {
    Response::new(200, context.media_type(), Token::fresh(context).document(context))
}

/// Returns the healthy service's error. Wrong login, password and key have the same message, as in Concur.
pub(crate) fn rejected(status: u16, context: &Context) -> Response {
    let message = match status {
        400 => "The request is badly formed.",
        401 => "Authorization header is missing.",
        _ => "Access is denied for the given credentials.",
    };
    error(status, message, context)
}

/// Returns an error in the format that the client prefers. `message` is plain text.
pub(crate) fn error(status: u16, message: &str, context: &Context) -> Response {
    let document = match context.request.wants_json {
        true => format!("{{{}}}", error_member(message, context)),
        false => error_xml("", &xml_text(message), context),
    };
    Response::new(status, context.media_type(), document)
}

/// Returns the `Error` member of a JSON object.
pub(crate) fn error_member(message: &str, context: &Context) -> String {
    let (time, id) = (clock::server_time(context.now), random_id());
    let message = json_text(message);
    format!("\"Error\":{{\"Message\":\"{message}\",\"Server-Time\":\"{time}\",\"Id\":\"{id}\"}}")
}

/// Returns the XML error document. `attributes` is empty or begins with a space; `message` is markup.
pub(crate) fn error_xml(attributes: &str, message: &str, context: &Context) -> String {
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n{}", error_element(attributes, message, context))
}

pub(crate) fn error_element(attributes: &str, message: &str, context: &Context) -> String {
    format!(
        "<Error{attributes}><Message>{message}</Message><Server-Time>{}</Server-Time><Id>{}</Id></Error>",
        clock::server_time(context.now),
        random_id()
    )
}

/// Escapes markup, and replaces characters that XML 1.0 forbids.
pub(crate) fn xml_text(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\t' | '\n' | '\r' => out.push(c),
            '\u{0}'..'\u{20}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
        out
    })
}

/// Escapes text for a JSON string (RFC 8259, 7).
fn json_text(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\u{0}'..'\u{20}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_response_has_the_documented_values() {
        let xml = DOCUMENTED.xml();
        assert!(xml.contains("<Instance_Url>https://www.concursolutions.com/</Instance_Url>"));
        assert!(xml.contains("<Token>fdjhk2382kwkajsklwe8i3932kslswl</Token>"));
        assert!(xml.contains("<Expiration_date>6/1/2034 8:00:00 AM</Expiration_date>"));
        assert!(xml.contains("<Refresh_Token>8ew$sefhj7s62ns94376nsjd62s</Refresh_Token>"));
        let bare = Token { refresh_token: None, ..DOCUMENTED };
        assert!(!bare.json().contains("Refresh_Token"));
    }

    #[test]
    fn repeated_text_is_escaped() {
        assert_eq!(xml_text("a<b>&\u{1}\u{e4}"), "a&lt;b&gt;&amp;\u{fffd}\u{e4}");
        assert_eq!(json_text("\"a\\\n\u{e4}"), "\\\"a\\\\\\u000a\u{e4}");
    }
}
