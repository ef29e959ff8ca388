//! Files of certificates and keys in every common form: the library reads them, or the function that sets them rejects them.

use std::fs;
use std::process::{Command, Stdio};

use crate::support::{self, Call, Expected, Facts, NAMESPACES, in_namespace, needs, scratch};

const UTF_8_MARK: &[u8] = b"\xEF\xBB\xBF";

fn openssl(args: &[&str], input: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut child = Command::new("openssl")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn file(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let path = scratch("certificate-files").join(format!("{name}-{}", std::process::id()));
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The CA of the stub.
fn ca() -> String {
    fs::read_to_string(support::stub().1).unwrap()
}

/// Another CA.
fn other() -> String {
    crate::network::certificates::Authority::root("Another root").pem
}

fn utf_16(text: &str) -> Vec<u8> {
    [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn check(name: &str, facts: &Facts, code: &'static str, lines: &'static [&'static str]) {
    let differences = Expected { code, lines }.differences(facts);
    assert!(differences.is_empty(), "{name}: {}", differences.join("\n"));
    assert!(!facts.stdout.contains(", 48, ") && !facts.stdout.contains("Error("), "{name}: {}", facts.stdout);
}

/// Checks a call that trusts these bytes, which it gets as a file and in memory.
fn check_ca(name: &str, bytes: impl AsRef<[u8]>, code: &'static str, lines: &'static [&'static str]) {
    let path = file(name, bytes);
    for way in ["ca", "ca_in_memory"] {
        let facts = Call::to_stub().without("ca").with(way, &path).run();
        check(&format!("{name}, {way}"), &facts, code, lines);
    }
    fs::remove_file(path).unwrap();
}

#[test]
fn ca_file_that_openssl_reads_is_accepted() {
    needs!("openssl");
    let (ca, other) = (ca(), other());
    let trusted = |options: &[&str]| openssl(&[&["x509", "-trustout"], options].concat(), ca.as_bytes());
    let der = |pem: &str| openssl(&["x509", "-outform", "der"], pem.as_bytes());
    for (name, bytes) in [
        ("mark", [UTF_8_MARK, ca.as_bytes()].concat()),
        ("mark-inside", [other.as_bytes(), UTF_8_MARK, ca.as_bytes()].concat()),
        ("joined", [other.trim_end(), ca.trim_end()].concat().into_bytes()),
        ("joined-with-mark", [other.trim_end().as_bytes(), UTF_8_MARK, ca.as_bytes()].concat()),
        ("joined-to-text", format!("The CA: {ca}").into_bytes()),
        ("crlf", ca.replace('\n', "\r\n").into_bytes()),
        ("cr", ca.replace('\n', "\r").into_bytes()),
        ("blanks", ca.replace('\n', " \t\n  ").into_bytes()),
        ("no-break-spaces", ca.replace('\n', "\u{a0}\n").into_bytes()),
        ("zeros", [ca.as_bytes(), &[0; 512]].concat()),
        ("one-line", ca.replace('\n', "").into_bytes()),
        ("no-last-line-end", ca.trim_end().as_bytes().to_vec()),
        ("text", openssl(&["x509", "-text"], ca.as_bytes())),
        ("sentence", format!("A line -----BEGIN CERTIFICATE----- begins it.\n{ca}").into_bytes()),
        ("comment", format!("#{}\n{ca}", other.trim_end().replace('\n', "\n#")).into_bytes()),
        ("headers", ca.replacen("-----\n", "-----\nKey: value\n\n", 1).into_bytes()),
        ("x509", ca.replace(" CERTIFICATE", " X509 CERTIFICATE").into_bytes()),
        ("trusted", trusted(&[])),
        ("trusted-for-servers", trusted(&["-addtrust", "serverAuth"])),
        ("rejected-for-mail", trusted(&["-addreject", "emailProtection"])),
        ("der", der(&ca)),
        ("der-joined", [der(&other), der(&ca)].concat()),
        ("der-zeros", [der(&ca), vec![0; 512]].concat()),
        ("der-line-end", [der(&ca), b"\r\n".to_vec()].concat()),
        ("with-key", [openssl(&["genpkey", "-algorithm", "ed25519"], b""), ca.clone().into_bytes()].concat()),
    ] {
        check_ca(name, bytes, "NF_OK", &[]);
    }
}

#[test]
fn unreadable_ca_file_is_rejected_with_number_and_reason() {
    needs!("openssl");
    let (ca, other) = (ca(), other());
    let pkcs7 = |form: &str| {
        let path = file("pkcs7", &ca);
        openssl(&["crl2pkcs7", "-nocrl", "-certfile", &path, "-outform", form], b"")
    };
    let pkcs12 = || openssl(&["pkcs12", "-export", "-nokeys", "-passout", "pass:"], ca.as_bytes());
    let trusted = |options: &[&str]| openssl(&[&["x509", "-trustout"], options].concat(), ca.as_bytes());
    let second = |bad: &str| format!("{other}{bad}").into_bytes();
    let cut = &ca[..ca.len() / 2];
    let rows: [(&str, Vec<u8>, &'static [&'static str]); 20] = [
        ("begin", second(&ca.replace("-----BEGIN", "----BEGIN")), &["message~certificate 2: its first line"]),
        ("end", second(&ca.replace("-----END", "----END")), &["message~certificate 2: it has no last line"]),
        (
            "two-ends",
            format!("{}{other}", ca.replace("-----END", "")).into(),
            &["message~certificate 1: its last line"],
        ),
        ("label", second(&ca.replace("E-----", "-----")), &["message~certificate 2: its first line"]),
        ("lower", second(&ca.replace("CERTIFICATE", "certificate")), &["message~certificate 2: its first line"]),
        ("cut", second(cut), &["message~certificate 2: it has no last line", "message~truncated"]),
        ("base64", second(&ca.replacen("\nMII", "\n!!!", 1)), &["message~certificate 2: it is no proper Base64"]),
        (
            "damaged",
            second(&ca.replacen("\nMII", "\nAAA", 1)),
            &["message~certificate 2: it is not in DER", "remedy~Replace"],
        ),
        (
            "not-trusted",
            trusted(&["-addreject", "serverAuth"]),
            &["message~certificate 1: it is marked as not trusted"],
        ),
        (
            "for-mail",
            trusted(&["-addtrust", "emailProtection"]),
            &["message~certificate 1: it is marked as not trusted"],
        ),
        ("utf-16", utf_16(&ca), &["message~UTF-16", "remedy~iconv"]),
        ("pkcs7", pkcs7("pem"), &["message~PKCS#7", "remedy~openssl pkcs7 -print_certs"]),
        ("pkcs7-der", pkcs7("der"), &["message~PKCS#7 in DER", "remedy~-inform der"]),
        ("pkcs7-with-ca", [pkcs7("pem"), other.clone().into_bytes()].concat(), &["message~PKCS#7"]),
        ("pkcs12", pkcs12(), &["message~PKCS#12", "remedy~openssl pkcs12"]),
        (
            "no-frame",
            ca.lines().filter(|line| !line.contains("-----")).collect::<String>().into(),
            &["message~-----BEGIN"],
        ),
        ("empty", Vec::new(), &["message~it is empty"]),
        (
            "key",
            openssl(&["genpkey", "-algorithm", "ed25519"], b""),
            &["message~it holds no certificate, but PRIVATE KEY"],
        ),
        (
            "key-der",
            openssl(&["genpkey", "-algorithm", "ed25519", "-outform", "der"], b""),
            &["message~it holds no certificate, but a private key in DER"],
        ),
        (
            "der-cut",
            openssl(&["x509", "-outform", "der"], ca.as_bytes())[..200].to_vec(),
            &["message~certificate 1: it is not in DER"],
        ),
    ];
    for (name, bytes, lines) in rows {
        check_ca(name, bytes, "NF_INVALID_OPTION", lines);
    }
}

#[test]
fn encrypted_client_key_is_rejected_with_the_command_that_decrypts() {
    needs!("openssl");
    let rsa = openssl(&["genrsa", "-traditional", "2048"], b"");
    let password = ["-aes128", "-passout", "pass:secret"];
    let old = openssl(&[&["rsa", "-traditional"], &password[..]].concat(), &rsa);
    let new = openssl(&["pkcs8", "-topk8", "-passout", "pass:secret"], &rsa);
    let der = openssl(&["pkcs8", "-topk8", "-outform", "der", "-passout", "pass:secret"], &rsa);
    let der_key = || openssl(&["pkcs8", "-topk8", "-nocrypt", "-outform", "der"], &rsa);
    assert!(old.windows(9).any(|window| window == b"Proc-Type"));
    let chain = file("chain", ca());
    let rows: [(&str, Vec<u8>, &'static [&'static str]); 13] = [
        ("old", old, &["message~encrypted (the old form, Proc-Type", "remedy~openssl pkey -in"]),
        ("new", new, &["message~encrypted (PKCS#8)", "remedy~openssl pkey -in"]),
        ("der", der, &["message~encrypted (PKCS#8)", "remedy~openssl pkey -in", "remedy~-inform der"]),
        (
            "public-der",
            openssl(&["rsa", "-pubout", "-outform", "der"], &rsa),
            &["message~it is DER, but no private key"],
        ),
        ("utf-16", utf_16(&String::from_utf8(rsa.clone()).unwrap()), &["message~UTF-16", "remedy~iconv"]),
        ("public", openssl(&["rsa", "-pubout"], &rsa), &["message~it holds no private key, but PUBLIC KEY"]),
        ("cut", rsa[..rsa.len() / 2].to_vec(), &["message~no last line"]),
        (
            "no-break-spaces",
            String::from_utf8(rsa.clone()).unwrap().replace('\n', "\u{a0}\n").into(),
            &["message~does not belong to the first certificate"],
        ),
        ("mark", [UTF_8_MARK, &rsa].concat(), &["message~does not belong to the first certificate"]),
        ("rsa-1024", openssl(&["genrsa", "1024"], b""), &["message~RSA of 2048 to 8192 bits"]),
        ("der-cut", der_key()[..300].to_vec(), &["message~the key: it is not in DER (damaged or truncated)"]),
        ("der-line-end", [der_key(), b"\r\n".to_vec()].concat(), &["message~does not belong to the first certificate"]),
        ("der-key", openssl(&["rsa", "-outform", "der"], &rsa), &["message~does not belong to the first certificate"]),
    ];
    for (name, bytes, lines) in rows {
        let key = file(&format!("key-{name}"), bytes);
        let facts = Call::to_stub().with("client_chain", &chain).with("client_key", &key).run();
        fs::remove_file(key).unwrap();
        check(name, &facts, "NF_INVALID_OPTION", lines);
    }
}

#[test]
fn unreadable_system_bundle_is_reported_by_name() {
    needs!(NAMESPACES);
    const STAGE: &str = r#"
mount -t tmpfs none /etc/ssl/certs
printf "$1" >/etc/ssl/certs/ca-certificates.crt
shift
exec "$@"
"#;
    for (name, bundle) in [
        ("empty", ""),
        ("no certificate", "text\n"),
        ("no DER", "-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\\n"),
        ("truncated", "-----BEGIN CERTIFICATE-----\\nAAAA\\n"),
    ] {
        // A script's "$1" must not begin with a dash for printf.
        let bundle = format!("\\n{bundle}");
        let facts = Call::to_stub().without("ca").run_under(&in_namespace(STAGE, &[&bundle]));
        let lines = &["message~/etc/ssl/certs/ca-certificates.crt", "remedy~ca-certificates"];
        check(name, &facts, "NF_INVALID_OPTION", lines);
    }
}
