//! SHA-256 in the form people compare: lower-case hexadecimal.

use std::io::{self, BufRead, BufReader};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::files;

/// The digest of some bytes.
pub fn sha256(bytes: &[u8]) -> String {
    hex(Sha256::new_with_prefix(bytes))
}

/// The digest of a file's content, which is never held as a whole.
///
/// # Errors
/// If the file cannot be read.
pub fn sha256_of_file(path: impl AsRef<Path>) -> Result<String> {
    let path = path.as_ref();
    let file = files::open(path).map_err(|error| Error::io(path, error))?;
    let hash = hash_of(BufReader::with_capacity(1 << 16, file)).map_err(|error| Error::io(path, error))?;
    Ok(hex(hash))
}

/// The hash of all that a reader gives, to which more can be added.
///
/// # Errors
/// Those of the reader.
pub fn hash_of(mut reader: impl BufRead) -> io::Result<Sha256> {
    let mut hash = Sha256::new();
    loop {
        let part = reader.fill_buf()?;
        if part.is_empty() {
            return Ok(hash);
        }
        hash.update(part);
        let length = part.len();
        reader.consume(length);
    }
}

/// The digest of a finished hash in hexadecimal.
pub fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first example of FIPS 180-2, and the file of it.
    #[test]
    fn digests_are_those_of_the_standard() -> Result<()> {
        const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("abc"), "abc").expect("written");
        assert_eq!(
            (sha256(b"abc").as_str(), sha256_of_file(folder.path().join("abc"))?.as_str()),
            (ABC, ABC)
        );
        Ok(())
    }
}
