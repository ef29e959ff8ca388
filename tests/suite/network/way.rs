//! What happens between this machine and the server: packets that get lost, filters, routes, names.

use super::call::Call;
use super::stage::{names, on_stage};
use super::{Over, Row};
use crate::support::Facts;

const FILTER: &str = "iptables (in a namespace)";
const ROUTE: &str = "routes (in a namespace)";
const EYEBALLS: &str = "IPv6 and IPv4 (in a namespace)";
const DNS: &str = "DNS (dnsmasq in a namespace)";

/// One call to `host` in a network that `prepare` makes.
fn call(prepare: &str, host: &str, change: impl FnOnce(Call) -> Call) -> Facts {
    on_stage(prepare, |stage, ca| change(Call::to(&format!("https://{host}:8443")).with("ca", ca)).run_under(stage))
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
