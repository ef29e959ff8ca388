//! A PIN that was refused cannot be guessed from a core dump: every four-digit PIN is tried against one.
//!
//! The library knows a refused secret by a hash with a key that core dumps leave out. The control puts the key into the dump:
//! there the PIN is found.

use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use nativeflow_stub::{Options, User};
use sha2::{Digest as _, Sha256};

use super::patterns::{base64, random_text};
use crate::support::{self, Build, Program, needs, own_stub, proved, scratch};

/// Where ring 0.17 has the two states of SHA-256 in a key of HMAC, and a count of bytes for each. If that changes, the
/// control fails.
const STATES: [usize; 2] = [4, 92];
const COUNTS: [usize; 2] = [80, 168];
const KEY_LEN: usize = 176;
/// A block of SHA-256.
const BLOCK: usize = 64;
/// Enough to recognize what a guess leaves in memory.
const WINDOW: usize = 8;

/// The two states from which a keyed hash continues.
struct Key([[u32; 8]; 2]);

impl Key {
    /// The one at the beginning of these bytes, if that can be a key.
    fn at(bytes: &[u8]) -> Option<Key> {
        let is_key = bytes.len() >= KEY_LEN && COUNTS.iter().all(|&at| bytes[at..at + 8] == BLOCK.to_le_bytes());
        is_key.then(|| Key(STATES.map(|at| std::array::from_fn(|word| word_at(&bytes[at + 4 * word..])))))
    }

    /// The keyed hash of a text that fits into one block.
    fn hash(&self, text: &[u8]) -> [u8; 32] {
        self.0.iter().fold(text.to_vec(), |text, state| finished(*state, &text).to_vec()).try_into().unwrap()
    }
}

fn word_at(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(*bytes.first_chunk().unwrap())
}

/// Continues SHA-256 after one block, with a text and the padding.
fn finished(mut state: [u32; 8], text: &[u8]) -> [u8; 32] {
    let mut block = [0; BLOCK];
    block[..text.len()].copy_from_slice(text);
    block[text.len()] = 0x80;
    block[BLOCK - 8..].copy_from_slice(&(8 * (BLOCK + text.len()) as u64).to_be_bytes());
    sha2::block_api::compress256(&mut state, &[block]);
    let bytes: Vec<u8> = state.iter().flat_map(|word| word.to_be_bytes()).collect();
    bytes.try_into().unwrap()
}

/// The text of a fingerprint (`src/fingerprint.rs`): each part after its length. If that changes, the control fails.
fn fingerprinted(parts: &[&[u8]]) -> Vec<u8> {
    parts.iter().flat_map(|part| [&(part.len() as u32).to_le_bytes(), *part].concat()).collect()
}

/// The fingerprint of a secret that is sent with this client secret, which may be empty.
fn fingerprint(pin: &str, client_secret: &str, key: &Key) -> [u8; 32] {
    let of_client = key.hash(&fingerprinted(&[client_secret.as_bytes()]));
    let of_client = if client_secret.is_empty() { &[] } else { &of_client[..16] };
    key.hash(&fingerprinted(&[pin.as_bytes(), of_client]))
}

/// The bytes of which one would show that this PIN was sent.
fn traces(pin: &str, user: &User, client_secret: &str, keys: &[Key]) -> Vec<Vec<u8>> {
    let login = &user.login;
    let text = fingerprinted(&[pin.as_bytes(), client_secret.as_bytes()]);
    let pair = format!("{login}:{pin}");
    let base64 = base64(pair.as_bytes());
    let end = |text: &[u8]| text[text.len() - WINDOW..].to_vec();
    let start = |hash: &[u8]| hash[..WINDOW].to_vec();
    let encoded = base64.iter().rposition(|&byte| byte != b'=').unwrap() + 1;
    let plain = [
        end(pair.as_bytes()),
        end(format!("password={pin}").as_bytes()),
        end(&base64[..encoded]),
        start(&Sha256::digest(pin)),
        start(&Sha256::digest(&pair)),
        start(&Sha256::digest(&text)),
    ];
    plain.into_iter().chain(keys.iter().map(|key| start(&fingerprint(pin, client_secret, key)))).collect()
}

/// The PINs of which a trace is in the dump, and the number of keys in it.
fn guessed(dump: &[u8], user: &User, client_secret: &str) -> (BTreeSet<String>, usize) {
    let used = used_parts(dump);
    let keys_in = |part: &[u8]| (0..part.len()).step_by(8).filter_map(|at| Key::at(&part[at..])).collect::<Vec<_>>();
    let keys: Vec<Key> = used.iter().flat_map(|part| keys_in(part)).collect();
    let mut of_pin = HashMap::new();
    for pin in (0..10_000).map(|number| format!("{number:04}")) {
        for trace in traces(&pin, user, client_secret, &keys) {
            of_pin.insert(trace, pin.clone());
        }
    }
    // Most windows are sorted out by their first bytes.
    let mut possible = vec![false; 1 << 24];
    let index = |window: &[u8]| (word_at(window) & 0xff_ffff) as usize;
    of_pin.keys().for_each(|trace| possible[index(trace)] = true);
    let windows = used.iter().flat_map(|part| part.windows(WINDOW)).filter(|window| possible[index(window)]);
    (windows.filter_map(|window| of_pin.get(window).cloned()).collect(), keys.len())
}

/// The parts of a dump between its empty pages, which are most of it.
fn used_parts(dump: &[u8]) -> Vec<&[u8]> {
    const PAGE: usize = 4096;
    let is_used = |at: usize| dump[at..dump.len().min(at + PAGE)] != [0; PAGE][..PAGE.min(dump.len() - at)];
    let pages: Vec<usize> = (0..dump.len()).step_by(PAGE).filter(|&at| is_used(at)).collect();
    let runs = pages.chunk_by(|one, next| one + PAGE == *next);
    runs.map(|run| &dump[run[0]..dump.len().min(run[run.len() - 1] + PAGE)]).collect()
}

/// Writes a core file of the program while it waits, and returns it.
fn dump_of(program: &Program, lines: &[&str]) -> Vec<u8> {
    let mut child = Command::new(program.path())
        .args(program.arguments())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all((lines.join("\n") + "\n").as_bytes()).unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut ready = String::new();
    stdout.read_line(&mut ready).unwrap();
    assert_eq!(ready, "ready\n");
    let process = child.id().to_string();
    let prefix = scratch("residue").join("pin");
    let taken = Command::new("gcore").arg("-o").arg(&prefix).arg(&process).output().unwrap();
    assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
    let core = PathBuf::from(format!("{}.{process}", prefix.display()));
    let dump = std::fs::read(&core).unwrap();
    std::fs::remove_file(core).unwrap();
    drop(stdin);
    std::io::copy(&mut stdout, &mut std::io::sink()).unwrap();
    assert!(child.wait().unwrap().success());
    dump
}

/// Dumps a process that holds a refused PIN back, and guesses: without the key no PIN is found, with it the right one.
fn guess(service: &str) {
    let user = support::user(&format!("{}@example.com", random_text(12)), "not a PIN");
    let pin = format!("{:04}", random_text(8).bytes().fold(7, |sum, byte| (sum * 31 + usize::from(byte)) % 10_000));
    let options = Options { users: vec![user.clone()], record: false, ..Options::default() };
    let client_secret = if service == "oauth2" { options.client_secret.clone() } else { String::new() };
    let (stub, ca) = own_stub(options);
    for (what, expected) in [("usual", BTreeSet::new()), ("everything", BTreeSet::from([pin.clone()]))] {
        let arguments = [service, &stub.base_url(), &stub.plain_url(), &ca, what];
        let program = Program::compile("held_pin", Build::Shared).args(&arguments);
        let dump = dump_of(&program, &[&user.key, &user.login, &pin, &client_secret]);
        let (found, keys) = guessed(&dump, &user, &client_secret);
        let size = dump.len();
        assert_eq!(
            (keys > 0, found.len()),
            (what == "everything", expected.len()),
            "{what}: {keys} keys in {size} bytes"
        );
        assert!(found == expected, "{what}: another PIN");
    }
    proved(
        "sessions",
        format_args!("10,000 PINs guessed from a core dump, {service}: none found; with the key: the right one"),
    );
}

#[test]
fn refused_pin_cannot_be_guessed_from_a_core_dump() {
    needs!("gcore");
    guess("native");
}

#[test]
#[ignore = "slow"]
fn refused_pin_of_the_other_service_cannot_be_guessed_from_a_core_dump() {
    needs!("gcore");
    guess("oauth2");
}

#[test]
fn keyed_hash_of_a_guess_is_hmac() {
    // RFC 4231, test case 2.
    let key = |pad: u8| {
        let mut block = [pad; BLOCK];
        b"Jefe".iter().zip(&mut block).for_each(|(key, byte)| *byte ^= key);
        let mut state =
            [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
        sha2::block_api::compress256(&mut state, &[block]);
        state
    };
    let hash = Key([key(0x36), key(0x5c)]).hash(b"what do ya want for nothing?");
    assert_eq!(hash[..8], [0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e]);
}
