//! Checks the output of the host.

use super::host::Binding;
use super::paths::Path;
use super::patterns::KEPT;
use super::table;
use crate::support::Facts;

/// A scan of less memory is incomplete: a process has a stack, a heap and the data of its libraries.
const LEAST_BYTES: usize = 300_000;

/// Places where a control is written. The last kind shows that the caller's next lazily bound call spills the registers.
const CONTROLS: [&str; 6] =
    ["heap", "stack", "general-register", "vector-register", "high-vector-register", "next-lazy-call"];

/// The lines of one run, in words.
pub struct OutputCheck<'a> {
    name: &'a str,
    code: &'static str,
    calls: usize,
    known: Option<&'static str>,
    lines: Vec<Vec<&'a str>>,
    trouble: Option<String>,
}

impl<'a> OutputCheck<'a> {
    pub fn of(path: &'a Path, facts: &'a Facts) -> OutputCheck<'a> {
        let passed = facts.status.success() && facts.stderr.is_empty();
        OutputCheck {
            name: &path.name,
            code: path.code,
            calls: path.calls,
            known: path.known,
            lines: facts.stdout.lines().map(|line| line.split(' ').collect()).collect(),
            trouble: (!passed).then(|| format!("{}: {} {}", path.name, facts.status, facts.stderr)),
        }
    }

    /// The words after `kind` and the path, of each line of that kind.
    fn of_kind(&self, kind: &str) -> impl Iterator<Item = &[&'a str]> {
        self.lines.iter().filter(move |words| words[0] == kind).map(|words| &words[2..])
    }

    /// The windows of secrets that were found: time, pattern, place, count, and the origin of the first one: number
    /// of the text in the brief, first byte, bytes of a character.
    fn found(&self) -> impl Iterator<Item = (&'a str, &'a str, &'a str, usize, &'a str)> {
        self.of_kind("found").filter_map(|words| {
            let [when, pattern, place, count, origin] = *words else { panic!("{words:?}") };
            // A place that is a file name: the code of the program or of the library.
            let in_code = !place.starts_with('[') && !place.starts_with("registers") && place != "anonymous";
            let known = in_code && self.known == Some(pattern);
            let copied = place == "[stack]" || place.starts_with("registers");
            let kept = pattern == KEPT && ["configured", "returned", "freed"].contains(&when) && !copied;
            (when != "planted" && !known && !kept).then(|| (when, pattern, place, count.parse().unwrap(), origin))
        })
    }

    /// Number of windows of each pattern that were found in a file.
    pub fn in_file(path: &Path, facts: &Facts) -> Vec<(String, usize)> {
        let check = OutputCheck::of(path, facts);
        let trouble = check.trouble.iter().cloned().chain(check.of_kind("unreadable").map(|words| words.join(" ")));
        assert_eq!(trouble.collect::<Vec<_>>(), [""; 0]);
        assert_eq!(check.of_kind("scanned").filter(|words| words[0] == "dumped").count(), 1);
        check.found().map(|(_, pattern, _, count, _)| (pattern.to_owned(), count)).collect()
    }

    /// How many there are.
    pub fn windows(&self) -> usize {
        self.found().map(|(_, _, _, count, _)| count).sum()
    }

    fn control(&self, name: &str) -> usize {
        self.of_kind("control").filter(|words| words[0] == name).map(|words| words[1].parse::<usize>().unwrap()).sum()
    }

    pub fn controls_are_found(&self, path: &Path, binding: Binding) -> bool {
        !self.faults(path, binding).iter().any(|fault| fault.contains("control"))
    }

    /// Adds this run to the table.
    pub fn note(&self) {
        let found: Vec<_> = self.found().map(|(_, pattern, _, count, _)| (pattern, count)).collect();
        table::note_path(self.name, self.code, self.calls, &found);
        for control in CONTROLS {
            if self.of_kind("control").any(|words| words[0] == control) {
                table::note_control(control, self.control(control));
            }
        }
    }

    /// All faults.
    pub fn faults(&self, path: &Path, binding: Binding) -> Vec<String> {
        if let Some(trouble) = &self.trouble {
            return vec![trouble.clone()];
        }
        let mut faults = Vec::new();
        let mut fault = |text: String| faults.push(format!("{}: {text}", self.name));
        let calls = path.calls.to_string();
        let ended: Vec<&[&str]> = self.of_kind("code").collect();
        if ended != [[path.code, calls.as_str()]] {
            fault(format!("{} calls should end in {}, and ended so: {ended:?}", path.calls, path.code));
        }
        for (when, pattern, place, count, origin) in self.found() {
            fault(format!("{count} windows of {pattern} in {place}, {when}; the first: {origin}"));
        }
        if path.is_kept() && !self.of_kind("connected").eq([["1"]]) {
            fault("the connection was not kept".to_owned());
        }
        let lazy = binding == Binding::Lazy;
        if !self.of_kind("lazy").eq([[if lazy { "1" } else { "0" }]]) {
            fault("the call after the library's was not bound as it should be".to_owned());
        }
        for control in CONTROLS {
            if self.control(control) == 0 && (lazy || control != "next-lazy-call") {
                fault(format!("the control in {control} was not found"));
            }
        }
        for (when, scans) in [
            ("before", 1),
            ("cleaned", 1),
            ("configured", path.steps()),
            ("returned", path.calls),
            ("freed", path.calls),
            ("closed", 1),
        ] {
            let scanned = |words: &&[&str]| {
                words[0] == when
                    && words[1] == scans.to_string()
                    && words[2].parse::<usize>().unwrap() >= scans * LEAST_BYTES
            };
            if scans > 0 && !self.of_kind("scanned").any(|words| scanned(&words)) {
                fault(format!("not enough was scanned: {when}"));
            }
        }
        for words in self.of_kind("unreadable") {
            fault(format!("memory could not be read: {words:?}"));
        }
        faults
    }
}
