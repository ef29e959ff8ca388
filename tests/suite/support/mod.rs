//! Shared parts of the tests: the builds of the library, C programs that use them, and the stub.

mod build;
mod call;
mod compiler;
mod expected;
mod namespace;
mod program;
mod table;
mod target;
mod tools;

pub use build::{Build, declared_functions, is_debug_asked_for, outside_cargo, stub_program};
pub use call::Call;
pub use compiler::{Compiler, Preload, emulator};
pub use expected::Expected;
pub use namespace::{as_first_process, in_namespace};
pub use program::{Facts, Program};
pub use table::Table;
pub use target::Target;
pub(crate) use tools::needs;
pub use tools::{NAMESPACES, STATIC_C_LIBRARY, is_everything_tested, is_here, lacks};

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use nativeflow_stub::{Options, Stub, User};

/// The top of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A directory for the files of one test.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Records that `item` was run. `make test` prints the counts at its end.
pub fn proved(kind: &str, item: impl std::fmt::Display) {
    let folder = root().join("target/proved");
    fs::create_dir_all(&folder).unwrap();
    let mut file = OpenOptions::new().create(true).append(true).open(folder.join(kind)).unwrap();
    // One write, so that lines of parallel tests do not mix.
    file.write_all(format!("{item}\n").as_bytes()).unwrap();
}

/// The rows of a table to run: all, or those whose name contains `NATIVEFLOW_ONLY`.
pub fn chosen<T>(rows: impl IntoIterator<Item = T>, name: impl Fn(&T) -> String) -> Vec<T> {
    let Some(only) = only() else { return rows.into_iter().collect() };
    let chosen: Vec<T> = rows.into_iter().filter(|row| name(row).contains(&only)).collect();
    assert!(!chosen.is_empty(), "no row has {only:?} in its name");
    chosen
}

/// The value of `NATIVEFLOW_ONLY`, if set.
pub fn only() -> Option<String> {
    std::env::var("NATIVEFLOW_ONLY").ok().filter(|only| !only.is_empty())
}

/// The stub of all tests that do not count its requests, and the file with its CA.
pub fn stub() -> (&'static Stub, &'static Path) {
    static STUB: OnceLock<(Stub, PathBuf)> = OnceLock::new();
    let (stub, ca) = STUB.get_or_init(|| {
        let users = vec![
            User::demo(),
            user("jürgen.müller@example.com", "Paßwort: 東京 ✓"),
            user("no.password@example.com", ""),
            user("long.password@example.com", &"0123456789".repeat(30)),
            // Secrets that are not in the memory of a process by chance.
            user("random@example.com", "Qz5$vK8&wX3!jP6^"),
            user("zufällig@example.com", "ß8✓Kq東4#京Zw7é9"),
        ];
        // Several test processes may run at once, each with its own stub.
        let ca = scratch("stub").join(format!("ca-{}.pem", std::process::id()));
        let stub = Stub::start(Options { users, record: false, ..Options::default() }).unwrap();
        fs::write(&ca, stub.ca_pem()).unwrap();
        (stub, ca)
    });
    (stub, ca)
}

/// A stub of one test, and the file with its CA.
pub fn own_stub(options: Options) -> (Stub, String) {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let name = format!("ca-{}-own-{}.pem", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let ca = scratch("stub").join(name);
    let stub = Stub::start(options).unwrap();
    fs::write(&ca, stub.ca_pem()).unwrap();
    (stub, ca.to_str().unwrap().to_owned())
}

/// A user of the stub, with the demo user's key.
pub fn user(login: &str, secret: &str) -> User {
    User { key: User::demo().key.clone(), login: login.to_owned(), secret: secret.to_owned() }
}
