//! Which certificates may sign a server's certificate: nginx presents certificates of issuers that may and that must not.

use std::fs;
use std::sync::OnceLock;

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, ExtendedKeyUsagePurpose, GeneralSubtree,
    IsCa, KeyUsagePurpose, NameConstraints, SanType, date_time_ymd,
};

use super::Row;
use super::certificates::Authority;
use super::nginx::{Shown, openssl, rsa_key, shown};
use super::process::{folder, write};

const PEER: &str = "nginx";
/// Log line of nginx for one successful call.
const SERVED: &[&str] = &["server_saw=TLSv1.3 NONE 200;"];

/// The certificate of a server for localhost, not of an authority.
fn server(parameters: &mut CertificateParams) {
    parameters.is_ca = IsCa::NoCa;
    parameters.subject_alt_names = vec![SanType::DnsName("localhost".try_into().unwrap())];
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
}

/// The same, self-signed and with CA:FALSE, as administrators often create it.
fn self_signed_leaf(parameters: &mut CertificateParams) {
    server(parameters);
    parameters.is_ca = IsCa::ExplicitNoCa;
}

fn path_len(length: u8) -> impl FnOnce(&mut CertificateParams) {
    move |parameters| parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(length))
}

fn only_signatures(parameters: &mut CertificateParams) {
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
}

fn only_for(purpose: ExtendedKeyUsagePurpose) -> impl FnOnce(&mut CertificateParams) {
    move |parameters| parameters.extended_key_usages = vec![purpose]
}

/// A server's certificate by `issuer`, presented with `issuers` to a client that trusts `trusted`.
fn signed_by(issuer: &Authority, issuers: &[&str], trusted: &str) -> Shown {
    let leaf = issuer.server(|_| ());
    Shown { chain: leaf.pem + &issuers.concat(), key: leaf.key, trusted: trusted.to_owned() }
}

/// A server's certificate by `root`, which is trusted.
fn by_trusted(root: &Authority) -> Shown {
    signed_by(root, &[], &root.pem)
}

/// The server presents `certificate`, and the client trusts it.
fn itself(certificate: Authority) -> Shown {
    Shown { chain: certificate.pem.clone(), key: certificate.key, trusted: certificate.pem }
}

/// Each issued by the one before, under a root that allows `length` of them.
fn chain_of(intermediates: usize, length: u8) -> Shown {
    let root = Authority::root_with("The root", path_len(length));
    let mut issuers: Vec<Authority> = Vec::new();
    for number in 1..=intermediates {
        let name = format!("Intermediate {number}");
        issuers.push(issuers.last().unwrap_or(&root).intermediate(&name));
    }
    let pems: Vec<&str> = issuers.iter().map(|issuer| issuer.pem.as_str()).collect();
    signed_by(issuers.last().unwrap_or(&root), &pems, &root.pem)
}

/// A root of X.509 version 1, which has no extensions.
fn by_version_1_root() -> Shown {
    let (folder, root) = (folder("version-1"), Authority::root("The old root"));
    let key = write(&folder, "key.pem", &root.key);
    let request = openssl(&["req", "-new", "-key", &key, "-subj", "/CN=The old root"], "");
    let trusted = openssl(&["x509", "-req", "-signkey", &key, "-days", "30"], &request);
    let file = write(&folder, "root.pem", &trusted);
    assert!(openssl(&["x509", "-noout", "-text", "-in", &file], "").contains("Version: 1"));
    fs::remove_dir_all(folder).unwrap();
    signed_by(&root, &[], &trusted)
}

pub fn rows() -> Vec<Row> {
    [may_sign(), must_not_sign(), pins(), chains(), algorithms()].into_iter().flatten().collect()
}

fn may_sign() -> Vec<Row> {
    let row = |fault, make: fn() -> Shown| Row::new((PEER, fault, "NF_OK"), SERVED, move || shown(make()));
    vec![
        row("presents a certificate of a root without keyUsage", || {
            by_trusted(&Authority::root_with("The root", |root| root.key_usages = Vec::new()))
        }),
        row("presents a certificate of a root for TLS servers only", || {
            by_trusted(&Authority::root_with("The root", only_for(ExtendedKeyUsagePurpose::ServerAuth)))
        }),
        row("presents a certificate of a root for any purpose", || {
            by_trusted(&Authority::root_with("The root", only_for(ExtendedKeyUsagePurpose::Any)))
        }),
        row("presents a certificate of a root of X.509 version 1", by_version_1_root),
        row("presents a certificate of an intermediate that is trusted itself", || {
            by_trusted(&Authority::root("The root").intermediate("The intermediate"))
        }),
        row("presents as many intermediates as the root's pathLen allows", || chain_of(2, 2)),
        row("presents a cross-signed intermediate, by another root first", || {
            let (root, other) = (Authority::root("The root"), Authority::root("Another root"));
            let intermediate = other.intermediate("The intermediate");
            let crossed = root.cross_sign(&intermediate, "The intermediate");
            signed_by(&intermediate, &[&intermediate.pem, &crossed], &root.pem)
        }),
        row("presents an intermediate twice, without keyCertSign first", || {
            let root = Authority::root("The root");
            let unfit = root.intermediate_with("The intermediate", only_signatures);
            let fit = root.cross_sign(&unfit, "The intermediate");
            signed_by(&unfit, &[&unfit.pem, &fit], &root.pem)
        }),
        row("presents too many intermediates for one of two trusted roots", || {
            let strict = Authority::root_with("The strict root", path_len(0));
            let (root, intermediate) = (Authority::root("The root"), strict.intermediate("The intermediate"));
            let crossed = root.cross_sign(&intermediate, "The intermediate");
            let trusted = strict.pem.clone() + &root.pem;
            signed_by(&intermediate, &[&intermediate.pem, &crossed], &trusted)
        }),
    ]
}

fn must_not_sign() -> Vec<Row> {
    const UNFIT: &str = "remedy~may sign";
    let unfit =
        |fault, lines, make: fn() -> Shown| Row::new((PEER, fault, "NF_TLS_UNTRUSTED"), lines, move || shown(make()));
    let refused =
        |fault, lines, make: fn() -> Shown| Row::new((PEER, fault, "NF_INVALID_OPTION"), lines, move || shown(make()));
    vec![
        unfit(
            "presents a certificate signed with the key of a trusted CA:FALSE certificate",
            &["server_saw=", "message~test.internal", "message~CA:FALSE", UNFIT],
            || by_trusted(&Authority::root_with("test.internal", self_signed_leaf)),
        ),
        unfit(
            "presents a certificate signed with the key of a trusted server's",
            &["server_saw=", "message~other server", "message~CA:FALSE", UNFIT],
            || by_trusted(&Authority::root("The root").intermediate_with("other server", server)),
        ),
        unfit(
            "presents the certificate of a trusted server as that of an intermediate",
            &["server_saw=", "message~other server", UNFIT],
            || {
                let root = Authority::root("The root");
                let other = root.intermediate_with("other server", server);
                signed_by(&other, &[&other.pem], &(root.pem + &other.pem))
            },
        ),
        unfit(
            "presents more intermediates than the root's pathLen allows",
            &["server_saw=", "message~The root", "message~pathLen", UNFIT],
            || chain_of(1, 0),
        ),
        unfit(
            "presents an intermediate without keyCertSign",
            &["server_saw=", "message~The intermediate", "message~keyCertSign", UNFIT],
            || {
                let root = Authority::root("The root");
                let intermediate = root.intermediate_with("The intermediate", only_signatures);
                signed_by(&intermediate, &[&intermediate.pem], &root.pem)
            },
        ),
        refused(
            "presents a certificate of a trusted root without keyCertSign",
            &["server_saw=", "message~certificate 1: \"CN=The root\"", "message~keyCertSign"],
            || by_trusted(&Authority::root_with("The root", only_signatures)),
        ),
        refused(
            "presents a certificate of a trusted root for e-mail only",
            &["server_saw=", "message~certificate 1: \"CN=The root\"", "message~serverAuth"],
            || by_trusted(&Authority::root_with("The root", only_for(ExtendedKeyUsagePurpose::EmailProtection))),
        ),
    ]
}

fn pins() -> Vec<Row> {
    let row = |fault, code, lines, make: fn() -> Shown| Row::new((PEER, fault, code), lines, move || shown(make()));
    vec![
        row("presents the self-signed CA:FALSE certificate that is trusted", "NF_OK", SERVED, || {
            itself(Authority::root_with("test.internal", self_signed_leaf))
        }),
        row("presents the server's certificate that is trusted, its issuer is not", "NF_OK", SERVED, || {
            itself(Authority::root("The root").intermediate_with("The server", server))
        }),
        row(
            "presents the trusted CA:FALSE certificate, which has expired",
            "NF_TLS_UNTRUSTED",
            &["server_saw=", "message~expired", "remedy~clock"],
            || {
                itself(Authority::root_with("test.internal", |leaf| {
                    self_signed_leaf(leaf);
                    leaf.not_after = date_time_ymd(2021, 1, 1);
                }))
            },
        ),
        row(
            "presents the trusted CA:FALSE certificate, which is not valid yet",
            "NF_TLS_UNTRUSTED",
            &["server_saw=", "message~not valid yet"],
            || {
                itself(Authority::root_with("test.internal", |leaf| {
                    self_signed_leaf(leaf);
                    leaf.not_before = date_time_ymd(2119, 1, 1);
                }))
            },
        ),
        row(
            "presents the trusted CA:FALSE certificate of another host",
            "NF_TLS_UNTRUSTED",
            &["server_saw=", "message~another host"],
            || {
                itself(Authority::root_with("test.internal", |leaf| {
                    self_signed_leaf(leaf);
                    leaf.subject_alt_names = vec![SanType::DnsName("other.example".try_into().unwrap())];
                }))
            },
        ),
        row(
            "presents another certificate with the names of the trusted CA:FALSE one",
            "NF_TLS_UNTRUSTED",
            &["server_saw=", "message~self-signed"],
            || {
                let [shown, trusted] = ["localhost"; 2].map(|name| Authority::root_with(name, self_signed_leaf));
                Shown { chain: shown.pem, key: shown.key, trusted: trusted.pem }
            },
        ),
        row(
            "presents the self-signed CA:TRUE certificate that is trusted",
            "NF_TLS_UNTRUSTED",
            &["server_saw=", "message~it is a CA certificate", "remedy~CA:FALSE"],
            || {
                itself(Authority::root_with("localhost", |root| {
                    root.subject_alt_names = vec![SanType::DnsName("localhost".try_into().unwrap())];
                }))
            },
        ),
    ]
}

/// With a critical certificatePolicies that allows any policy.
fn with_policies(parameters: &mut CertificateParams) {
    let any_policy = b"\x30\x08\x30\x06\x06\x04\x55\x1D\x20\x00".to_vec();
    let mut policies = CustomExtension::from_oid_content(&[2, 5, 29, 32], any_policy);
    policies.set_criticality(true);
    parameters.custom_extensions.push(policies);
}

/// Allows only subjects outside of every directory.
fn with_directory(parameters: &mut CertificateParams) {
    parameters.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DirectoryName(DistinguishedName::new())],
        excluded_subtrees: Vec::new(),
    });
}

fn expired(parameters: &mut CertificateParams) {
    parameters.not_after = date_time_ymd(2021, 1, 1);
}

/// The fault is in the chain, and not in the server's certificate.
fn chains() -> Vec<Row> {
    let row = |fault, code, lines, make: fn() -> Shown| Row::new((PEER, fault, code), lines, move || shown(make()));
    let bad = |fault, lines, make| row(fault, "NF_TLS_UNTRUSTED", lines, make);
    vec![
        bad(
            "presents an intermediate that has expired",
            &["server_saw=", "message~issuer \"CN=The intermediate\"", "message~2021-01-01T00:00:00Z", "remedy~clock"],
            || {
                let root = Authority::root("The root");
                let intermediate = root.intermediate_with("The intermediate", expired);
                signed_by(&intermediate, &[&intermediate.pem], &root.pem)
            },
        ),
        bad(
            "presents a cross-signed root that has expired",
            &["server_saw=", "message~\"CN=New root\", issued by \"CN=Old root\"", "message~2021-01-01T00:00:00Z"],
            || {
                let (old, new) = (Authority::root("Old root"), Authority::root("New root"));
                let crossed = old.cross_sign_with(&new, "New root", expired);
                signed_by(&new, &[&crossed], &old.pem)
            },
        ),
        bad(
            "presents an intermediate that is not valid yet",
            &["server_saw=", "message~issuer \"CN=The intermediate\"", "message~2119-01-01T00:00:00Z"],
            || {
                let root = Authority::root("The root");
                let later = |parameters: &mut CertificateParams| parameters.not_before = date_time_ymd(2119, 1, 1);
                let intermediate = root.intermediate_with("The intermediate", later);
                signed_by(&intermediate, &[&intermediate.pem], &root.pem)
            },
        ),
        bad(
            "leaves its intermediate certificate out, and presents the root",
            &["server_saw=", "message~missing: \"CN=The intermediate\"", "remedy~send the intermediate"],
            || {
                let root = Authority::root("The root");
                let intermediate = root.intermediate("The intermediate");
                signed_by(&intermediate, &[&root.pem], &root.pem)
            },
        ),
        bad(
            "leaves one of two intermediates out, and presents the root",
            &["server_saw=", "message~missing: \"CN=The upper\"", "remedy~send the intermediate"],
            || {
                let root = Authority::root("The root");
                let lower = root.intermediate("The upper").intermediate("The lower");
                signed_by(&lower, &[&lower.pem, &root.pem], &root.pem)
            },
        ),
        bad(
            "presents a certificate of another root with the name of the trusted one",
            &["server_saw=", "message~has the issuer's name, but another key"],
            || signed_by(&Authority::root("The root"), &[], &Authority::root("The root").pem),
        ),
        bad(
            "presents an intermediate with critical policies",
            &[
                "server_saw=",
                "message~\"CN=The intermediate\" has critical certificatePolicies",
                "message~a CA file with \"CN=The intermediate\"",
                "remedy~nf_options_set_ca_file",
            ],
            || {
                let root = Authority::root("The root");
                let intermediate = root.intermediate_with("The intermediate", with_policies);
                signed_by(&intermediate, &[&intermediate.pem], &root.pem)
            },
        ),
        row("presents an intermediate with critical policies, which is trusted itself", "NF_OK", SERVED, || {
            let intermediate = Authority::root("The root").intermediate_with("The intermediate", with_policies);
            signed_by(&intermediate, &[&intermediate.pem], &intermediate.pem)
        }),
        bad(
            "presents an intermediate of a root that constrains directory names",
            &[
                "server_saw=",
                "message~\"CN=The root\" has nameConstraints on directory names",
                "message~a CA file with \"CN=The intermediate\"",
            ],
            || {
                let root = Authority::root_with("The root", with_directory);
                let intermediate = root.intermediate("The intermediate");
                signed_by(&intermediate, &[&intermediate.pem], &root.pem)
            },
        ),
        row("presents the trusted intermediate of a root that constrains directory names", "NF_OK", SERVED, || {
            let intermediate = Authority::root_with("The root", with_directory).intermediate("The intermediate");
            signed_by(&intermediate, &[&intermediate.pem], &intermediate.pem)
        }),
        row(
            "presents the trusted certificate of an intermediate that constrains directory names",
            "NF_OK",
            SERVED,
            || {
                let intermediate = Authority::root("The root").intermediate_with("The intermediate", with_directory);
                let shown = signed_by(&intermediate, &[&intermediate.pem], "");
                let leaf = shown.chain.split_inclusive("-----END CERTIFICATE-----\n").next().unwrap().to_owned();
                Shown { trusted: leaf, ..shown }
            },
        ),
    ]
}

/// A server's certificate by a root that openssl makes, with this key and signatures with this hash, or its only one.
fn by_openssl_root(key: &str, hash: Option<&str>) -> Shown {
    let folder = folder("algorithm");
    let key = write(&folder, "root.key", key);
    let hash: Vec<&str> = hash.into_iter().collect();
    let root = ["req", "-x509", "-key", &key, "-subj", "/CN=The root", "-days", "30"];
    let trusted = openssl(&[&root, &hash[..]].concat(), "");
    let root = write(&folder, "root.pem", &trusted);
    let leaf_key = openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "");
    let leaf = write(&folder, "leaf.key", &leaf_key);
    let request = openssl(&["req", "-new", "-key", &leaf, "-subj", "/CN=localhost"], "");
    let names = write(&folder, "names", "subjectAltName=DNS:localhost\n");
    let ca = ["x509", "-req", "-CA", &root, "-CAkey", &key, "-CAcreateserial", "-extfile", &names];
    let chain = openssl(&[&ca, &hash[..]].concat(), &request);
    fs::remove_dir_all(folder).unwrap();
    Shown { chain, key: leaf_key, trusted }
}

/// A new key on this curve.
fn on_curve(name: &str) -> String {
    openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", &format!("ec_paramgen_curve:{name}")], "")
}

/// Longer than any supported key. It has more than two primes, because such a key is generated faster.
pub fn long_rsa_key() -> &'static str {
    static KEY: OnceLock<String> = OnceLock::new();
    const OPTIONS: [&str; 4] = ["-pkeyopt", "rsa_keygen_bits:8200", "-pkeyopt", "rsa_keygen_primes:5"];
    KEY.get_or_init(|| openssl(&[&["genpkey", "-algorithm", "RSA"], &OPTIONS[..]].concat(), ""))
}

/// With a critical extension that no program knows.
fn with_unknown_extension(parameters: &mut CertificateParams) {
    let mut unknown = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 1], b"\x05\x00".to_vec());
    unknown.set_criticality(true);
    parameters.custom_extensions.push(unknown);
}

fn algorithms() -> Vec<Row> {
    let bad =
        |fault, lines, make: fn() -> Shown| Row::new((PEER, fault, "NF_TLS_UNTRUSTED"), lines, move || shown(make()));
    vec![
        bad(
            "presents a certificate signed with ECDSA and SHA-512",
            &["server_saw=", "message~signed with ECDSA and SHA-512", "message~may be strong", "remedy~P-384"],
            || by_openssl_root(&on_curve("P-384"), Some("-sha512")),
        ),
        bad(
            "presents a certificate of a trusted root with a P-521 key",
            &["server_saw=", "message~issuer \"CN=The root\": a key on the curve P-521", "message~may be strong"],
            || by_openssl_root(&on_curve("P-521"), Some("-sha384")),
        ),
        bad(
            "presents a certificate of a trusted root with a secp256k1 key",
            &["server_saw=", "message~issuer \"CN=The root\": a key on a curve other than P-256 and P-384"],
            || by_openssl_root(&on_curve("secp256k1"), Some("-sha256")),
        ),
        bad(
            "presents a certificate of a trusted root with an Ed448 key",
            &["server_saw=", "message~signed with Ed448", "message~may be strong"],
            || by_openssl_root(&openssl(&["genpkey", "-algorithm", "ED448"], ""), None),
        ),
        bad(
            "presents a certificate of a trusted root with an RSA key of 1024 bits",
            &[
                "server_saw=",
                "message~issuer \"CN=The root\": an RSA key of less than 2048 bits",
                "message~uses SHA-1 or an RSA key",
            ],
            || by_openssl_root(&rsa_key(1024), Some("-sha256")),
        ),
        bad(
            "presents a certificate of a trusted root with an RSA key of 2040 bits",
            &["server_saw=", "message~issuer \"CN=The root\": an RSA key of less than 2048 bits"],
            || by_openssl_root(&rsa_key(2040), Some("-sha256")),
        ),
        bad(
            "presents a certificate of a trusted root with an RSA key of 8200 bits",
            &[
                "server_saw=",
                "message~issuer \"CN=The root\": an RSA key of more than 8192 bits",
                "message~may be strong",
            ],
            || by_openssl_root(long_rsa_key(), Some("-sha256")),
        ),
        bad(
            "presents a certificate signed with RSA and MD5",
            &["server_saw=", "message~signed with RSA and MD5", "message~uses SHA-1 or an RSA key"],
            || by_openssl_root(&rsa_key(2048), Some("-md5")),
        ),
        bad(
            "presents a certificate signed with RSA and SHA-224",
            &["server_saw=", "message~signed with the algorithm 1.2.840.113549.1.1.14", "message~may be strong"],
            || by_openssl_root(&rsa_key(2048), Some("-sha224")),
        ),
        bad(
            "presents a certificate with a critical extension that is unknown",
            &["server_saw=", "message~it has the critical extension 1.3.6.1.4.1.99999.1"],
            || {
                let root = Authority::root("The root");
                let leaf = root.server(with_unknown_extension);
                Shown { chain: leaf.pem, key: leaf.key, trusted: root.pem }
            },
        ),
        bad(
            "presents an intermediate with a critical extension that is unknown",
            &[
                "server_saw=",
                "message~issuer \"CN=The intermediate\" has the critical extension 1.3.6.1.4.1.99999.1",
                "message~a CA file with \"CN=The intermediate\"",
            ],
            || {
                let root = Authority::root("The root");
                let intermediate = root.intermediate_with("The intermediate", with_unknown_extension);
                signed_by(&intermediate, &[&intermediate.pem], &root.pem)
            },
        ),
        bad(
            "presents a certificate signed with RSA-PSS, by an intermediate that is signed with SHA-1",
            &["server_saw=", "message~issuer \"CN=The intermediate\": signed with RSA and SHA-1"],
            || {
                let (issuer, issuer_key, trusted) = signed_with_sha_1(&rsa_key(2048));
                let folder = folder("pss");
                let (ca, key) = (write(&folder, "ca.pem", &issuer), write(&folder, "ca.key", &issuer_key));
                let leaf_key = on_curve("P-256");
                let leaf = write(&folder, "leaf.key", &leaf_key);
                let request = openssl(&["req", "-new", "-key", &leaf, "-subj", "/CN=localhost"], "");
                let names = write(&folder, "names", "subjectAltName=DNS:localhost\n");
                let ca = ["x509", "-req", "-CA", &ca, "-CAkey", &key, "-CAcreateserial", "-extfile", &names];
                let pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"];
                let chain = openssl(&[&ca, &pss[..]].concat(), &request);
                fs::remove_dir_all(folder).unwrap();
                Shown { chain: chain + &issuer, key: leaf_key, trusted }
            },
        ),
        bad(
            "presents a certificate of an intermediate that is signed with SHA-1",
            &[
                "server_saw=",
                "message~issuer \"CN=The intermediate\": signed with RSA and SHA-1",
                "message~uses SHA-1 or an RSA key",
            ],
            || {
                let intermediate = Authority::root("The intermediate");
                let (issuer, _, trusted) = signed_with_sha_1(&intermediate.key);
                signed_by(&intermediate, &[&issuer], &trusted)
            },
        ),
    ]
}

/// The certificate of an intermediate with this key, its key, and the root that has signed it with SHA-1.
fn signed_with_sha_1(intermediate_key: &str) -> (String, String, String) {
    let folder = folder("sha-1");
    let root_key = write(&folder, "root.key", rsa_key(2048));
    let trusted = openssl(&["req", "-x509", "-key", &root_key, "-subj", "/CN=The root", "-days", "30"], "");
    let root = write(&folder, "root.pem", &trusted);
    let key = write(&folder, "key", intermediate_key);
    let request = openssl(&["req", "-new", "-key", &key, "-subj", "/CN=The intermediate"], "");
    let extensions = write(&folder, "extensions", "basicConstraints=critical,CA:TRUE\n");
    let ca = ["-CA", &root, "-CAkey", &root_key, "-CAcreateserial", "-extfile", &extensions];
    let issuer = openssl(&[&["x509", "-req", "-sha1"], &ca[..]].concat(), &request);
    fs::remove_dir_all(folder).unwrap();
    (issuer, intermediate_key.to_owned(), trusted)
}
