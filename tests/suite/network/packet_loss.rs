//! Faults between this machine and the server: lost packets, filters, routes, two families of addresses.

use std::ops::Range;

use super::Row;
use super::namespace::call;
use crate::support::{Call, Facts};

const FILTER: &str = "iptables (in a namespace)";
const ROUTE: &str = "routes (in a namespace)";
const EYEBALLS: &str = "IPv6 and IPv4 (in a namespace)";

/// Checks that the call took this many milliseconds: it ended neither at once nor at a later deadline.
pub fn within(range: Range<f64>, facts: Facts) -> Facts {
    let elapsed: f64 = facts.pairs()["elapsed_ms"].parse().unwrap();
    assert!(range.contains(&elapsed), "{elapsed} ms");
    facts
}

pub fn rows() -> Vec<Row> {
    let same = |call| call;
    // With ten seconds to connect, the loss of several first packets would end one call in a hundred.
    let patient = |call: Call| call.with("connect_timeout_ms", "60000");
    let connecting: &[&str] = &["message~connecting", "retry_after_ms=60000"];
    vec![
        Row::new((FILTER, "passes all packets", "NF_OK"), &[], move || call("", "127.0.0.1", same)),
        Row::stall((FILTER, "DROP of the first packet"), connecting, || {
            call("iptables -A INPUT -p tcp --dport 8443 --syn -j DROP", "127.0.0.1", Call::soon)
        }),
        Row::new(
            (FILTER, "DROP of the first packet, with a shorter connect timeout", "NF_CONNECT"),
            &["message~127.0.0.1:8443: no response within 300 ms"],
            || {
                let prepare = "iptables -A INPUT -p tcp --dport 8443 --syn -j DROP";
                within(300.0..2000.0, call(prepare, "127.0.0.1", |call| call.with("connect_timeout_ms", "300")))
            },
        ),
        Row::new((FILTER, "DROP of the first packet to one address, and six others refuse", "NF_OK"), &[], move || {
            // The resolver keeps this order of addresses of lo itself.
            let prepare = "for i in 2 3 4 5 6 7 8; do ip address add 127.0.0.$i/32 dev lo; done; \
                           for i in 2 3 4 5 6 7 8 1; do echo 127.0.0.$i concur.test >>$work/hosts; done; \
                           iptables -A INPUT -d 127.0.0.2 -p tcp --dport 8443 -j DROP";
            // The silent address takes 250 ms, and addresses that refuse take no time.
            within(250.0..1000.0, call(prepare, "concur.test", same))
        }),
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
            call("iptables -A INPUT -p tcp -m statistic --mode random --probability 0.2 -j DROP", "127.0.0.1", patient)
        }),
        Row::stall((FILTER, "DROP of large packets (path MTU black hole)"), &["message~in the TLS handshake"], || {
            call("iptables -A INPUT -p tcp --sport 8443 -m length --length 500:65535 -j DROP", "127.0.0.1", Call::soon)
        }),
        Row::stall(
            (FILTER, "DROP of the request and all packets after it"),
            &["message~waiting for the response"],
            || call(&format!("iptables -A INPUT {LATER} -j DROP"), "127.0.0.1", Call::soon),
        ),
        Row::new(
            (FILTER, "REJECT of the request with a reset", "NF_DISCONNECTED"),
            &["message~reset by peer", "retry_after_ms=300000"],
            move || call(&format!("iptables -A INPUT {LATER} -j REJECT --reject-with tcp-reset"), "127.0.0.1", same),
        ),
        Row::new((ROUTE, "the host is switched off", "NF_CONNECT"), &["message~No route to host"], move || {
            // A link without a host that answers ARP requests, and a kernel that repeats them faster than by default.
            let prepare = "ip link add near type veth peer name far; ip link set near up; ip link set far up; \
                           ip address add 192.0.2.2/24 dev near; ip ntable change name arp_cache dev near retrans 100";
            call(prepare, "192.0.2.1", same)
        }),
        Row::new((ROUTE, "black hole", "NF_CONNECT"), &["message~192.0.2.1:8443: Invalid argument"], move || {
            call("ip route add blackhole 192.0.2.1", "192.0.2.1", same)
        }),
        Row::new((ROUTE, "unreachable", "NF_CONNECT"), &["message~No route to host"], move || {
            call("ip route add unreachable 192.0.2.1", "192.0.2.1", same)
        }),
        Row::new((ROUTE, "none at all", "NF_CONNECT"), &["message~Network is unreachable"], move || {
            call("", "192.0.2.1", same)
        }),
        Row::new((EYEBALLS, "IPv6 is refused", "NF_OK"), &[], move || {
            within(0.0..250.0, call(BOTH_FAMILIES, "concur.test", same))
        }),
        Row::new((EYEBALLS, "IPv6 is lost", "NF_OK"), &[], move || {
            let prepare = format!("{BOTH_FAMILIES}; ip6tables -A INPUT -p tcp --dport 8443 -j DROP");
            within(250.0..1000.0, call(&prepare, "concur.test", same))
        }),
        Row::new(
            (EYEBALLS, "both are lost", "NF_CONNECT"),
            &["message~[::1]:8443: no response within 300 ms", "message~127.0.0.1:8443: no response within 300 ms"],
            move || {
                let drop = "-A INPUT -p tcp --dport 8443 -j DROP";
                let prepare = format!("{BOTH_FAMILIES}; iptables {drop}; ip6tables {drop}");
                // The second attempt begins 250 ms after the first.
                within(550.0..2000.0, call(&prepare, "concur.test", |call| call.with("connect_timeout_ms", "300")))
            },
        ),
        Row::new((EYEBALLS, "24 addresses of IPv6 are refused", "NF_OK"), &[], move || {
            call(MANY_IPV6, "concur.test", same)
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
    ]
}

/// Matches packets of the client after the handshake. Its packets until then have about 700 bytes, one acknowledgement more or
/// less, and those with the request have more than 1,000.
const LATER: &str = "-p tcp --dport 8443 -m connbytes --connbytes 850: --connbytes-dir original --connbytes-mode bytes";

/// Addresses at which nothing listens, and the stub's.
const MANY_IPV6: &str = "for i in $(seq 24); do \
    ip address add 2001:db8::$i/64 dev lo nodad; echo 2001:db8::$i concur.test >>$work/hosts; \
    done; echo '127.0.0.1 concur.test' >>$work/hosts";

const BOTH_FAMILIES: &str = "echo '::1 concur.test' >>$work/hosts; echo '127.0.0.1 concur.test' >>$work/hosts";
