//! Markdown: names make no links, no HTML, no headings, and mention nobody.

use std::fmt::Write as _;

use super::terminal;

/// A character that is not seen, and parts what a page of GitHub or GitLab would link: `@name`, `#1`, `https://…`.
const APART: &str = "&#8203;";

/// Text within a paragraph or a cell. What stands between backticks is code.
#[must_use]
pub fn text(text: &str) -> String {
    let shown = terminal::line(text);
    // A run of several backticks would begin a span of another kind, and a last one alone would begin none.
    let ticks = shown.matches('`').count();
    if !ticks.is_multiple_of(2) || shown.contains("``") {
        return prose(&shown);
    }
    let mut out = String::with_capacity(shown.len());
    for (at, part) in shown.split('`').enumerate() {
        let is_code = !at.is_multiple_of(2);
        out.push_str(&if is_code { code(part) } else { prose(part) });
    }
    out
}

/// A name or an ARN, as code, in a paragraph or a cell.
#[must_use]
pub fn code(text: &str) -> String {
    let shown = terminal::line(text);
    let plain = shown.trim() == shown && !shown.is_empty() && !shown.contains(['`', '|', '\\']);
    if plain {
        return format!("`{shown}`");
    }
    let mut out = "<code>".to_owned();
    for c in shown.chars() {
        if c.is_ascii_punctuation() {
            let _ = write!(out, "&#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out + "</code>"
}

/// Text within an element of HTML, such as a summary.
#[must_use]
pub fn html(text: &str) -> String {
    let mut out = String::new();
    for c in parted(&terminal::line(text)) {
        match c {
            Piece::Text(c @ ('&' | '<' | '>' | '"' | '\'')) => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            Piece::Text(c) => out.push(c),
            Piece::Apart => out.push_str(APART),
        }
    }
    out
}

/// A block of code that nothing in it ends.
#[must_use]
pub fn fenced(language: &str, text: &str) -> String {
    let shown = terminal::lines(text);
    let (mut longest, mut run) = (0_usize, 0_usize);
    for c in shown.chars() {
        run = if c == '`' { run.saturating_add(1) } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest.saturating_add(1).max(3));
    format!("{fence}{language}\n{}\n{fence}\n", shown.trim_end())
}

fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in parted(text) {
        match piece {
            Piece::Text(c) => {
                if c.is_ascii_punctuation() && !"'(),-./:;@".contains(c) {
                    out.push('\\');
                }
                out.push(c);
            }
            Piece::Apart => out.push_str(APART),
        }
    }
    out
}

/// A character, or a place where what stands on both sides is parted.
enum Piece {
    Text(char),
    Apart,
}

/// The characters, parted where they would make a mention, a reference or a link.
fn parted(text: &str) -> impl Iterator<Item = Piece> {
    let mut before = String::new();
    text.chars().flat_map(move |c| {
        let parts = (c == '/' && before.ends_with(':'))
            || (c == '.' && before.to_ascii_lowercase().ends_with("www"))
            || before.ends_with(['@', '#']);
        before.push(c);
        if before.chars().count() > 3 {
            before.remove(0);
        }
        let apart = parts.then_some(Piece::Apart);
        apart.into_iter().chain([Piece::Text(c)])
    })
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
            r"`a` \<b\>\[x\](http:&#8203;//y) \#&#8203; z<code> &#124; </code>q"
        );
        assert_eq!(text("one ` of them *b*"), r"one \` of them \*b\*");
        assert_eq!(text("``a`` _b_"), r"\`\`a\`\` \_b\_");
    }

    #[test]
    fn nobody_is_mentioned() {
        assert_eq!(text("@team a@b #1"), "@&#8203;team a@&#8203;b \\#&#8203;1");
        assert_eq!(text("www.x.y"), "www&#8203;.x.y");
        assert_eq!(
            html("<b>@x & http://y"),
            "&#60;b&#62;@&#8203;x &#38; http:&#8203;//y"
        );
        assert_eq!(code("@team"), "`@team`", "code mentions nobody");
    }

    #[test]
    fn code_ends_where_it_should() {
        assert_eq!(code("a|b`c\\"), "<code>a&#124;b&#96;c&#92;</code>");
        assert_eq!(code(""), "<code></code>");
        assert_eq!(fenced("sh", "a\n```\nb\n"), "````sh\na\n```\nb\n````\n");
        assert_eq!(fenced("", "a\u{1b}b"), "```\na\u{fffd}b\n```\n");
    }
}
