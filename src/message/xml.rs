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
        // These have no position.
        roxmltree::Error::NoRootNode | roxmltree::Error::UnclosedRootNode | roxmltree::Error::UnexpectedEndOfStream => {
            let (line, column) = end(text);
            Error::new(Cause::BadXml).detail(format_args!("it ends early, at line {line}, column {column}"))
        }
        error => {
            let place = error.pos();
            Error::new(Cause::BadXml).detail(format_args!("line {}, column {}", place.row, place.col))
        }
    })
}

/// Returns line and column of the end, which is where the next character is missing.
fn end(text: &str) -> (usize, usize) {
    let last = text.rsplit('\n').next().unwrap_or_default();
    (text.matches('\n').count() + 1, last.chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn position_of_a_fault_is_named() {
        for (text, place) in [
            ("<a>\n  <b>é", "it ends early, at line 2, column 7"),
            ("<a>", "it ends early, at line 1, column 4"),
            ("<a>\n", "it ends early, at line 2, column 1"),
            ("<!-- -->", "it ends early, at line 1, column 9"),
            ("<a><b></a>", "line 1, column 7"),
            ("<a>\n<b c></a>", "line 2, column 5"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.message().ends_with(&format!("well-formed): {place}")), "{text}: {error}");
        }
        // The parser reports an unclosed tag, text or comment in different ways. None is at the beginning.
        let whole = "<?xml version=\"1.0\"?>\n<a b='c'><!-- d --><e>f&amp;g</e><![CDATA[h]]><?i j?></a>";
        for length in 23..whole.len() {
            if let Err(error) = parse(whole.get(..length).unwrap()) {
                assert!(!error.message().contains("line 1, column 1"), "{length}: {error}");
            }
        }
    }
}
