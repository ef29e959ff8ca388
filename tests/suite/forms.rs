//! Form parsers of other languages read exactly the values that were given, from the requests that the library sends.
//!
//! Their programs are in `tests/forms`. For each form they print the parameters that they have read, in hexadecimal.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::sync::OnceLock;

use nativeflow_stub::{Options, User};

use crate::network::process::{Peer, folder, free_address, write};
use crate::support::{self, Call, Program, needs, proved, root, scratch};

/// A request of the library, and the parameters that it was made from.
struct Sent {
    head: String,
    body: String,
    parameters: Vec<(&'static str, String)>,
}

impl Sent {
    /// The body; of a request without one, the query.
    fn form(&self) -> &str {
        match self.body.is_empty() {
            true => self.head.split(['?', ' ']).nth(2).unwrap(),
            false => &self.body,
        }
    }

    /// Checks what a parser has read.
    fn check(&self, printed: &str, parser: &str) {
        let read: Vec<(&str, &str)> = printed.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let expected: Vec<(String, String)> =
            self.parameters.iter().map(|(name, value)| (hex(name), hex(value))).collect();
        assert_eq!(read.len(), expected.len(), "{parser}: number of parameters");
        for ((name, value), (read_name, read_value)) in expected.iter().zip(read) {
            assert_eq!((read_name, read_value), (&**name, &**value), "{parser}");
        }
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// Passwords with every character of ASCII, and with characters that parsers treat in a special way.
fn passwords() -> Vec<String> {
    let ascii: String = (' '..='~').collect();
    let latin: String = ('\u{a0}'..='\u{36f}').collect();
    vec![
        ascii.clone(),
        ascii.chars().rev().collect(),
        String::new(),
        "  two spaces at both ends  ".to_owned(),
        "%41%2B%u0041+&password=b;c#?".to_owned(),
        // The same letter as one character, and with a combining mark.
        "ä a\u{308} € 東京 😀 👩\u{200d}👩\u{200d}👧 \u{1f1e9}\u{1f1ea} עברית".to_owned(),
        latin,
        // A byte order mark, and the first and last characters of each length in UTF-8.
        "\u{feff}\u{7ff}\u{800}\u{d7ff}\u{e000}\u{fffd}\u{ffff}\u{10000}\u{10ffff}".to_owned(),
    ]
}

/// All requests with a form, in the body or in the query.
fn sent() -> &'static [Sent] {
    static SENT: OnceLock<Vec<Sent>> = OnceLock::new();
    SENT.get_or_init(|| {
        let key: String = ('!'..='~').collect();
        let client_secret = passwords()[0..2].concat() + &passwords()[5];
        let login = |number| format!("jürgen+{number} %41&=;:#?@example.com");
        let users = passwords().into_iter().enumerate();
        let users: Vec<User> =
            users.map(|(number, secret)| User { key: key.clone(), login: login(number), secret }).collect();
        let (stub, ca) = support::own_stub(Options {
            users: users.clone(),
            client_secret: client_secret.clone(),
            ..Options::default()
        });
        let url = stub.scenario_url("ok");
        let call = Call::to(&url).with("ca", &ca).with("key", &key).with("client_secret", &client_secret);
        let refresh = call.clone().with("ask", "refresh").with("refresh_token", &key);

        let client = [("client_id", key.clone()), ("client_secret", client_secret.clone())];
        let refresh_token = ("refresh_token", key.clone());
        let form = |grant: &str, others: &[(&'static str, String)]| {
            [&client[..], &[("grant_type", grant.to_owned())], others].concat()
        };
        let mut calls: Vec<(Call, Vec<_>)> = vec![
            (refresh.clone().with("scheme", "OAuth"), [std::slice::from_ref(&refresh_token), &client[..]].concat()),
            (refresh.with("scheme", "Bearer").with("oauth2", "1"), form("refresh_token", &[refresh_token])),
        ];
        for user in &users {
            let parameters = [
                ("username", user.login.clone()),
                ("password", user.secret.clone()),
                ("credtype", "password".to_owned()),
            ];
            calls.push((call.clone().with("oauth2", "1").by(user), form("password", &parameters)));
        }
        let sent = calls.into_iter().map(|(call, parameters)| {
            let facts = call.run();
            assert_eq!(facts.pairs()["code"], "NF_OK", "{}", facts.stdout);
            let (head, body) = (stub.requests().pop().unwrap(), stub.bodies().pop().unwrap());
            Sent { head: String::from_utf8(head).unwrap(), body: String::from_utf8(body).unwrap(), parameters }
        });
        sent.collect()
    })
}

/// Checks a program that parses each line of its input.
fn check(words: &[&str], parser: &str) {
    let forms: Vec<&str> = sent().iter().map(Sent::form).collect();
    let program = Program::new("env".into(), parser.to_owned()).counted_as("form parsers");
    let facts = program.args(words).lines(&forms).run();
    assert!(facts.status.success() && facts.stderr.is_empty(), "{parser}: {}", facts.stderr);
    let printed: Vec<&str> = facts.stdout.lines().collect();
    assert_eq!(printed.len(), forms.len(), "{parser}");
    sent().iter().zip(printed).for_each(|(sent, printed)| sent.check(printed, parser));
}

fn path(name: &str) -> String {
    root().join("tests/forms").join(name).to_str().unwrap().to_owned()
}

#[test]
fn python_reads_every_value_back() {
    needs!("python3");
    check(&["python3", &path("parse.py")], "Python");
}

#[test]
fn node_reads_every_value_back() {
    const NODE: &str = "target/hosts/bin/node";
    needs!(NODE);
    check(&[root().join(NODE).to_str().unwrap(), &path("parse.js")], "Node");
}

#[test]
fn dotnet_reads_every_value_back() {
    needs!("mcs", "mono", "/usr/lib/mono/4.5/System.Web.dll");
    let program = scratch("forms").join(format!("Parse-{}.exe", std::process::id())).to_str().unwrap().to_owned();
    let built = Command::new("mcs")
        .args(["-warn:4", "-warnaserror", "-r:System.Web.dll", &format!("-out:{program}"), &path("Parse.cs")])
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stdout));
    check(&["mono", &program], ".NET (Mono)");
    std::fs::remove_file(program).unwrap();
}

/// PHP's server gets the requests themselves, so it depends on their headers too.
#[test]
fn php_reads_every_value_back() {
    needs!("php");
    let (folder, address) = (folder("php"), free_address());
    let router = write(&folder, "router.php", std::fs::read(path("parse.php")).unwrap());
    let _php = Peer::start(&folder, &["php", "-S", &address.to_string(), &router], address);
    for sent in sent() {
        let mut server = TcpStream::connect(address).unwrap();
        server.write_all(format!("{}{}", sent.head, sent.body).as_bytes()).unwrap();
        let mut response = String::new();
        server.read_to_string(&mut response).unwrap();
        let (head, printed) = response.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        sent.check(printed, "PHP");
    }
    proved("form parsers", "PHP");
}
