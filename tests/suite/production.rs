//! The production host of the one-shot call, and the system's root certificates: no option replaces them by those of a stub.
//!
//! An isolated network namespace has the stub at Concur's name, and a mount namespace has its CA among the system's root
//! certificates. The machine itself is not changed.

use nativeflow_stub::User;

use crate::support::{self, Build, Call, Facts, NAMESPACES, Program, needs};

/// `$1` is the stub, `$2` a working directory; the rest is the program to run.
const STAGE: &str = r#"
set -eu
stub=$1 work=$2
shift 2
ip link set lo up
rm -f "$work/ready"
echo '127.0.0.1 localhost www.concursolutions.com' >"$work/hosts"
mount --bind "$work/hosts" /etc/hosts
: >"$work/ready"
"$stub" --port 443 --host-name www.concursolutions.com --ca-file "$work/ca.pem" --quiet --idle-exit 60 >"$work/ready" &
trap 'kill $!' EXIT
until grep -qs ready "$work/ready"; do sleep 0.01; done
mount --bind "$work/ca.pem" /etc/ssl/certs/ca-certificates.crt
"$@"
"#;

/// Runs a program where www.concursolutions.com is the stub and the system trusts it.
pub(crate) fn at_production_host(name: &str, program: Program) -> Facts {
    let stub = support::stub_program();
    let work = support::scratch(&format!("stage-{name}"));
    program.under(&support::in_namespace(STAGE, &[stub.to_str().unwrap(), work.to_str().unwrap()])).run()
}

fn one_shot(secret: &str) -> Program {
    let user = User::demo();
    Program::compile("examples-c/one_shot.c", Build::Shared).args(&[&user.key, &user.login]).lines(&[secret])
}

#[test]
fn one_shot_call_gets_a_token_from_the_production_host() {
    needs!(NAMESPACES);
    let facts = at_production_host("token", one_shot(&User::demo().secret));
    assert!(facts.status.success(), "{}", facts.stderr);
    let token = facts.stdout.strip_prefix("Authorization: OAuth ").expect("an Authorization header").trim_end();
    assert_eq!(token.len(), 28, "Base64 of 20 bytes");
}

#[test]
fn one_shot_call_reports_a_rejection() {
    needs!(NAMESPACES);
    let facts = at_production_host("refused", one_shot("wrong"));
    assert_eq!(facts.status.code(), Some(1));
    assert!(facts.stderr.starts_with("NF_DENIED: "), "{}", facts.stderr);
    // The user may belong to another host.
    let parts = [
        ": www.concursolutions.com:443/net2/oauth2/accesstoken.ashx: HTTP 403.",
        "www.concursolutions.com also rejects users of Concur's other hosts: ",
        "eu1.concursolutions.com, implementation.concursolutions.com, eu1imp.concursolutions.com. If the user",
    ];
    assert!(parts.iter().all(|part| facts.stderr.contains(part)), "{}", facts.stderr);
}

/// Variables that other clients use: an unreachable proxy, other root certificates, a file for the TLS secrets.
#[test]
fn environment_does_not_change_a_call() {
    needs!(NAMESPACES);
    let user = User::demo();
    let keys = support::scratch("environment").join("tls-secrets");
    let key_log = format!("SSLKEYLOGFILE={}", keys.display());
    let mut command = vec![
        "env",
        key_log.as_str(),
        "SSL_CERT_FILE=/dev/null",
        "SSL_CERT_DIR=/dev/null",
        "RUST_BACKTRACE=1",
        "RUST_LOG=trace",
    ];
    command.extend(
        ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"]
            .map(|name| &*format!("{name}=http://127.0.0.1:1").leak()),
    );
    let facts = Call::to_stub().run_under(&command);
    assert_eq!(facts.pairs()["code"], "NF_OK", "{}", facts.stdout);
    assert!(facts.stderr.is_empty(), "{}", facts.stderr);
    assert!(!keys.exists(), "TLS secrets were written down");

    // The root certificates are still those of the system.
    let facts = at_production_host("environment", one_shot(&user.secret).under(&["env", "SSL_CERT_FILE=/dev/null"]));
    assert!(facts.status.success(), "{}", facts.stderr);
}
