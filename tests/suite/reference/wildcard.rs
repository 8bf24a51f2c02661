//! `*` is any run of characters, `?` any one character, everything else is itself.

/// One position of a pattern.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Token {
    Run,
    One,
    Char(char),
}

/// A pattern's text as tokens, its wildcards being wild.
pub fn wild(text: &str) -> Vec<Token> {
    text.chars()
        .map(|c| match c {
            '*' => Token::Run,
            '?' => Token::One,
            c => Token::Char(c),
        })
        .collect()
}

/// A text as tokens, its wildcards being mere characters.
pub fn literal(text: &str) -> Vec<Token> {
    text.chars().map(Token::Char).collect()
}

/// Whether the whole text fits the pattern.
pub fn fits(pattern: &[Token], text: &str) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((Token::Run, rest)) => (0..=text.len())
            .filter(|at| text.is_char_boundary(*at))
            .any(|at| fits(rest, &text[at..])),
        Some((Token::One, rest)) => after_first(text).is_some_and(|(_, tail)| fits(rest, tail)),
        Some((Token::Char(c), rest)) => {
            after_first(text).is_some_and(|(first, tail)| first == *c && fits(rest, tail))
        }
    }
}

fn after_first(text: &str) -> Option<(char, &str)> {
    let mut chars = text.chars();
    chars.next().map(|first| (first, chars.as_str()))
}

#[test]
fn a_run_takes_any_number_of_characters_and_a_question_mark_exactly_one() {
    let fit = |pattern, text| fits(&wild(pattern), text);
    assert!(fit("kms:Re*From", "kms:ReEncryptFrom") && fit("*", "") && fit("a*", "a"));
    assert!(fit("a?c", "abc") && fit("a?c", "aéc"));
    assert!(!fit("a?c", "ac") && !fit("a*c", "abcd") && !fit("", "a"));
    assert!(fits(&literal("a*"), "a*") && !fits(&literal("a*"), "ab"));
}
