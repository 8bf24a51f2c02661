//! Workflow commands of GitHub Actions: `::error file=a,line=1::text`, and lines of a log, which may be none.
//!
//! The runner obeys `::command` at the start of a line, and `##[command]` anywhere in one; Azure Pipelines obeys
//! `##vso[command]`. See <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>.

use std::borrow::Cow;

use super::terminal;

/// The text of a command, of several lines where it has them.
#[must_use]
pub fn data(text: &str) -> String {
    let shown = terminal::lines(text);
    shown
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a command's property.
#[must_use]
pub fn property(text: &str) -> String {
    data(&terminal::line(text))
        .replace(':', "%3A")
        .replace(',', "%2C")
}

/// Text of several lines for a log of which none is a command; where none would be, it is as it was.
#[must_use]
pub fn inert(text: &str) -> Cow<'_, str> {
    let begins = |line: &str| line.trim_start().starts_with("::");
    let has = |text: &str| ANYWHERE.iter().any(|(command, _)| text.contains(command));
    if !has(text) && !text.lines().any(begins) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if begins(line) {
            out.push('\u{fffd}');
        }
        out.push_str(line);
    }
    for (command, instead) in ANYWHERE {
        out = out.replace(command, instead);
    }
    Cow::Owned(out)
}

/// What begins a command wherever it stands in a line, and the same when it begins none.
const ANYWHERE: [(&str, &str); 2] = [("##[", "#\u{fffd}#["), ("##vso[", "#\u{fffd}#vso[")];

/// A line of a log that is no command.
#[must_use]
pub fn log(text: &str) -> String {
    let shown = terminal::line(text);
    let mut out = String::with_capacity(shown.len());
    if shown.trim_start().starts_with("::") {
        out.push('\u{fffd}');
    }
    let mut before = ' ';
    for c in shown.chars() {
        if c == '#' && before == '#' {
            out.push('\u{fffd}');
        }
        out.push(c);
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_command_or_begins_another() {
        assert_eq!(
            data("100%\n::error::x%0A\r"),
            "100%25%0A::error::x%250A\u{fffd}"
        );
        assert_eq!(property("a,b:c\nd%"), "a%2Cb%3Ac d%25");
        assert_eq!(log(" ::stop-commands::x"), "\u{fffd} ::stop-commands::x");
        assert_eq!(log("a ##[add-mask]b"), "a #\u{fffd}#[add-mask]b");
        assert_eq!(
            log("###vso[task.setvariable]\nx"),
            "#\u{fffd}#\u{fffd}#vso[task.setvariable] x"
        );
        assert_eq!(log("a::b"), "a::b");
        assert_eq!(
            inert("a\n ::error::x\n## b ###[add-mask]\n##vso[x]\n"),
            "a\n\u{fffd} ::error::x\n## b ##\u{fffd}#[add-mask]\n#\u{fffd}#vso[x]\n"
        );
        assert!(matches!(inert("a::b\n# c"), Cow::Borrowed(_)));
    }
}
