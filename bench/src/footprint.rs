//! Other figures of a run. Each is `None` if the tool that measures it is not installed.

use std::path::Path;
use std::process::Command;

use crate::program::Program;

/// Maximum memory of the process, in KiB.
pub(crate) fn peak_memory(program: &Program) -> Option<u64> {
    let output = program.run_with(&["--peak-memory"]).ok()?;
    let printed = String::from_utf8(output.stderr).ok()?;
    let line = printed.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// Number of instructions in user mode, from the loader to the exit, counted by callgrind. `profile` stays, because
/// `callgrind_annotate` reads it.
pub(crate) fn instructions(program: &Program, profile: &Path) -> Option<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", profile.display()));
    let output = program.run_under(&mut valgrind).ok()?;
    let printed = std::fs::read_to_string(profile).ok()?;
    let total = printed.lines().find_map(|line| line.strip_prefix("totals: "))?;
    total.parse().ok().filter(|_| output.status.success())
}

/// Number of shared libraries that the loader maps, including itself and libc.
pub(crate) fn shared_libraries(program: &Path) -> Option<u64> {
    let printed = output("ldd", &[], program)?;
    // Every file has a path; the kernel's vdso has none.
    let files = printed.lines().filter(|line| line.contains('/')).count();
    u64::try_from(files).ok()
}

/// Symbol table and dependencies of a shared library.
pub(crate) struct Linkage {
    /// The symbol table, which only debuggers read, is missing.
    pub(crate) stripped: bool,
    pub(crate) needed: Vec<String>,
}

pub(crate) fn linkage(library: &Path) -> Option<Linkage> {
    let printed = output("readelf", &["--dynamic", "--sections", "--wide"], library)?;
    let needed = printed.lines().filter(|line| line.contains("(NEEDED)"));
    Some(Linkage {
        stripped: !printed.contains(" .symtab "),
        needed: needed.filter_map(|line| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned())).collect(),
    })
}

fn output(tool: &str, options: &[&str], file: &Path) -> Option<String> {
    // Set a known language, because readelf translates its output.
    let output = Command::new(tool).env("LC_ALL", "C").args(options).arg(file).output();
    let output = output.ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}
