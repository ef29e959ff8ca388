//! Messages and remedies lead an administrator to the setting that is wrong. A login that cannot be right is not sent.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};

use nativeflow_stub::{Options, Stub, User};

use crate::network::stalls::{hold, listener, read_head};
use crate::support::{self, Build, Call, Expected, Facts, Program};

fn expect(call: &Call, code: &'static str, lines: &'static [&'static str], case: &str) {
    let differences = Expected { code, lines }.differences(&call.run());
    assert!(differences.is_empty(), "{case:?}: {}", differences.join("\n"));
}

#[test]
fn endpoint_as_base_url_is_rejected_and_the_right_one_works() {
    let base = support::stub().0.base_url();
    for end in [
        "/net2/oauth2/accesstoken.ashx",
        "/Net2/OAuth2/AccessToken.ashx/",
        "/net2/oauth2/accesstoken.ashx?key=QUX",
        "/net2/oauth2/getaccesstoken.ashx",
        "/net2/oauth2/revoketoken.ashx",
        "/net2/oauth2/",
        "/accesstoken.ashx",
        "/oauth2/v0/token",
        "/oauth2/v0",
        "/app-mgmt/v0/connections",
    ] {
        let facts = Call::to(&format!("{base}{end}")).run();
        let pairs = facts.pairs();
        assert_eq!(pairs["code"], "NF_INVALID_OPTION", "{end}: {}", facts.stdout);
        assert!(!facts.stdout.contains("QUX"), "a query may contain a secret: {}", facts.stdout);
        let (_, right) = pairs["message"].split_once("the library adds itself; write ").expect("the base URL");
        expect(&Call::to(right), "NF_OK", &[], end);
    }
}

#[test]
fn response_without_tls_in_a_tunnel_leads_to_the_proxy() {
    let of_proxy = listener(|mut client| {
        read_head(&mut client)?;
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
        let _ = client.read(&mut [0; 1000])?;
        client.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")?;
        hold(&mut client)
    });
    let without_tls = listener(|mut client| {
        client.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")?;
        hold(&mut client)
    });
    for (proxy, code) in [(format!("http://{of_proxy}"), "NF_TLS"), (format!("https://{without_tls}"), "NF_PROXY")] {
        let call = Call::to_stub().with("proxy", &proxy);
        expect(&call, code, &["remedy~the port in the proxy URL (nf_options_set_proxy)"], &proxy);
    }
    let lines = &["remedy~Check the port in the base URL."];
    expect(&Call::to(&format!("https://{without_tls}")), "NF_TLS", lines, "without a proxy");
}

#[test]
fn value_from_another_program_is_rejected_with_what_to_write() {
    for (setting, value, lines) in [
        ("proxy", "http//proxy:3128", &["message~\"://\" is missing after the scheme; write http://HOST:PORT"] as &[_]),
        ("proxy", "https:/proxy:3128", &["message~\"://\" is missing"]),
        ("bypass", "<local>", &["message~<local> (a word of Windows; write the host names themselves)"]),
        ("bypass", "a;10.*", &["message~10.* (write the network 10.0.0.0/8)", "remedy~*.example.com means the same"]),
        ("bypass", "corp*", &["message~* stands only alone or before a domain, as in *.example.com"]),
        ("bypass", "https://intranet", &["message~contains a scheme; write intranet"]),
    ] {
        expect(&Call::to_stub().with(setting, value), "NF_INVALID_OPTION", lines, value);
    }
    // No proxy is there.
    for list in ["intranet;localhost", "*.corp.example; *.localhost", "a,localhost;b"] {
        let call = Call::to_stub().with("proxy", "http://127.0.0.1:1").with("bypass", list);
        expect(&call, "NF_OK", &[], list);
    }
}

#[test]
fn login_or_key_that_its_file_has_changed_is_not_sent() {
    let stub = Stub::start(Options::default()).unwrap();
    let user = User::demo();
    for (setting, start, end, lines) in [
        ("login", "\u{feff}", "", &["message~byte order mark", "remedy~UTF-8 without a byte order mark"] as &[_]),
        ("login", "", "\u{200b}", &["message~Invalid login (contains an invisible character"]),
        ("login", "\u{202a}", "\u{202c}", &["message~Invalid login (contains an invisible character"]),
        ("login", "\u{1}", "", &["message~Invalid login (contains a control character"]),
        ("login", "", "\u{7f}", &["message~Invalid login (contains a control character"]),
        ("login", "", "\u{9f}", &["message~Invalid login (contains a control character"]),
        ("login", " ", "", &["message=Invalid login (begins or ends with a space)", "remedy~Remove the spaces"]),
        ("login", "", "\u{a0}", &["message=Invalid login (begins or ends with a space)"]),
        ("login", "\"", "\"", &["message=Invalid login (in quotes)", "remedy~CSV"]),
        ("login", "“", "”", &["message=Invalid login (in quotes)"]),
        ("key", "\u{feff}", "", &["message~Invalid consumer key", "message~byte order mark"]),
        ("key", "", "\u{7f}", &["message~Invalid consumer key"]),
        ("key", "'", "'", &["message=Invalid consumer key (in quotes)"]),
    ] {
        let value = if setting == "key" { &user.key } else { &user.login };
        let call = Call::to(&stub.plain_url()).with(setting, &format!("{start}{value}{end}"));
        expect(&call, "NF_INVALID_ARGUMENT", lines, &format!("{start}{setting}{end}"));
    }
    let lines = &["message=Invalid login (empty)", "remedy~A buffer that a call has wiped is empty: fill it again"];
    expect(&Call::to(&stub.plain_url()).with("login", ""), "NF_INVALID_ARGUMENT", lines, "empty");
    assert_eq!(stub.requests().len(), 0, "a login was sent");
}

#[test]
fn rejected_password_is_described_by_its_ends_alone() {
    let base = support::stub().0.base_url();
    for (secret, lines) in [
        ("", &["remedy~The password that was sent was empty. A buffer that a call has wiped is empty"] as &[_]),
        (" QUX", &["remedy~hand, and that Concur", "remedy~The password that was sent begins with a space."]),
        ("QUX\u{3000}", &["remedy~The password that was sent ends with a space."]),
        ("\"QUX\"", &["remedy~The password that was sent is in quotes."]),
        ("„QUX“", &["remedy~The password that was sent is in quotes."]),
        ("\u{feff}QUX", &["remedy~The password that was sent begins with a byte order mark."]),
    ] {
        let call = Call::to(&base).with("secret", secret).with("log", "1");
        expect(&call, "NF_DENIED", lines, secret);
        assert!(!call.run().stdout.contains("QUX"), "a part of the password");
    }
    let facts = Call::to(&base).with("secret", "Q U\"X").run();
    assert!(!facts.pairs()["remedy"].contains("password that was sent"), "{}", facts.stdout);
}

/// Compiles the function that the document shows, and calls it as the demo user.
fn documented_retry(base_url: &str) -> Facts {
    let document = fs::read_to_string(support::root().join("docs/diagnosing.md")).unwrap();
    let code = document.split("```c\n").nth(1).and_then(|rest| rest.split("```").next()).expect("C code");
    let file = support::scratch("remedies").join(format!("retry-{:?}.h", std::thread::current().id()));
    fs::write(&file, code).unwrap();
    let user = User::demo();
    Program::compile_with("retry", Build::Shared, &[&format!("-DRETRY=\"{}\"", file.display())])
        .args(&[base_url, &user.key, &user.login, &user.secret])
        .run()
}

#[test]
fn documented_retry_sends_the_password_each_time_and_waits_as_asked() {
    // The second response is that of the same server without load.
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let peer = listener(|mut client| {
        let mut head = String::new();
        BufReader::new(&client).lines().map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(|line| {
            head.push_str(&line);
        });
        assert!(head.contains("am9obl9kZXZlbG9wZXJAaG90bWFpbC5jb206VHJhdmVsJkV4cGVuc2UkMjAxMg=="), "the password");
        let token = "<Access_Token><Token>token</Token></Access_Token>";
        match CALLS.fetch_add(1, Ordering::SeqCst) {
            0 => client.write_all(b"HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"),
            _ => write!(client, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{token}", token.len()),
        }
    });
    let facts = documented_retry(&format!("http://{peer}"));
    assert!(facts.status.success(), "{}", facts.stderr);
    assert_eq!(facts.stdout, "pause=7000\ncode=NF_OK\n");
    let stub = Stub::start(Options::default()).unwrap();
    for (scenario, output, requests) in
        [("denied", "code=NF_DENIED\n", 1), ("busy", "pause=120000\npause=120000\ncode=NF_BUSY\n", 3)]
    {
        let before = stub.requests().len();
        let facts = documented_retry(&format!("{}/scenario/{scenario}", stub.plain_url()));
        assert_eq!((facts.stdout.as_str(), stub.requests().len() - before), (output, requests), "{scenario}");
    }
}
