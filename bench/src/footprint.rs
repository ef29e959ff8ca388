//! What a run takes beside time. Each is `None` where the tool that tells it is not installed.

use std::path::Path;
use std::process::Command;

use crate::program::Program;

/// The most memory that the process has held, in KiB.
pub(crate) fn peak_memory(program: &Program) -> Option<u64> {
    let output = program.run_with(&["--peak-memory"]).ok()?;
    let said = String::from_utf8(output.stderr).ok()?;
    let line = said.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// Instructions in user mode from the loader's first to the exit, as callgrind counts them. `profile` is kept, for
/// `callgrind_annotate`.
pub(crate) fn instructions(program: &Program, profile: &Path) -> Option<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", profile.display()));
    let output = program.run_under(&mut valgrind).ok()?;
    let told = std::fs::read_to_string(profile).ok()?;
    let total = told.lines().find_map(|line| line.strip_prefix("totals: "))?;
    total.parse().ok().filter(|_| output.status.success())
}

/// How many shared libraries the loader maps, itself and libc included.
pub(crate) fn shared_libraries(program: &Path) -> Option<u64> {
    let told = output("ldd", &[], program)?;
    // Every file has a path; the kernel's vdso has none.
    let files = told.lines().filter(|line| line.contains('/')).count();
    u64::try_from(files).ok()
}

/// What a shared library carries along and what it asks of the system.
pub(crate) struct Linkage {
    /// Without the symbol table that only debuggers read.
    pub(crate) stripped: bool,
    pub(crate) needed: Vec<String>,
}

pub(crate) fn linkage(library: &Path) -> Option<Linkage> {
    let told = output("readelf", &["--dynamic", "--sections", "--wide"], library)?;
    let needed = told.lines().filter(|line| line.contains("(NEEDED)"));
    Some(Linkage {
        stripped: !told.contains(" .symtab "),
        needed: needed.filter_map(|line| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned())).collect(),
    })
}

fn output(tool: &str, options: &[&str], file: &Path) -> Option<String> {
    // In a language that is known: readelf translates.
    let output = Command::new(tool).env("LC_ALL", "C").args(options).arg(file).output();
    let output = output.ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}
