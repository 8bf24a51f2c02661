//! Markdown: names make no links, no HTML and no headings.

use super::terminal;

/// Text within a paragraph or a cell. What stands between backticks stays as it is.
#[must_use]
pub fn text(text: &str) -> String {
    let shown = terminal::line(text);
    let mut out = String::with_capacity(shown.len());
    // A run of several backticks would begin a span of another kind, and a last one alone would begin none.
    let ticks = shown.matches('`').count();
    let single = ticks.is_multiple_of(2) && !shown.contains("``");
    let mut in_code = false;
    for c in shown.chars() {
        if c == '`' && single {
            in_code = !in_code;
        } else if !in_code && c.is_ascii_punctuation() && !"'(),-./:;".contains(c)
            || in_code && c == '|'
        {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_make_nothing_of_markdown() {
        assert_eq!(
            text("make the vault `a_b` now."),
            "make the vault `a_b` now."
        );
        assert_eq!(
            text("`a` <b>[x](http://y)\n# z` | `q"),
            r"`a` \<b\>\[x\](http://y) \# z` \| `q"
        );
        assert_eq!(text("one ` of them *b*"), r"one \` of them \*b\*");
        assert_eq!(text("``a`` _b_"), r"\`\`a\`\` \_b\_");
    }
}
