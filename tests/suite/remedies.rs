//! Messages and remedies lead an administrator to the setting that is wrong. A login that cannot be right is not sent.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};

use nativeflow_stub::{Options, Stub, User};

use crate::network::stalls::{hold, listener, read_head};
use crate::support::{self, Build, Call, Expected, Facts, Program};

const UNSENT: &str = "remedy~. No Concur credentials were sent.";

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
fn base_url_with_a_fault_is_rejected_with_what_to_write() {
    const SEPARATOR: &str = "message~: \"://\" is missing after the scheme; write https://HOST";
    for (value, lines) in [
        ("http//localhost:38555", &[SEPARATOR] as &[_]),
        ("https:/www.concursolutions.com", &[SEPARATOR]),
        ("https:\\\\www.concursolutions.com", &[SEPARATOR]),
        ("https:www.concursolutions.com", &[SEPARATOR]),
        ("www.concursolutions.com", &["message~: scheme missing; write https://www.concursolutions.com"]),
        ("localhost:8443/oauth2/v0/token", &["message~: scheme missing; write https://localhost:8443"]),
        ("\"https://localhost\"", &["message~: in quotes"]),
        ("“https://localhost”", &["message~: in quotes"]),
        (" https://localhost", &["message~: begins or ends with a space"]),
        ("https://localhost\u{a0}", &["message~: begins or ends with a space"]),
        ("https://local host", &["message~: contains a space"]),
        ("http://www.concursolutions.com", &["remedy~Plain http is for this machine only."]),
    ] {
        expect(&Call::to(value), "NF_INVALID_OPTION", lines, value);
        let remedy = Call::to(value).run().pairs()["remedy"].to_owned();
        assert_eq!(remedy.contains("Plain http"), value.starts_with("http://"), "{value}: {remedy}");
    }
}

#[test]
fn https_port_in_an_http_base_url_is_named() {
    let lines: &[&str] = &[
        "message~Server uses TLS, but the base URL is http: localhost:",
        "remedy~Set https:// in the base URL",
        "retry_after_ms=-1",
    ];
    let plain = support::stub().0.base_url().replace("https://", "http://");
    expect(&Call::to(&plain), "NF_MALFORMED", lines, "the stub");
    for record in [&b"\x15\x03\x01\0\x02\x02\x46"[..], b"\x15\x03\x03\0\x02\x02\x0a", b"\x16\x03\x03\0\x7a"] {
        let peer = listener(move |mut client| {
            read_head(&mut client)?;
            client.write_all(record)?;
            hold(&mut client)
        });
        let lines = &["message~Server uses TLS, but the base URL is http: 127.0.0.1:"];
        expect(&Call::to(&format!("http://{peer}")), "NF_MALFORMED", lines, "an alert");
    }
}

#[test]
fn refused_connection_leads_to_host_and_port_first() {
    let lines =
        &["remedy~Check the host and port in the base URL (nf_options_set_base_url), that the server runs, and"];
    expect(&Call::to("http://127.0.0.1:1"), "NF_CONNECT", lines, "port 1");
}

#[test]
fn redirect_names_the_origin_of_its_target() {
    for (location, end) in [
        ("https://127.0.0.1:39211/a?b", "HTTP 302 to https://127.0.0.1:39211"),
        ("https://127.0.0.1/a", "HTTP 302 to https://127.0.0.1"),
        ("http://other.example:8080", "HTTP 302 to http://other.example:8080"),
        ("/login", "HTTP 302 to another path of the same host"),
        ("login.aspx?to=https://other.example", "HTTP 302 to another path of the same host"),
        ("//other.example/a", "HTTP 302 to http://other.example"),
    ] {
        let facts = answering(&format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\n"), "").run();
        let pairs = facts.pairs();
        assert_eq!(pairs["code"], "NF_REDIRECTED", "{location}: {}", facts.stdout);
        assert!(pairs["message"].ends_with(&format!(": {end}")), "{location}: {}", facts.stdout);
    }
}

/// A call to a server whose every response has this head and body.
fn answering(head: &str, body: &str) -> Call {
    // Leaked, because the threads of the listener may outlive the test.
    let response: &'static str = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).leak();
    let peer = listener(move |mut client| {
        let mut request = BufReader::new(&client);
        let mut length = 0;
        for line in request.by_ref().lines() {
            let line = line?.to_ascii_lowercase();
            length = line.strip_prefix("content-length:").map_or(length, |length| length.trim().parse().unwrap());
            if line.is_empty() {
                break;
            }
        }
        io::copy(&mut request.take(length), &mut io::sink())?;
        client.write_all(response.as_bytes())?;
        hold(&mut client)
    });
    Call::to(&format!("http://{peer}"))
}

/// These requests contain no login.
#[test]
fn refused_refresh_revocation_or_application_token_leads_to_what_was_sent() {
    let (json, page) = ("{\"code\":5,\"error\":\"invalid_grant\"}", "<html><title>Sign in</title></html>");
    let error = "<Error><Message>No.</Message></Error>";
    let refused = "message~Concur rejected the refresh token, the client ID or the client secret";
    let (limit, either) =
        ("message~or a value that it cannot read)", "message~Request rejected by Concur or by a gateway");
    for (service, ask, status, body, code, line) in [
        ("native", "refresh", 400, error, "NF_SERVER_ERROR", limit),
        ("native", "refresh", 401, error, "NF_DENIED", refused),
        ("native", "refresh", 401, "", "NF_DENIED", either),
        ("native", "refresh", 403, error, "NF_REFRESH_EXPIRED", "message~the consumer key or the client secret"),
        ("native", "refresh", 200, error, "NF_DENIED", refused),
        ("native", "refresh", 404, "", "NF_ENDPOINT_GONE", "message~No Native Flow at this address"),
        ("native", "revoke", 400, error, "NF_SERVER_ERROR", limit),
        ("native", "revoke", 401, error, "NF_NOT_ALLOWED", "message~Concur refused to revoke the token"),
        ("native", "revoke", 403, "", "NF_NOT_ALLOWED", "message~Concur refused to revoke the token"),
        ("native", "revoke", 200, page, "NF_NOT_CONCUR", "message~Received a web page instead of a response"),
        ("oauth2", "refresh", 400, "", "NF_SERVER_ERROR", limit),
        ("oauth2", "refresh", 400, json, "NF_DENIED", refused),
        ("oauth2", "refresh", 403, "", "NF_DENIED", either),
        (
            "oauth2",
            "refresh",
            400,
            "{\"code\":61}",
            "NF_BAD_CLIENT",
            "message~Concur rejected the client ID or the client secret",
        ),
        ("oauth2", "revoke", 400, "", "NF_SERVER_ERROR", limit),
        ("oauth2", "revoke", 401, json, "NF_NOT_ALLOWED", "message~Concur refused to revoke the token"),
        ("oauth2", "revoke", 404, "", "NF_ENDPOINT_GONE", "message~No OAuth 2.0 service at this address"),
        ("oauth2", "revoke", 200, page, "NF_NOT_CONCUR", "message~Received a web page instead of a response"),
        (
            "oauth2",
            "application",
            400,
            json,
            "NF_BAD_CLIENT",
            "message~Concur rejected the client ID or the client secret",
        ),
        ("oauth2", "application", 403, "{\"error\":\"no\"}", "NF_DENIED", either),
        ("oauth2", "application", 401, "", "NF_DENIED", either),
    ] {
        let call = answering(&format!("HTTP/1.1 {status} X\r\n"), body).with("ask", ask).with("value", "v4lue");
        let call = call.with("refresh_token", "r3fresh").with("client_secret", "cl1ent");
        let call = match service {
            "oauth2" => call.with_oauth2().with("scheme", "Bearer"),
            _ => call.with("scheme", "OAuth"),
        };
        let facts = call.run();
        let case = format!("{service} {ask} {status}: {}", facts.stdout);
        let differences = Expected { code, lines: &[line, "retry_after_ms=-1"] }.differences(&facts);
        assert!(differences.is_empty(), "{case}{}", differences.join("\n"));
        let text = format!("{} {}", facts.pairs()["message"], facts.pairs()["remedy"]);
        // A new login may help, and no login was rejected.
        let text = text.replace("a new token with login and password", "");
        for word in ["password", "account", "Authorization", "failed login", ".uat", "token endpoint"] {
            assert!(!text.contains(word), "{word}: {case}");
        }
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
        let remedy = call.run().pairs()["remedy"].to_owned();
        assert!(remedy.ends_with(" No Concur credentials were sent."), "{remedy}");
    }
    let colon = Call::to(&stub.plain_url()).with("login", "a:b");
    expect(&colon, "NF_INVALID_ARGUMENT", &[UNSENT], "of the Native Flow alone");
    let refresh = Call::to(&stub.plain_url()).with("ask", "refresh").with("scheme", "OAuth").with("refresh_token", "r");
    expect(&refresh, "NF_INVALID_OPTION", &["message~Client secret missing", UNSENT], "without a client secret");
    let other = refresh.with("scheme", "Bearer").with("client_secret", "s");
    expect(&other, "NF_INVALID_ARGUMENT", &["message~issued by the other service", UNSENT], "the other service");
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
