//! A few characters that tell texts apart, for names that are given by what they are for.

use sha2::{Digest as _, Sha256};

/// The first characters of a text's SHA-256.
#[must_use]
pub fn short_digest(text: &str) -> String {
    let digest = Sha256::digest(text);
    let first = digest.iter().take(SHORT_DIGEST / 2);
    first.map(|byte| format!("{byte:02x}")).collect()
}

/// So many characters tell apart what an account has.
const SHORT_DIGEST: usize = 8;

/// Whether a text is as a short digest is.
#[must_use]
pub fn is_short_digest(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == SHORT_DIGEST && text.bytes().all(is_digit)
}
