//! Tables in the README that a test writes, and nobody types.

use std::fs;

use super::root;

/// One of them, between two marks.
pub struct Table {
    start: String,
}

const END: &str = "<!-- end -->\n";

impl Table {
    pub fn named(name: &str) -> Table {
        Table { start: format!("<!-- {name} table: written by make table -->\n") }
    }

    /// Compares `new` with the README by what `essence` leaves of each row; with NATIVEFLOW_WRITE_TABLE set, writes it there.
    pub fn keep(&self, new: &str, essence: impl Fn(&str) -> String) {
        let path = root().join("README.md");
        let readme = fs::read_to_string(&path).unwrap();
        let (before, rest) = readme.split_once(&self.start).expect("the table's start in README.md");
        let (old, after) = rest.split_once(END).expect("the table's end in README.md");
        if std::env::var_os("NATIVEFLOW_WRITE_TABLE").is_some() {
            fs::write(&path, [before, &self.start, new, END, after].concat()).unwrap();
        } else {
            let rows = |table: &str| table.lines().map(&essence).collect::<Vec<String>>();
            assert_eq!(rows(old), rows(new), "README.md has another table; run `make table`");
        }
    }
}
