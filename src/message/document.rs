//! The body of a response. Its type is detected by its content, not by its Content-Type; its elements are found by
//! name.
//!
//! Case, namespace, order and unknown neighbors do not matter for a match: Concur has changed the spelling of its own
//! elements over the years.

use roxmltree::Node;

use super::json::Json;
use super::page::{holds_web_page, is_web_page, title};
use super::xml;
use crate::error::{Cause, Error};
use crate::secret::Secret;

/// The namespace of `nil` (XML Schema 1.0, section 2.6).
const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The type of a body.
pub(crate) enum Document<'a> {
    Empty,
    Xml(roxmltree::Document<'a>),
    Json(Json<'a>),
    /// A web page, with its title.
    WebPage(&'a str),
    /// Another text.
    Text(&'a str),
    /// Begins like XML or JSON, but cannot be parsed.
    Unreadable(Error),
}

/// An element of XML or a value of JSON.
#[derive(Clone, Copy)]
pub(crate) enum Element<'d, 'a> {
    Xml(Node<'d, 'a>),
    Json(&'d Json<'a>),
}

impl<'a> Document<'a> {
    /// Detects the type of `text` and parses it.
    pub(crate) fn parse(text: &'a str) -> Document<'a> {
        // Proxies and editors insert byte order marks at any place, and more than one.
        let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\0'));
        match text.as_bytes().first() {
            None => Document::Empty,
            Some(b'<') if is_web_page(text) => Document::WebPage(title(text)),
            Some(b'<') => xml::parse(text).map_or_else(Document::Unreadable, Document::Xml),
            Some(b'{' | b'[') => match Json::parse(text) {
                Ok(json) => Document::Json(json),
                // Only the position: the parser's own message may quote the response.
                Err(error) => Document::Unreadable(Error::new(Cause::BadJson).detail(format_args!(
                    "line {}, column {}",
                    error.line(),
                    error.column()
                ))),
            },
            Some(_) if holds_web_page(text) => Document::WebPage(title(text)),
            Some(_) => Document::Text(text),
        }
    }

    /// Returns the outermost element.
    pub(crate) fn root(&self) -> Option<Element<'_, 'a>> {
        let root = match self {
            Document::Xml(document) => Element::Xml(document.root_element()),
            Document::Json(value) => Element::Json(value),
            _ => return None,
        };
        (!root.is_null()).then_some(root)
    }
}

impl<'d, 'a> Element<'d, 'a> {
    /// Returns the local name of an outermost element; JSON has none.
    pub(crate) fn name(&self) -> Option<&'d str> {
        match self {
            Element::Xml(node) => Some(node.tag_name().name()),
            Element::Json(_) => None,
        }
    }

    /// Returns the children named `name`; the first item of a list is named `0`. A null counts as missing.
    pub(crate) fn children(&self, name: &str) -> Vec<Element<'d, 'a>> {
        let mut children: Vec<Element<'d, 'a>> = match self {
            Element::Xml(node) => node
                .children()
                .filter(|child| child.is_element() && child.tag_name().name().eq_ignore_ascii_case(name))
                .map(Element::Xml)
                .collect(),
            Element::Json(Json::Object(members)) => members
                .iter()
                .filter(|(member, _)| member.expose().eq_ignore_ascii_case(name))
                .map(|(_, value)| Element::Json(value))
                .collect(),
            Element::Json(Json::List(first)) if name == "0" => first.iter().map(|first| Element::Json(first)).collect(),
            Element::Json(_) => Vec::new(),
        };
        children.retain(|child| !child.is_null());
        children
    }

    /// Whether this is the value that serializers write for a missing value.
    fn is_null(&self) -> bool {
        match self {
            Element::Xml(node) => matches!(node.attribute((SCHEMA_INSTANCE, "nil")), Some("true" | "1")),
            Element::Json(json) => matches!(json, Json::Null),
        }
    }

    /// Returns the text of an element that contains only text, without spaces at the ends. A JSON number is not a text.
    pub(crate) fn value(&self) -> Option<Secret> {
        match self {
            Element::Xml(node) if node.children().any(|child| child.is_element()) => None,
            Element::Json(Json::Text(_)) | Element::Xml(_) => Some(self.text()),
            Element::Json(_) => None,
        }
    }

    /// Returns the digits of a JSON number.
    pub(crate) fn number(&self) -> Option<Secret> {
        match self {
            Element::Json(Json::Number(number)) => Some(Secret::from(number.to_string())),
            _ => None,
        }
    }

    /// Returns all text inside, without spaces at the ends. In JSON, only a string has text.
    pub(crate) fn text(&self) -> Secret {
        let parts: Vec<&str> = match self {
            // CDATA and text around comments are separate nodes.
            Element::Xml(node) => node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect(),
            Element::Json(Json::Text(text)) => vec![text.expose()],
            Element::Json(_) => Vec::new(),
        };
        let whole = Secret::concat(&parts);
        match whole.expose().trim() {
            trimmed if trimmed.len() == whole.expose().len() => whole,
            trimmed => Secret::concat(&[trimmed]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Document;
    use crate::message::decode;
    use http::HeaderMap;
    use proptest::prelude::*;

    fn kind(text: &str) -> &'static str {
        match Document::parse(text) {
            Document::Empty => "empty",
            Document::Xml(_) => "xml",
            Document::Json(_) => "json",
            Document::WebPage(_) => "page",
            Document::Text(_) => "text",
            Document::Unreadable(_) => "unreadable",
        }
    }

    #[test]
    fn body_type_is_detected_by_content() {
        for (text, expected) in [
            ("", "empty"),
            (" \r\n", "empty"),
            ("<a/>", "xml"),
            ("<?xml version='1.0'?>\n<!-- c --><a/>", "xml"),
            (" {\"a\":1}", "json"),
            ("[1]", "json"),
            ("<!DOCTYPE html><p>x", "page"),
            ("<!doctype\n HTML PUBLIC>", "page"),
            ("<?xml version='1.0'?><!-- c -->\n<html xmlns='x'/>", "page"),
            ("<HTML lang=en>", "page"),
            ("<title>x</title>", "page"),
            ("<h1>Blocked</h1><p>x", "page"),
            ("<CENTER>x", "page"),
            ("<Header/>", "xml"),
            ("<metadata/>", "xml"),
            ("<p:x xmlns:p='u'/>", "xml"),
            ("Blocked: <html>", "page"),
            ("<a>", "unreadable"),
            ("<!DOCTYPE a []><a/>", "unreadable"),
            ("<?xml", "unreadable"),
            ("<!-- html", "unreadable"),
            ("{\"a\":", "unreadable"),
            ("OK", "text"),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn web_page_is_named_by_its_title() {
        for (page, title) in [
            ("<html><TITLE lang='en'>Access\ndenied</TITLE>", "Access\ndenied"),
            ("<html><title>Log in<", "Log in"),
            ("<html><title>never closed", ""),
            ("<html><body>none", ""),
            ("<html>İ<title>İst</title>", "İst"),
        ] {
            assert!(matches!(Document::parse(page), Document::WebPage(found) if found == title), "{page}");
        }
    }

    /// Returns the texts of the elements inside the outermost one that are named `name`.
    fn texts(document: &Document<'_>, name: &str) -> Vec<String> {
        let children = document.root().unwrap().children(name);
        children.iter().map(|element| element.text().expose().to_owned()).collect()
    }

    #[test]
    fn name_is_found_whatever_its_case_and_namespace() {
        let xml = Document::parse("<r xmlns:n='u'><n:TOKEN> a<!-- c -->b<![CDATA[c]]>&amp; </n:TOKEN><token/></r>");
        assert_eq!(texts(&xml, "Token"), ["abc&", ""]);
        let json = Document::parse(r#"{"error":"m","Error":"","ERROR":null,"n":7,"o":{}}"#);
        assert_eq!(texts(&json, "Error"), ["m", ""]);
        assert!(texts(&json, "absent").is_empty());
    }

    #[test]
    fn value_is_text_without_elements() {
        let xml = Document::parse("<r><a> x<!-- c --><![CDATA[y]]> </a><b>x<c/></b><d/></r>");
        let json = Document::parse(r#"{"a":" x y ","b":7,"c":{"a":"x"},"d":["x"],"e":true,"f":1e22}"#);
        for (document, name, value) in [
            (&xml, "a", Some("xy")),
            (&xml, "b", None),
            (&xml, "d", Some("")),
            (&json, "a", Some("x y")),
            (&json, "b", None),
            (&json, "c", None),
            (&json, "d", None),
            (&json, "e", None),
            (&json, "f", None),
        ] {
            let found = document.root().unwrap().children(name)[0].value();
            assert_eq!(found.as_ref().map(|text| text.expose()), value, "{name}");
        }
        assert_eq!(json.root().unwrap().children("b")[0].number().unwrap().expose(), "7");
        assert!(json.root().unwrap().children("f")[0].number().is_none());
    }

    #[test]
    fn deep_nesting_needs_no_stack() {
        // As deep as 64 KiB allow, on a stack as small as the threads of a calling program may have.
        let deep = || {
            let nested = format!("<r><Token>t</Token>{}{}</r>", "<a>".repeat(9_300), "</a>".repeat(9_300));
            let document = Document::parse(&nested);
            assert_eq!(texts(&document, "Token"), ["t"]);
            assert_eq!(document.root().unwrap().text().expose(), "t");
            assert_eq!(kind(&"<a>".repeat(21_845)), "unreadable");
            assert_eq!(kind(&"[".repeat(65_536)), "unreadable");
            assert_eq!(kind(&"{\"a\":".repeat(13_000)), "unreadable");
            for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
                let json = format!("{{\"b\":{}1{},\"a\":\"t\"}}", open.repeat(9_000), close.repeat(9_000));
                assert_eq!(texts(&Document::parse(&json), "a"), ["t"]);
            }
            assert_eq!(kind(&format!("{{\"a\":\"{}\"}}", "[{".repeat(9_000))), "json");
        };
        std::thread::Builder::new().stack_size(64 * 1024).spawn(deep).unwrap().join().unwrap();
    }

    proptest! {
        #[test]
        fn parser_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..80), start in "(<a>|\\{\"|<html><title|\u{feff})?") {
            let whole = [start.as_bytes(), &bytes].concat();
            let text = decode(&HeaderMap::new(), &whole);
            let document = Document::parse(&text);
            if let Some(root) = document.root() {
                let _ = root.text();
            }
            let _ = document.root().map(|root| root.children("a").first().map(|child| child.value().is_some()));
        }
    }
}
