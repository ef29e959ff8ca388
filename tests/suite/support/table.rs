//! Parts of documents that a test writes.

use std::fs;

use super::root;

/// One of them, between two marks.
pub struct Table {
    document: &'static str,
    start: String,
}

const END: &str = "<!-- end -->\n";

impl Table {
    /// `name` is in its first mark, `document` a path in the project.
    pub fn of(document: &'static str, name: &str) -> Table {
        Table { document, start: format!("<!-- {name}: written by make table -->\n") }
    }

    /// Compares `new` with the document by `essence` of each row. Writes it there if NATIVEFLOW_WRITE_TABLE is set.
    pub fn keep(&self, new: &str, essence: impl Fn(&str) -> String) {
        let path = root().join(self.document);
        let text = fs::read_to_string(&path).unwrap();
        let missing = || panic!("{} has no {:?} or no end of it", self.document, self.start);
        let (before, rest) = text.split_once(&self.start).unwrap_or_else(missing);
        let (old, after) = rest.split_once(END).unwrap_or_else(missing);
        if std::env::var_os("NATIVEFLOW_WRITE_TABLE").is_some() {
            fs::write(&path, [before, &self.start, new, END, after].concat()).unwrap();
        } else {
            let rows = |table: &str| table.lines().map(&essence).collect::<Vec<String>>();
            assert_eq!(rows(old), rows(new), "{} is out of date; run `make table`", self.document);
        }
    }
}
