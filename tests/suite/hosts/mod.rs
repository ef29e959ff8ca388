//! The languages that call the library. Each gets a token and a rejection from the installed library, and leaves no secret in
//! memory.
//!
//! A host's program is one of `bindings/`, built in a copy of its directory with only the files that `make install` has
//! installed. It runs under the call auditor of `tests/hosts`, which sees at the C boundary whether login and secret were zeroed
//! and all objects freed, and looks for the secret in the process' memory when it frees its client.

mod batch;
mod call_auditor;
mod guides;
mod oauth2;
mod rows;
mod session;
mod table;
mod whole;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex, OnceLock};

use nativeflow_stub::{Options, Stub, User};

use crate::installed::installed;
use crate::residue::patterns::random_text;
use crate::support::{self, Facts, Program, chosen, is_everything_tested, is_here, needs, proved, root, scratch};
use call_auditor::{Account, CallAuditor};

type Commands = &'static [&'static [&'static str]];

/// A directory, and the commands that build it.
type Recipe = (&'static str, Commands);

/// A language, or one of its ways to call C.
pub struct Host {
    /// Name in the table.
    name: &'static str,
    /// Prints its version.
    version: &'static [&'static str],
    /// Path in `bindings/`, or from the top of the project.
    folder: &'static str,
    /// Commands that build the program. `{prefix}` is where the library is installed; `{tools}`, `{node}` and `{dotnet}` are
    /// the places where `tests/tools.sh` has put tools that are not packages of the system.
    build: Commands,
    /// Commands of the binding's own tests. They get the URLs of the stub and of a silent server, and the CA file, as `{base-url}`,
    /// `{silent-url}` and `{ca-file}` or in the environment, and the demo user on standard input.
    tests: Commands,
    /// The program, which takes BASE_URL CONSUMER_KEY LOGIN [CA_FILE] and the secret as its first line.
    run: &'static [&'static str],
}

impl Host {
    /// The commands of the system that building and running it start.
    fn starts(&self) -> Vec<&'static str> {
        let commands = self.build.iter().chain(self.tests).chain([&self.run]);
        let mut starts: Vec<&str> = commands.map(|words| words[0]).filter(|word| !word.contains(['/', '{'])).collect();
        if self.build.iter().any(|words| words.iter().any(|word| word.contains("$(pkg-config"))) {
            starts.push("pkg-config");
        }
        starts
    }
}

/// A row of the table.
pub struct Seen {
    name: &'static str,
    version: String,
    account: Account,
}

/// Where hosts find the library.
struct Place {
    prefix: PathBuf,
    /// Contains the directories of the programs. Tests that run at once build the same programs, each in its own.
    programs: PathBuf,
    auditor: CallAuditor,
    /// Directory of each program that was built. Hosts with the same directory and commands run the same program.
    built: Mutex<HashMap<Recipe, Arc<OnceLock<PathBuf>>>>,
}

impl Place {
    fn new(name: &str) -> Place {
        let programs = scratch("hosts").join(name);
        Place { prefix: installed(name), programs, auditor: CallAuditor::build(), built: Mutex::default() }
    }

    fn fill(&self, word: &str) -> String {
        let (stub, ca) = support::stub();
        with_stub(word, stub, ca.to_str().unwrap())
            .replace("{prefix}", &self.prefix.display().to_string())
            .replace("{tools}", &root().join("target/hosts").display().to_string())
            .replace("{node}", &root().join("target/node/node_modules").display().to_string())
            .replace("{dotnet}", &root().join("target/dotnet/bin/dotnet").display().to_string())
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut words = words.iter().map(|word| self.fill(word));
        let mut command = support::outside_cargo(&words.next().unwrap());
        command.args(words).envs(self.variables());
        command
    }

    fn variables(&self) -> [(&'static str, String); 5] {
        let lib = self.prefix.join("lib").display().to_string();
        [
            ("PKG_CONFIG_PATH", format!("{lib}/pkgconfig")),
            ("LD_LIBRARY_PATH", lib),
            // Go must not download a compiler or a module.
            ("GOTOOLCHAIN", "local".to_owned()),
            ("GOPROXY", "off".to_owned()),
            ("GOCACHE", root().join("target/go-cache").display().to_string()),
        ]
    }

    /// The version of a host; `None` if the host, or a program that its commands start, is not installed.
    fn version(&self, host: &Host) -> Option<String> {
        if !host.starts().iter().all(|&program| is_here(program)) {
            return None;
        }
        let output = self.command(host.version).output().ok().filter(|output| output.status.success())?;
        let text = printed(&output);
        let words = text.split(|c: char| c != '.' && !c.is_ascii_alphanumeric());
        // "go1.19.8", "v24.19.0"
        let mut numbers = words.map(|word| word.trim_start_matches(|c: char| c.is_ascii_alphabetic()));
        let version = numbers.find(|word| word.starts_with(|first: char| first.is_ascii_digit()) && word.contains('.'));
        Some(version.unwrap_or_else(|| panic!("{}: no version in {text:?}", host.name)).to_owned())
    }

    /// Builds a host's program, unless that was done for another host.
    fn build(&self, host: &Host) -> PathBuf {
        let built = Arc::clone(self.built.lock().unwrap().entry((host.folder, host.build)).or_default());
        built.get_or_init(|| self.build_copy(host)).clone()
    }

    /// Builds a host's program, in a copy of its directory.
    fn build_copy(&self, host: &Host) -> PathBuf {
        let top = self.programs.join(host.name.replace(|c: char| !c.is_ascii_alphanumeric(), "-"));
        let _ = fs::remove_dir_all(&top);
        let work = top.join("bindings/this");
        copy(&root().join("bindings").join(host.folder), &work);
        // Some tests read the lists of functions and codes.
        copy(&root().join("abi"), &top.join("abi"));
        for words in host.build {
            let output = self.command(words).current_dir(&work).output().unwrap();
            assert!(output.status.success(), "{}: {words:?}\n{}", host.name, printed(&output));
        }
        work
    }

    fn test(&self, host: &Host, work: &Path) {
        let demo = User::demo();
        // Bindings revoke tokens of the demo user, which would end those of other bindings on a shared stub.
        let (stub, ca) = support::own_stub(Options::default());
        let variables = [
            ("NATIVEFLOW_TEST_URL", stub.base_url()),
            ("NATIVEFLOW_TEST_CA_FILE", ca.clone()),
            ("NATIVEFLOW_TEST_REQUIRED", "1".to_owned()),
        ];
        for words in host.tests {
            let filled: Vec<String> = words.iter().map(|word| with_stub(word, &stub, &ca)).collect();
            let filled: Vec<&str> = filled.iter().map(String::as_str).collect();
            let program = self.program(host, work, &filled, &variables);
            let facts = program.lines(&[&demo.key, &demo.login, &demo.secret]).run();
            assert!(facts.status.success(), "{}: {words:?}\n{}{}", host.name, facts.stdout, facts.stderr);
        }
    }

    /// The program that runs these words in a directory, with these variables and those of [`Place`].
    fn program(&self, host: &Host, work: &Path, words: &[&str], variables: &[(&str, String)]) -> Program {
        let own = self.variables();
        let variables = own.iter().chain(variables).map(|(name, value)| format!("{name}={value}"));
        let program = Program::new("env".into(), host.name.to_owned()).counted_as("hosts");
        let program = program.arg("-C").arg(work.to_str().unwrap());
        let words = variables.chain(words.iter().map(|word| self.fill(word)));
        words.fold(program, |program, word| program.arg(&word))
    }

    /// Checks a host with a token, a rejection, and a token for a user whose login and secret are not ASCII.
    fn try_out(&self, host: &Host, version: String) -> Seen {
        let work = self.build(host);
        self.test(host, &work);
        let user = support::user("random@example.com", "Qz5$vK8&wX3!jP6^");
        let foreign = support::user("zufällig@example.com", "ß8✓Kq東4#京Zw7é9");
        let wrong = support::user(&user.login, "Zq7#mW2!xV9$kL4%pT6");
        let mut all = Account::default();
        for (user, is_refused) in [(&user, false), (&foreign, false), (&wrong, true)] {
            let (facts, account) = self.run(host, &work, user);
            let what = format!("{}, {}:\n{}{}", host.name, user.login, facts.stdout, facts.stderr);
            if is_refused {
                assert_eq!(facts.status.code(), Some(1), "{what}");
                assert!(facts.stdout.is_empty(), "{what}");
                let lines: Vec<&str> = facts.stderr.lines().collect();
                let [first, second] = lines[..] else { panic!("{what}") };
                assert!(first.starts_with("NF_DENIED: ") && first.ends_with("HTTP 403."), "{what}");
                assert!(second.starts_with("Do not retry"), "{what}");
            } else {
                assert!(facts.status.success() && facts.stderr.is_empty(), "{what}");
                let lines: Vec<&str> = facts.stdout.lines().collect();
                let [token, expires, instance] = lines[..] else { panic!("{what}") };
                assert!(token.strip_prefix("token:    ").is_some_and(|token| token.len() == 28), "{what}");
                assert!(expires.starts_with("expires:  20") && expires.ends_with(" UTC"), "{what}");
                let url = support::stub().0.base_url();
                assert_eq!(instance.trim_end_matches('/'), format!("instance: {url}"), "{what}");
            }
            account.check(host.name, &self.prefix, !is_refused);
            all += account;
        }
        self.refuses(host, &work, &random_text(600), &["longer than"]);
        self.refuses(host, &work, "Qz5$vK8&\0wX3!jP6^", &["NUL", "NF_INVALID"]);
        let usage = self.command(host.run).current_dir(&work).output().unwrap();
        assert_eq!(usage.status.code(), Some(2), "{}: {}", host.name, printed(&usage));
        assert!(printed(&usage).contains("usage: "), "{}: {}", host.name, printed(&usage));
        Seen { name: host.name, version, account: all }
    }

    /// Checks a secret that cannot be sent unchanged. If it were truncated and sent, it would count as a failed login.
    fn refuses(&self, host: &Host, work: &Path, secret: &str, one_of: &[&str]) {
        let (facts, account) = self.run(host, work, &support::user("random@example.com", secret));
        let what = format!("{}, a secret, {one_of:?}:\n{}{}", host.name, facts.stdout, facts.stderr);
        assert_eq!(facts.status.code(), Some(1), "{what}");
        assert!(facts.stdout.is_empty() && one_of.iter().any(|part| facts.stderr.contains(part)), "{what}");
        assert!(!facts.stderr.contains("NF_DENIED"), "{what}");
        match account.zeroed() {
            0 => account.check_unasked(host.name),
            // The library itself has rejected it.
            _ => account.check(host.name, &self.prefix, false),
        }
    }

    /// Runs its program for a user. Returns its output and the record of the call auditor.
    fn run(&self, host: &Host, work: &Path, user: &User) -> (Facts, Account) {
        let (stub, ca) = support::stub();
        let log = self.auditor.new_log();
        let program = self.program(host, work, host.run, &self.auditor.variables(&log));
        let args = [&stub.base_url(), &user.key, &user.login, ca.to_str().unwrap()].map(str::to_owned);
        let program = args.iter().fold(program, |program, arg| program.arg(arg));
        (program.lines(&[&user.secret]).run(), call_auditor::read(&log))
    }
}

impl Drop for Place {
    /// Keeps the directories after a failure, so that a developer can read them.
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        for work in self.built.get_mut().unwrap().values().filter_map(|built| built.get()) {
            let _ = fs::remove_dir_all(work.ancestors().nth(2).unwrap());
        }
    }
}

/// Replaces the addresses of a stub and the file with its CA.
fn with_stub(word: &str, stub: &Stub, ca: &str) -> String {
    word.replace("{base-url}", &stub.base_url())
        .replace("{silent-url}", &stub.scenario_url("silence-after-tls"))
        .replace("{ca-file}", ca)
}

fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = (entry.as_ref().unwrap().path(), entry.unwrap().file_name());
        match path.is_dir() {
            true => copy(&path, &to.join(name)),
            false => drop(fs::copy(&path, to.join(name)).unwrap()),
        }
    }
}

#[test]
fn every_host_gets_a_token_and_a_refusal_and_leaves_nothing() {
    let place = Place::new("hosts");
    let mut hosts = chosen(rows::HOSTS, |host| host.name.to_owned());
    // Bindings with tests of their own take up to a minute each.
    hosts.retain(|host| is_everything_tested() || host.tests.is_empty());
    let (here, missing): (Vec<_>, Vec<_>) =
        hosts.into_iter().map(|host| (host, place.version(host))).partition(|(_, version)| version.is_some());
    let missing: Vec<&str> = missing.into_iter().map(|(host, _)| host.name).collect();
    assert!(missing.is_empty() || !is_everything_tested(), "missing: {}", missing.join(", "));
    missing.iter().for_each(|host| proved("missing tools", host));
    let is_whole = here.len() == rows::HOSTS.len();
    let next = Mutex::new(here.into_iter());
    let mut seen = Vec::new();
    let workers = || {
        let mut seen = Vec::new();
        loop {
            let Some((host, version)) = next.lock().unwrap().next() else { return seen };
            seen.push(place.try_out(host, version.unwrap()));
        }
    };
    std::thread::scope(|scope| {
        let workers = [scope.spawn(workers), scope.spawn(workers)];
        seen.extend(workers.into_iter().flat_map(|worker| worker.join().unwrap()));
    });
    table::keep(seen, is_whole);
}

/// Shows that the call auditor of the other test detects errors.
#[test]
fn call_auditor_reports_what_a_leaky_host_leaves() {
    needs!("pkg-config");
    let leaky = Host {
        name: "leaky",
        version: &["cc", "-dumpfullversion"],
        folder: "../tests/hosts",
        build: &[&["sh", "-c", "cc leaky.c -o leaky $(pkg-config --cflags --libs nativeflow)"]],
        tests: &[],
        run: &["./leaky"],
    };
    let place = Place::new("leaky");
    let work = place.build(&leaky);
    let (facts, account) = place.run(&leaky, &work, &support::user("random@example.com", "Qz5$vK8&wX3!jP6^"));
    assert!(facts.status.success(), "{}", facts.stderr);
    assert_eq!(account.freed(), (1, 3), "options and token are left");
    // One copy is its own, one is in the buffer of standard input.
    assert!(account.windows() >= 2 * 9, "{}", account.windows());
}
