//! The table of peers and faults in the README, which nobody types.

use std::fs;

use super::{Over, Seen};
use crate::support::{self, proved};

const START: &str = "<!-- network table: written by make table -->\n";
const END: &str = "<!-- end -->\n";

/// Compares what was seen with the README, but for the times; with NATIVEFLOW_WRITE_TABLE set, writes it there.
pub fn keep(seen: &[Seen]) {
    for Seen { row, .. } in seen {
        proved("network faults", format_args!("{}, {}", row.peer, row.fault));
    }
    let path = support::root().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(START).expect("the table's start in README.md");
    let (old, after) = rest.split_once(END).expect("the table's end in README.md");
    let new = text(seen);
    if std::env::var_os("NATIVEFLOW_WRITE_TABLE").is_some() {
        fs::write(&path, [before, START, &new, END, after].concat()).unwrap();
    } else {
        assert_eq!(without_times(old), without_times(&new), "README.md has another table; run `make table`");
    }
}

fn text(seen: &[Seen]) -> String {
    let mut text = "| peer | fault | code | over the deadline |\n|---|---|---|---|\n".to_owned();
    for Seen { row, over_ms, tries, .. } in seen {
        let over = match (row.over, tries) {
            (Over::Never, _) => "–".to_owned(),
            (Over::Deadline, 1) => format!("{over_ms:.1} ms"),
            (Over::Deadline, _) => format!("{over_ms:.1} ms (try {tries})"),
        };
        text.push_str(&format!("| {} | {} | `{}` | {over} |\n", row.peer, row.fault, row.code));
    }
    text
}

fn without_times(table: &str) -> Vec<String> {
    table.lines().map(|line| line.rsplitn(3, '|').nth(2).unwrap_or_default().to_owned()).collect()
}
