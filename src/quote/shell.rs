//! Shells: words, options, comments and here-documents that are nothing but text.

use std::fmt::Write as _;

use super::terminal;

/// One word. What a terminal would obey is written as an escape, so that a word never ends a line or a paste.
#[must_use]
pub fn word(text: &str) -> String {
    if text.contains(terminal::is_obeyed) {
        return escaped(text);
    }
    shlex::try_quote(text).map_or_else(|_| escaped(text), std::borrow::Cow::into_owned)
}

/// An option of `aws` and its value: `--name value`.
///
/// A value that begins with a hyphen would be an option of its own, and one that begins with `file://` a file to read;
/// nothing in AWS has such a name, and `aws` knows no escape.
#[must_use]
pub fn option(name: &str, value: &str) -> String {
    const READ: [&str; 4] = ["file:", "fileb:", "http:", "https:"];
    let between = if value.starts_with('-') { '=' } else { ' ' };
    let is_read = READ
        .iter()
        .any(|scheme| value.to_ascii_lowercase().starts_with(scheme));
    if is_read {
        return format!("{name}{between}{}", word(&format!("\u{fffd}{value}")));
    }
    format!("{name}{between}{}", word(value))
}

/// The words of a comment, without the `#`: they stay on its line.
#[must_use]
pub fn comment(text: &str) -> String {
    terminal::line(text).into_owned()
}

/// A here-document, whose end is no line of the text.
#[must_use]
pub fn here_document(text: &str) -> String {
    let mut end = "POLICY".to_owned();
    while text.lines().any(|line| line == end) {
        end.push('_');
    }
    format!("<<'{end}'\n{text}\n{end}")
}

/// `$'…'`, which bash, zsh and ksh know. No word holds a NUL: it is shown as one that was there.
fn escaped(text: &str) -> String {
    let mut out = "$'".to_owned();
    for c in text.chars() {
        match c {
            '\0' => out.push('\u{fffd}'),
            '\'' | '\\' => out.extend(['\\', c]),
            c if terminal::is_obeyed(c) => {
                // By bytes: what \u means depends on the locale. Three octal digits, so that no digit after them counts.
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(out, "\\{byte:03o}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_they_must_be() {
        for (text, quoted) in [
            (
                "arn:aws:iam::111122223333:role/a-b_c.d@e",
                "arn:aws:iam::111122223333:role/a-b_c.d@e",
            ),
            ("", "''"),
            ("a b;$(c)`d`", "'a b;$(c)`d`'"),
            ("it's", "\"it's\""),
            ("a\nb\u{1b}7\0\\", "$'a\\012b\\0337\u{fffd}\\\\'"),
            ("\u{202e}'", r"$'\342\200\256\''"),
        ] {
            assert_eq!(word(text), quoted, "{text:?}");
        }
    }

    #[test]
    fn a_value_is_neither_an_option_nor_a_file() {
        assert_eq!(option("--name", "a b"), "--name 'a b'");
        assert_eq!(option("--name", "--profile=x"), "--name='--profile=x'");
        assert_eq!(option("--name", "-x"), "--name=-x");
        for read in ["file:///etc/passwd", "fileb://x", "FILE://x", "http://x"] {
            assert_eq!(option("--name", read), format!("--name '\u{fffd}{read}'"));
        }
    }

    #[test]
    fn no_line_of_a_here_document_ends_it() {
        assert_eq!(
            here_document("a\nPOLICY\nrm\nPOLICY_"),
            "<<'POLICY__'\na\nPOLICY\nrm\nPOLICY_\nPOLICY__"
        );
    }

    #[cfg(unix)]
    #[test]
    fn bash_reads_a_word_back_as_it_was() {
        let all: String = (1..=0x2100_u32).filter_map(char::from_u32).collect();
        for text in [
            &*all,
            "'",
            "\\",
            "!!",
            "$'",
            "-n",
            "~",
            "a\n",
            "^a^b",
            "{a,b}",
            "\u{feff}é",
            "\u{7f}1",
        ] {
            let script = format!("printf %s {}", word(text));
            let out = std::process::Command::new("bash")
                .args(["-c", &script])
                .output()
                .unwrap();
            assert_eq!(String::from_utf8(out.stdout).unwrap(), text);
        }
    }
}
