//! The members of a response: outermost, with exactly the documented names. A null counts as missing. Borrowed, because
//! they are read in every call.

use crate::error::{Cause, Error};
use crate::message::{Document, Json};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Value<'a> {
    /// Without spaces at its ends.
    Text(&'a str),
    Number(u64),
    /// An object, a list, a boolean or another number.
    Other,
}

pub(super) fn has(document: &Document<'_>, name: &str) -> bool {
    values(document, name).next().is_some()
}

/// Returns the text of a member; `None` if it is missing, empty or not a text.
///
/// # Errors
/// Two members have this name, and their values differ.
pub(super) fn text<'d>(document: &'d Document<'_>, name: &str) -> Result<Option<&'d str>, Error> {
    Ok(match value(document, name)? {
        Some(Value::Text(text)) if !text.is_empty() => Some(text),
        _ => None,
    })
}

/// Returns a number that is written as a number, or as a text of digits.
///
/// # Errors
/// As for [`text`].
pub(super) fn whole_number(document: &Document<'_>, name: &str) -> Result<Option<i64>, Error> {
    Ok(match value(document, name)? {
        Some(Value::Number(number)) => i64::try_from(number).ok(),
        Some(Value::Text(digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
        _ => None,
    })
}

fn value<'d>(document: &'d Document<'_>, name: &str) -> Result<Option<Value<'d>>, Error> {
    let mut values = values(document, name);
    let first = values.next();
    match values.all(|other| Some(other) == first) {
        true => Ok(first),
        false => Err(Error::new(Cause::TwoValues).detail(name)),
    }
}

fn values<'d>(document: &'d Document<'_>, name: &str) -> impl Iterator<Item = Value<'d>> {
    let members = match document {
        Document::Json(Json::Object(members)) => members.as_slice(),
        _ => &[],
    };
    members.iter().filter(move |(member, _)| member.expose() == name).filter_map(|(_, json)| match json {
        Json::Null => None,
        Json::Text(text) => Some(Value::Text(text.expose().trim())),
        Json::Number(number) => Some(Value::Number(*number)),
        Json::Object(_) | Json::List(_) | Json::Other => Some(Value::Other),
    })
}
