//! `AllowedPattern` of a parameter, which a value matches as a whole: patterns that Java's expressions and this program's understand alike.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>.

use std::iter;

use regex_lite::Regex;

/// Whether a value matches a pattern; `None`: not known.
pub fn matches(pattern: &str, value: &str) -> Option<bool> {
    if !value.is_ascii() || value.contains(|one: char| one.is_ascii_control()) {
        return None;
    }
    let mut rest = pattern;
    // What looks ahead from the beginning is asked apart.
    loop {
        let begun = rest.strip_prefix('^').unwrap_or(rest);
        let Some((is_wanted, within, after)) = look_ahead(begun) else {
            break;
        };
        if understood(&format!("^(?:{within})"))?.is_match(value) != is_wanted {
            return Some(false);
        }
        rest = after;
    }
    Some(understood(&format!("^(?:{rest})$"))?.is_match(value))
}

/// A group that looks ahead, and what stands after it.
fn look_ahead(pattern: &str) -> Option<(bool, &str, &str)> {
    let (is_wanted, inner) = match pattern.strip_prefix("(?=") {
        Some(inner) => (true, inner),
        None => (false, pattern.strip_prefix("(?!")?),
    };
    let mut depth = 1_usize;
    for (at, letter, is_in_class) in letters(inner) {
        match letter {
            '(' if !is_in_class => depth = depth.saturating_add(1),
            ')' if !is_in_class => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Some((
                is_wanted,
                inner.get(..at)?,
                inner.get(at.checked_add(1)?..)?,
            ));
        }
    }
    None
}

/// The letters of a pattern that nothing escapes, each with whether it stands in a class.
fn letters(pattern: &str) -> impl Iterator<Item = (usize, char, bool)> {
    let mut all = pattern.char_indices();
    let mut is_in_class = false;
    iter::from_fn(move || {
        loop {
            let (at, letter) = all.next()?;
            match letter {
                '\\' => {
                    all.next();
                    continue;
                }
                '[' => is_in_class = true,
                ']' => is_in_class = false,
                _ => {}
            }
            return Some((at, letter, is_in_class));
        }
    })
}

/// A pattern that both understand alike.
fn understood(pattern: &str) -> Option<Regex> {
    let mut escaped = pattern.split('\\').skip(1);
    let is_escape = |next: &str| {
        let next = next.chars().next();
        next.is_none_or(|next| !next.is_ascii_alphanumeric() || "dDwWsStnr".contains(next))
    };
    let groups = pattern.split("(?").skip(1);
    let mut before = ' ';
    for (_, letter, is_in_class) in letters(pattern) {
        let is_possessive = letter == '+' && "+*?}".contains(before) && !is_in_class;
        let is_of_classes = is_in_class && letter == before && "&~-[".contains(letter);
        if is_possessive || is_of_classes || (is_in_class && before == '[' && letter == ':') {
            return None;
        }
        before = letter;
    }
    let is_alike = pattern.is_ascii()
        && escaped.all(is_escape)
        && groups.into_iter().all(|group| group.starts_with(':'));
    Regex::new(pattern).ok().filter(|_| is_alike)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_matches_as_a_whole() {
        for (pattern, value, expected) in [
            ("[a-z]+", "abc", Some(true)),
            ("[a-z]+", "abc1", Some(false)),
            ("^[a-z]+$", "abc", Some(true)),
            ("a|ab", "ab", Some(true)),
            (r"^[a-zA-Z0-9\-\_\.]{1,50}$", "A_1.b-c", Some(true)),
            (r"\d{12}", "444455556666", Some(true)),
            ("", "", Some(true)),
            ("", "a", Some(false)),
            ("(?!aws)[a-z]+", "awsome", Some(false)),
            ("^(?!aws)(?=.*z)[a-z]+$", "blaze", Some(true)),
            ("^(?=[)]x)y|z", "z", Some(false)),
            ("a++b", "aab", None),
            ("[a+]+", "a+", Some(true)),
            ("[a-z&&[^b]]+", "a", None),
            ("[[:alpha:]]+", "a", None),
            (r"(a)\1", "aa", None),
            (r"\p{Alpha}+", "a", None),
            (r"a(?=b)b", "ab", None),
            ("(?i)a", "A", None),
            ("[a-z]+", "é", None),
            ("(", "a", None),
        ] {
            assert_eq!(matches(pattern, value), expected, "{pattern} {value}");
        }
    }
}
