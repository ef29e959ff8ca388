//! squid: the proxy that most companies have.

use std::net::{Ipv6Addr, SocketAddr, TcpListener};
use std::sync::OnceLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use nativeflow_stub::User;

use super::Row;
use super::certificates::Authority;
use super::haproxy;
use super::process::{Peer, folder, free_address, write};
use super::relay::Relay;
use crate::support::{self, Call, Facts};

/// Of the user `user`: the password below, as `openssl passwd -apr1` writes it.
const USERS: &str = "user:$apr1$nativefl$ycVsFyAFEfxJ0B.Cs15Nb/\n";
/// `pa:ss@w/o%rd`
const PASSWORD: &str = "pa%3Ass%40w%2Fo%25rd";

/// All variables from which curl takes a proxy. The test removes those of the machine.
const VARIABLES: [&str; 8] =
    ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"];

struct Squid {
    _peer: Peer,
    address: SocketAddr,
}

/// `rules` are its access rules.
fn start(address: SocketAddr, rules: &str) -> Squid {
    let folder = folder("squid");
    let users = write(&folder, "users", USERS);
    let text = format!(
        "http_port {address}\npid_filename none\ncache deny all\nnetdb_filename none\n\
         access_log stdio:{folder}/access.log\ncache_log {folder}/cache.log\ncoredump_dir {folder}\n\
         shutdown_lifetime 0 seconds\ndns_nameservers 127.0.0.1\ndns_timeout 1 second\nforward_timeout 2 seconds\npinger_enable off\n\
         auth_param basic program /usr/lib/squid/basic_ncsa_auth {users}\nacl known proxy_auth REQUIRED\n{rules}\n",
        folder = folder.display(),
    );
    let conf = write(&folder, "squid.conf", text);
    // The name of its shared memory. Under the default name, memory of another user's squid would keep it from starting.
    let name = format!("nativeflow{}", address.port());
    Squid { _peer: Peer::start(&folder, &["squid", "-n", &name, "-N", "-f", &conf], address), address }
}

fn open() -> &'static Squid {
    static SQUID: OnceLock<Squid> = OnceLock::new();
    SQUID.get_or_init(|| start(free_address(), "http_access allow all"))
}

fn with_users() -> &'static Squid {
    static SQUID: OnceLock<Squid> = OnceLock::new();
    SQUID.get_or_init(|| start(free_address(), "http_access allow known\nhttp_access deny all"))
}

impl Squid {
    /// Passes an address of this proxy to `run`. Returns its result and all data that the proxy received, after a check that this
    /// data contains no credentials for Concur.
    fn watch(&self, run: impl FnOnce(SocketAddr) -> Facts) -> (Facts, Vec<u8>) {
        let relay = Relay::to(self.address);
        let facts = run(relay.address());
        let sent = relay.sent();
        let user = User::demo();
        let basic = BASE64_STANDARD.encode(format!("{}:{}", user.login, user.secret));
        // The header for the proxy itself is Proxy-Authorization.
        for secret in ["\nauthorization:", "x-consumerkey", &basic, &user.key, &user.login, &user.secret] {
            let found = sent.windows(secret.len()).any(|window| window.eq_ignore_ascii_case(secret.as_bytes()));
            assert!(!found, "the proxy received a secret for Concur");
        }
        (facts, sent)
    }

    /// A call that must use this proxy: the proxy receives a CONNECT request for `target`.
    fn watch_tunnel(&self, target: &str, run: impl FnOnce(SocketAddr) -> Facts) -> Facts {
        let (facts, sent) = self.watch(run);
        let asks = format!("CONNECT {} HTTP/1.1\r\n", target.strip_prefix("https://").unwrap());
        assert!(sent.starts_with(asks.as_bytes()), "the proxy was not asked for {target}");
        facts
    }

    /// A call that must not use this proxy.
    fn watch_nothing(&self, run: impl FnOnce(SocketAddr) -> Facts) -> Facts {
        let (facts, sent) = self.watch(run);
        assert!(sent.is_empty(), "the proxy was spoken to");
        facts
    }

    fn call(&self, login: &str, target: &str) -> Facts {
        self.watch_tunnel(target, |proxy| Call::to(target).with("proxy", &format!("http://{login}{proxy}")).run())
    }
}

fn stub_url() -> String {
    support::stub().0.base_url()
}

pub fn rows() -> Vec<Row> {
    vec![
        Row::new(("squid", "allows all connections", "NF_OK"), &[], || open().call("", &stub_url())),
        Row::new(("squid", "at an IPv6 address", "NF_OK"), &[], || {
            let address = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
            start(address.expect("this machine has ::1"), "http_access allow all").call("", &stub_url())
        }),
        Row::new(("squid", "requires a password, and gets it", "NF_OK"), &[], || {
            with_users().call(&format!("user:{PASSWORD}@"), &stub_url())
        }),
        Row::new(
            ("squid", "requires a password, and gets a wrong one", "NF_PROXY_DENIED"),
            &["http_status=407", "server_message~ERR_CACHE_ACCESS_DENIED", "retry_after_ms=-1"],
            || with_users().call("user:wrong@", &stub_url()),
        ),
        Row::new(
            ("squid", "requires a password, and gets none", "NF_PROXY_DENIED"),
            &["http_status=407", "server_message~ERR_CACHE_ACCESS_DENIED"],
            || with_users().call("", &stub_url()),
        ),
        Row::new(
            ("squid", "denies the port by its rules", "NF_PROXY"),
            &["http_status=403", "server_message~ERR_ACCESS_DENIED", "retry_after_ms=-1"],
            || {
                let rules = "acl web port 443\nhttp_access allow web\nhttp_access deny all";
                start(free_address(), rules).call("", &stub_url())
            },
        ),
        Row::new(
            ("squid", "cannot resolve the host", "NF_PROXY"),
            &["http_status=500", "server_message~ERR_CANNOT_FORWARD", "retry_after_ms=60000"],
            || open().call("", "https://does-not-exist.invalid:443"),
        ),
        Row::new(
            ("squid", "target port refuses connections", "NF_PROXY"),
            &["http_status=503", "server_message~ERR_CONNECT_FAIL"],
            || open().call("", "https://localhost:1"),
        ),
        Row::new(("squid", "is gone", "NF_PROXY"), &["http_status=0", "message~Cannot connect to the proxy"], || {
            Call::to_stub().with("proxy", &format!("http://{}", free_address())).run()
        }),
        Row::new(("squid", "is configured, but the host bypasses it", "NF_OK"), &[], || {
            open().watch_nothing(|proxy| {
                let call = Call::to_stub().with("proxy", &format!("http://{proxy}"));
                call.with("bypass", "example.com, localhost").run()
            })
        }),
        Row::new(
            ("squid", "opens a tunnel to a server whose certificate is not trusted", "NF_TLS_UNTRUSTED"),
            &["message~via proxy 127.0.0.1:", "message~nativeflow-stub"],
            || {
                let folder = folder("other-root");
                let ca = write(&folder, "ca.pem", Authority::root("Another root").pem);
                let facts = open().watch_tunnel(&stub_url(), |squid| {
                    Call::to_stub().with("ca", &ca).with("proxy", &format!("http://{squid}")).run()
                });
                std::fs::remove_dir_all(folder).unwrap();
                facts
            },
        ),
        Row::new(("squid", "is reached in TLS (https proxy)", "NF_OK"), &[], || {
            let authority = Authority::root("Known proxy CA");
            open().watch_tunnel(&stub_url(), |squid| in_tls(squid, &authority, &authority.pem))
        }),
        Row::new(
            ("squid", "is reached in TLS, with a certificate that is not trusted", "NF_PROXY"),
            &["message~Proxy certificate", "message~Unknown proxy CA", "remedy~proxy's CA"],
            || open().watch_nothing(|squid| in_tls(squid, &Authority::root("Unknown proxy CA"), "")),
        ),
        Row::new(
            ("squid", "is reached in TLS, with a certificate signed with the key of a trusted server's", "NF_PROXY"),
            &["message~Proxy certificate", "message~\"CN=other server\": it is trusted only as a server's own"],
            || {
                let other = Authority::root("The root").intermediate_with("other server", |parameters| {
                    parameters.is_ca = rcgen::IsCa::NoCa;
                });
                open().watch_nothing(|squid| in_tls(squid, &other, &other.pem))
            },
        ),
        Row::new(
            ("squid", "is configured as an https proxy, and accepts http only", "NF_PROXY"),
            &["message~with the proxy failed", "remedy~http:// in the proxy URL"],
            || Call::to_stub().with("proxy", &format!("https://{}", open().address)).run(),
        ),
        Row::new(("squid", "is set in https_proxy, another one in HTTPS_PROXY", "NF_OK"), &[], || {
            environment(&["https_proxy=SQUID", "HTTPS_PROXY=http://127.0.0.1:1", "all_proxy=http://127.0.0.1:1"])
        }),
        Row::new(("squid", "is set in HTTPS_PROXY, another one in ALL_PROXY", "NF_OK"), &[], || {
            environment(&["HTTPS_PROXY=SQUID", "ALL_PROXY=http://127.0.0.1:1"])
        }),
        Row::new(("squid", "is set in ALL_PROXY, an unreachable one in HTTP_PROXY", "NF_OK"), &[], || {
            environment(&["ALL_PROXY=SQUID", "HTTP_PROXY=http://127.0.0.1:1", "http_proxy=http://127.0.0.1:1"])
        }),
        Row::new(
            ("squid", "is named by HTTPS_PROXY, and NO_PROXY has only forms that curl ignores", "NF_OK"),
            &[],
            || {
                let url = stub_url();
                let (_, port) = url.rsplit_once(':').unwrap();
                let list = format!("NO_PROXY=*.localhost,x,*,localhost:{port},https://localhost,*localhost");
                environment(&["HTTPS_PROXY=SQUID", &list])
            },
        ),
        Row::new(("no proxy", "NO_PROXY covers the host, and the configured one is unreachable", "NF_OK"), &[], || {
            environment(&["HTTPS_PROXY=http://127.0.0.1:1", "NO_PROXY=.example.com,localhost"])
        }),
        Row::new(("no proxy", "only HTTP_PROXY is set, to an unreachable one", "NF_OK"), &[], || {
            environment(&["HTTP_PROXY=http://127.0.0.1:1", "http_proxy=http://127.0.0.1:1"])
        }),
    ]
}

/// Makes a call with only these variables. If they contain `SQUID`, which stands for the URL of squid, it must have been used.
fn environment(variables: &[&str]) -> Facts {
    let run = |proxy: SocketAddr| {
        let variables: Vec<String> =
            variables.iter().map(|variable| variable.replace("SQUID", &format!("http://{proxy}"))).collect();
        let unset = VARIABLES.iter().flat_map(|name| ["-u", name]);
        let words: Vec<&str> = unset.chain(variables.iter().map(String::as_str)).collect();
        Call::to_stub().with("environment_proxy", "1").run_with(&words)
    };
    match variables.iter().any(|variable| variable.ends_with("SQUID")) {
        true => open().watch_tunnel(&stub_url(), run),
        false => open().watch_nothing(run),
    }
}

/// TLS to the proxy, with a certificate by `issuer`, and TLS to Concur inside it. The client trusts the stub's root certificate
/// and `trusted`.
fn in_tls(squid: SocketAddr, issuer: &Authority, trusted: &str) -> Facts {
    let (_, ca) = support::stub();
    let folder = folder("roots");
    let roots = write(&folder, "roots.pem", std::fs::read_to_string(ca).unwrap() + trusted);
    let front = haproxy::in_front_of(squid, &issuer.server(|_| ()));
    let proxy = format!("https://localhost:{}", front.port());
    let facts = Call::to_stub().with("ca", &roots).with("proxy", &proxy).run();
    std::fs::remove_dir_all(folder).unwrap();
    facts
}
