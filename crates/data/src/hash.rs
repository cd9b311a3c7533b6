//! SHA-256 in the form people compare: lower-case hexadecimal.

use sha2::{Digest, Sha256};

/// The digest of a finished hash in hexadecimal.
pub(crate) fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
