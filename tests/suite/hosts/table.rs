//! The table of hosts in docs/languages.md.

use super::Seen;
use super::rows::HOSTS;
use crate::support::Table;

/// Compares the results with the table, except for the versions. Writes the table if NATIVEFLOW_WRITE_TABLE is set.
pub fn keep(mut seen: Vec<Seen>, is_whole: bool) {
    seen.sort_by_key(|seen| HOSTS.iter().position(|host| host.name == seen.name));
    let mut text = "| host | version | token | refusal | secret zeroed | left in memory | freed |\n".to_owned();
    text.push_str("|---|---|---|---|---|---|---|\n");
    for Seen { name, version, account } in seen {
        let (freed, made) = account.freed();
        text.push_str(&format!(
            "| {name} | {version} | yes | `NF_DENIED` | {} of 3 | {} | {freed} of {made} |\n",
            account.zeroed(),
            account.windows(),
        ));
    }
    if is_whole {
        Table::of("docs/languages.md", "host table").keep(&text, without_version);
    }
}

/// A row without what differs from machine to machine.
fn without_version(row: &str) -> String {
    let (name, rest) = row.trim_start_matches("| ").split_once(" | ").unwrap_or_default();
    format!("{name} |{}", rest.split_once('|').unwrap_or_default().1)
}
