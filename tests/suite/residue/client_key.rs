//! A client certificate, and the patterns of its private key.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{KeyPair, SignatureAlgorithm};

use super::patterns::random_text;
use crate::network::certificates::Authority;

pub struct ClientKey {
    pub chain_file: PathBuf,
    pub key_file: PathBuf,
    /// The number that is the private key, as in the file.
    private: Vec<u8>,
    /// The parts of the file that encode only that number.
    pub base64: Vec<Vec<u8>>,
}

/// The bytes before the number in PKCS#8, without its length: P-256 and P-384 (RFC 5915), Ed25519 (RFC 8410).
const BEFORE: [&[u8]; 3] = [b"\x02\x01\x01\x04\x20", b"\x02\x01\x01\x04\x30", b"\x04\x22\x04\x20"];

impl ClientKey {
    /// A new key of this kind, with a certificate by `authority`.
    pub fn new(kind: &'static SignatureAlgorithm, authority: &Authority, folder: &Path) -> ClientKey {
        let key = KeyPair::generate_for(kind).unwrap();
        let (der, pem) = (key.serialize_der(), key.serialize_pem());
        let start = BEFORE.iter().find_map(|before| Some(find(&der, before)? + before.len())).expect("a private key");
        let length = usize::from(der[start - 1]);
        let file = |what: &str, pem: &str| {
            let file = folder.join(format!("{what}-{}.pem", random_text(8)));
            fs::write(&file, pem).unwrap();
            file
        };
        ClientKey {
            chain_file: file("client", &authority.client_with(&pem).pem),
            key_file: file("client-key", &pem),
            private: der[start..start + length].to_vec(),
            base64: encoded(&pem, start, length),
        }
    }

    /// The number in both byte orders, because computations use either.
    pub fn numbers(&self) -> impl Iterator<Item = Vec<u8>> {
        let reversed = self.private.iter().rev().copied().collect();
        [self.private.clone(), reversed].into_iter()
    }
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

/// The lines of PEM, or parts of them, that encode these bytes and no others.
fn encoded(pem: &str, start: usize, length: usize) -> Vec<Vec<u8>> {
    // Of six bits each.
    let characters = (start * 8).div_ceil(6)..(start + length) * 8 / 6;
    let mut line_start = 0;
    let lines = pem.lines().filter(|line| !line.starts_with("-----")).map(|line| {
        let inside = |character: usize| character.clamp(line_start, line_start + line.len()) - line_start;
        let part = &line[inside(characters.start)..inside(characters.end)];
        line_start += line.len();
        part.as_bytes().to_vec()
    });
    lines.filter(|part| !part.is_empty()).collect()
}

#[test]
fn base64_of_a_part_is_found_in_pem() {
    // "abcdefghi" in two lines. The characters 2 to 9 depend only on bytes 1 to 7.
    assert_eq!(
        encoded("-----BEGIN X-----\nYWJjZG\nVmZ2hp\n-----END X-----\n", 1, 6),
        [b"JjZG".to_vec(), b"VmZ".to_vec()]
    );
}
