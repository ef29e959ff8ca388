//! nginx as the TLS server in front of the stub, with certificates that are good, or bad in one way.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, OnceLock};

use rcgen::{PKCS_ECDSA_P384_SHA384, date_time_ymd};

use super::Row;
use super::call::Call;
use super::certificates::{Authority, Leaf, self_signed};
use super::process::{Peer, folder, free_address, write};
use crate::support::{self, Facts};

/// OpenSSL refuses what is bad on purpose unless it is told to.
const OPENSSL_ALLOWS_ALL: &str = "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = default\n\
    [default]\nCipherString = ALL:@SECLEVEL=0\nMinProtocol = TLSv1\n";

/// What the server shows, and whom the client trusts, in PEM.
struct Shown {
    chain: String,
    key: String,
    trusted: String,
}

impl Shown {
    /// By a root that is trusted, without anybody between.
    fn by_root(make: impl FnOnce(&Authority) -> Leaf) -> Shown {
        let root = Authority::root("The root");
        let leaf = make(&root);
        Shown { chain: leaf.pem, key: leaf.key, trusted: root.pem }
    }
}

/// One call to an nginx with these directives beside its certificate, after `change`.
fn call(shown: &Shown, directives: &str, change: impl FnOnce(&Path, Call) -> Call) -> Facts {
    let (folder, address) = (folder("nginx"), free_address());
    let chain = write(&folder, "chain.pem", &shown.chain);
    let key = write(&folder, "key.pem", &shown.key);
    let ca = write(&folder, "ca.pem", &shown.trusted);
    let plain = support::stub().0.plain_url().replace("localhost", "127.0.0.1");
    let text = format!(
        "daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/error.log;\n\
         events {{ worker_connections 64; }}\nhttp {{\n  access_log off;\n  \
         client_body_temp_path {folder}/a;\n  proxy_temp_path {folder}/b;\n  fastcgi_temp_path {folder}/c;\n  \
         uwsgi_temp_path {folder}/d;\n  scgi_temp_path {folder}/e;\n  \
         server {{\n    listen {address} ssl;\n    ssl_certificate {chain};\n    ssl_certificate_key {key};\n    \
         {directives}\n    location / {{ proxy_pass {plain}; }}\n  }}\n}}\n",
        folder = folder.display(),
    );
    let conf = write(&folder, "nginx.conf", text);
    let log = folder.join("error.log");
    let allowing = format!("OPENSSL_CONF={}", write(&folder, "openssl.cnf", OPENSSL_ALLOWS_ALL));
    let command = ["env", &allowing, "nginx", "-c", &conf, "-p", folder.to_str().unwrap(), "-e", log.to_str().unwrap()];
    let _peer = Peer::start(&folder, &command, address);
    change(&folder, Call::to(&format!("https://localhost:{}", address.port())).with("ca", &ca)).run()
}

fn shown(shown: Shown) -> Facts {
    call(&shown, "", |_, call| call)
}

/// A private key in PEM, from the tool that makes them of every kind.
fn openssl_key(args: &[&str]) -> String {
    openssl(args, "")
}

fn openssl(args: &[&str], input: &str) -> String {
    use std::io::Write as _;
    use std::process::Stdio;
    let mut child = Command::new("openssl")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn rsa_key() -> String {
    openssl_key(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
}

/// A certificate that openssl signs, with the hash that is named.
fn signed_with(hash: &str) -> Shown {
    let folder = folder("openssl");
    let root = Authority::root("The root");
    let (ca, ca_key) = (write(&folder, "ca.pem", &root.pem), write(&folder, "ca.key", &root.key));
    let key = rsa_key();
    let key_file = write(&folder, "key.pem", &key);
    let request = openssl(&["req", "-new", "-key", &key_file, "-subj", "/CN=localhost"], "");
    let extensions = write(&folder, "extensions", "subjectAltName=DNS:localhost\n");
    let chain = openssl(
        &["x509", "-req", hash, "-CA", &ca, "-CAkey", &ca_key, "-CAcreateserial", "-extfile", &extensions],
        &request,
    );
    fs::remove_dir_all(folder).unwrap();
    Shown { chain, key, trusted: root.pem }
}

/// A server that wants a client certificate; `key` is the client's, `None` for a client without one.
fn with_client_certificate(key: Option<&str>) -> Facts {
    let clients = Authority::root("Clients' CA");
    let folder = folder("clients");
    let ca = write(&folder, "clients.pem", &clients.pem);
    let directives = format!("ssl_client_certificate {ca}; ssl_verify_client on;");
    let server = Shown::by_root(|root| root.server(|_| ()));
    let facts = call(&server, &directives, |folder, call| match key {
        None => call,
        Some(key) => {
            // The authority signs what openssl would read, whatever form the key is in.
            let pkcs8 = openssl(&["pkcs8", "-topk8", "-nocrypt"], key);
            let chain = write(folder, "client.pem", clients.client_with(&pkcs8).pem);
            call.with("client_chain", &chain).with("client_key", &write(folder, "client.key", key))
        }
    });
    fs::remove_dir_all(folder).unwrap();
    facts
}

pub fn rows() -> Vec<Row> {
    const PEER: &str = "nginx";
    let chain_of = |show_intermediate: bool, trust_root: bool, key: fn() -> Option<String>| {
        let root = Authority::root("The root");
        let intermediate = root.intermediate("The intermediate");
        let leaf = match key() {
            Some(key) => intermediate.server_with(&key),
            None => intermediate.server(|_| ()),
        };
        let issuers = if show_intermediate { intermediate.pem.as_str() } else { "" };
        let trusted = if trust_root { root.pem } else { Authority::root("Another root").pem };
        shown(Shown { chain: format!("{}{issuers}", leaf.pem), key: leaf.key, trusted })
    };
    let mut rows = vec![
        Row::new((PEER, "shows an ECDSA chain of three", "NF_OK"), &[], move || chain_of(true, true, || None)),
        Row::new((PEER, "shows an RSA certificate, chain of three", "NF_OK"), &[], move || {
            chain_of(true, true, || Some(rsa_key()))
        }),
        Row::new((PEER, "shows a P-384 certificate", "NF_OK"), &[], || {
            let key = rcgen::KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap().serialize_pem();
            shown(Shown::by_root(|root| root.server_with(&key)))
        }),
        Row::new((PEER, "speaks TLS 1.2 only", "NF_OK"), &[], || {
            call(&Shown::by_root(|root| root.server(|_| ())), "ssl_protocols TLSv1.2;", |_, call| call)
        }),
        Row::new((PEER, "speaks TLS 1.3 only", "NF_OK"), &[], || {
            call(&Shown::by_root(|root| root.server(|_| ())), "ssl_protocols TLSv1.3;", |_, call| call)
        }),
        Row::new((PEER, "wants a client certificate, gets one (PKCS#8)", "NF_OK"), &[], || {
            with_client_certificate(Some(&rsa_key()))
        }),
        Row::new((PEER, "wants a client certificate, gets one (PKCS#1)", "NF_OK"), &[], || {
            with_client_certificate(Some(&openssl_key(&["genrsa", "-traditional", "2048"])))
        }),
        Row::new((PEER, "wants a client certificate, gets one (SEC1)", "NF_OK"), &[], || {
            let key = openssl_key(&["ecparam", "-genkey", "-name", "prime256v1"]);
            assert!(key.contains("BEGIN EC PARAMETERS") && key.contains("BEGIN EC PRIVATE KEY"));
            with_client_certificate(Some(&key))
        }),
        Row::new(
            (PEER, "wants a client certificate, gets none, and says so in a page", "NF_NOT_CONCUR"),
            &["http_status=400", "server_message~No required SSL certificate was sent"],
            || with_client_certificate(None),
        ),
        Row::new(
            (PEER, "has no server behind it, and says so in a page", "NF_NOT_CONCUR"),
            &["http_status=502"],
            || {
                let server = Shown::by_root(|root| root.server(|_| ()));
                call(&server, "location /net2/ { proxy_pass http://127.0.0.1:1; }", |_, call| call)
            },
        ),
        Row::new(
            (PEER, "redirects to another host", "NF_REDIRECTED"),
            &["http_status=302", "message~127.0.0.1"],
            || {
                let elsewhere = Elsewhere::listen();
                let server = Shown::by_root(|root| root.server(|_| ()));
                let directives = format!("location /net2/ {{ return 302 https://{}/; }}", elsewhere.address());
                let facts = call(&server, &directives, |_, call| call);
                assert!(!elsewhere.was_called(), "the redirect was followed");
                facts
            },
        ),
    ];
    rows.extend(bad_certificates(PEER));
    rows.push(Row::new(
        (PEER, "shows a chain of three to a client that trusts another root", "NF_TLS_UNTRUSTED"),
        &["message~The intermediate"],
        move || noted("unknown root", chain_of(true, false, || None)),
    ));
    rows.push(Row::new(
        (PEER, "leaves its intermediate certificate out", "NF_TLS_UNTRUSTED"),
        &["message~The intermediate"],
        move || noted("missing intermediate", chain_of(false, true, || None)),
    ));
    rows.push(Row::new((PEER, "speaks TLS 1.0 and 1.1 only", "NF_TLS"), &["message~TLS 1.2"], || {
        let directives = "ssl_protocols TLSv1 TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;";
        noted("old TLS", call(&Shown::by_root(|root| root.server(|_| ())), directives, |_, call| call))
    }));
    rows
}

fn bad_certificates(peer: &'static str) -> Vec<Row> {
    let bad = |fault, says, remedy, make: fn() -> Shown| {
        Row::new((peer, fault, "NF_TLS_UNTRUSTED"), says, move || noted(remedy, shown(make())))
    };
    vec![
        bad("shows a certificate that has expired", &["message~expired", "remedy~clock"], "expired", || {
            Shown::by_root(|root| root.server(|leaf| leaf.not_after = date_time_ymd(2021, 1, 1)))
        }),
        bad("shows a certificate that is not valid yet", &["message~not valid yet"], "not valid yet", || {
            Shown::by_root(|root| root.server(|leaf| leaf.not_before = date_time_ymd(2119, 1, 1)))
        }),
        bad("shows a certificate of another host", &["message~another host"], "another host", || {
            Shown::by_root(|root| {
                root.server(|leaf| {
                    leaf.subject_alt_names = vec![rcgen::SanType::DnsName("other.example".try_into().unwrap())];
                })
            })
        }),
        bad("shows a self-signed certificate", &["message~self-signed"], "self-signed", || {
            let leaf = self_signed();
            Shown { chain: leaf.pem, key: leaf.key, trusted: Authority::root("The root").pem }
        }),
        bad("shows a certificate signed with SHA-1", &["message~SHA-1"], "weak", || signed_with("-sha1")),
    ]
}

/// Each kind of badness has a remedy of its own.
fn noted(kind: &'static str, facts: Facts) -> Facts {
    static REMEDIES: OnceLock<Mutex<BTreeMap<String, &'static str>>> = OnceLock::new();
    let mut remedies = REMEDIES.get_or_init(Mutex::default).lock().unwrap();
    let remedy = facts.pairs().get("remedy").copied().unwrap_or_default().to_owned();
    let first = *remedies.entry(remedy.clone()).or_insert(kind);
    assert_eq!(first, kind, "both have the remedy \"{remedy}\"");
    drop(remedies);
    facts
}

/// Where a redirect leads.
struct Elsewhere(std::net::TcpListener);

impl Elsewhere {
    fn listen() -> Elsewhere {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Elsewhere(listener)
    }

    fn address(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }

    fn was_called(&self) -> bool {
        self.0.accept().is_ok()
    }
}
