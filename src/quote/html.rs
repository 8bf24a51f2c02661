//! HTML: text and the values of attributes in double quotes.
//!
//! See <https://html.spec.whatwg.org/multipage/parsing.html>.

use super::xml;

/// Text that is nothing but text.
#[must_use]
pub fn text(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    for c in xml::lines(text).chars() {
        match c {
            '&' => all.push_str("&amp;"),
            '<' => all.push_str("&lt;"),
            '>' => all.push_str("&gt;"),
            '"' => all.push_str("&quot;"),
            '\'' => all.push_str("&#39;"),
            c => all.push(c),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_markup() {
        assert_eq!(
            text("<img src=x onerror='a' \"&amp;\0>"),
            "&lt;img src=x onerror=&#39;a&#39; &quot;&amp;amp;\u{fffd}&gt;"
        );
    }
}
