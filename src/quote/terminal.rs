//! Terminals: they obey control characters, and hide or reorder text by others.

use std::borrow::Cow;

/// What stands for a character that is not shown.
const HIDDEN: char = '\u{fffd}';

/// Whether a terminal would obey a character, hide it, or turn the text around it: controls, the format characters of
/// Unicode (category Cf) and the separators of lines.
#[must_use]
pub fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// Text for one line: its line ends and tabs are spaces.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    shown(text, |c| match c {
        '\t' | '\n' => ' ',
        _ => HIDDEN,
    })
}

/// Text of several lines: its line ends and tabs stay.
#[must_use]
pub fn lines(text: &str) -> Cow<'_, str> {
    shown(text, |c| match c {
        '\t' | '\n' => c,
        _ => HIDDEN,
    })
}

fn shown(text: &str, instead: impl Fn(char) -> char) -> Cow<'_, str> {
    if !text.contains(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let one = |c: char| if is_obeyed(c) { instead(c) } else { c };
    Cow::Owned(text.chars().map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_replaced_and_the_rest_stays() {
        assert_eq!(
            line("a\u{1b}[31m\nb\u{202e}c\té"),
            "a\u{fffd}[31m b\u{fffd}c é"
        );
        assert_eq!(
            lines("a\r\n\u{85}b\tc\u{9b}2J"),
            "a\u{fffd}\n\u{fffd}b\tc\u{fffd}2J"
        );
        assert!(matches!(line("plain ü 漢"), Cow::Borrowed(_)));
    }
}
