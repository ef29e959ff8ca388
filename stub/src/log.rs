//! Logs one line per request on stderr, without credentials and tokens.

use std::io::{self, Write};
use std::time::Duration;

use crate::http::lines::Fault;

#[derive(Clone, Copy)]
pub(crate) struct Log {
    pub(crate) on: bool,
}

/// The data that is logged about one request.
pub(crate) enum Entry {
    BadRequest(Fault),
    Elsewhere {
        credentials_arrived: bool,
    },
    Service {
        method: String,
        path: String,
        is_oauth2: bool,
        login: &'static str,
        key: &'static str,
        scenario: &'static str,
    },
}

impl Log {
    /// `status` is the status of the response, `None` if no status line was sent.
    pub(crate) fn request(self, entry: &Entry, status: Option<u16>, time: Duration) {
        if self.on {
            self.note(&line(entry, status, time));
        }
    }

    pub(crate) fn note(self, line: &str) {
        if self.on {
            // A closed stderr must not stop the server.
            let _ = writeln!(io::stderr().lock(), "{line}");
        }
    }
}

fn line(entry: &Entry, status: Option<u16>, time: Duration) -> String {
    let status = match status {
        Some(status) => status.to_string(),
        None => "-".to_owned(),
    };
    let ms = time.as_millis();
    match entry {
        Entry::BadRequest(fault) => format!("bad request: {fault}: status={status} {ms} ms"),
        Entry::Elsewhere { credentials_arrived } => {
            let arrived = if *credentials_arrived { "yes" } else { "no" };
            format!("elsewhere: credentials arrived={arrived}")
        }
        Entry::Service { method, path, is_oauth2, login, key, scenario } => {
            let (basic, client) = if *is_oauth2 { ("login", "client") } else { ("basic", "key") };
            let method = known(method);
            let path = printable(path);
            format!("{method} {path} {basic}={login} {client}={key} scenario={scenario} status={status} {ms} ms")
        }
    }
}

/// The method is the client's text. Only known methods are repeated.
fn known(method: &str) -> &str {
    match method {
        "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "OPTIONS" | "PATCH" | "TRACE" | "CONNECT" => method,
        _ => "OTHER",
    }
}

/// The path has no query here, so parameters are not logged. It cannot break the line or fill the disk.
fn printable(path: &str) -> String {
    path.chars().take(200).map(|c| if c.is_ascii_graphic() { c } else { '?' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_line_has_the_documented_form() {
        let entry = Entry::Service {
            method: "GET".to_owned(),
            path: "/a\u{1b}b".to_owned(),
            is_oauth2: false,
            login: "ok",
            key: "wrong",
            scenario: "denied",
        };
        assert_eq!(
            line(&entry, Some(403), Duration::from_millis(7)),
            "GET /a?b basic=ok key=wrong scenario=denied status=403 7 ms"
        );
        assert_eq!(known("c2VjcmV0"), "OTHER");
    }
}
