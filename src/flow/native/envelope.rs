//! The envelopes that Concur documents, as data: where a token and an error stand in a response, and what their values are.
//!
//! What stands elsewhere does not count: a token in an error, or in a request that is repeated, is another one. If two
//! values of one name differ, neither is taken.

use crate::error::{Cause, Error};
use crate::message::{Document, Element};
use crate::secret::Secret;

/// Names from the outermost element inward. JSON's outermost braces have no name.
type Path = &'static [&'static str];

const TOKENS: &[Path] = &[&["Access_Token"], &["Content", "Access_Token"], &[WRAPPER, "Content", "Access_Token"]];
const ERRORS: &[Path] = &[&["Error"], &["Content", "Error"], &[WRAPPER, "Error"], &[WRAPPER, "Content", "Error"]];
/// An error without an envelope of its own.
const MESSAGES: &[Path] = &[&["Message"], &[WRAPPER, "Message"]];
/// Where gateways that do not know Concur say why: Apigee, SOAP 1.1 and 1.2, lists of errors. And in the outermost element.
const FAULTS: &[Path] = &[
    &["Fault"],
    &[WRAPPER, "Fault"],
    &[WRAPPER, "Body", "Fault"],
    &[WRAPPER, "Body", "Fault", "Reason"],
    &["Errors", "0"],
    &["Errors"],
];
/// The names of their words: API gateways, OAuth 2.0 (RFC 6749), SOAP, problem details (RFC 9457).
const WORDS: [&str; 7] = ["Message", "errorMessage", "error_description", "faultstring", "Text", "title", "detail"];
const STATUSES: &[Path] = &[&["StatusCode"], &[WRAPPER, "StatusCode"]];

/// Concur's documentation leaves its name open (`<…>`): an outermost element of XML counts as one, whatever its name,
/// unless it is an envelope itself.
const WRAPPER: &str = "Response";
const ENVELOPES: [&str; 2] = ["Access_Token", "Error"];

/// The values of a token's envelope; empty where there is none.
pub(super) struct TokenFields {
    pub(crate) token: Secret,
    pub(crate) expiration_date: Secret,
    pub(crate) refresh_token: Secret,
    pub(crate) instance_url: Secret,
}

pub(super) fn holds_token(document: &Document<'_>) -> bool {
    !all(document, TOKENS).is_empty()
}

/// `None` if there is no envelope of a token.
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

/// Whether there is the envelope of an error. It wins over a token.
pub(super) fn holds_error(document: &Document<'_>) -> bool {
    !all(document, ERRORS).is_empty()
}

pub(super) fn holds_message(document: &Document<'_>) -> bool {
    !all(document, MESSAGES).is_empty()
}

/// What an error says. `Message` may hold elements.
pub(crate) fn message(document: &Document<'_>) -> Result<Option<Secret>, Error> {
    let errors = all(document, ERRORS);
    let messages = match errors.is_empty() {
        true => all(document, MESSAGES),
        false => errors.iter().flat_map(|error| error.children("Message")).collect(),
    };
    let said = only("Message", messages.iter().map(|message| Some(message.text())))?;
    if said.as_ref().is_some_and(|text| !text.expose().is_empty()) {
        return Ok(said);
    }
    let own = only("Error", errors.iter().map(Element::value))?;
    Ok(foreign_words(document, errors).or(own))
}

/// What a gateway says in a form of its own.
fn foreign_words(document: &Document<'_>, errors: Vec<Element<'_, '_>>) -> Option<Secret> {
    if holds_token(document) {
        return None;
    }
    let places = errors.into_iter().chain(all(document, FAULTS)).chain(document.root());
    let words = places.map(|place| {
        let texts = WORDS.iter().flat_map(|name| place.children(name)).filter_map(|word| word.value());
        texts.filter(|text| !text.expose().is_empty()).collect::<Vec<Secret>>()
    });
    let mut texts = words.into_iter().find(|texts| !texts.is_empty())?;
    texts.dedup_by(|text, before| text.expose() == before.expose());
    let parts: Vec<&str> = texts.iter().flat_map(|text| [": ", text.expose()]).skip(1).collect();
    Some(Secret::concat(&parts))
}

/// Whether it is a token or an error of the modern service (RFC 6749, section 5): a text, where the Native Flow has an envelope.
pub(super) fn is_of_oauth2(document: &Document<'_>) -> bool {
    let members = all(document, &[&["Access_Token"], &["Error"]]);
    matches!(document, Document::Json(_))
        && members.iter().filter_map(Element::value).any(|text| !text.expose().is_empty())
}

/// The identification of an error.
pub(crate) fn id(document: &Document<'_>) -> Result<Option<Secret>, Error> {
    only("Id", values(&all(document, ERRORS), "Id"))
}

/// The HTTP status that stands beside the content, if it can be read.
pub(crate) fn status(document: &Document<'_>) -> Result<Option<u16>, Error> {
    let statuses = all(document, STATUSES);
    let text = only("StatusCode", statuses.iter().map(|status| status.number().or_else(|| status.value())))?;
    Ok(text.and_then(|text| text.expose().parse().ok()))
}

/// All elements at `paths`.
fn all<'d, 'a>(document: &'d Document<'a>, paths: &[Path]) -> Vec<Element<'d, 'a>> {
    let Some(root) = document.root() else { return Vec::new() };
    let name = root.name();
    let mut all = Vec::new();
    for path in paths {
        all.extend(at(root, name, path));
    }
    all
}

/// The elements at `path` from the outermost one, which has this name.
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

/// The one value of `values`; `None` if there is none, or if it is no text. Two that differ are an error.
fn only(name: &str, mut values: impl Iterator<Item = Option<Secret>>) -> Result<Option<Secret>, Error> {
    let Some(first) = values.next() else { return Ok(None) };
    let first_text = first.as_ref().map(Secret::expose);
    match values.all(|other| other.as_ref().map(Secret::expose) == first_text) {
        true => Ok(first),
        false => Err(Error::new(Cause::TwoValues).detail(name)),
    }
}
