//! Segments of a pattern, between colons, held against those of a shape: most patterns are told apart by one at a glance.

use super::token::Token;

/// Whether a segment of the pattern, between colons, begins as none of a confined shape can that may stand where it does. Each segment of
/// a pattern takes one of a text at least, and begins where one does.
pub(super) fn lacks_a_segment(shape: &str, pattern: &[Token]) -> bool {
    let colon = |token: &Token| *token == Token::Literal(':');
    let own = shape.split(':').count();
    let all = pattern.split(colon).count();
    let Some(more) = own.checked_sub(all) else {
        return true;
    };
    let mut segments = pattern.split(colon).enumerate();
    segments.any(|(at, segment)| {
        let may_be_it = |text: &str| may_begin_so(text, segment);
        let mut there = shape.split(':').skip(at).take(more.saturating_add(1));
        !there.any(may_be_it)
    })
}

/// Whether what a segment of a shape stands for may begin as a segment of a pattern does, up to its first wildcard.
fn may_begin_so(text: &str, segment: &[Token]) -> bool {
    let mut letters = text.chars();
    for token in segment {
        match (token, letters.next()) {
            // From here on either may be anything.
            (Token::One | Token::Many, _) | (Token::Literal(_), Some('*' | '?')) => return true,
            (Token::Literal(wanted), Some(found)) if *wanted == found => {}
            (Token::Literal(_), Some(_) | None) => return false,
        }
    }
    letters.next().is_none_or(|next| next == '*')
}
