//! The 8-byte windows of secrets that all tests here have found, by exit path and secret. `make test-all` prints the table at its
//! end, from `target/proved/residue-table`.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};
use std::fs;
use std::sync::Mutex;

use super::patterns::NAMES;
use crate::support::{self, Build};

#[derive(Default)]
struct Row {
    code: &'static str,
    runs: usize,
    calls: usize,
    windows: [usize; NAMES.len()],
}

/// One place where a control was written.
#[derive(Default)]
struct Control {
    runs: usize,
    found: usize,
    windows: usize,
}

#[derive(Default)]
struct Table {
    paths: BTreeMap<String, Row>,
    controls: BTreeMap<String, Control>,
    negatives: BTreeMap<String, usize>,
}

static TABLE: Mutex<Option<Table>> = Mutex::new(None);

fn change(change: impl FnOnce(&mut Table)) {
    change(TABLE.lock().unwrap().get_or_insert_default());
}

pub fn note_path(name: &str, code: &'static str, calls: usize, found: &[(&str, usize)]) {
    change(|table| {
        let row = table.paths.entry(name.to_owned()).or_default();
        row.code = code;
        row.runs += 1;
        row.calls += calls;
        for (column, name) in NAMES.iter().enumerate() {
            row.windows[column] +=
                found.iter().filter(|(pattern, _)| pattern == name).map(|(_, count)| count).sum::<usize>();
        }
    });
}

pub fn note_control(name: &str, windows: usize) {
    change(|table| {
        let control = table.controls.entry(name.to_owned()).or_default();
        control.runs += 1;
        control.found += usize::from(windows > 0);
        control.windows += windows;
    });
}

pub fn note_negative(build: Build, windows: usize) {
    change(|table| {
        table.negatives.insert(build.to_string(), windows);
    });
}

/// Writes the table with the results so far. The last test writes the complete table.
pub fn write() {
    let mut text = String::new();
    change(|table| {
        let mut line = |first: &str, second: &str, cells: &[&dyn Display]| {
            write!(text, "{first:<40} {second:<20}").unwrap();
            for cell in cells {
                // As text: a width means nothing to `dyn Display`.
                write!(text, " {:>9}", cell.to_string()).unwrap();
            }
            text.push('\n');
        };
        let names: Vec<&dyn Display> = NAMES.iter().map(|name| name as &dyn Display).collect();
        line("exit path", "code", &[&[&"runs" as &dyn Display, &"calls"], &names[..]].concat());
        for (name, row) in &table.paths {
            let windows: Vec<&dyn Display> = row.windows.iter().map(|count| count as &dyn Display).collect();
            line(name, row.code, &[&[&row.runs as &dyn Display, &row.calls], &windows[..]].concat());
        }
        line("control planted in", "", &[&"runs", &"found", &"windows"]);
        for (name, control) in &table.controls {
            line(name, "", &[&control.runs, &control.found, &control.windows]);
        }
        line("negative proof", "", &[&"windows"]);
        for (name, windows) in &table.negatives {
            line(name, "", &[windows]);
        }
    });
    let folder = support::root().join("target/proved");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("residue-table"), text).unwrap();
}
