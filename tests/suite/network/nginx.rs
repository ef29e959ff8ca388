//! nginx as the TLS server in front of the stub, with good certificates, and ones with one fault.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, OnceLock};

use rcgen::{PKCS_ECDSA_P384_SHA384, date_time_ymd};

use super::authority::long_rsa_key;
use super::certificates::{Authority, Leaf, self_signed};
use super::process::{Peer, folder, free_address, write};
use super::{Row, renegotiation};
use crate::support::{self, Call, Facts};

/// OpenSSL rejects the weak algorithms of these tests at its default security level.
const OPENSSL_ALLOWS_ALL: &str = "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = default\n\
    [default]\nCipherString = ALL:@SECLEVEL=0\nMinProtocol = TLSv1\n";

/// Log line of nginx for one successful call: TLS version, client certificate, status. One request, and no second one.
const NEW: &[&str] = &["server_saw=TLSv1.3 NONE 200;"];
const OLD: &[&str] = &["server_saw=TLSv1.2 NONE 200;"];
const CERTIFIED: &[&str] = &["server_saw=TLSv1.3 SUCCESS 200;"];

/// The certificates that the server presents, and those that the client trusts, in PEM.
pub struct Shown {
    pub chain: String,
    pub key: String,
    pub trusted: String,
}

impl Shown {
    /// A certificate by a trusted root, without an intermediate.
    fn by_root(make: impl FnOnce(&Authority) -> Leaf) -> Shown {
        let root = Authority::root("The root");
        let leaf = make(&root);
        Shown { chain: leaf.pem, key: leaf.key, trusted: root.pem }
    }
}

/// One call, after `change`, to an nginx with its certificate and these directives. Adds the line `server_saw` to the output of
/// the client: the log of nginx for requests that arrived over TLS, empty if none did.
fn call(shown: &Shown, directives: &str, change: impl FnOnce(&Path, Call) -> Call) -> Facts {
    let (folder, notes, address) = (folder("nginx"), folder("nginx-notes"), free_address());
    let chain = write(&folder, "chain.pem", &shown.chain);
    let key = write(&folder, "key.pem", &shown.key);
    let ca = write(&folder, "ca.pem", &shown.trusted);
    let plain = support::stub().0.plain_url().replace("localhost", "127.0.0.1");
    let text = format!(
        "daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/error.log;\n\
         events {{ worker_connections 64; }}\nhttp {{\n  \
         ssl_protocols TLSv1.2 TLSv1.3;\n  log_format note \"$ssl_protocol $ssl_client_verify $status;\";\n  access_log {notes}/requests note;\n  \
         client_body_temp_path {folder}/a;\n  proxy_temp_path {folder}/b;\n  fastcgi_temp_path {folder}/c;\n  \
         uwsgi_temp_path {folder}/d;\n  scgi_temp_path {folder}/e;\n  \
         server {{\n    listen {address} ssl;\n    ssl_certificate {chain};\n    ssl_certificate_key {key};\n    \
         {directives}\n    location / {{ proxy_pass {plain}; }}\n  }}\n}}\n",
        folder = folder.display(),
        notes = notes.display(),
    );
    let conf = write(&folder, "nginx.conf", text);
    let log = folder.join("error.log");
    let allowing = format!("OPENSSL_CONF={}", write(&folder, "openssl.cnf", OPENSSL_ALLOWS_ALL));
    let command = ["env", &allowing, "nginx", "-c", &conf, "-p", folder.to_str().unwrap(), "-e", log.to_str().unwrap()];
    let peer = Peer::start(&folder, &command, address);
    let mut facts = change(&folder, Call::to(&format!("https://localhost:{}", address.port())).with("ca", &ca)).run();
    // nginx has written its whole log only after it has ended.
    drop(peer);
    let requests = fs::read_to_string(notes.join("requests")).unwrap();
    fs::remove_dir_all(notes).unwrap();
    facts.stdout.push_str(&format!("server_saw={}\n", requests.replace('\n', "")));
    facts
}

pub fn shown(shown: Shown) -> Facts {
    call(&shown, "", |_, call| call)
}

/// A private key in PEM. openssl can generate all kinds.
fn openssl_key(args: &[&str]) -> String {
    openssl(args, "")
}

pub fn openssl(args: &[&str], input: &str) -> String {
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

pub fn rsa_key(bits: u32) -> String {
    openssl_key(&["genpkey", "-algorithm", "RSA", "-pkeyopt", &format!("rsa_keygen_bits:{bits}")])
}

/// A certificate that openssl signs, with the hash that is named, of an RSA key with so many bits.
fn signed_with(hash: &str, bits: u32) -> Shown {
    Shown::by_root(|root| signed_for(root, &rsa_key(bits), hash))
}

/// A certificate for this key that openssl signs, with the hash that is named.
fn signed_for(root: &Authority, key: &str, hash: &str) -> Leaf {
    let folder = folder("openssl");
    let (ca, ca_key) = (write(&folder, "ca.pem", &root.pem), write(&folder, "ca.key", &root.key));
    let key_file = write(&folder, "key.pem", key);
    let request = openssl(&["req", "-new", "-key", &key_file, "-subj", "/CN=localhost"], "");
    let extensions = write(&folder, "extensions", "subjectAltName=DNS:localhost\n");
    let pem = openssl(
        &["x509", "-req", hash, "-CA", &ca, "-CAkey", &ca_key, "-CAcreateserial", "-extfile", &extensions],
        &request,
    );
    fs::remove_dir_all(folder).unwrap();
    Leaf { pem, key: key.to_owned() }
}

/// A server that requires a client certificate; `key` is the client's, `None` for a client without one.
fn with_client_certificate(key: Option<&str>) -> Facts {
    let sign = |clients: &Authority, pkcs8: &str| clients.client_with(pkcs8).pem.into_bytes();
    with_client_files(key.map(|key| (key.as_bytes(), &sign as _)))
}

/// Makes a client's chain, by this authority for a key in PKCS#8.
type Sign<'a> = &'a dyn Fn(&Authority, &str) -> Vec<u8>;

/// The same. The client uses this key unchanged, and the chain that `sign` makes for this key in PKCS#8.
fn with_client_files(client: Option<(&[u8], Sign<'_>)>) -> Facts {
    let clients = Authority::root("Clients' CA");
    let folder = folder("clients");
    let ca = write(&folder, "clients.pem", &clients.pem);
    let server = Shown::by_root(|root| root.server(|_| ()));
    // Each version requests the certificate and the signature of the client differently.
    let [old, new] = ["TLSv1.2", "TLSv1.3"].map(|version| {
        let directives = format!("ssl_client_certificate {ca}; ssl_verify_client on; ssl_protocols {version};");
        call(&server, &directives, |folder, call| match client {
            None => call,
            Some((key, sign)) => {
                // The authority signs the key in the form that openssl reads.
                let key = write(folder, "client.key", key);
                let pkcs8 = openssl(&["pkey", "-in", &key], "");
                let chain = write(folder, "client.pem", sign(&clients, &pkcs8));
                call.with("client_chain", &chain).with("client_key", &key)
            }
        })
    });
    fs::remove_dir_all(folder).unwrap();
    let noted = if client.is_some() { "TLSv1.2 SUCCESS 200;" } else { "TLSv1.2 NONE 400;" };
    assert_eq!(old.pairs()["server_saw"], noted, "{}", old.stdout);
    new
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
        Row::new((PEER, "presents an ECDSA chain of three", "NF_OK"), NEW, move || chain_of(true, true, || None)),
        Row::new((PEER, "presents an RSA certificate, chain of three", "NF_OK"), NEW, move || {
            chain_of(true, true, || Some(rsa_key(2048)))
        }),
        Row::new((PEER, "presents a P-384 certificate", "NF_OK"), NEW, || {
            let key = rcgen::KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap().serialize_pem();
            shown(Shown::by_root(|root| root.server_with(&key)))
        }),
        Row::new((PEER, "supports TLS 1.2 only", "NF_OK"), OLD, || {
            call(&Shown::by_root(|root| root.server(|_| ())), "ssl_protocols TLSv1.2;", |_, call| call)
        }),
        Row::new((PEER, "supports TLS 1.3 only", "NF_OK"), NEW, || {
            call(&Shown::by_root(|root| root.server(|_| ())), "ssl_protocols TLSv1.3;", |_, call| call)
        }),
        Row::new((PEER, "requires a client certificate, gets one (PKCS#8)", "NF_OK"), CERTIFIED, || {
            let key = rsa_key(2048);
            assert!(key.contains("BEGIN PRIVATE KEY"));
            with_client_certificate(Some(&key))
        }),
        Row::new((PEER, "requires a client certificate, gets one (PKCS#1)", "NF_OK"), CERTIFIED, || {
            let key = openssl_key(&["genrsa", "-traditional", "2048"]);
            assert!(key.contains("BEGIN RSA PRIVATE KEY"));
            with_client_certificate(Some(&key))
        }),
        Row::new((PEER, "requires a client certificate, gets one (SEC1)", "NF_OK"), CERTIFIED, || {
            let key = openssl_key(&["ecparam", "-genkey", "-name", "prime256v1"]);
            assert!(key.contains("BEGIN EC PARAMETERS") && key.contains("BEGIN EC PRIVATE KEY"));
            with_client_certificate(Some(&key))
        }),
        Row::new((PEER, "requires a client certificate, gets one (DER)", "NF_OK"), CERTIFIED, || {
            let folder = folder("der");
            let (key, chain) = (folder.join("key.der"), folder.join("chain.der"));
            let (key_file, chain_file) = (key.to_str().unwrap(), chain.to_str().unwrap());
            openssl(&["genpkey", "-algorithm", "ed25519", "-outform", "der", "-out", key_file], "");
            let facts = with_client_files(Some((&fs::read(&key).unwrap(), &|clients, pkcs8| {
                openssl(&["x509", "-outform", "der", "-out", chain_file], &clients.client_with(pkcs8).pem);
                fs::read(&chain).unwrap()
            })));
            fs::remove_dir_all(folder).unwrap();
            facts
        }),
        Row::new((PEER, "requires a client certificate, gets one (byte order marks)", "NF_OK"), CERTIFIED, || {
            let marked = |pem: &str| [b"\xEF\xBB\xBF", pem.as_bytes()].concat();
            let key = marked(&rsa_key(2048));
            with_client_files(Some((&key, &|clients, pkcs8| marked(&clients.client_with(pkcs8).pem))))
        }),
        Row::new((PEER, "requires a client certificate, gets one (X.509 version 1)", "NF_OK"), CERTIFIED, || {
            with_client_files(Some((rsa_key(2048).as_bytes(), &|clients, pkcs8| {
                let folder = folder("version-1");
                let (ca, ca_key) = (write(&folder, "ca.pem", &clients.pem), write(&folder, "ca.key", &clients.key));
                let key = write(&folder, "key.pem", pkcs8);
                let request = openssl(&["req", "-new", "-key", &key, "-subj", "/CN=client"], "");
                let chain = openssl(&["x509", "-req", "-CA", &ca, "-CAkey", &ca_key, "-CAcreateserial"], &request);
                fs::remove_dir_all(folder).unwrap();
                chain.into_bytes()
            })))
        }),
        Row::new(
            (PEER, "requires a client certificate, gets none, and sends an error page", "NF_NOT_CONCUR"),
            &["server_saw=TLSv1.3 NONE 400;", "http_status=400", "server_message~No required SSL certificate was sent"],
            || with_client_certificate(None),
        ),
        Row::new(
            (PEER, "cannot reach its server, and sends an error page", "NF_NOT_CONCUR"),
            &["server_saw=TLSv1.3 NONE 502;", "http_status=502", "retry_after_ms=300000"],
            || {
                let server = Shown::by_root(|root| root.server(|_| ()));
                call(&server, "location /net2/ { proxy_pass http://127.0.0.1:1; }", |_, call| call)
            },
        ),
        Row::new(
            (PEER, "redirects to another host", "NF_REDIRECTED"),
            &["server_saw=TLSv1.3 NONE 302;", "http_status=302", "message~127.0.0.1"],
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
    let incompatible = &["server_saw=", "remedy~AES-GCM or ChaCha20-Poly1305", "remedy~P-384"];
    rows.push(Row::new((PEER, "offers only CBC suites of TLS 1.2", "NF_TLS"), incompatible, || {
        let directives = "ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA;";
        call(&Shown::by_root(|root| root.server(|_| ())), directives, |_, call| call)
    }));
    let groups = &["server_saw=", "message~no common cipher suite or key exchange", "remedy~X25519, P-256 or P-384"];
    rows.push(Row::new((PEER, "exchanges keys on the curve P-521 only", "NF_TLS"), groups, || {
        call(&Shown::by_root(|root| root.server(|_| ())), "ssl_ecdh_curve secp521r1;", |_, call| call)
    }));
    rows.push(Row::new((PEER, "has a certificate with a P-521 key", "NF_TLS"), incompatible, || {
        let key = openssl_key(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"]);
        shown(Shown::by_root(|root| signed_for(root, &key, "-sha256")))
    }));
    rows.push(Row::new(
        (PEER, "has a certificate with an RSA key of 8200 bits", "NF_TLS_UNTRUSTED"),
        &["server_saw=", "message~it has an RSA key of more than 8192 bits", "message~may be strong"],
        || shown(Shown::by_root(|root| signed_for(root, long_rsa_key(), "-sha256"))),
    ));
    rows.push(renegotiation::row());
    rows.push(Row::new(
        (PEER, "presents a chain of three to a client that trusts another root", "NF_TLS_UNTRUSTED"),
        &["server_saw=", "message~The intermediate"],
        move || noted("unknown root", chain_of(true, false, || None)),
    ));
    rows.push(Row::new(
        (PEER, "leaves its intermediate certificate out", "NF_TLS_UNTRUSTED"),
        &["server_saw=", "message~The intermediate"],
        move || noted("missing intermediate", chain_of(false, true, || None)),
    ));
    rows.push(Row::new((PEER, "supports TLS 1.0 and 1.1 only", "NF_TLS"), &["server_saw=", "message~TLS 1.2"], || {
        let directives = "ssl_protocols TLSv1 TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;";
        noted("old TLS", call(&Shown::by_root(|root| root.server(|_| ())), directives, |_, call| call))
    }));
    rows
}

fn bad_certificates(peer: &'static str) -> Vec<Row> {
    let bad = |fault, lines, remedy, make: fn() -> Shown| {
        Row::new((peer, fault, "NF_TLS_UNTRUSTED"), lines, move || noted(remedy, shown(make())))
    };
    vec![
        bad(
            "presents a certificate that has expired",
            &["server_saw=", "message~expired", "remedy~clock"],
            "expired",
            || Shown::by_root(|root| root.server(|leaf| leaf.not_after = date_time_ymd(2021, 1, 1))),
        ),
        bad(
            "presents a certificate that is not valid yet",
            &["server_saw=", "message~not valid yet"],
            "not valid yet",
            || Shown::by_root(|root| root.server(|leaf| leaf.not_before = date_time_ymd(2119, 1, 1))),
        ),
        bad("presents a certificate of another host", &["server_saw=", "message~another host"], "another host", || {
            Shown::by_root(|root| {
                root.server(|leaf| {
                    leaf.subject_alt_names = vec![rcgen::SanType::DnsName("other.example".try_into().unwrap())];
                })
            })
        }),
        bad("presents a self-signed certificate", &["server_saw=", "message~self-signed"], "self-signed", || {
            let leaf = self_signed();
            Shown { chain: leaf.pem, key: leaf.key, trusted: Authority::root("The root").pem }
        }),
        bad("presents a certificate signed with SHA-1", &["server_saw=", "message~SHA-1"], "weak", || {
            signed_with("-sha1", 2048)
        }),
        bad(
            "presents a certificate with an RSA key of 1024 bits",
            &["server_saw=", "message~2048 bits"],
            "weak",
            || signed_with("-sha256", 1024),
        ),
        bad(
            "presents a certificate with an RSA key of 2040 bits",
            &["server_saw=", "message~2048 bits"],
            "weak",
            || signed_with("-sha256", 2040),
        ),
    ]
}

/// Each kind of bad certificate has its own remedy.
fn noted(kind: &'static str, facts: Facts) -> Facts {
    static REMEDIES: OnceLock<Mutex<BTreeMap<String, &'static str>>> = OnceLock::new();
    let mut remedies = REMEDIES.get_or_init(Mutex::default).lock().unwrap();
    let remedy = facts.pairs().get("remedy").copied().unwrap_or_default().to_owned();
    let first = *remedies.entry(remedy.clone()).or_insert(kind);
    // Ignores poisoning, because one panic would make all later rows fail.
    drop(remedies);
    assert_eq!(first, kind, "both have the remedy \"{remedy}\"; {}", facts.stdout);
    facts
}

/// Target of a redirect.
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
