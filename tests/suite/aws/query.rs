//! Percent-encoding, and forms as AWS's Query protocol sends them.

use serde_json::{Map, Value};

/// The fields of a form, or of what stands after a question mark.
pub fn fields(text: &str) -> Map<String, Value> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let plain = |part: &str| decode(&part.replace('+', " "));
            (plain(name), Value::String(plain(value)))
        })
        .collect()
}

/// The members of a list of a Query request: `prefix.1`, `prefix.2` and so on.
pub fn members(args: &Value, prefix: &str) -> Vec<String> {
    (1..)
        .map_while(|n| args.get(format!("{prefix}.{n}"))?.as_str())
        .map(str::to_owned)
        .collect()
}

/// Text without its percent signs.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match hex {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Text as RFC 3986 encodes it, which is how IAM returns policies.
///
/// See <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html>.
pub fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
