//! Web pages: responses written for people and not for programs.

/// Elements at the beginning of a web page; many pages omit `html`.
const PAGE_TAGS: &[&str] = &[
    "html", "head", "body", "title", "meta", "link", "style", "script", "base", "center", "div", "p", "h1", "h2", "h3",
    "table", "form", "hr", "br", "pre", "iframe", "noscript", "main", "section", "svg",
];

/// Whether markup is a web page, by its document type or its first element.
pub(super) fn is_web_page(text: &str) -> bool {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let past = if rest.starts_with("<?") {
            rest.split_once("?>")
        } else if rest.starts_with("<!--") {
            rest.split_once("-->")
        } else {
            break;
        };
        let Some((_, after)) = past else { return false };
        rest = after;
    }
    if let Some(kind) = strip_ignoring_case(rest, "<!doctype") {
        return strip_ignoring_case(kind.trim_start(), "html").is_some();
    }
    let Some(tag) = rest.strip_prefix('<') else { return false };
    let name = tag.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_' && c != ':').next();
    name.is_some_and(|name| PAGE_TAGS.iter().any(|page| name.eq_ignore_ascii_case(page)))
}

/// Returns the content of the first `<title>`.
pub(crate) fn title(page: &str) -> &str {
    let inside = find_ignoring_case(page, "<title").and_then(|tag| {
        let (_, after) = page.get(tag..)?.split_once('>')?;
        Some(after.split_once('<')?.0)
    });
    inside.unwrap_or_default()
}

/// Whether a text that does not begin with markup contains a web page.
pub(super) fn holds_web_page(text: &str) -> bool {
    find_ignoring_case(text, "<html").is_some()
}

fn strip_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn find_ignoring_case(text: &str, what: &str) -> Option<usize> {
    text.as_bytes().windows(what.len()).position(|window| window.eq_ignore_ascii_case(what.as_bytes()))
}
