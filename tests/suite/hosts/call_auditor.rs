//! The call auditor of `tests/hosts`, and its log.

use std::collections::BTreeMap;
use std::fs;
use std::ops::AddAssign;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{Compiler, root, scratch};

/// Each test has its own, because tests run in parallel.
static NUMBER: AtomicUsize = AtomicUsize::new(0);

pub struct CallAuditor {
    library: PathBuf,
}

impl CallAuditor {
    pub fn build() -> CallAuditor {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let library = scratch("hosts").join(format!("call-auditor-{}-{number}.so", std::process::id()));
        let residue = root().join("tests/residue");
        let registers = format!("registers_{}.S", std::env::consts::ARCH);
        let mut compiler = Compiler::c11().args(["-shared", "-fPIC", "-fvisibility=hidden", "-O2"]);
        for source in ["scan.c", "windows.c", "registers.c", &registers] {
            compiler = compiler.source(&residue.join(source));
        }
        compiler.source(&root().join("tests/hosts/call_auditor.c")).output(&library).run();
        CallAuditor { library }
    }

    pub fn new_log(&self) -> PathBuf {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let log = scratch("hosts").join(format!("log-{}-{number}", std::process::id()));
        let _ = fs::remove_file(&log);
        log
    }

    pub fn variables(&self, log: &Path) -> [(&'static str, String); 2] {
        [("LD_AUDIT", self.library.display().to_string()), ("NATIVEFLOW_CALL_LOG", log.display().to_string())]
    }
}

impl Drop for CallAuditor {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.library);
    }
}

/// Record of the calls that a host made to the library.
#[derive(Default)]
pub struct Account {
    made: BTreeMap<String, usize>,
    freed: BTreeMap<String, usize>,
    zeroed: BTreeMap<String, usize>,
    left: Vec<String>,
    loaded: Vec<String>,
    windows: usize,
    scans: usize,
    found: Vec<String>,
}

/// Empty if the host has not loaded the library.
pub fn read(log: &Path) -> Account {
    let text = fs::read_to_string(log).unwrap_or_default();
    let _ = fs::remove_file(log);
    let mut account = Account::default();
    for line in text.lines() {
        let (what, of) = line.split_once(' ').unwrap();
        match what {
            "made" => *account.made.entry(of.to_owned()).or_default() += 1,
            "freed" => *account.freed.entry(of.to_owned()).or_default() += 1,
            "zero" => *account.zeroed.entry(of.to_owned()).or_default() += 1,
            "left" => account.left.push(of.to_owned()),
            "loaded" => account.loaded.push(of.to_owned()),
            "windows" => {
                let (number, place) = of.split_once(' ').unwrap();
                account.scans += 1;
                account.windows += number.parse::<usize>().unwrap();
                account.found.extend((number != "0").then(|| place.to_owned()));
            }
            _ => panic!("{line}"),
        }
    }
    account
}

impl Account {
    /// Checks one run.
    pub fn check(&self, host: &str, prefix: &Path, has_token: bool) {
        assert!(self.loaded.iter().all(|path| Path::new(path).starts_with(prefix)), "{host}: {:?}", self.loaded);
        assert!(!self.loaded.is_empty(), "{host}: the library was not loaded");
        let expected = ["client", "options", if has_token { "token" } else { "error" }];
        for kind in expected {
            assert_eq!(self.made.get(kind), Some(&1), "{host}: {kind} made: {:?}", self.made);
        }
        assert_eq!(self.made, self.freed, "{host}: made and freed");
        assert!(self.left.is_empty(), "{host}: not zeroed: {:?}", self.left);
        assert_eq!(self.zeroed.get("login"), Some(&1), "{host}");
        assert_eq!(self.zeroed.get("secret"), Some(&1), "{host}");
        assert_eq!(self.scans, 1, "{host}: scans");
        assert_eq!(self.windows, 0, "{host}: of the secret, in {:?}", self.found);
    }

    /// Checks one run that ended before it requested a token.
    pub fn check_unasked(&self, host: &str) {
        assert!(self.zeroed.is_empty() && self.left.is_empty(), "{host}: the library was given a secret");
        assert_eq!(self.made.get("token"), None, "{host}");
        assert_eq!(self.made, self.freed, "{host}: made and freed");
    }

    pub fn freed(&self) -> (usize, usize) {
        (self.freed.values().sum(), self.made.values().sum())
    }

    pub fn zeroed(&self) -> usize {
        self.zeroed.get("secret").copied().unwrap_or_default()
    }

    pub fn windows(&self) -> usize {
        self.windows
    }
}

impl AddAssign for Account {
    fn add_assign(&mut self, other: Account) {
        for (to, from) in
            [(&mut self.made, other.made), (&mut self.freed, other.freed), (&mut self.zeroed, other.zeroed)]
        {
            from.into_iter().for_each(|(kind, number)| *to.entry(kind).or_default() += number);
        }
        self.left.extend(other.left);
        self.loaded.extend(other.loaded);
        self.found.extend(other.found);
        self.windows += other.windows;
        self.scans += other.scans;
    }
}
