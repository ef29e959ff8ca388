//! Reads files of certificates and keys.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use crate::wipe::WipedVec;

/// A file with all public root certificates has a quarter of a MiB.
const MAX_FILE_LEN: u64 = 16 * 1024 * 1024;

/// Reads a file. Rejects special files that have no end or would block. The file may contain a key.
pub(super) fn read_file(path: impl AsRef<Path> + Copy) -> io::Result<WipedVec<u8>> {
    let file = fs::metadata(path)?;
    if !file.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    // One block of the right size, which does not grow.
    let mut bytes = Vec::with_capacity(file.len().min(MAX_FILE_LEN) as usize + 1);
    let result = fs::File::open(path)?.take(MAX_FILE_LEN + 1).read_to_end(&mut bytes);
    let bytes = WipedVec::from(bytes);
    match result? as u64 > MAX_FILE_LEN {
        true => Err(io::Error::other("it is larger than 16 MiB")),
        false => Ok(bytes),
    }
}
