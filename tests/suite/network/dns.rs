//! Lookup of the host name: name servers that answer, refuse, are late, or are silent.

use super::Row;
use super::namespace::{call, names};
use super::packet_loss::within;
use crate::support::Call;

const DNSMASQ: &str = "DNS (dnsmasq in a namespace)";
const SCRIPTED: &str = "DNS (scripted, in a namespace)";

pub fn rows() -> Vec<Row> {
    let same = |call| call;
    let limit: &[&str] = &["message~resolving the host name", "retry_after_ms=60000"];
    vec![
        Row::new((DNSMASQ, "has the host", "NF_OK"), &[], move || call(&names(""), "concur.test", same)),
        Row::new((DNSMASQ, "has no such host", "NF_DNS"), &["message~gone.test", "retry_after_ms=60000"], move || {
            call(&names(""), "gone.test", same)
        }),
        Row::new((DNSMASQ, "refuses to answer", "NF_DNS"), &["message~other.test"], move || {
            call(&names(""), "other.test", same)
        }),
        Row::new((DNSMASQ, "is not there", "NF_DNS"), &["message~concur.test"], move || {
            call("echo nameserver 127.0.0.1 >$work/resolv.conf", "concur.test", same)
        }),
        Row::new((DNSMASQ, "is not there, but a second one is", "NF_OK"), &[], move || {
            let two = r"printf 'nameserver 127.0.0.9\nnameserver 127.0.0.1\n' >$work/resolv.conf";
            call(&names(two), "concur.test", same)
        }),
        Row::new((DNSMASQ, "loses the first question", "NF_OK"), &[], move || {
            let loses = "iptables -A INPUT -p udp --dport 53 -m statistic --mode nth --every 100 --packet 0 -j DROP";
            within(1000.0..3000.0, call(&names(loses), "concur.test", same))
        }),
        Row::stall((DNSMASQ, "never answers"), limit, || {
            call(&names("iptables -A INPUT -p udp --dport 53 -j DROP"), "concur.test", Call::soon)
        }),
        Row::new((DNSMASQ, "never answers, and the proxy has it", "NF_PROXY"), &["message~proxy.test"], || {
            // The resolver has shorter timeouts than the call.
            let prepare = names(
                "iptables -A INPUT -p udp --dport 53 -j DROP; echo options timeout:1 attempts:1 >>$work/resolv.conf",
            );
            call(&prepare, "concur.test", |call| call.with("proxy", "http://proxy.test:3128"))
        }),
        Row::new(
            (SCRIPTED, "fails with SERVFAIL", "NF_DNS"),
            &["message~concur.test", "retry_after_ms=60000"],
            move || call(&scripted_server("fail()"), "concur.test", same),
        ),
        Row::new((SCRIPTED, "answers after 300 ms", "NF_OK"), &[], move || {
            within(300.0..4000.0, call(&scripted_server("time.sleep(0.3); answer()"), "concur.test", same))
        }),
        Row::new((SCRIPTED, "truncates its response, and has no TCP", "NF_DNS"), &["message~concur.test"], move || {
            call(&scripted_server("cut_off()"), "concur.test", same)
        }),
        Row::stall((SCRIPTED, "receives the query and never responds"), limit, || {
            call(&scripted_server("pass"), "concur.test", Call::soon)
        }),
        Row::stall((SCRIPTED, "answers another question"), limit, || {
            call(
                &scripted_server("question = bytes([question[0] ^ 1]) + question[1:]; answer()"),
                "concur.test",
                Call::soon,
            )
        }),
    ]
}

/// A name server for faults that dnsmasq does not support, and a system that queries it with usual timeouts. `reply` handles a
/// `question`. The server has no threads: the question for IPv6 waits until the one for IPv4 is handled.
fn scripted_server(reply: &str) -> String {
    SERVER.replace("REPLY", reply)
}

/// A name server that is silent if a name begins with "hang", and returns the address of this machine for all others.
pub fn silent_for_hanging_names() -> String {
    scripted_server("question[13:17] == b\"hang\" or answer()")
}

const SERVER: &str = r#"
python3 -c '
import socket, time

def send(flags, record=b""):
    end = question.index(0, 12) + 5
    counts = (1).to_bytes(2, "big") + (1 if record else 0).to_bytes(2, "big") + bytes(4)
    server.sendto(question[:2] + flags + counts + question[12:end] + record, client)

def fail():
    send(b"\x81\x82")

def cut_off():
    send(b"\x83\x80")

def answer():
    is_ipv4 = question[question.index(0, 12):][1:3] == b"\0\1"
    address = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4\x7f\0\0\1"
    send(b"\x81\x80", address if is_ipv4 else b"")

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
print("started", flush=True)
while True:
    question, client = server.recvfrom(4096)
    REPLY
' >$work/dns &
dns=$!
until grep -qs started "$work/dns"; do kill -0 $dns; sleep 0.01; done
printf "nameserver 127.0.0.1\noptions timeout:5 attempts:2\n" >$work/resolv.conf
"#;
