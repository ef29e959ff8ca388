//! mitmproxy: a proxy that inspects TLS, as gateways of companies do.

use std::net::SocketAddr;
use std::sync::OnceLock;

use super::Row;
use super::process::{Peer, folder, free_address};
use crate::support::{self, Call, Facts};

struct Inspector {
    peer: Peer,
    address: SocketAddr,
}

/// All rows use one, because it takes seconds to start.
fn inspector() -> &'static Inspector {
    static INSPECTOR: OnceLock<Inspector> = OnceLock::new();
    INSPECTOR.get_or_init(|| {
        let (folder, address) = (folder("mitmproxy"), free_address());
        let (_, ca) = support::stub();
        let program = support::root().join("target/mitmproxy/bin/mitmdump");
        assert!(program.exists(), "mitmproxy is missing; `make tools` installs it");
        let port = address.port().to_string();
        let (own, upstream) = ("confdir=.", format!("ssl_verify_upstream_trusted_ca={}", ca.display()));
        let command = [
            program.to_str().unwrap(),
            "--quiet",
            "--listen-host",
            "127.0.0.1",
            "--listen-port",
            &port,
            "--set",
            own,
            "--set",
            &upstream,
            "--set",
            "connection_strategy=lazy",
        ];
        Inspector { peer: Peer::start(&folder, &command, address), address }
    })
}

fn call(url: &str, trusts_its_ca: bool) -> Facts {
    let inspector = inspector();
    let call = Call::to(url).with("proxy", &format!("http://{}", inspector.address));
    match trusts_its_ca {
        true => call.with("ca", &inspector.peer.path("mitmproxy-ca-cert.pem")).run(),
        false => call.run(),
    }
}

pub fn rows() -> Vec<Row> {
    const PEER: &str = "mitmproxy (inspects TLS)";
    let stub = || support::stub().0.base_url();
    vec![
        Row::new((PEER, "has its CA trusted", "NF_OK"), &[], move || call(&stub(), true)),
        Row::new(
            (PEER, "has its CA not trusted", "NF_TLS_UNTRUSTED"),
            &["message~CN=mitmproxy", "remedy~nf_options_set_ca_file"],
            move || call(&stub(), false),
        ),
        Row::new(
            (PEER, "cannot reach the server, and sends an error page", "NF_NOT_CONCUR"),
            &["http_status=502", "retry_after_ms=300000"],
            || call("https://localhost:1", true),
        ),
    ]
}
