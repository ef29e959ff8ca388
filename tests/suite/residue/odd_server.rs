//! A server whose unusual responses repeat the request: in headers that are used or ignored, in chunk lines, in a trailer.

use std::io::{Read as _, Write as _};

use crate::network::stalls::listener;

const BODY: &str = "<Access_Token><Token>fdjhk2382kwkajsklwe8i3932kslswl</Token></Access_Token>\n";

/// Starts a server that runs until the test process ends. Returns its URL.
pub fn start() -> String {
    let address = listener(|mut client| {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            client.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let request = String::from_utf8_lossy(&head);
        // Folded at each line break.
        let echo = request.trim_end().replace("\r\n", "\r\n ");
        write!(
            client,
            "HTTP/1.1 100 Continue\r\nX-Echo: {echo}\r\n\r\nHTTP/1.1 200 OK\r\nX-Folded: {echo}\r\nX-Bad: \u{1}{echo}\r\n\
             X-Blank : {echo}\r\nTransfer-Encoding: chunked\r\n\r\n{:x};{}\r\n{BODY}\r\n0\r\nX-Trailer: {}\r\n\r\n",
            BODY.len(),
            request.replace("\r\n", " "),
            request.replace("\r\n", " "),
        )
    });
    format!("http://{address}")
}
