//! haproxy: the load balancer of many services.

use std::net::SocketAddr;
use std::path::Path;

use super::Row;
use super::certificates::{Authority, Leaf};
use super::process::{Peer, folder, free_address, write};
use crate::support::{self, Call, Facts, in_namespace};

const GLOBAL: &str = "global\n  log stderr format raw local0 warning\ndefaults\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n";

/// A haproxy that runs until this is dropped.
pub struct Front {
    _peer: Peer,
    address: SocketAddr,
}

impl Front {
    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

/// A network that contains only the haproxy of the file `$1`, at the port `$2`; the rest is the program to run.
///
/// The kernel does not know a connection that haproxy dropped silently. It sends a reset when another packet of the client
/// arrives, such as a late acknowledgement. This reset must not reach the client.
const ALONE: &str = r#"
set -eu
conf=$1 port=$2
shift 2
ip link set lo up
iptables -A OUTPUT -p tcp --tcp-flags RST RST -j DROP
haproxy -db -f "$conf" >"$conf.output" 2>&1 &
trap 'kill $! 2>/dev/null; wait' EXIT
until ss --no-header --listening --tcp "sport = :$port" | grep -q .; do
    kill -0 $! || { cat "$conf.output" >&2; exit 1; }
    sleep 0.01
done
"$@"
"#;

/// Starts haproxy with this certificate, only for these `clients`. `rest` is the rest of its configuration.
fn start(leaf: &Leaf, clients: Option<&Clients>, mode: &str, rest: &str) -> Front {
    let (folder, address) = (folder("haproxy"), free_address());
    let conf = configure(&folder, address, leaf, clients, mode, rest);
    Front { _peer: Peer::start(&folder, &["haproxy", "-db", "-f", &conf], address), address }
}

/// Clients that haproxy accepts.
struct Clients {
    /// CA of their certificates, in PEM.
    ca: String,
    newest_tls: &'static str,
}

/// Writes the configuration, and returns its path.
fn configure(
    folder: &Path,
    address: SocketAddr,
    leaf: &Leaf,
    clients: Option<&Clients>,
    mode: &str,
    rest: &str,
) -> String {
    let pem = write(folder, "server.pem", format!("{}{}", leaf.pem, leaf.key));
    let verify = match clients {
        Some(clients) => {
            let ca = write(folder, "clients.pem", &clients.ca);
            format!(" ca-file {ca} verify required ssl-max-ver {}", clients.newest_tls)
        }
        None => String::new(),
    };
    let text = format!("{GLOBAL}frontend tls\n  mode {mode}\n  bind {address} ssl crt {pem}{verify}\n{rest}\n");
    write(folder, "haproxy.cfg", text)
}

/// Terminates TLS in front of `server`.
pub fn in_front_of(server: SocketAddr, leaf: &Leaf) -> Front {
    start(leaf, None, "tcp", &format!("  default_backend all\nbackend all\n  mode tcp\n  server one {server}"))
}

/// One call, after `change`, to a front with a certificate of a new authority.
fn call(front: impl FnOnce(&Leaf) -> Front, change: impl FnOnce(Call) -> Call) -> Facts {
    let authority = Authority::root("haproxy's CA");
    let front = front(&authority.server(|_| ()));
    let folder = folder("haproxy-ca");
    let ca = write(&folder, "ca.pem", &authority.pem);
    let url = format!("https://localhost:{}", front.port());
    let facts = change(Call::to(&url).with("ca", &ca)).run();
    std::fs::remove_dir_all(folder).unwrap();
    facts
}

/// Passes requests to the stub, unencrypted.
fn stub_backend() -> String {
    let plain = support::stub().0.plain_url().replace("http://localhost", "127.0.0.1");
    format!("  default_backend stub\nbackend stub\n  mode http\n  server one {plain}")
}

/// haproxy needs CAP_NET_ADMIN to drop a connection silently; without it, haproxy sends a reset. A process has this capability in
/// its own network namespace.
fn call_dropped() -> Facts {
    let authority = Authority::root("haproxy's CA");
    let (folder, address) = (folder("haproxy"), free_address());
    let leaf = authority.server(|_| ());
    let conf = configure(&folder, address, &leaf, None, "http", "  http-request silent-drop");
    let (ca, port) = (write(&folder, "ca.pem", &authority.pem), address.port().to_string());
    let call = Call::to(&format!("https://localhost:{port}")).with("ca", &ca).soon();
    let facts = call.run_under(&in_namespace(ALONE, &[&conf, &port]));
    std::fs::remove_dir_all(folder).unwrap();
    facts
}

pub fn rows() -> Vec<Row> {
    let with_certificate = |given: bool, newest_tls| {
        let authority = Authority::root("Clients' CA");
        let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
        let folder = folder("client");
        let chain = write(&folder, "chain.pem", authority.client_with(&key).pem);
        let key = write(&folder, "key.pem", key);
        let clients = Clients { ca: authority.pem, newest_tls };
        let facts = call(
            |leaf| start(leaf, Some(&clients), "http", &stub_backend()),
            |call| if given { call.with("client_chain", &chain).with("client_key", &key) } else { call },
        );
        std::fs::remove_dir_all(folder).unwrap();
        facts
    };
    vec![
        Row::new(("haproxy", "terminates TLS before the server", "NF_OK"), &[], || {
            call(|leaf| start(leaf, None, "http", &stub_backend()), |call| call)
        }),
        Row::new(("haproxy", "requires a client certificate, and gets it", "NF_OK"), &[], move || {
            with_certificate(true, "TLSv1.3")
        }),
        Row::new(
            ("haproxy", "requires a client certificate, and gets none", "NF_TLS"),
            &["remedy~nf_options_set_client_certificate", "message~requires a client certificate"],
            move || with_certificate(false, "TLSv1.3"),
        ),
        Row::new(
            ("haproxy", "requires a client certificate by TLS 1.2, and gets none", "NF_TLS"),
            &["remedy~nf_options_set_client_certificate", "message~requires a client certificate"],
            move || with_certificate(false, "TLSv1.2"),
        ),
        Row::new(("haproxy", "limits the rate (429)", "NF_BUSY"), &["http_status=429", "retry_after_ms=30000"], || {
            let rest = "  http-request return status 429 hdr Retry-After 30";
            call(|leaf| start(leaf, None, "http", rest), |call| call)
        }),
        Row::new(
            ("haproxy", "cannot reach its server, and sends an error page", "NF_NOT_CONCUR"),
            &["http_status=503", "retry_after_ms=300000"],
            || {
                let rest = "  default_backend none\nbackend none\n  mode http\n  server one 127.0.0.1:1";
                call(|leaf| start(leaf, None, "http", rest), |call| call)
            },
        ),
        Row::stall(("haproxy", "drops the request silently"), &["message~waiting for the response"], call_dropped),
    ]
}
