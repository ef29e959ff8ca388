//! A separate network, in which the stub is `concur.test`, port 8443.

use super::process::folder;
use crate::support::{self, Call, Facts, in_namespace};

/// `$1` is the stub, `$2` a working directory, `$3` the script that prepares the network of this row; the rest is the program to
/// run.
const STAGE: &str = r#"
set -eu
stub=$1 work=$2 prepare=$3
shift 3
ip link set lo up
echo '127.0.0.1 localhost' >"$work/hosts"
: >"$work/resolv.conf"
mount --bind "$work/hosts" /etc/hosts
mount --bind "$work/resolv.conf" /etc/resolv.conf
: >"$work/ready"
"$stub" --port 8443 --host-name concur.test --ca-file "$work/ca.pem" --quiet --idle-exit 60 >"$work/ready" &
stub=$!
dns=
trap 'kill $stub $dns' EXIT
until grep -qs ready "$work/ready"; do sleep 0.01; done

# A DNS server that knows the stub.
serve_names() {
    dnsmasq --keep-in-foreground --no-resolv --no-hosts --user=root --listen-address=127.0.0.1 --bind-interfaces \
        --pid-file= --log-facility=- --log-queries --address=/concur.test/127.0.0.1 --address=/gone.test/ 2>"$work/dns" &
    dns=$!
    until grep -qs started "$work/dns"; do sleep 0.01; done
}
eval "$prepare"
"$@"
"#;

/// Prepares a network with the script `prepare`, and calls `run`. `run` gets the command that runs a program in this network, and
/// the CA file.
pub fn in_network_namespace<T>(prepare: &str, run: impl FnOnce(&[&str], &str) -> T) -> T {
    let folder = folder("stage");
    let ca = folder.join("ca.pem");
    let stub = support::stub_program().to_str().unwrap();
    let seen = run(&in_namespace(STAGE, &[stub, folder.to_str().unwrap(), prepare]), ca.to_str().unwrap());
    std::fs::remove_dir_all(folder).unwrap();
    seen
}

/// One call to `host`, port 8443, in a network that `prepare` makes.
pub fn call(prepare: &str, host: &str, change: impl FnOnce(Call) -> Call) -> Facts {
    in_network_namespace(prepare, |namespace, ca| {
        change(Call::to(&format!("https://{host}:8443")).with("ca", ca)).run_under(namespace)
    })
}

/// A script that starts a DNS server, makes the system use it, and runs `rest`.
pub fn names(rest: &str) -> String {
    format!(
        "serve_names; echo nameserver 127.0.0.1 >$work/resolv.conf; echo options timeout:1 >>$work/resolv.conf\n{rest}"
    )
}
