//! squid: the proxy that most companies have.

use std::net::SocketAddr;
use std::sync::OnceLock;

use nativeflow_stub::User;

use super::Row;
use super::call::Call;
use super::certificates::Authority;
use super::haproxy;
use super::process::{Peer, folder, free_address, write};
use super::relay::Relay;
use crate::support::{self, Facts};

/// Of the user `user`: the password below, as `openssl passwd -apr1` writes it.
const USERS: &str = "user:$apr1$nativefl$ycVsFyAFEfxJ0B.Cs15Nb/\n";
/// `pa:ss@w/o%rd`
const PASSWORD: &str = "pa%3Ass%40w%2Fo%25rd";

/// A squid, and what stands before it to see what it is told.
struct Squid {
    peer: Peer,
    relay: Relay,
    address: SocketAddr,
}

/// `rules` say who may do what.
fn start(rules: &str) -> Squid {
    let (folder, address) = (folder("squid"), free_address());
    let users = write(&folder, "users", USERS);
    let port = address.port();
    let text = format!(
        "http_port 127.0.0.1:{port}\nhttp_port [::1]:{port}\npid_filename none\ncache deny all\nnetdb_filename none\n\
         access_log stdio:{folder}/access.log\ncache_log {folder}/cache.log\ncoredump_dir {folder}\n\
         shutdown_lifetime 0 seconds\ndns_nameservers 127.0.0.1\ndns_timeout 1 second\nforward_timeout 2 seconds\npinger_enable off\n\
         auth_param basic program /usr/lib/squid/basic_ncsa_auth {users}\nacl known proxy_auth REQUIRED\n{rules}\n",
        folder = folder.display(),
    );
    let conf = write(&folder, "squid.conf", text);
    let peer = Peer::start(&folder, &["squid", "-N", "-f", &conf], address);
    Squid { peer, relay: Relay::to(address), address }
}

fn open() -> &'static Squid {
    static SQUID: OnceLock<Squid> = OnceLock::new();
    SQUID.get_or_init(|| start("http_access allow all"))
}

fn with_users() -> &'static Squid {
    static SQUID: OnceLock<Squid> = OnceLock::new();
    SQUID.get_or_init(|| start("http_access allow known\nhttp_access deny all"))
}

impl Squid {
    /// One call by way of the relay and this proxy, which must not see anything of Concur's.
    fn call(&self, login: &str, url: &str) -> Facts {
        let facts = Call::to(url).with("proxy", &format!("http://{login}{}", self.relay.address())).run();
        let sent = self.relay.sent();
        let user = User::demo();
        for secret in ["authorization: Basic am9o", "x-consumerkey", &user.key, &user.login, &user.secret] {
            let found = sent.windows(secret.len()).any(|window| window.eq_ignore_ascii_case(secret.as_bytes()));
            assert!(!found, "the proxy was told a secret of Concur's");
        }
        facts
    }
}

fn stub_url() -> String {
    support::stub().0.base_url()
}

pub fn rows() -> Vec<Row> {
    vec![
        Row::new(("squid", "lets everybody through", "NF_OK"), &[], || open().call("", &stub_url())),
        Row::new(("squid", "at an IPv6 address", "NF_OK"), &[], || {
            Call::to_stub().with("proxy", &format!("http://[::1]:{}", open().address.port())).run()
        }),
        Row::new(("squid", "wants a password, and gets it", "NF_OK"), &[], || {
            with_users().call(&format!("user:{PASSWORD}@"), &stub_url())
        }),
        Row::new(
            ("squid", "wants a password, and gets another", "NF_PROXY_DENIED"),
            &["http_status=407", "server_message~ERR_CACHE_ACCESS_DENIED", "retry_after_ms=-1"],
            || with_users().call("user:wrong@", &stub_url()),
        ),
        Row::new(
            ("squid", "wants a password, and gets none", "NF_PROXY_DENIED"),
            &["http_status=407", "server_message~ERR_CACHE_ACCESS_DENIED"],
            || with_users().call("", &stub_url()),
        ),
        Row::new(
            ("squid", "denies the port by its rules", "NF_PROXY"),
            &["http_status=403", "server_message~ERR_ACCESS_DENIED", "retry_after_ms=-1"],
            || {
                static SQUID: OnceLock<Squid> = OnceLock::new();
                let rules = "acl web port 443\nhttp_access allow web\nhttp_access deny all";
                SQUID.get_or_init(|| start(rules)).call("", &stub_url())
            },
        ),
        Row::new(
            ("squid", "finds no DNS server that knows the host", "NF_PROXY"),
            &["http_status=500", "server_message~ERR_CANNOT_FORWARD", "retry_after_ms=60000"],
            || open().call("", "https://does-not-exist.invalid"),
        ),
        Row::new(
            ("squid", "finds nobody at the port", "NF_PROXY"),
            &["http_status=503", "server_message~ERR_CONNECT_FAIL"],
            || open().call("", "https://localhost:1"),
        ),
        Row::new(("squid", "is gone", "NF_PROXY"), &["http_status=0", "message~No connection to the proxy"], || {
            Call::to_stub().with("proxy", &format!("http://{}", free_address())).run()
        }),
        Row::new(("squid", "is on the way, but the host is to go without", "NF_OK"), &[], || {
            let squid = start("http_access allow all");
            let proxy = format!("http://{}", squid.relay.address());
            let facts = Call::to_stub().with("proxy", &proxy).with("bypass", "example.com, localhost").run();
            assert!(squid.relay.sent().is_empty() && !squid.peer.file("access.log").contains("CONNECT"));
            facts
        }),
        Row::new(("squid", "is reached in TLS (https proxy)", "NF_OK"), &[], || in_tls(true)),
        Row::new(
            ("squid", "is reached in TLS, with a certificate that is not trusted", "NF_TLS_UNTRUSTED"),
            &["message~Unknown proxy CA"],
            || in_tls(false),
        ),
        Row::new(("squid", "is named by https_proxy, another by HTTPS_PROXY", "NF_OK"), &[], || {
            environment(&["https_proxy=SQUID", "HTTPS_PROXY=http://127.0.0.1:1", "all_proxy=http://127.0.0.1:1"])
        }),
        Row::new(("squid", "is named by HTTPS_PROXY, another by ALL_PROXY", "NF_OK"), &[], || {
            environment(&["HTTPS_PROXY=SQUID", "ALL_PROXY=http://127.0.0.1:1"])
        }),
        Row::new(("squid", "is named by ALL_PROXY, a dead one by HTTP_PROXY", "NF_OK"), &[], || {
            environment(&["ALL_PROXY=SQUID", "HTTP_PROXY=http://127.0.0.1:1", "http_proxy=http://127.0.0.1:1"])
        }),
        Row::new(("no proxy", "a dead one is named, NO_PROXY covers the host", "NF_OK"), &[], || {
            environment(&["HTTPS_PROXY=http://127.0.0.1:1", "NO_PROXY=.example.com,localhost"])
        }),
        Row::new(("no proxy", "only HTTP_PROXY names one, which is dead", "NF_OK"), &[], || {
            environment(&["HTTP_PROXY=http://127.0.0.1:1", "http_proxy=http://127.0.0.1:1"])
        }),
    ]
}

/// With these variables, in which `SQUID` is one that must then have been used.
fn environment(variables: &[&str]) -> Facts {
    let squid = start("http_access allow all");
    let address = format!("http://{}", squid.relay.address());
    let variables: Vec<String> = variables.iter().map(|variable| variable.replace("SQUID", &address)).collect();
    let variables: Vec<&str> = variables.iter().map(String::as_str).collect();
    let facts = Call::to_stub().with("environment_proxy", "1").run_with(&variables);
    let named = variables.iter().any(|variable| variable.contains(&address));
    assert_eq!(!squid.relay.sent().is_empty(), named, "{variables:?}");
    facts
}

/// TLS to the proxy, and TLS to Concur inside it.
fn in_tls(trusted: bool) -> Facts {
    let authority = Authority::root(if trusted { "Known proxy CA" } else { "Unknown proxy CA" });
    let front = haproxy::in_front_of(open().address, &authority.server(|_| ()));
    let (_, ca) = support::stub();
    let mut roots = std::fs::read_to_string(ca).unwrap();
    if trusted {
        roots.push_str(&authority.pem);
    }
    let folder = folder("roots");
    let roots = write(&folder, "roots.pem", roots);
    let facts = Call::to_stub().with("ca", &roots).with("proxy", &format!("https://localhost:{}", front.port())).run();
    std::fs::remove_dir_all(folder).unwrap();
    facts
}
