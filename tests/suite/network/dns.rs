//! The host's name and who knows it: name servers that answer, refuse, are late, or say nothing.

use super::Row;
use super::stage::{call, names};
use super::way::within;
use crate::support::Call;

const DNSMASQ: &str = "DNS (dnsmasq in a namespace)";
const SCRIPTED: &str = "DNS (scripted, in a namespace)";

pub fn rows() -> Vec<Row> {
    let same = |call| call;
    let limit: &[&str] = &["message~resolving the host name", "retry_after_ms=60000"];
    vec![
        Row::new((DNSMASQ, "knows the host", "NF_OK"), &[], move || call(&names(""), "concur.test", same)),
        Row::new(
            (DNSMASQ, "knows no such host", "NF_DNS"),
            &["message~gone.test", "retry_after_ms=60000"],
            move || call(&names(""), "gone.test", same),
        ),
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
            // Limits of the resolver's own: it gives up before the call does.
            let prepare = names(
                "iptables -A INPUT -p udp --dport 53 -j DROP; echo options timeout:1 attempts:1 >>$work/resolv.conf",
            );
            call(&prepare, "concur.test", |call| call.with("proxy", "http://proxy.test:3128"))
        }),
        Row::new(
            (SCRIPTED, "fails with SERVFAIL", "NF_DNS"),
            &["message~concur.test", "retry_after_ms=60000"],
            move || call(&by_hand("fail()"), "concur.test", same),
        ),
        Row::new((SCRIPTED, "answers after 300 ms", "NF_OK"), &[], move || {
            within(300.0..4000.0, call(&by_hand("time.sleep(0.3); answer()"), "concur.test", same))
        }),
        Row::new((SCRIPTED, "truncates its response, and has no TCP", "NF_DNS"), &["message~concur.test"], move || {
            call(&by_hand("cut_off()"), "concur.test", same)
        }),
        Row::stall((SCRIPTED, "receives the query and never responds"), limit, || {
            call(&by_hand("pass"), "concur.test", Call::soon)
        }),
        Row::stall((SCRIPTED, "answers another question"), limit, || {
            call(&by_hand("question = bytes([question[0] ^ 1]) + question[1:]; answer()"), "concur.test", Call::soon)
        }),
    ]
}

/// A name server that does what dnsmasq cannot be told to, and a system that asks it with the patience of most. `reply` is
/// what it does with a `question`. It has no threads: the question for IPv6 waits behind the one for IPv4.
fn by_hand(reply: &str) -> String {
    SERVER.replace("REPLY", reply)
}

/// A name server that is silent for names that begin with "hang", and leads all others to this machine.
pub fn silent_for_hanging_names() -> String {
    by_hand("question[13:17] == b\"hang\" or answer()")
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
