//! The results, as a table for readers and one line for searching.

use std::fmt::{self, Display};
use std::time::Duration;

use crate::cached;
use crate::calls::Connection;
use crate::connections::{self, Pair};
use crate::footprint::Linkage;
use crate::race::Results;
use crate::times::Times;
use crate::wiping::Cost;

/// The promised maximum values.
const RATIO: f64 = 0.30;
const LIBRARY_MB: f64 = 2.4;
const WIPING: f64 = 1.10;
/// The ratio of the OAuth 2.0 service, divided by that of the Native Flow.
const OAUTH2: f64 = 1.05;

impl Connection {
    /// Name in the table, and the promised ratio.
    fn promise(self) -> (&'static str, f64) {
        match self {
            Connection::Kept => ("idle connection", 0.75),
            Connection::Resumed => ("new, session resumed", 0.55),
            Connection::Full => ("new, full handshake", 0.50),
        }
    }
}

/// A cached token: microseconds, and calls per second of two threads divided by those of one.
const CACHED: f64 = 1.0;
const SCALING: f64 = 1.6;
const SESSION_KIB: f64 = 2.0;

/// One figure for each side; `None` if it could not be measured.
pub(crate) struct Sides {
    pub(crate) nativeflow: Option<u64>,
    pub(crate) libcurl: Option<u64>,
}

pub(crate) struct Library {
    pub(crate) bytes: u64,
    pub(crate) linkage: Option<Linkage>,
}

pub(crate) struct Report {
    pub(crate) runs: usize,
    pub(crate) times: Results,
    pub(crate) connections: connections::Results,
    pub(crate) wiping: Cost,
    pub(crate) cached: cached::Results,
    pub(crate) peak_memory: Sides,
    pub(crate) instructions: Sides,
    pub(crate) shared_libraries: Sides,
    pub(crate) library: Library,
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Results { nativeflow, libcurl, floor } = self.times;
        writeln!(f, "process start to token to exit, {} runs of each program, alternating", self.runs)?;
        writeln!(f)?;
        writeln!(f, "{:28}{:>12}{:>12}{:>8}", "", "nativeflow", "libcurl", "ratio")?;
        let time = |duration: Duration| (duration.as_secs_f64() * 1e3, " ms");
        let mut row = |name: &str, nativeflow, libcurl| line(f, name, time(nativeflow), time(libcurl));
        row("median", nativeflow.median, libcurl.median)?;
        row("10th percentile", nativeflow.p10, libcurl.p10)?;
        row("90th percentile", nativeflow.p90, libcurl.p90)?;
        row(
            "median less harness floor",
            nativeflow.median.saturating_sub(floor.median),
            libcurl.median.saturating_sub(floor.median),
        )?;
        self.instructions.write(f, "instructions", |count| (count / 1e6, " M "))?;
        self.peak_memory.write(f, "peak memory", |kib| (kib / 1024.0, " MiB"))?;
        self.shared_libraries.write(f, "shared libraries loaded", |count| (count, ""))?;
        writeln!(f)?;
        writeln!(
            f,
            "harness floor (an empty C program): {:.2} ms, {:.2} to {:.2}",
            time(floor.median).0,
            time(floor.p10).0,
            time(floor.p90).0
        )?;
        writeln!(f, "with the system's root certificates: not measured, because no system trusts the stub")?;
        writeln!(f)?;
        writeln!(f, "{}", self.connections)?;
        writeln!(f, "{}", self.cached)?;
        writeln!(f, "{}", self.library)?;
        let micro = |time: Duration| time.as_secs_f64() * 1e6;
        let (with, without) = (micro(self.wiping.with.median), micro(self.wiping.without.median));
        writeln!(
            f,
            "a call on a new connection: {with:.0} µs, without wiping of heap, stack and registers {without:.0} µs \
             (medians): ratio {:.2} (promise: {WIPING:.2})",
            with / without
        )?;
        for row in &self.connections.rows {
            let (ratio, (_, promise)) = (row.native.ratio(), row.connection.promise());
            let word = row.connection.word();
            writeln!(f, "ratio call-{word} nativeflow/libcurl: {ratio:.2} (promise: {promise:.2})")?;
        }
        for row in &self.connections.rows {
            let (native, oauth2, word) = (row.native.ratio(), row.oauth2.ratio(), row.connection.word());
            let relative = oauth2 / native;
            writeln!(
                f,
                "ratio oauth2-call-{word} nativeflow/libcurl: {oauth2:.2}, {relative:.2} times that of call-{word} \
                 (promise: {OAUTH2:.2})"
            )?;
        }
        let ratio = ratio(nativeflow, libcurl);
        writeln!(f, "ratio process-to-token nativeflow/libcurl: {ratio:.2} (promise: {RATIO:.2})")
    }
}

fn ratio(nativeflow: Times, libcurl: Times) -> f64 {
    nativeflow.median.as_secs_f64() / libcurl.median.as_secs_f64()
}

impl Display for connections::Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "one call in a running process, medians of {} calls of each program, alternating; {}",
            self.calls, self.tls
        )?;
        writeln!(f)?;
        writeln!(f, "{:28}{:>12}{:>12}{:>8}{:>12}", "", "nativeflow", "libcurl", "ratio", "rustls")?;
        let micro = |times: &Times| format!("{:.0} µs", times.median.as_secs_f64() * 1e6);
        let row = |connection: Connection, pair: &Pair<Times>, floor: &str| {
            let (name, _) = connection.promise();
            let (nativeflow, libcurl) = (micro(&pair.nativeflow), micro(&pair.libcurl));
            let line = format!("{name:28}{nativeflow:>12}{libcurl:>12}{:>8.2}{floor:>12}", pair.ratio());
            line.trim_end().to_owned()
        };
        for each in &self.rows {
            writeln!(f, "{}", row(each.connection, &each.native, &micro(&each.floor)))?;
        }
        writeln!(f)?;
        writeln!(f, "the same with OAuth 2.0 (password grant), in the same rounds")?;
        writeln!(f)?;
        for each in &self.rows {
            writeln!(f, "{}", row(each.connection, &each.oauth2, ""))?;
        }
        Ok(())
    }
}

impl Display for cached::Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micro = |times: Times| times.median.as_secs_f64() * 1e6;
        writeln!(f, "a cached token of a session, handed out and freed, medians")?;
        writeln!(f)?;
        writeln!(f, "{:28}{:>9.2} µs (promise: {CACHED:.0} µs)", "one thread", micro(self.one))?;
        match self.msal {
            Some(msal) => writeln!(f, "{:28}{:>9.2} µs", "MSAL Python, one thread", micro(msal))?,
            None => writeln!(f, "{:28}not measured: it is not installed", "MSAL Python")?,
        }
        writeln!(
            f,
            "{:28}{:>9.2} times the calls of one (promise: {SCALING:.1})",
            "two threads, one session",
            self.scaling()
        )?;
        match self.system_calls {
            Some(count) => writeln!(f, "{:28}{count:>6}        in 100,000 calls (promise: 0)", "system calls")?,
            None => writeln!(f, "{:28}not measured: strace is missing", "system calls")?,
        }
        for (name, bytes) in ["Native Flow", "OAuth 2.0"].iter().zip(self.session_bytes) {
            let name = format!("a session, {name}");
            let kib = bytes as f64 / 1024.0;
            writeln!(f, "{name:28}{kib:>9.2} KiB, of 100,000 (promise: {SESSION_KIB:.0} KiB)")?;
        }
        Ok(())
    }
}

/// A figure and its unit.
type Figure = (f64, &'static str);

fn line(f: &mut fmt::Formatter<'_>, name: &str, nativeflow: Figure, libcurl: Figure) -> fmt::Result {
    let ratio = nativeflow.0 / libcurl.0;
    writeln!(f, "{name:28}{:>12}{:>12}{ratio:>8.2}", text(nativeflow), text(libcurl))
}

fn text((number, unit): Figure) -> String {
    match unit {
        "" => format!("{number:.0}    "),
        unit => format!("{number:.2}{unit:4}"),
    }
}

impl Sides {
    fn write(&self, f: &mut fmt::Formatter<'_>, name: &str, figure: impl Fn(f64) -> Figure) -> fmt::Result {
        match (self.nativeflow, self.libcurl) {
            // The counts are far below 2^53, so they are exact.
            (Some(nativeflow), Some(libcurl)) => line(f, name, figure(nativeflow as f64), figure(libcurl as f64)),
            _ => writeln!(f, "{name:28}not measured: the tool is missing"),
        }
    }
}

impl Display for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = self.bytes as f64 / 1e6;
        write!(f, "libnativeflow.so: {megabytes:.2} MB (promise: {LIBRARY_MB:.1} MB)")?;
        match &self.linkage {
            Some(Linkage { stripped, needed }) => write!(
                f,
                ", {}stripped; needs {} (promise: libc, libgcc_s, the loader)",
                if *stripped { "" } else { "not " },
                needed.join(", ")
            ),
            None => write!(f, "; dependencies not measured: readelf is missing"),
        }
    }
}
