//! The patterns of the search: the secrets, and every form in which they are sent.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::net::SocketAddr;

use nativeflow_stub::{TlsSecret, User};

/// The tokens of the stub's scenarios, and their form in the response.
const TOKENS: &[(&str, &str)] = &[
    ("token", "fdjhk2382kwkajsklwe8i3932kslswl"),
    ("refresh", "8ew$sefhj7s62ns94376nsjd62s"),
    ("token", "a&amp;b&#43;c&#x2F;"),
    ("token", "a&b+c/d=="),
    ("refresh", "r$1&2]]>&#43;3&#x2F;4"),
    ("refresh", "r$1&2+3/4"),
    ("token", "aB+/cd==$_x"),
    ("refresh", "r+/=$&amp;_%20?#"),
    ("refresh", "r+/=$&_%20?#"),
    // The unused ID token of the OAuth 2.0 service.
    ("token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzdHViIn0."),
];

/// The columns of the table.
pub const NAMES: [&str; 13] = [
    "secret",
    "login",
    "pair",
    "base64",
    "key",
    "token",
    "refresh",
    "clientkey",
    "proxy",
    "appsecret",
    "form",
    MASTER_SECRET,
    TRAFFIC_SECRET,
];
/// Of TLS 1.2.
pub const MASTER_SECRET: &str = "master";
/// Of TLS 1.3, and the other secrets that it derives with them.
pub const TRAFFIC_SECRET: &str = "traffic";

/// A secret of options and clients that may be in the memory of these objects until these are freed, but not on the stack or in
/// registers. Their other secrets are encrypted.
pub const KEPT: &str = "clientkey";

/// A call's credentials, and the patterns that must not be found after it.
pub struct Patterns {
    mask: [u8; 8],
    pub key: Vec<u8>,
    pub login: Vec<u8>,
    pub secret: Vec<u8>,
    /// The application's; empty if the client has none.
    pub client_secret: Vec<u8>,
    /// The parts of a token that the program has stored; empty without one.
    pub value: Vec<u8>,
    pub refresh_token: Vec<u8>,
    /// The URL of a proxy, with user and password; empty without a proxy.
    pub proxy: Vec<u8>,
    /// Name and text of secrets that options and clients store.
    pub kept: Vec<(&'static str, Vec<u8>)>,
    /// The same for secrets that are not text.
    pub kept_bytes: Vec<(&'static str, Vec<u8>)>,
}

impl Patterns {
    pub fn new(user: &User) -> Patterns {
        let [key, login, secret] = [&user.key, &user.login, &user.secret].map(|text| text.clone().into_bytes());
        Patterns {
            mask: random(),
            key,
            login,
            secret,
            client_secret: Vec::new(),
            value: Vec::new(),
            refresh_token: Vec::new(),
            proxy: Vec::new(),
            kept: Vec::new(),
            kept_bytes: Vec::new(),
        }
    }

    /// Sets a proxy at this address, with its own user and password.
    pub fn use_proxy(&mut self, scheme: &str, address: SocketAddr) {
        let (user, password) = (random_text(20), random_text(20));
        self.proxy = format!("{scheme}://{user}:{password}@localhost:{}", address.port()).into();
        let pair = format!("{user}:{password}").into_bytes();
        self.kept.extend(base64_forms(&pair).map(|form| ("proxy", form)));
        self.kept.push(("proxy", pair));
    }

    /// The texts, each with its name. A window that several of them have counts for the first.
    fn texts(&self) -> Vec<(&'static str, Vec<u8>)> {
        let pair = [&*self.login, b":", &*self.secret].concat();
        let mut all = vec![
            ("secret", self.secret.clone()),
            ("login", self.login.clone()),
            ("key", self.key.clone()),
            ("pair", pair.clone()),
        ];
        all.extend(base64_forms(&pair).map(|form| ("base64", form)));
        all.extend(self.kept.iter().cloned());
        for (name, text) in
            [("appsecret", &self.client_secret), ("token", &self.value), ("refresh", &self.refresh_token)]
        {
            all.push((name, text.clone()));
        }
        let sent = [&self.key, &self.login, &self.secret, &self.client_secret, &self.value, &self.refresh_token];
        all.extend(sent.map(|text| ("form", form_of(text))));
        all.extend(TOKENS.iter().map(|&(name, text)| (name, text.as_bytes().to_vec())));
        all
    }

    /// The host's standard input, masked.
    pub fn brief(&self) -> Vec<String> {
        let mut lines = vec![format!("mask {}", self.mask.map(|byte| format!("{byte:02x}")).concat())];
        for (name, text) in [
            ("key", &self.key),
            ("login", &self.login),
            ("secret", &self.secret),
            ("proxy", &self.proxy),
            ("client-secret", &self.client_secret),
            ("value", &self.value),
            ("refresh-token", &self.refresh_token),
        ] {
            lines.push(format!("{name} {}", self.hidden(text)));
        }
        lines.extend(self.texts().iter().map(|(name, text)| format!("pattern {name} {}", self.hidden(text))));
        lines.extend(self.kept_bytes.iter().map(|(name, bytes)| format!("bytes {name} {}", self.hidden(bytes))));
        lines.push("end".to_owned());
        lines
    }

    /// More lines, with patterns of secrets that are created during the call.
    pub fn later(&self, secrets: &[TlsSecret]) -> Vec<String> {
        let pattern = |TlsSecret { label, secret, .. }: &TlsSecret| {
            let name = if label == "CLIENT_RANDOM" { MASTER_SECRET } else { TRAFFIC_SECRET };
            format!("bytes {name} {}", self.hidden(secret))
        };
        secrets.iter().map(pattern).chain(["end".to_owned()]).collect()
    }

    fn hidden(&self, text: &[u8]) -> String {
        text.iter().zip(self.mask.iter().cycle()).fold(String::new(), |mut hex, (byte, mask)| {
            write!(hex, "{:02x}", byte ^ mask).unwrap();
            hex
        })
    }
}

/// `text` in Base64, and the characters that are the same at every position of `text` in a longer text.
fn base64_forms(text: &[u8]) -> [Vec<u8>; 3] {
    let behind = |before: usize| {
        let encoded = base64(&[&b"::"[..before], text].concat());
        let known = encoded.iter().rposition(|&byte| byte != b'=').unwrap();
        // The first characters depend on the text before, the last one on the text after.
        encoded[before + 1..known].to_vec()
    };
    [base64(text), behind(1), behind(2)]
}

/// `text` in a form or a query: percent-encoded, with the characters before and after it.
fn form_of(text: &[u8]) -> Vec<u8> {
    let mut form = "=".to_owned();
    for &byte in text {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'.' | b'_' => form.push(char::from(byte)),
            _ => write!(form, "%{byte:02X}").unwrap(),
        }
    }
    form.push('&');
    form.into_bytes()
}

pub fn base64(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |three: &[u8]| {
        let bits = three.iter().chain([0; 2].iter()).take(3).fold(0, |bits, &byte| bits << 8 | usize::from(byte));
        [18, 12, 6, 0].map(|shift| DIGITS[bits >> shift & 63])
    };
    let mut text: Vec<u8> = bytes.chunks(3).flat_map(group).collect();
    let padding = (3 - bytes.len() % 3) % 3;
    let length = text.len();
    text[length - padding..].fill(b'=');
    text
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    File::open("/dev/urandom").unwrap().read_exact(&mut bytes).unwrap();
    bytes
}

/// As [`random_text`], with characters in the middle that a form encodes.
pub fn random_secret() -> String {
    format!("{}&+/={}", random_text(12), random_text(12))
}

/// Letters and digits, which need no escape anywhere.
pub fn random_text(length: usize) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    (0..length).map(|_| char::from(LETTERS[usize::from(random::<1>()[0] % 32)])).collect()
}

#[test]
fn form_is_percent_encoded() {
    assert_eq!(form_of("a@b.c p+w d é".as_bytes()), b"=a%40b.c%20p%2Bw%20d%20%C3%A9&");
}

#[test]
fn base64_matches_rfc_4648() {
    for (plain, encoded) in [("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
        assert_eq!(base64(plain.as_bytes()), encoded.as_bytes());
    }
}

/// One of the three forms is in the Base64 text, with any bytes before and after the pair.
#[test]
fn base64_is_found_at_every_alignment() {
    let patterns = Patterns::new(&User::demo());
    for before in ["", "x", "xy", "xyz"] {
        let text = base64(format!("{before}{}:{}~~~", User::demo().login, User::demo().secret).as_bytes());
        let found = |form: &[u8]| text.windows(8).any(|window| form.windows(8).any(|other| other == window));
        let whole = |form: &[u8]| text.windows(form.len()).any(|window| window == form);
        let forms: Vec<_> = patterns.texts().into_iter().filter(|(name, _)| *name == "base64").collect();
        assert!(forms.iter().any(|(_, form)| found(form)));
        assert!(forms.iter().any(|(_, form)| whole(&form[..form.len() - 4])));
    }
}
