//! Files of certificates and keys.

use std::fs;
use std::io::{self, Read as _};

/// All roots of the world take a quarter of a MiB.
const LARGEST_FILE: u64 = 16 * 1024 * 1024;

/// Reads a file, but nothing that has no end or would block.
pub(super) fn read_file(path: &str) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > LARGEST_FILE {
        true => Err(io::Error::other("it is larger than 16 MiB")),
        false => Ok(bytes),
    }
}
