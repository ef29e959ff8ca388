//! The table of peers and faults in docs/network.md.

use super::{Over, Seen};
use crate::support::{Table, proved};

/// If these are all rows, compares the results with the table, except for the times. Writes the table if
/// NATIVEFLOW_WRITE_TABLE is set.
pub fn keep(seen: &[Seen], is_whole: bool) {
    for Seen { row, .. } in seen {
        proved("network faults", format_args!("{}, {}", row.peer, row.fault));
    }
    if is_whole {
        Table::of("docs/network.md", "network table").keep(&text(seen), without_time);
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

/// A row without its last column.
fn without_time(row: &str) -> String {
    row.rsplitn(3, '|').nth(2).unwrap_or_default().to_owned()
}
