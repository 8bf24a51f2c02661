//! A value of which only the shape is known, such as the ARN of a recovery point that does not exist yet, and how it
//! compares with a pattern: every value of the shape matches, none does, or some do.

use std::collections::{BTreeSet, HashSet};

use super::Truth;
use super::pattern::Token;

/// The shape of a text: `*` stands for any characters, `?` for one. In an ARN they stay within their segment, save in
/// the last one, whose segment reaches to the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape(Box<[Place]>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Literal(char),
    One { colon: bool },
    Many { colon: bool },
}

/// More states than any pair of real patterns needs; past it the answer is that nobody knows.
const STATES: usize = 20_000;

impl Shape {
    /// The shape that a text with wildcards describes.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let arn = text.starts_with("arn:");
        let mut colons = 0;
        let places = text.chars().map(|place| {
            let colon = !arn || colons >= 5;
            match place {
                '*' => Place::Many { colon },
                '?' => Place::One { colon },
                other => {
                    colons += usize::from(other == ':');
                    Place::Literal(other)
                }
            }
        });
        Self(places.collect())
    }

    /// The shape written out.
    #[must_use]
    pub fn text(&self) -> String {
        let place = |place: &Place| match place {
            Place::Literal(place) => *place,
            Place::One { .. } => '?',
            Place::Many { .. } => '*',
        };
        self.0.iter().map(place).collect()
    }

    /// The same shape without a colon in anything that is not known.
    pub(super) fn confined(&self) -> Self {
        let place = |place: &Place| match place {
            Place::Literal(place) => Place::Literal(*place),
            Place::One { .. } => Place::One { colon: false },
            Place::Many { .. } => Place::Many { colon: false },
        };
        Self(self.0.iter().map(place).collect())
    }

    /// Its six segments, where it is the shape of an ARN.
    pub(super) fn segments(&self) -> Option<[Self; 6]> {
        let mut parts = self.0.splitn(6, |place| *place == Place::Literal(':'));
        let mut part = || parts.next().map(|part| Self(part.into()));
        Some([part()?, part()?, part()?, part()?, part()?, part()?])
    }
}

impl Place {
    fn takes(self, input: char) -> bool {
        match self {
            Self::Literal(place) => place == input,
            Self::One { colon } | Self::Many { colon } => colon || input != ':',
        }
    }
}

/// True where every text of the shape matches the pattern, false where none does, unknown where some do.
///
/// Both are read side by side, character by character, over the characters that either of them names and one more that
/// stands for all others.
pub(super) fn relation(shape: &Shape, pattern: &[Token]) -> Truth {
    let alphabet = alphabet(shape, pattern);
    let start = closure(pattern, [0].into());
    let mut seen: HashSet<(usize, BTreeSet<usize>)> = HashSet::new();
    let mut queue = vec![(0, start)];
    let (mut inside, mut outside) = (false, false);
    while let Some((at, places)) = queue.pop() {
        if !seen.insert((at, places.clone())) {
            continue;
        }
        if seen.len() > STATES {
            return Truth::Unknown;
        }
        match shape.0.get(at).copied() {
            None => {
                let matched = places.contains(&pattern.len());
                inside |= matched;
                outside |= !matched;
                if inside && outside {
                    return Truth::Unknown;
                }
            }
            Some(place) => {
                let stays = matches!(place, Place::Many { .. });
                if stays {
                    queue.push((at + 1, places.clone()));
                }
                for &input in alphabet.iter().filter(|input| place.takes(**input)) {
                    let next = if stays { at } else { at + 1 };
                    queue.push((next, step(pattern, &places, input)));
                }
            }
        }
    }
    inside.into()
}

fn alphabet(shape: &Shape, pattern: &[Token]) -> BTreeSet<char> {
    let named = shape.0.iter().filter_map(|place| match place {
        Place::Literal(place) => Some(*place),
        Place::One { .. } | Place::Many { .. } => None,
    });
    let mut letters: BTreeSet<char> = named.chain([':']).collect();
    letters.extend(pattern.iter().filter_map(|token| match token {
        Token::Literal(place) => Some(*place),
        Token::One | Token::Many => None,
    }));
    let other = ('\u{e000}'..).find(|candidate| !letters.contains(candidate));
    letters.extend(other);
    letters
}

fn closure(pattern: &[Token], mut places: BTreeSet<usize>) -> BTreeSet<usize> {
    let mut open: Vec<usize> = places.iter().copied().collect();
    while let Some(at) = open.pop() {
        if pattern.get(at) == Some(&Token::Many) && places.insert(at + 1) {
            open.push(at + 1);
        }
    }
    places
}

fn step(pattern: &[Token], places: &BTreeSet<usize>, input: char) -> BTreeSet<usize> {
    let next = places.iter().filter_map(|&at| match pattern.get(at)? {
        Token::Literal(place) => (*place == input).then_some(at + 1),
        Token::One => Some(at + 1),
        Token::Many => Some(at),
    });
    closure(pattern, next.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::pattern::{Pattern, Syntax};
    use crate::policy::request::{Context, Rest};

    fn relate(shape: &str, pattern: &str) -> Truth {
        let syntax = Syntax {
            wildcards: true,
            variables: false,
        };
        Pattern::parse(pattern, syntax)
            .matches_shape(&Shape::parse(shape), &Context::new(Rest::Absent))
    }

    #[test]
    fn a_pattern_that_takes_every_text_of_the_shape_matches() {
        assert_eq!(relate("awsbackup:job-*", "*"), Truth::True);
        assert_eq!(relate("awsbackup:job-*", "awsbackup:*"), Truth::True);
        assert_eq!(relate("a*b", "a*"), Truth::True);
        assert_eq!(relate("ab?", "a*?"), Truth::True);
        assert_eq!(relate("abc", "a?c"), Truth::True);
    }

    #[test]
    fn a_pattern_that_takes_none_of_them_does_not() {
        assert_eq!(relate("awsbackup:job-*", "manual:*"), Truth::False);
        assert_eq!(relate("a*b", "*c"), Truth::False);
        assert_eq!(relate("a??", "a?"), Truth::False);
    }

    #[test]
    fn a_pattern_that_takes_some_of_them_leaves_it_open() {
        assert_eq!(relate("awsbackup:job-*", "*-prod"), Truth::Unknown);
        assert_eq!(relate("*", "a"), Truth::Unknown);
        assert_eq!(relate("a*", "a?*"), Truth::Unknown);
    }

    #[test]
    fn a_wildcard_of_an_arn_stays_in_its_segment() {
        let shape = "arn:aws:backup:*:111122223333:recovery-point:*";
        assert_eq!(relate(shape, "arn:aws:backup:*:1111*"), Truth::True);
        assert_eq!(
            relate(shape, "arn:aws:backup:?*:444455556666:*"),
            Truth::Unknown
        );
        assert_eq!(relate(shape, "arn:aws:rds:*"), Truth::False);
    }
}
