//! Proves the promise that no part of a secret is left in memory after a call, on every exit path, in every build.
//!
//! The host of `tests/residue` makes the calls, and searches its own memory and registers for 8-byte windows of secrets. This
//! module gives it the secrets (`patterns`) and the calls (`paths`), runs it (`host`), and checks its output (`check_output`).
//! `dump` searches core files instead of the running process; `guess` guesses a refused PIN from one; `tls` searches for the secrets
//! of TLS sessions.
//!
//! Not covered: what is in memory *while* a call runs, the kernel's buffers, the host's own copies.

mod asking_server;
mod check_output;
mod client_key;
mod dump;
mod guess;
mod host;
mod odd_server;
mod paths;
pub mod patterns;
pub mod proxy;
mod renegotiating_server;
mod table;
mod tls;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use nativeflow_stub::{Options, Stub, User};

use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519};
use rustls::version::TLS13;

use crate::network::certificates::Authority;
use crate::network::tls_peer::Config;
use crate::production::at_production_host;
use crate::support::{self, Build, NAMESPACES, Target, chosen, is_everything_tested, needs};
use asking_server::AskingServer;
use check_output::OutputCheck;
use client_key::ClientKey;
use host::{Binding, Host};
use paths::{Path, all};
pub use patterns::Patterns;
use proxy::Proxy;

/// A stub with a user whose login, secret and key are random, so that no window of them is in memory by chance.
pub struct Place {
    pub stub: Stub,
    pub user: User,
    /// Another one: on the OAuth 2.0 service, a revocation ends all refresh tokens of a user.
    revoking_user: User,
    /// A company: its UUID is the login, its request token the secret.
    company: User,
    /// The secret of every application.
    client_secret: String,
    pub ca: PathBuf,
    /// A CA that did not issue the certificate of this stub.
    foreign_ca: PathBuf,
    proxy: Proxy,
    refusing_proxy: Proxy,
    asking_proxy: Proxy,
    socks_proxy: Proxy,
    tls_proxy: Proxy,
    tls_proxy_ca: String,
    client_keys: [ClientKey; 3],
    asking_server: AskingServer,
    /// Its URL.
    odd_server: String,
}

const TOKEN_RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nConnection: close\r\n\
    Content-Length: 76\r\n\r\n<Access_Token><Token>fdjhk2382kwkajsklwe8i3932kslswl</Token></Access_Token>\n";

/// Shared by all tests that do not need special options.
pub fn place() -> &'static Place {
    static PLACE: OnceLock<Place> = OnceLock::new();
    PLACE.get_or_init(|| Place::new(Options::default()))
}

impl Place {
    /// A new one; its stub is started with `options`.
    fn new(options: Options) -> Place {
        let [user, revoking_user] = [(); 2].map(|()| User {
            key: patterns::random_text(24),
            login: format!("{}@{}.test", patterns::random_text(12), patterns::random_text(12)),
            secret: patterns::random_secret(),
        });
        let company = User {
            key: user.key.clone(),
            login: format!("{}-{}", patterns::random_text(12), patterns::random_text(12)),
            secret: patterns::random_secret(),
        };
        let client_secret = patterns::random_secret();
        let options = Options {
            users: vec![user.clone(), revoking_user.clone()],
            companies: vec![company.clone()],
            client_secret: client_secret.clone(),
            record: false,
            keep_alive: true,
            ..options
        };
        let stub = Stub::start(options.clone()).unwrap();
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = support::scratch("residue");
        let ca_file = |name: &str, pem: &str| {
            let file = folder.join(format!("{name}-{}-{number}.pem", std::process::id()));
            std::fs::write(&file, pem).unwrap();
            file
        };
        let clients = Authority::root("Clients' CA");
        let tls_proxy = Config::new(&format!("residue-{number}"), &TLS13, None);
        let foreign_ca = ca_file("foreign", Stub::start(options).unwrap().ca_pem());
        Place {
            ca: ca_file("ca", stub.ca_pem()),
            foreign_ca,
            stub,
            user,
            revoking_user,
            company,
            client_secret,
            proxy: Proxy::open(),
            refusing_proxy: Proxy::answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 10\r\n\r\nnot to it\n"),
            asking_proxy: Proxy::answering("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"),
            socks_proxy: Proxy::socks(),
            tls_proxy: Proxy::within_tls(&tls_proxy.tls, TOKEN_RESPONSE),
            tls_proxy_ca: tls_proxy.ca,
            asking_server: AskingServer::start(&clients, &folder),
            odd_server: odd_server::start(),
            client_keys: [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_ED25519]
                .map(|kind| ClientKey::new(kind, &clients, &folder)),
        }
    }
}

/// The number of calls on a path in `make test-all`.
pub const MAX_CALLS_OF_TESTS: usize = 100;

/// How many calls are made on each path, in one process. Two at least: a host does some things on every second call only.
fn calls() -> usize {
    let usual = if is_everything_tested() { MAX_CALLS_OF_TESTS } else { 10 };
    std::env::var("NATIVEFLOW_RESIDUE_CALLS").map_or(usual, |text| text.parse().expect("a number")).max(2)
}

/// Runs every path that `build` can take, with both kinds of binding.
fn on_every_path(build: Build) {
    on_paths(build, &[Binding::Lazy, Binding::Now], || all(place(), build));
}

/// Runs these paths, with each of these kinds of binding, and writes all that is found into the table. Each path that is
/// shortened has only one kind, in turn.
fn on_paths(build: Build, bindings: &[Binding], paths: impl Fn() -> Vec<Path>) {
    let host = Host::compile(build);
    let paths = || chosen(paths(), |path| path.name.clone());
    let runs = bindings.iter().enumerate().flat_map(|(kind, &binding)| {
        let paths = paths().into_iter().enumerate();
        let is_run = move |(number, path): &(usize, Path)| !path.is_shortened() || number % bindings.len() == kind;
        paths.filter(is_run).map(move |(_, path)| (path, binding))
    });
    let runs: Vec<(Path, Binding)> = runs.collect();
    let next = Mutex::new(runs.into_iter());
    let faults = Mutex::new(Vec::new());
    // Some calls wait until their deadline while others run.
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let Some((path, binding)) = next.lock().unwrap().next() else { return };
                    let facts = host.run(&path, binding);
                    let check = OutputCheck::of(&path, &facts);
                    check.note();
                    let found = check.faults(&path, binding);
                    faults.lock().unwrap().extend(found.into_iter().map(|fault| format!("{binding:?} {fault}")));
                }
            });
        }
    });
    table::write();
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{build}:\n{}", faults.join("\n"));
}

#[test]
fn no_secret_is_left_shared_release() {
    on_every_path(Build::Shared);
}

#[test]
#[ignore = "slow"]
fn no_secret_is_left_static_release() {
    on_every_path(Build::Static);
}

#[test]
#[ignore = "slow"]
fn no_secret_is_left_shared_debug() {
    on_every_path(Build::Debug);
}

#[test]
#[ignore = "slow"]
fn no_secret_is_left_static_debug() {
    on_every_path(Build::DebugStatic);
}

/// Fewer calls, because one processor is emulated. The tests above cover the differences between calls.
#[test]
#[ignore = "slow"]
fn no_secret_is_left_on_other_linux_systems() {
    needs!("target/zigbuild/bin/cargo-zigbuild", "aarch64-linux-gnu-gcc", "i686-linux-gnu-gcc", "qemu-aarch64-static");
    for target in Target::ALL {
        let binding = match target {
            Target::X86_64 | Target::Aarch64 => Binding::Lazy,
            // On that processor, lazy binding does not save vector registers.
            Target::I686 => Binding::Now,
        };
        let build = Build::For(target);
        on_paths(build, &[binding], || {
            all(place(), build).into_iter().map(|path| Path { calls: path.calls.min(2), ..path }).collect()
        });
    }
}

/// The released library has no panic that a test can cause. This build has one, which is its only path here.
#[test]
#[ignore = "slow"]
fn no_secret_is_left_after_a_panic_in_a_release_build() {
    on_every_path(Build::Panic);
}

/// The one-shot call uses only the production host, so this test runs in a namespace where that name is the stub.
#[test]
fn no_secret_is_left_by_the_one_shot_call() {
    needs!(NAMESPACES);
    let demo = User::demo();
    for (name, secret, code) in
        [("one-shot", demo.secret.as_str(), "NF_OK"), ("one-shot-denied", "wrong but long", "NF_DENIED")]
    {
        let usual = Path::new(place(), name, code);
        let path = Path {
            // A second call with a rejected password is held back.
            calls: if code == "NF_OK" { usual.calls } else { 1 },
            // The demo user's key contains words of the header name X-ConsumerKey.
            known: Some("key"),
            patterns: Patterns::new(&support::user(&demo.login, secret)),
            ..usual.flagged("one-shot")
        };
        let host = Host::compile(Build::Shared);
        let (args, lines) = host::brief(&path);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let facts = at_production_host(name, host.into_program().args(&args).lines(&lines));
        let check = OutputCheck::of(&path, &facts);
        check.note();
        table::write();
        assert_eq!(check.faults(&path, Binding::Lazy), [""; 0]);
    }
}

/// Number of windows that are found in all places, after a success and after failures.
fn windows_without(build: Build, binding: Binding) -> usize {
    let host = Host::compile(build);
    let names = [
        "ok",
        "healthy",
        "json",
        "denied",
        "truncated-xml",
        "too-large",
        "oauth2/ok",
        "oauth2/refresh",
        "refresh-stored",
    ];
    let paths = all(place(), build).into_iter().filter(|path| names.contains(&path.name.as_str()));
    let windows = paths.map(|path| {
        let facts = host.run(&path, binding);
        let check = OutputCheck::of(&path, &facts);
        // The controls must be found here too.
        assert!(check.controls_are_found(&path, binding), "{}", path.name);
        check.windows()
    });
    let windows = windows.sum();
    table::note_negative(build, windows);
    table::write();
    windows
}

/// The negative proofs: if one part of the wiping is switched off, the same scan finds secrets.
#[test]
#[ignore = "slow"]
fn windows_are_found_without_the_allocator() {
    assert!(windows_without(Build::WithoutAllocator, Binding::Lazy) > 0);
}

#[test]
#[ignore = "slow"]
fn windows_are_found_without_the_clearing_of_registers() {
    assert!(windows_without(Build::WithoutRegisterClearing, Binding::Lazy) > 0);
}

/// With binding at the start, because lazy binding would overwrite the frames.
#[test]
#[ignore = "slow"]
fn windows_are_found_without_the_wiping_of_the_stack() {
    assert!(windows_without(Build::WithoutStackWiping, Binding::Now) > 0);
}
