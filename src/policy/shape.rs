//! A value of which only the shape is known, such as the ARN of a recovery point that does not exist yet, and how it
//! compares with a pattern: every value of the shape matches, none does, or some do.

use std::collections::HashSet;
use std::str::Chars;

use foldhash::fast::RandomState;
use smol_str::{SmolStr, format_smolstr};

use super::Truth;
use super::segments::lacks_a_segment;
use super::token::Token;

/// The shape of a text: `*` stands for any characters, `?` for one. In an ARN they stay within their segment, save in
/// the last one, whose segment reaches to the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    text: SmolStr,
    /// From this byte on, what is not known may hold a colon.
    free: usize,
    /// The text that stands for the value where something refers to it, and nowhere else.
    stand_in: Option<SmolStr>,
}

/// A shape, or one segment of it.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    text: &'a str,
    free: usize,
    /// Whether what is not known before that is a name, which has neither a colon nor a slash.
    is_name: bool,
}

/// More states than any pair of real patterns needs; past it the answer is that nobody knows.
const STATES: usize = 20_000;

impl Shape {
    /// The shape that a text with wildcards describes.
    #[must_use]
    pub fn parse(text: impl Into<SmolStr>) -> Self {
        let text = text.into();
        let last = || {
            text.match_indices(':')
                .nth(4)
                .map_or(text.len(), |(at, _)| at)
        };
        Self {
            free: if text.starts_with("arn:") { last() } else { 0 },
            text,
            stand_in: None,
        }
    }

    /// The ARN of a thing that AWS names when it is made: of its name the shape is known. `stand_in`: the ARN that stands for it until
    /// then.
    #[must_use]
    pub fn of_name(stand_in: &str, name: &str) -> Self {
        let before = stand_in.rsplit_once('/').map_or("", |(before, _)| before);
        Self::begun(stand_in, &format_smolstr!("{before}/{name}"), "")
    }

    /// The same of one of whose ARN the shape is known up to its end, and then what is of it, such as the objects of a bucket: that
    /// may be named anyhow. `stand_in` has what is of it as well.
    #[must_use]
    pub fn begun(stand_in: &str, shape: &str, rest: &str) -> Self {
        Self {
            free: shape.len(),
            text: format_smolstr!("{shape}{rest}"),
            stand_in: Some(stand_in.into()),
        }
    }

    /// The text that stands for the value where something refers to it.
    pub(super) fn stand_in(&self) -> Option<&str> {
        self.stand_in.as_deref()
    }

    /// The shape written out.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn part(&self) -> Part<'_> {
        Part {
            text: &self.text,
            free: self.free,
            is_name: self.stand_in.is_some(),
        }
    }
}

impl<'a> Part<'a> {
    /// The same without a colon in anything that is not known.
    pub(super) fn confined(self) -> Self {
        let free = self.text.len();
        Self { free, ..self }
    }

    /// Its six segments, where it is the shape of an ARN.
    pub(super) fn segments(self) -> Option<[Self; 6]> {
        let mut start = 0;
        let mut parts = self.text.splitn(6, ':').map(|text| {
            let free = self.free.saturating_sub(start);
            start = start.saturating_add(text.len()).saturating_add(1);
            Self { text, free, ..self }
        });
        let mut part = || parts.next();
        Some([part()?, part()?, part()?, part()?, part()?, part()?])
    }

    /// What every text of the shape begins with.
    pub(super) fn literal(self) -> &'a str {
        self.text.split(['*', '?']).next().unwrap_or_default()
    }

    /// The one text of the shape, where nothing in it is unknown.
    pub(super) fn exact(self) -> Option<&'a str> {
        (self.literal().len() == self.text.len()).then_some(self.text)
    }

    /// Whether nothing that is not known may hold a colon.
    fn is_confined(self) -> bool {
        self.free >= self.text.len()
    }

    fn takes(self, at: usize, input: char) -> bool {
        at >= self.free || !(input == ':' || (self.is_name && input == '/'))
    }
}

/// True where every text of the shape matches the pattern, false where none does, unknown where some do.
pub(super) fn relation(shape: Part<'_>, pattern: &[Token]) -> Truth {
    let mut known = shape.literal().chars();
    for (at, token) in pattern.iter().enumerate() {
        match (token, known.next()) {
            (Token::Many, _) if at.saturating_add(1) == pattern.len() => return Truth::True,
            (Token::Many | Token::One, _) | (Token::Literal(_), None) => break,
            (Token::Literal(wanted), Some(found)) if *wanted == found => {}
            (Token::Literal(_), Some(_)) => return Truth::False,
        }
    }
    match pattern.len() {
        4096.. => Truth::Unknown,
        _ if shape.is_confined() && lacks_a_segment(shape.text, pattern) => Truth::False,
        _ if covers(pattern, shape.text) => Truth::True,
        0..128 => side_by_side::<2>(shape, pattern),
        128.. => side_by_side::<64>(shape, pattern),
    }
}

/// Whether the pattern takes the shape as it is written, a `*` of the shape by a `*` of its own and a `?` by either: then it takes every
/// text of the shape. It may also where this is false.
fn covers(pattern: &[Token], shape: &str) -> bool {
    let (mut at, mut text) = (0_usize, shape.chars());
    // After the last `*` of the pattern, and how far that reaches so far.
    let mut last: Option<(usize, Chars<'_>)> = None;
    loop {
        let mut rest = text.clone();
        let taken = match (rest.next(), pattern.get(at)) {
            (None, _) => {
                let mut left = pattern.iter().skip(at);
                return left.all(|token| *token == Token::Many);
            }
            (Some(_), Some(Token::Many)) => {
                at = at.saturating_add(1);
                last = Some((at, text.clone()));
                continue;
            }
            (Some('*'), _) => false,
            (Some(_), Some(Token::One)) => true,
            (Some('?'), _) | (Some(_), None) => false,
            (Some(found), Some(Token::Literal(wanted))) => found == *wanted,
        };
        if taken {
            at = at.saturating_add(1);
            text = rest;
            continue;
        }
        let Some((after, reaches)) = &mut last else {
            return false;
        };
        reaches.next();
        (at, text) = (*after, reaches.clone());
    }
}

/// Both are read side by side, character by character, over the characters that the pattern names and one more that
/// stands for all others.
fn side_by_side<const WORDS: usize>(shape: Part<'_>, pattern: &[Token]) -> Truth {
    let alphabet = alphabet(pattern);
    let mut seen: HashSet<(usize, Places<WORDS>), RandomState> = HashSet::default();
    let mut start = Places([0; WORDS]);
    start.reach(pattern, 0);
    let mut queue = vec![(0, start)];
    let (mut inside, mut outside) = (false, false);
    while let Some((at, places)) = queue.pop() {
        if !seen.insert((at, places)) {
            continue;
        }
        if seen.len() > STATES {
            return Truth::Unknown;
        }
        let Some(place) = shape.text.get(at..).and_then(|rest| rest.chars().next()) else {
            let matched = places.holds(pattern.len());
            inside |= matched;
            outside |= !matched;
            if inside && outside {
                return Truth::Unknown;
            }
            continue;
        };
        let after = at.saturating_add(place.len_utf8());
        let unknown = || alphabet.iter().filter(|input| shape.takes(at, **input));
        match place {
            '*' => {
                queue.push((after, places));
                queue.extend(unknown().map(|input| (at, places.step(pattern, *input))));
            }
            '?' => queue.extend(unknown().map(|input| (after, places.step(pattern, *input)))),
            input => queue.push((after, places.step(pattern, input))),
        }
    }
    inside.into()
}

fn alphabet(pattern: &[Token]) -> Vec<char> {
    let mut letters = vec![':'];
    for token in pattern {
        if let Token::Literal(place) = token
            && !letters.contains(place)
        {
            letters.push(*place);
        }
    }
    let other = ('\u{e000}'..).find(|candidate| !letters.contains(candidate));
    letters.extend(other);
    letters
}

/// Places of a pattern, a bit each: how far what was read so far may have come.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Places<const WORDS: usize>([u64; WORDS]);

impl<const WORDS: usize> Places<WORDS> {
    fn holds(self, at: usize) -> bool {
        let word = self.0.get(at / 64);
        word.is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    /// With this place, and those after it that take no character.
    fn reach(&mut self, pattern: &[Token], mut at: usize) {
        loop {
            if let Some(word) = self.0.get_mut(at / 64) {
                *word |= 1 << (at % 64);
            }
            if pattern.get(at) != Some(&Token::Many) {
                return;
            }
            at = at.saturating_add(1);
        }
    }

    fn step(self, pattern: &[Token], input: char) -> Self {
        let mut next = Self([0; WORDS]);
        for (word, bits) in self.0.into_iter().enumerate() {
            let mut left = bits;
            while left != 0 {
                let at = word
                    .saturating_mul(64)
                    .saturating_add(left.trailing_zeros() as usize);
                left &= left.wrapping_sub(1);
                match pattern.get(at) {
                    Some(Token::Literal(place)) if *place == input => {
                        next.reach(pattern, at.saturating_add(1))
                    }
                    Some(Token::One) => next.reach(pattern, at.saturating_add(1)),
                    Some(Token::Many) => next.reach(pattern, at),
                    Some(Token::Literal(_)) | None => {}
                }
            }
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::context::{Context, Rest};
    use crate::policy::pattern::{Pattern, Syntax};

    fn relate(shape: &str, pattern: &str) -> Truth {
        let syntax = Syntax {
            wildcards: true,
            variables: false,
        };
        Pattern::parse(pattern, syntax)
            .matches_shape(Shape::parse(shape).part(), &Context::new(Rest::Absent))
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
    fn a_segment_that_is_written_out_must_stand_somewhere() {
        let lacks = |shape: &str, pattern: &str| {
            let syntax = Syntax {
                wildcards: true,
                variables: false,
            };
            let context = Context::new(Rest::Absent);
            let (tokens, _) = Pattern::parse(pattern, syntax).tokens(&context);
            let lacks = lacks_a_segment(shape, &tokens);
            let shape = Shape::parse(shape);
            let shape = shape.part().confined();
            assert!(!lacks || side_by_side::<64>(shape, &tokens) == Truth::False);
            lacks
        };
        let shape = "arn:aws:rds:eu-west-1:111122223333:snapshot:awsbackup:*";
        for (pattern, is_lacking) in [
            ("arn:aws:rds:*:*:cluster-snapshot:awsbackup:*", true),
            ("arn:aws:rds:*:*:snapshot:awsbackup:*", false),
            ("arn:aws:rds:*:snapshot:awsbackup:*", false),
            ("arn:aws:rds:*:snapshot:other:*", true),
            ("arn:aws:rds:*:*:snapshot:awsbackup:job", false),
            ("arn:*:snapshot:*", false),
            ("arn:*:vault:*", true),
            ("arn:aws:rds:*:*:*:*:*:*", true),
            ("*", false),
            ("*:awsbackup:job-*", false),
            ("*:cluster", false),
            ("*:cluster:?", true),
            ("arn:aws:rds:*:*:snap*", false),
            ("arn:aws:rds:*:*:snapshot:awsbackup:*:*", true),
            ("arn:aws:rds:*:*:cluster*:awsbackup:*", true),
            ("arn:aws:rds:*:*:snapshots*:awsbackup:*", true),
        ] {
            assert_eq!(lacks(shape, pattern), is_lacking, "{pattern}");
        }
        assert!(lacks(
            "arn:aws:ec2:eu-west-1::snapshot/*",
            "arn:aws:ec2:*:*:volume/*"
        ));
        assert!(!lacks(
            "arn:aws:ec2:eu-west-1::snapshot/*",
            "arn:aws:ec2:*::snapshot/snap-*"
        ));
        assert!(!lacks("a*b", "ac"));
        assert!(lacks("ab*", "a"));
        assert!(!lacks("a*", "a"));
        assert!(lacks("ab", "a"));
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

    #[test]
    fn a_name_that_aws_gives_stays_within_its_path() {
        let own = "arn:aws:iam::111122223333:role/team/Role";
        let shape = Shape::of_name(own, "app-*");
        let syntax = Syntax {
            wildcards: true,
            variables: false,
        };
        let relate = |pattern: &str| {
            Pattern::parse(pattern, syntax).matches_shape(shape.part(), &Context::new(Rest::Absent))
        };
        let role = |name: &str| format!("arn:aws:iam::*:role/{name}");
        assert_eq!(relate(&role("team/*")), Truth::True);
        assert_eq!(relate(&role("team/app-*")), Truth::True);
        assert_eq!(relate(&role("team/app-prod-*")), Truth::Unknown);
        assert_eq!(relate(&role("team/app-x/*")), Truth::False);
        assert_eq!(relate(&role("team/Role")), Truth::False);
        assert_eq!(relate(&role("aws-reserved/*")), Truth::False);
    }

    /// A source of choices that is the same on every run.
    struct Choices(u64);

    impl Choices {
        fn below(&mut self, most: u64) -> u64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % most
        }

        fn text(&mut self, most: u64, of: &[char]) -> String {
            let length = self.below(most + 1);
            (0..length)
                .map(|_| of[usize::try_from(self.below(of.len() as u64)).unwrap()])
                .collect()
        }
    }

    /// Every text of a shape, what is not known being four characters long at most.
    fn texts(shape: Part<'_>) -> Vec<String> {
        let mut all = vec![String::new()];
        for (at, place) in shape.text.char_indices() {
            let letters = || {
                ['a', 'b', ':', 'z']
                    .into_iter()
                    .filter(|c| shape.takes(at, *c))
            };
            let longer = |all: &[String]| -> Vec<String> {
                let each = all.iter();
                each.flat_map(|text| letters().map(move |letter| format!("{text}{letter}")))
                    .collect()
            };
            all = match place {
                '?' => longer(&all),
                '*' => {
                    let mut kept = all;
                    let mut newest = kept.clone();
                    for _ in 0..4 {
                        newest = longer(&newest);
                        kept.extend(newest.iter().cloned());
                    }
                    kept
                }
                other => all
                    .into_iter()
                    .map(|text| format!("{text}{other}"))
                    .collect(),
            };
        }
        all
    }

    #[test]
    fn a_shape_relates_to_a_pattern_as_its_texts_do() {
        let syntax = Syntax {
            wildcards: true,
            variables: false,
        };
        let mut choices = Choices(7);
        let mut seen = [0; 3];
        for _ in 0..3_000 {
            let before = choices.text(2, &['a', 'b', ':', '?']);
            let after = choices.text(2, &['a', 'b', ':']);
            let text = format!("{before}*{after}");
            let free = usize::try_from(choices.below(4)).unwrap();
            let is_name = false;
            let shape = Part {
                text: &text,
                free,
                is_name,
            };
            let written = choices.text(4, &['a', 'b', ':', '*', '?', '*']);
            let pattern = Pattern::parse(&written, syntax);
            let matched = texts(shape)
                .iter()
                .map(|text| pattern.matches_plain(text))
                .collect::<Vec<_>>();
            let expected = match (matched.contains(&true), matched.contains(&false)) {
                (true, true) => Truth::Unknown,
                (matched, _) => matched.into(),
            };
            let nothing = Context::new(Rest::Absent);
            let found = pattern.matches_shape(shape, &nothing);
            assert_eq!(found, expected, "{text} ({free}) and {written}");
            let (tokens, _) = pattern.tokens(&nothing);
            assert_eq!(
                relation(shape, &tokens),
                expected,
                "{text} ({free}) and {written}"
            );
            seen[found as usize] += 1;
        }
        assert!(seen.iter().all(|count| *count > 100), "{seen:?}");
    }

    #[test]
    fn a_long_pattern_is_compared_as_a_short_one_is() {
        let long = |end: &str| format!("{}{end}", "ab".repeat(100));
        assert_eq!(relate(&long("*"), &long("*")), Truth::True);
        assert_eq!(relate(&long("*"), &long("*c")), Truth::Unknown);
        assert_eq!(relate(&long("*c"), &long("*d")), Truth::False);
        // Past so many states nobody knows.
        let both_ends_open = format!("*{}", long("*"));
        assert_eq!(relate(&both_ends_open, &both_ends_open), Truth::True);
        let another = format!("*{}", long("c*"));
        assert_eq!(relate(&both_ends_open, &another), Truth::Unknown);
    }
}
