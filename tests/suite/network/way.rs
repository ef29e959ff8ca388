//! What happens between this machine and the server: packets that get lost, filters, routes, names.
//!
//! Each row has a network of its own, in which the stub is `concur.test`.

use super::call::Call;
use super::process::folder;
use super::{Over, Row};
use crate::support::{self, Facts, in_namespace};

/// `$1` the stub, `$2` a folder to work in, `$3` what makes this row's network; the rest is the program to run.
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

const FILTER: &str = "iptables (in a namespace)";
const ROUTE: &str = "routes (in a namespace)";
const EYEBALLS: &str = "IPv6 and IPv4 (in a namespace)";
const DNS: &str = "DNS (dnsmasq in a namespace)";

/// One call to `host` in a network that `prepare` makes.
fn call(prepare: &str, host: &str, change: impl FnOnce(Call) -> Call) -> Facts {
    let folder = folder("way");
    let work = folder.to_str().unwrap();
    let ca = folder.join("ca.pem");
    let stub = support::stub_program().to_str().unwrap();
    let call = change(Call::to(&format!("https://{host}:8443")).with("ca", ca.to_str().unwrap()));
    let facts = call.run_under(&in_namespace(STAGE, &[stub, work, prepare]));
    std::fs::remove_dir_all(folder).unwrap();
    facts
}

/// Not by IPv6 and its half of a second.
fn within(limit_ms: f64, facts: Facts) -> Facts {
    let elapsed: f64 = facts.pairs()["elapsed_ms"].parse().unwrap();
    assert!(elapsed < limit_ms, "{elapsed} ms");
    facts
}

pub fn rows() -> Vec<Row> {
    let same = |call| call;
    let connecting: &[&str] = &["message~connecting", "retry_after_ms=60000"];
    vec![
        Row::new((FILTER, "lets everything through", "NF_OK"), &[], move || call("", "127.0.0.1", same)),
        Row::stall((FILTER, "DROP of the first packet"), connecting, || {
            call("iptables -A INPUT -p tcp --dport 8443 --syn -j DROP", "127.0.0.1", Call::soon)
        }),
        Row::new(
            (FILTER, "DROP of the first packet, with a shorter limit for connecting", "NF_CONNECT"),
            &["message~127.0.0.1:8443: no answer within 300 ms"],
            || {
                let prepare = "iptables -A INPUT -p tcp --dport 8443 --syn -j DROP";
                within(600.0, call(prepare, "127.0.0.1", |call| call.with("connect_timeout_ms", "300")))
            },
        ),
        Row::new((FILTER, "REJECT with a reset", "NF_CONNECT"), &["message~refused"], move || {
            call("iptables -A INPUT -p tcp --dport 8443 -j REJECT --reject-with tcp-reset", "127.0.0.1", same)
        }),
        Row::new((FILTER, "REJECT with host-prohibited", "NF_CONNECT"), &["message~No route to host"], move || {
            call(
                "iptables -A INPUT -p tcp --dport 8443 -j REJECT --reject-with icmp-host-prohibited",
                "127.0.0.1",
                same,
            )
        }),
        Row::new((FILTER, "loses every fifth packet or so", "NF_OK"), &[], move || {
            call("iptables -A INPUT -p tcp -m statistic --mode random --probability 0.2 -j DROP", "127.0.0.1", same)
        }),
        Row::stall((FILTER, "DROP of large packets (path MTU black hole)"), &["message~in the TLS handshake"], || {
            call("iptables -A INPUT -p tcp --sport 8443 -m length --length 500:65535 -j DROP", "127.0.0.1", Call::soon)
        }),
        Row::stall((FILTER, "DROP of the request and all behind it"), &["message~waiting for the answer"], || {
            // The handshake of this client is shorter, and the request with its headers makes it longer than that.
            let prepare = "iptables -A INPUT -p tcp --dport 8443 -m connbytes --connbytes 700: --connbytes-dir original \
                           --connbytes-mode bytes -j DROP";
            call(prepare, "127.0.0.1", Call::soon)
        }),
        Row::new((ROUTE, "black hole", "NF_CONNECT"), &["message~192.0.2.1:8443"], move || {
            call("ip route add blackhole 192.0.2.1", "192.0.2.1", same)
        }),
        Row::new((ROUTE, "unreachable", "NF_CONNECT"), &["message~No route to host"], move || {
            call("ip route add unreachable 192.0.2.1", "192.0.2.1", same)
        }),
        Row::new((ROUTE, "none at all", "NF_CONNECT"), &["message~Network is unreachable"], move || {
            call("", "192.0.2.1", same)
        }),
        Row::new((EYEBALLS, "IPv6 is refused", "NF_OK"), &[], move || {
            within(200.0, call(BOTH_FAMILIES, "concur.test", same))
        }),
        Row::new((EYEBALLS, "IPv6 is lost", "NF_OK"), &[], move || {
            let prepare = format!("{BOTH_FAMILIES}; ip6tables -A INPUT -p tcp --dport 8443 -j DROP");
            within(600.0, call(&prepare, "concur.test", same))
        }),
        Row::new(
            (EYEBALLS, "both are refused", "NF_CONNECT"),
            &["message~[::1]:8443: Connection refused", "message~127.0.0.1:8443: Connection refused"],
            move || {
                let prepare =
                    format!("{BOTH_FAMILIES}; iptables -A INPUT -p tcp --dport 8443 -j REJECT --reject-with tcp-reset");
                call(&prepare, "concur.test", same)
            },
        ),
        Row::new((DNS, "knows the host", "NF_OK"), &[], move || call(&names(""), "concur.test", same)),
        Row::new((DNS, "knows no such host", "NF_DNS"), &["message~gone.test", "retry_after_ms=60000"], move || {
            call(&names(""), "gone.test", same)
        }),
        Row::new((DNS, "refuses to answer", "NF_DNS"), &["message~other.test"], move || {
            call(&names(""), "other.test", same)
        }),
        Row::new((DNS, "is not there", "NF_DNS"), &["message~concur.test"], move || {
            call("echo nameserver 127.0.0.1 >$work/resolv.conf", "concur.test", same)
        }),
        Row::new((DNS, "loses the first question", "NF_OK"), &[], move || {
            let loses = "iptables -A INPUT -p udp --dport 53 -m statistic --mode nth --every 100 --packet 0 -j DROP";
            call(&names(loses), "concur.test", same)
        }),
        Row::stall((DNS, "never answers"), &["message~looking up the host name", "retry_after_ms=60000"], || {
            call(&names("iptables -A INPUT -p udp --dport 53 -j DROP"), "concur.test", Call::soon)
        }),
        Row {
            over: Over::Never,
            ..Row::new((DNS, "never answers, and the proxy has it", "NF_PROXY"), &["message~proxy.test"], || {
                // Limits of the resolver's own: it gives up before the call does.
                let prepare = names(
                    "iptables -A INPUT -p udp --dport 53 -j DROP; echo options timeout:1 attempts:1 >>$work/resolv.conf",
                );
                call(&prepare, "concur.test", |call| call.with("proxy", "http://proxy.test:3128"))
            })
        },
    ]
}

const BOTH_FAMILIES: &str = "echo '::1 concur.test' >>$work/hosts; echo '127.0.0.1 concur.test' >>$work/hosts";

/// A DNS server, a system that asks it, and what else is to be done.
fn names(rest: &str) -> String {
    format!(
        "serve_names; echo nameserver 127.0.0.1 >$work/resolv.conf; echo options timeout:1 >>$work/resolv.conf\n{rest}"
    )
}
