//! Tokens and errors as documents of both services, and the documented values that scenarios send.

use std::borrow::Cow;

use crate::clock;
use crate::http::response::Response;
use crate::random::random_id;
use crate::service::context::{Context, Format};

pub(crate) const TOKEN: &str = "fdjhk2382kwkajsklwe8i3932kslswl";
/// The access tokens that scenarios send, without escapes.
pub(crate) const DOCUMENTED_TOKENS: [&str; 3] = [TOKEN, "a&b+c/d==", "aB+/cd==$_x"];
/// A token of another response.
pub(crate) const OTHER_TOKEN: &str = "0thert0kenofanearliercall";
pub(crate) const REFRESH_TOKEN: &str = "8ew$sefhj7s62ns94376nsjd62s";
pub(crate) const EXPIRY: &str = "6/1/2034 8:00:00 AM";
pub(crate) const INSTANCE_URL: &str = "https://www.concursolutions.com/";
/// `expires_in`, a string as in Concur's documentation.
pub(crate) const EXPIRES_IN: &str = "3600";
/// `refresh_expires_in`: the absolute time of [`EXPIRY`].
pub(crate) const REFRESH_EXPIRES_IN: &str = "2032761600";

/// The values of a token response, as written into the document. Markup is not escaped.
pub(crate) struct Token<'a> {
    /// `Instance_Url` or `geolocation`.
    pub(crate) instance_url: Option<Cow<'a, str>>,
    pub(crate) token: Option<Cow<'a, str>>,
    /// `Expiration_date` or `expires_in`.
    pub(crate) expiry: Option<Cow<'a, str>>,
    pub(crate) refresh_token: Option<Cow<'a, str>>,
    /// `refresh_expires_in`; not in the Native Flow.
    pub(crate) refresh_expiry: Option<Cow<'a, str>>,
}

/// Concur's documented example of the Native Flow, with a date in the future.
pub(crate) const DOCUMENTED: Token<'static> = Token {
    instance_url: Some(Cow::Borrowed(INSTANCE_URL)),
    token: Some(Cow::Borrowed(TOKEN)),
    expiry: Some(Cow::Borrowed(EXPIRY)),
    refresh_token: Some(Cow::Borrowed(REFRESH_TOKEN)),
    refresh_expiry: None,
};

/// Shorthand for a field of [`Token`].
pub(crate) const fn field(text: &str) -> Option<Cow<'_, str>> {
    Some(Cow::Borrowed(text))
}

impl Token<'_> {
    /// The documented token of the service that the client uses. In the OAuth 2.0 service, its geolocation is the
    /// stub's own URL.
    pub(crate) fn documented(context: &Context) -> Token<'static> {
        match context.format() {
            Format::Xml | Format::Json => DOCUMENTED,
            Format::OAuth2 => Token {
                instance_url: Some(context.base_url().into()),
                expiry: field(EXPIRES_IN),
                refresh_expiry: field(REFRESH_EXPIRES_IN),
                ..DOCUMENTED
            },
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
        match context.format() {
            Format::Xml => self.xml(),
            Format::Json => self.json(),
            Format::OAuth2 => self.oauth2(),
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

    /// The document of the OAuth 2.0 service. Its order is that of Concur's example.
    pub(crate) fn oauth2(&self) -> String {
        let text = |value: &Option<Cow<'_, str>>| value.as_ref().map(|value| format!("\"{value}\""));
        let members: Vec<String> = [
            ("expires_in", text(&self.expiry)),
            ("scope", Some("\"openid EXPRPT receipts.write\"".to_owned())),
            ("token_type", Some("\"Bearer\"".to_owned())),
            ("access_token", text(&self.token)),
            ("refresh_token", text(&self.refresh_token)),
            ("refresh_expires_in", self.refresh_expiry.as_ref().map(ToString::to_string)),
            ("id_token", Some("\"eyJhbGciOiJub25lIn0.eyJzdWIiOiJzdHViIn0.\"".to_owned())),
            ("geolocation", text(&self.instance_url)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some(format!("\"{name}\":{}", value?)))
        .collect();
        format!("{{{}}}", members.join(","))
    }
}

/// Returns an error in the format that the client prefers. `message` is plain text.
pub(crate) fn error(status: u16, message: &str, context: &Context) -> Response {
    let document = match context.format() {
        Format::Xml => error_xml("", &xml_text(message), context),
        Format::Json => format!("{{{}}}", error_member(message, context)),
        Format::OAuth2 => error_oauth2(status, message, context),
    };
    Response::new(status, context.media_type(), document)
}

/// Returns the error of the OAuth 2.0 service that a status stands for. Only rejected credentials have a code.
fn error_oauth2(status: u16, message: &str, context: &Context) -> String {
    let members = match status {
        200 | 401 | 403 => "\"code\":5,\"error\":\"invalid_grant\"",
        400 => "\"error\":\"invalid_request\"",
        500.. => "\"error\":\"server_error\"",
        _ => "\"error\":\"temporarily_unavailable\"",
    };
    let (message, url) = (json_text(message), context.base_url());
    format!("{{{members},\"error_description\":\"{message}\",\"geolocation\":\"{url}\"}}")
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
pub(crate) fn json_text(text: &str) -> String {
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
        assert_eq!(
            Token { refresh_expiry: field("7"), ..DOCUMENTED }.oauth2(),
            "{\"expires_in\":\"6/1/2034 8:00:00 AM\",\"scope\":\"openid EXPRPT receipts.write\",\"token_type\":\"Bearer\",\
             \"access_token\":\"fdjhk2382kwkajsklwe8i3932kslswl\",\"refresh_token\":\"8ew$sefhj7s62ns94376nsjd62s\",\
             \"refresh_expires_in\":7,\"id_token\":\"eyJhbGciOiJub25lIn0.eyJzdWIiOiJzdHViIn0.\",\
             \"geolocation\":\"https://www.concursolutions.com/\"}"
        );
        assert!(!bare.oauth2().contains("refresh"));
    }

    #[test]
    fn repeated_text_is_escaped() {
        assert_eq!(xml_text("a<b>&\u{1}\u{e4}"), "a&lt;b&gt;&amp;\u{fffd}\u{e4}");
        assert_eq!(json_text("\"a\\\n\u{e4}"), "\\\"a\\\\\\u000a\u{e4}");
    }
}
