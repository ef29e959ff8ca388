//! The documents: the size of the README, and links and paths in all of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::root;

/// The README must be readable in a minute, on a narrow screen.
const MAX_README_LINES: usize = 150;
const MAX_README_COLUMNS: usize = 100;

#[test]
fn readme_fits_into_its_lines_and_columns() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let lines = readme.lines().count();
    assert!(lines <= MAX_README_LINES, "README.md has {lines} lines");
    for (number, line) in readme.lines().enumerate() {
        let columns = line.chars().count();
        assert!(columns <= MAX_README_COLUMNS, "README.md:{} has {columns} columns", number + 1);
    }
}

/// All Markdown files of the project, by their paths in it.
fn documents() -> Vec<PathBuf> {
    let list = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "*.md"])
        .current_dir(root())
        .output()
        .unwrap();
    let documents: Vec<PathBuf> = String::from_utf8(list.stdout).unwrap().lines().map(PathBuf::from).collect();
    assert!(documents.contains(&PathBuf::from("docs/architecture.md")), "{documents:?}");
    documents
}

/// The text of a document without its blocks of code.
fn prose(document: &str) -> String {
    let outside = document.split("\n```").step_by(2);
    outside
        .flat_map(|part| part.lines().filter(|line| !line.starts_with("    ")).chain(["\n"]))
        .collect::<Vec<_>>()
        .join("\n")
}

fn links(prose: &str) -> impl Iterator<Item = &str> {
    prose.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target)
}

/// The names of the headings, as GitHub makes anchors of them.
fn anchors(document: &str) -> Vec<String> {
    let headings =
        document.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let is_kept = |c: &char| c.is_alphanumeric() || "-_ ".contains(*c);
    headings
        .map(|heading| heading.to_lowercase().chars().filter(is_kept).collect::<String>().replace(' ', "-"))
        .collect()
}

/// The fault of a link in `document`, if it has one.
fn fault_of(link: &str, document: &Path) -> Option<String> {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = match file {
        "" => root().join(document),
        _ => root().join(document).with_file_name(file),
    };
    if !target.exists() {
        return Some(format!("{}: {link} has no target", document.display()));
    }
    let has_anchor =
        anchor.is_empty() || anchors(&fs::read_to_string(target).unwrap()).iter().any(|name| name == anchor);
    (!has_anchor).then(|| format!("{}: {link} names no heading", document.display()))
}

#[test]
fn links_in_documents_resolve() {
    let mut faults = Vec::new();
    let mut checked = 0;
    for document in documents() {
        let text = prose(&fs::read_to_string(root().join(&document)).unwrap());
        for link in links(&text).filter(|link| !link.contains("://")) {
            checked += 1;
            // `make dist` copies this one to another place. The test of the archive checks its links.
            if document != Path::new("packaging/README.archive.md") {
                faults.extend(fault_of(link, &document));
            }
        }
    }
    assert!(checked > 50, "only {checked} links");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn link_without_target_or_heading_is_detected() {
    let readme = Path::new("README.md");
    assert_eq!(links("[a](b.md), [c](#d)").collect::<Vec<_>>(), ["b.md", "#d"]);
    assert_eq!(fault_of("docs/network.md#network-faults", readme), None);
    assert!(fault_of("docs/networks.md", readme).is_some());
    assert!(fault_of("docs/network.md#network-fault", readme).is_some());
    assert!(fault_of("#no-such-heading", readme).is_some());
}

/// Folders of the project, by which a path in a text is recognized.
const FOLDERS: [&str; 11] = [
    "abi/",
    "bench/",
    "bindings/",
    "docs/",
    "examples-c/",
    "fuzz/",
    "include/",
    "packaging/",
    "src/",
    "stub/",
    "tests/",
];

#[test]
fn paths_in_documents_exist() {
    let mut faults = Vec::new();
    // The changelog describes the past.
    for document in documents().into_iter().filter(|document| !document.ends_with("CHANGELOG.md")) {
        let text = fs::read_to_string(root().join(&document)).unwrap();
        let folder = root().join(&document).with_file_name("");
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "/._-".contains(c)));
        let paths =
            words.map(|word| word.trim_end_matches('.')).filter(|word| FOLDERS.iter().any(|top| word.starts_with(top)));
        for path in paths.filter(|path| !root().join(path).exists() && !folder.join(path).exists()) {
            faults.push(format!("{}: {path}", document.display()));
        }
    }
    assert!(faults.is_empty(), "no such files:\n{}", faults.join("\n"));
}
