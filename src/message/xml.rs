//! Parses XML, within limits that no valid response reaches.

use roxmltree::{Document, ParsingOptions};

use crate::error::{Cause, Error};

/// Responses have one namespace at most, and attributes only in the first line.
const MAX_NAMESPACES: usize = 64;
const MAX_ATTRIBUTES: usize = 2048;

/// Parses `text`.
///
/// # Errors
/// The text is not well-formed, has a document type definition, or has too many attributes.
pub(crate) fn parse(text: &str) -> Result<Document<'_>, Error> {
    // The parser's time grows with the square of these numbers.
    if text.matches("xmlns").count() > MAX_NAMESPACES || text.matches('=').count() > MAX_ATTRIBUTES {
        return Err(Error::new(Cause::BadXml).detail("too many attributes"));
    }
    // A document type definition allows entity expansion and reading of files. Nodes need no limit, because the body
    // has one.
    let options = ParsingOptions { allow_dtd: false, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => Cause::Dtd.into(),
        error => {
            let place = error.pos();
            Error::new(Cause::BadXml).detail(format_args!("line {}, column {}", place.row, place.col))
        }
    })
}
