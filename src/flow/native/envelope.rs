//! The envelopes that Concur documents, as data: the places of a token and of an error in a response, and their values.
//!
//! Values in other places do not count: a token in an error, or in a request that is repeated, is not the requested
//! one. If two values of one name differ, neither is used.

use crate::error::{Cause, Error};
use crate::message::{Document, Element};
use crate::secret::Secret;

/// Names from the outermost element inward. JSON's outermost object has no name.
type Path = &'static [&'static str];

const TOKENS: &[Path] = &[&["Access_Token"], &["Content", "Access_Token"], &[WRAPPER, "Content", "Access_Token"]];
const ERRORS: &[Path] = &[&["Error"], &["Content", "Error"], &[WRAPPER, "Error"], &[WRAPPER, "Content", "Error"]];
/// An error without its own envelope.
const MESSAGES: &[Path] = &[&["Message"], &[WRAPPER, "Message"]];
/// The places of an error text from gateways in front of Concur: Apigee, SOAP 1.1 and 1.2, lists of errors. The
/// outermost element is also read.
const FAULTS: &[Path] = &[
    &["Fault"],
    &[WRAPPER, "Fault"],
    &[WRAPPER, "Body", "Fault"],
    &[WRAPPER, "Body", "Fault", "Reason"],
    &["Errors", "0"],
    &["Errors"],
];
/// The names of error texts: API gateways, OAuth 2.0 (RFC 6749), SOAP, problem details (RFC 9457).
const TEXT_NAMES: [&str; 7] =
    ["Message", "errorMessage", "error_description", "faultstring", "Text", "title", "detail"];
const STATUSES: &[Path] = &[&["StatusCode"], &[WRAPPER, "StatusCode"]];

/// Concur's documentation does not name this element (`<…>`): every outermost element of XML counts as one, whatever
/// its name, unless it is an envelope itself.
const WRAPPER: &str = "Response";
const ENVELOPES: [&str; 2] = ["Access_Token", "Error"];

/// The values of a token's envelope; empty if missing.
pub(super) struct TokenFields {
    pub(crate) token: Secret,
    pub(crate) expiration_date: Secret,
    pub(crate) refresh_token: Secret,
    pub(crate) instance_url: Secret,
}

pub(super) fn holds_token(document: &Document<'_>) -> bool {
    !all(document, TOKENS).is_empty()
}

/// Returns `None` if there is no token envelope.
pub(super) fn token_fields(document: &Document<'_>) -> Result<Option<TokenFields>, Error> {
    let envelopes = all(document, TOKENS);
    if envelopes.is_empty() {
        return Ok(None);
    }
    let value = |name| Ok::<_, Error>(only(name, values(&envelopes, name))?.unwrap_or_default());
    Ok(Some(TokenFields {
        token: value("Token")?,
        expiration_date: value("Expiration_Date")?,
        refresh_token: value("Refresh_Token")?,
        instance_url: value("Instance_Url")?,
    }))
}

/// Whether the document contains an error envelope. It has priority over a token.
pub(super) fn holds_error(document: &Document<'_>) -> bool {
    !all(document, ERRORS).is_empty()
}

pub(super) fn holds_message(document: &Document<'_>) -> bool {
    !all(document, MESSAGES).is_empty()
}

/// Returns the message of an error. `Message` may contain elements.
pub(crate) fn message(document: &Document<'_>) -> Result<Option<Secret>, Error> {
    let errors = all(document, ERRORS);
    let messages = match errors.is_empty() {
        true => all(document, MESSAGES),
        false => errors.iter().flat_map(|error| error.children("Message")).collect(),
    };
    let message = only("Message", messages.iter().map(|message| Some(message.text())))?;
    if message.as_ref().is_some_and(|text| !text.expose().is_empty()) {
        return Ok(message);
    }
    let own = only("Error", errors.iter().map(Element::value))?;
    Ok(gateway_text(document, errors).or(own))
}

/// Returns the error text of a gateway, in the gateway's own form.
fn gateway_text(document: &Document<'_>, errors: Vec<Element<'_, '_>>) -> Option<Secret> {
    if holds_token(document) {
        return None;
    }
    let places = errors.into_iter().chain(all(document, FAULTS)).chain(document.root());
    let words = places.map(|place| {
        let texts = TEXT_NAMES.iter().flat_map(|name| place.children(name)).filter_map(|word| word.value());
        texts.filter(|text| !text.expose().is_empty()).collect::<Vec<Secret>>()
    });
    let mut texts = words.into_iter().find(|texts| !texts.is_empty())?;
    texts.dedup_by(|text, before| text.expose() == before.expose());
    let parts: Vec<&str> = texts.iter().flat_map(|text| [": ", text.expose()]).skip(1).collect();
    Some(Secret::concat(&parts))
}

/// Whether the document is a token or an error of the OAuth 2.0 service (RFC 6749, section 5): it has a text where the
/// Native Flow has an envelope.
pub(super) fn is_of_oauth2(document: &Document<'_>) -> bool {
    let members = all(document, &[&["Access_Token"], &["Error"]]);
    matches!(document, Document::Json(_))
        && members.iter().filter_map(Element::value).any(|text| !text.expose().is_empty())
}

/// Returns the identification of an error.
pub(crate) fn id(document: &Document<'_>) -> Result<Option<Secret>, Error> {
    only("Id", values(&all(document, ERRORS), "Id"))
}

/// Returns the HTTP status that an envelope contains in addition to its content, if it can be parsed.
pub(crate) fn status(document: &Document<'_>) -> Result<Option<u16>, Error> {
    let statuses = all(document, STATUSES);
    let text = only("StatusCode", statuses.iter().map(|status| status.number().or_else(|| status.value())))?;
    Ok(text.and_then(|text| text.expose().parse().ok()))
}

/// Returns all elements at `paths`.
fn all<'d, 'a>(document: &'d Document<'a>, paths: &[Path]) -> Vec<Element<'d, 'a>> {
    let Some(root) = document.root() else { return Vec::new() };
    let name = root.name();
    let mut all = Vec::new();
    for path in paths {
        all.extend(at(root, name, path));
    }
    all
}

/// Returns the elements at `path`, starting at the outermost element, which has this name.
fn at<'d, 'a>(root: Element<'d, 'a>, name: Option<&str>, path: Path) -> Vec<Element<'d, 'a>> {
    let Some((&first, rest)) = path.split_first() else { return Vec::new() };
    let outermost = match name {
        None => root.children(first),
        Some(name) if name.eq_ignore_ascii_case(first) => vec![root],
        Some(name) if first == WRAPPER && !ENVELOPES.iter().any(|other| name.eq_ignore_ascii_case(other)) => vec![root],
        Some(_) => Vec::new(),
    };
    rest.iter().fold(outermost, |elements, name| elements.iter().flat_map(|element| element.children(name)).collect())
}

fn values(elements: &[Element<'_, '_>], name: &str) -> impl Iterator<Item = Option<Secret>> {
    elements.iter().flat_map(move |element| element.children(name)).map(|child| child.value())
}

/// Returns the only value of `values`; `None` if there is none, or if it is not a text. Two different values are an
/// error.
fn only(name: &str, mut values: impl Iterator<Item = Option<Secret>>) -> Result<Option<Secret>, Error> {
    let Some(first) = values.next() else { return Ok(None) };
    let first_text = first.as_ref().map(Secret::expose);
    match values.all(|other| other.as_ref().map(Secret::expose) == first_text) {
        true => Ok(first),
        false => Err(Error::new(Cause::TwoValues).detail(name)),
    }
}
