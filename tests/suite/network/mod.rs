//! The library in networks like those of companies: real proxies, real TLS servers, real stalls.
//!
//! | question | module |
//! |---|---|
//! | how do calls through proxies end | `squid`, `tinyproxy`, `socks`, `mitmproxy` |
//! | how do calls to TLS servers with good and bad certificates end | `nginx`, `haproxy`, with `certificates` |
//! | which certificates may sign others | `authority` |
//! | when does a call report that the server requires a client certificate | `asked`, `renegotiation` |
//! | how do faults of the network and stalls end | `dns`, `packet_loss`, `stalls` |
//! | what happens if a user or a token belongs to another host | `second_host` |
//! | how a peer is run | `process`, `namespace`, `relay`, `tls_peer` |
//! | the table in docs/network.md | `table` |

mod asked;
mod authority;
pub mod certificates;
pub mod dns;
mod haproxy;
mod mitmproxy;
pub mod namespace;
mod nginx;
pub mod packet_loss;
pub mod process;
pub mod relay;
mod renegotiation;
mod second_host;
mod socks;
mod squid;
pub mod stalls;
mod table;
mod tinyproxy;
pub mod tls_peer;

use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;

use crate::support::{Call, Expected, Facts, NAMESPACES, chosen, lacks, only};

/// One behavior of the network, and the expected result of a call.
pub struct Row {
    /// Program or part of the network that misbehaves or works.
    pub peer: &'static str,
    /// Its behavior.
    pub fault: &'static str,
    pub code: &'static str,
    /// Whether the call must reach its deadline. If so, the delay after the deadline is measured.
    pub over: Over,
    /// Lines that must be printed in addition to the code: see [`Expected`].
    pub lines: &'static [&'static str],
    pub run: Box<dyn Fn() -> Facts + Send + Sync>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Over {
    Never,
    Deadline,
}

impl Row {
    pub fn new(
        (peer, fault, code): (&'static str, &'static str, &'static str),
        lines: &'static [&'static str],
        run: impl Fn() -> Facts + Send + Sync + 'static,
    ) -> Row {
        Row { peer, fault, code, over: Over::Never, lines, run: Box::new(run) }
    }

    /// A call that must end at its deadline.
    pub fn stall(
        (peer, fault): (&'static str, &'static str),
        lines: &'static [&'static str],
        run: impl Fn() -> Facts + Send + Sync + 'static,
    ) -> Row {
        Row { over: Over::Deadline, ..Row::new((peer, fault, "NF_TIMEOUT"), lines, run) }
    }
}

/// How long after its deadline a call may return.
const LATEST_MS: f64 = 10.0;
/// The machine may be busy at the moment of a deadline. Only a late return is tried again.
const TRIES: usize = 3;

/// Result of one row.
struct Seen {
    row: Row,
    over_ms: f64,
    tries: usize,
    faults: Vec<String>,
}

impl Row {
    fn see(self) -> Seen {
        let mut tries = 0;
        loop {
            tries += 1;
            let (over_ms, mut faults) = match panic::catch_unwind(AssertUnwindSafe(|| (self.run)())) {
                Ok(facts) => self.check(&facts),
                Err(_) => (f64::NAN, vec!["the test itself panics, see above".to_owned()]),
            };
            let is_late = self.over == Over::Deadline && over_ms > LATEST_MS;
            if is_late && faults.is_empty() && tries < TRIES {
                continue;
            }
            if is_late {
                faults.push(format!("{over_ms} ms over the deadline, try {tries}"));
            }
            return Seen { row: self, over_ms, tries, faults };
        }
    }

    /// The delay after the deadline, and all other faults.
    fn check(&self, facts: &Facts) -> (f64, Vec<String>) {
        let mut faults = Expected { code: self.code, lines: self.lines }.differences(facts);
        let over_ms: f64 = facts.pairs().get("over_ms").and_then(|text| text.parse().ok()).unwrap_or(f64::NAN);
        if self.over == Over::Deadline && (over_ms.is_nan() || over_ms < 0.0) {
            faults.push(format!("{over_ms} ms over the deadline, which is too early"));
        }
        (over_ms, faults)
    }
}

/// Runs rows in parallel, except those whose time is measured.
fn see_all(rows: Vec<Row>) -> Vec<Seen> {
    let (timed, others): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.over == Over::Deadline);
    let next = Mutex::new(others.into_iter());
    let seen = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let Some(row) = next.lock().unwrap().next() else { return };
                    let result = row.see();
                    seen.lock().unwrap().push(result);
                }
            });
        }
    });
    let mut seen = seen.into_inner().unwrap();
    seen.extend(timed.into_iter().map(Row::see));
    seen
}

#[test]
fn every_peer_and_fault_ends_as_specified() {
    let modules = [
        squid::rows,
        tinyproxy::rows,
        socks::rows,
        haproxy::rows,
        nginx::rows,
        authority::rows,
        mitmproxy::rows,
        stalls::rows,
        packet_loss::rows,
        dns::rows,
        second_host::rows,
    ];
    let rows = modules.into_iter().flat_map(|rows| rows());
    let chosen = chosen(rows, |row| format!("{}, {}", row.peer, row.fault));
    let (missing, rows): (Vec<Row>, Vec<Row>) = chosen.into_iter().partition(|row| lacks(tools(row.peer)));
    let mut seen = see_all(rows);
    seen.sort_by_key(|seen| (seen.row.peer, seen.row.fault));
    let faults: Vec<String> = seen
        .iter()
        .flat_map(|seen| seen.faults.iter().map(|fault| format!("{}, {}: {fault}", seen.row.peer, seen.row.fault)))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    table::keep(&seen, missing.is_empty() && only().is_none());
}

/// Tools that a peer of the table needs.
fn tools(peer: &str) -> &'static [&'static str] {
    match peer {
        peer if peer.starts_with("DNS (dnsmasq") => &[NAMESPACES, "dnsmasq"],
        peer if peer.starts_with("DNS (scripted") => &[NAMESPACES, "python3"],
        peer if peer.ends_with("(in a namespace)") => &[NAMESPACES],
        "SOCKS5 (dante)" => &["danted"],
        "SOCKS5 (microsocks)" => &["microsocks"],
        "haproxy" => &["haproxy", "ss", NAMESPACES],
        "mitmproxy (inspects TLS)" => &["target/mitmproxy/bin/mitmdump"],
        "nginx" => &["nginx", "openssl"],
        "openssl s_server" => &["openssl"],
        "no proxy" | "squid" => &["squid"],
        "tinyproxy" => &["tinyproxy"],
        _ => &[],
    }
}

/// The timers of the system are less exact for long timeouts.
#[test]
#[ignore = "slow"]
fn call_with_a_long_timeout_ends_within_10_ms_of_its_deadline() {
    let silent = crate::support::stub().0.silent_url();
    let mut late = Vec::new();
    for _ in 0..3 {
        let facts = Call::to(&silent).with("timeout_ms", "20000").run();
        let over_ms: f64 = facts.pairs()["over_ms"].parse().unwrap();
        assert_eq!(facts.pairs()["code"], "NF_TIMEOUT");
        if (0.0..=10.0).contains(&over_ms) {
            return;
        }
        late.push(over_ms);
    }
    panic!("{late:?} ms over the deadline");
}
