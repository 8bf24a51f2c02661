//! Paths of files as URI references, for SARIF.

use std::fmt::Write as _;

/// A path, relative where it is so, with what a URI would read as something else written as `%XX`.
///
/// See <https://datatracker.ietf.org/doc/html/rfc3986#section-4.2>.
#[must_use]
pub fn path(path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut rest = &*path;
    while let Some(shorter) = rest.strip_prefix("./") {
        rest = shorter;
    }
    let mut out = String::new();
    if rest.starts_with('/') {
        out.push_str("file://");
    }
    for byte in rest.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_nothing_but_a_path() {
        assert_eq!(path("./stacks/a b.yaml"), "stacks/a%20b.yaml");
        assert_eq!(path("/tmp/plan.json"), "file:///tmp/plan.json");
        assert_eq!(path("C:\\x"), "C%3A/x");
        assert_eq!(path("javascript:x#?%é"), "javascript%3Ax%23%3F%25%C3%A9");
    }
}
