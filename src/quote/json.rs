//! JSON that may be printed: its strings hold no character that a terminal would obey.

use std::fmt::Write as _;

use serde_json::Value;

use super::terminal::is_obeyed;

/// The same JSON, in which such characters are written as escapes, and so is one of what begins a command in the log of a CI
/// system. They can only stand within strings, but for line ends.
#[must_use]
pub fn printable(json: String) -> String {
    let json = if COMMANDS.iter().any(|(command, _)| json.contains(command)) {
        let mut text = json;
        for (command, instead) in COMMANDS {
            text = text.replace(command, instead);
        }
        text
    } else {
        json
    };
    if json.is_ascii() && !json.contains('\u{7f}') {
        return json;
    }
    let mut text = String::with_capacity(json.len());
    let mut units = [0_u16; 2];
    for c in json.chars() {
        if c == '\n' || !is_obeyed(c) {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut units) {
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

/// A policy as it is sent and kept in files: in lines where it is short, else without white space, which AWS counts in the
/// policies of keys and of organizations.
///
/// See <https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html> and
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>.
#[must_use]
pub fn policy(value: &Value) -> String {
    /// Less than the shortest of their limits.
    const IN_LINES: usize = 4_096;
    let lines = printable(format!("{value:#}"));
    if lines.len() > IN_LINES {
        printable(value.to_string())
    } else {
        lines
    }
}

/// A policy of a version and statements, each in a line, as the commands of changes that come by the ten thousand have it.
#[must_use]
pub fn policy_by_statement(version: &str, statements: &[Value]) -> String {
    let lines: Vec<String> = statements.iter().map(Value::to_string).collect();
    let version = Value::from(version);
    let lines = lines.join(",\n");
    printable(format!(
        "{{\"Version\":{version},\"Statement\":[\n{lines}\n]}}"
    ))
}

/// See [`super::workflow`]; what begins one at the start of a line begins no line of JSON.
const COMMANDS: [(&str, &str); 2] = [("##[", "#\\u0023["), ("##vso[", "#\\u0023vso[")];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_is_the_same_json_without_what_a_terminal_obeys() {
        let value = json!({"a\u{202e}": ["\u{1b}\u{9b}\u{7f}\u{e0041}é\n"]});
        let text = printable(format!("{value:#}"));
        assert!(!text.contains(|c| c != '\n' && is_obeyed(c)), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        let value = json!({"###[a": "##vso[b] ## c"});
        let text = printable(format!("{value:#}"));
        assert!(!text.contains("##[") && !text.contains("##vso["), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
    #[test]
    fn a_long_policy_has_no_white_space() {
        let of = |count: usize| {
            let each =
                (0..count).map(|number| json!({"Sid": format!("S{number}"), "Effect": "Deny"}));
            json!({"Version": "2012-10-17", "Statement": each.collect::<Value>()})
        };
        assert!(policy(&of(2)).contains("\n  \"Statement\""));
        let long = of(200);
        assert_eq!(policy(&long), long.to_string());
    }
}
