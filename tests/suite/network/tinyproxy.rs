//! tinyproxy: the proxy of small offices and containers.

use std::net::SocketAddr;

use super::Row;
use super::process::{Peer, folder, free_address, write};
use super::relay::through_proxy;
use crate::support::{Call, Facts};

fn start(rules: &str) -> (Peer, SocketAddr) {
    let (folder, address) = (folder("tinyproxy"), free_address());
    let text = format!(
        "Port {}\nListen 127.0.0.1\nTimeout 60\nLogFile \"{}/log\"\nLogLevel Info\nMaxClients 20\n{rules}\n",
        address.port(),
        folder.display(),
    );
    let conf = write(&folder, "tinyproxy.conf", text);
    (Peer::start(&folder, &["tinyproxy", "-d", "-c", &conf], address), address)
}

fn call(rules: &str, login: &str) -> Facts {
    let (_peer, address) = start(rules);
    through_proxy(address, |proxy| Call::to_stub().with("proxy", &format!("http://{login}{proxy}")).run())
}

pub fn rows() -> Vec<Row> {
    let users = "BasicAuth user pa55word";
    vec![
        Row::new(("tinyproxy", "allows all connections", "NF_OK"), &[], || call("", "")),
        Row::new(("tinyproxy", "requires a password, and gets it", "NF_OK"), &[], move || {
            call(users, "user:pa55word@")
        }),
        Row::new(
            ("tinyproxy", "requires a password, and gets a wrong one", "NF_PROXY_DENIED"),
            &["http_status=401", "retry_after_ms=-1"],
            move || call(users, "user:other@"),
        ),
        Row::new(
            ("tinyproxy", "requires a password, and gets none", "NF_PROXY_DENIED"),
            &["http_status=407", "retry_after_ms=-1"],
            move || call(users, ""),
        ),
        Row::new(
            ("tinyproxy", "denies the port by its rules", "NF_PROXY"),
            &["http_status=403", "server_message~Access violation"],
            || call("ConnectPort 563", ""),
        ),
        Row::new(
            ("tinyproxy", "denies the host by its rules", "NF_PROXY"),
            &["http_status=403", "retry_after_ms=-1"],
            || {
                let filter = folder("filter");
                let list = write(&filter, "list", "localhost\n");
                let facts = call(&format!("Filter \"{list}\"\n"), "");
                std::fs::remove_dir_all(filter).unwrap();
                facts
            },
        ),
    ]
}
