//! Patterns of ARNs: compared segment by segment between colons, each wildcard confined to its segment.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>.

use super::Truth;
use super::context::Context;
use super::pattern::{Pattern, Piece, Syntax, glob, has_variable, met, pieces};
use super::request::Resource;
use super::shape::{Part, Shape, relation};
use super::token::Token;

/// A pattern of ARNs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ArnPattern {
    /// Six segments.
    Segments(Box<[Pattern; 6]>),
    /// A text that is not an ARN, such as `*`.
    Text(Pattern),
}

impl ArnPattern {
    pub(super) fn parse(text: &str, syntax: Syntax) -> Self {
        if text == "*" {
            return Self::Text(Pattern::parse(text, syntax));
        }
        let parts = if syntax.variables && has_variable(text) {
            Self::segments_of_pieces(&pieces(text, syntax))
        } else {
            Self::segments_of_text(text, syntax)
        };
        match parts {
            Some(parts) => Self::Segments(Box::new(parts)),
            None => Self::Text(Pattern::parse(text, syntax)),
        }
    }

    fn segments_of_text(text: &str, syntax: Syntax) -> Option<[Pattern; 6]> {
        let mut parts = text.splitn(6, ':');
        let mut part = || parts.next().map(|part| Pattern::parse(part, syntax));
        Some([part()?, part()?, part()?, part()?, part()?, part()?])
    }

    /// Variables are still whole here, so that the colon in a key, or in its value, moves no segment.
    fn segments_of_pieces(pieces: &[Piece]) -> Option<[Pattern; 6]> {
        let colon = |piece: &Piece| *piece == Piece::Token(Token::Literal(':'));
        let mut parts = pieces.splitn(6, colon);
        let mut part = || {
            let part = parts.next()?;
            Some(Pattern::from_pieces(part.to_vec()))
        };
        Some([part()?, part()?, part()?, part()?, part()?, part()?])
    }

    /// Whether it matches everything, as `*` does in a `Resource`.
    pub(super) fn is_any(&self) -> bool {
        match self {
            Self::Text(pattern) => pattern.is_any(),
            Self::Segments(_) => false,
        }
    }

    fn parts(&self) -> impl Iterator<Item = &Pattern> {
        let (parts, text) = match self {
            Self::Segments(parts) => (parts.as_slice(), None),
            Self::Text(pattern) => (&[][..], Some(pattern)),
        };
        parts.iter().chain(text)
    }

    /// As a condition's `ArnLike` compares. A pattern that is no ARN is nothing that AWS documents.
    pub(super) fn matches(&self, arn: &str, context: &Context) -> Truth {
        match self {
            Self::Segments(parts) => segments(parts, arn, context),
            Self::Text(pattern) => pattern.matches(arn, context).and(Truth::Unknown),
        }
    }

    /// Whether it is this ARN, without wildcards or variables.
    pub(super) fn is(&self, arn: &str) -> bool {
        match self {
            Self::Segments(parts) => {
                let mut segments = arn.splitn(6, ':');
                let mut parts = parts.iter();
                parts.all(|part| segments.next().is_some_and(|segment| part.is(segment)))
            }
            Self::Text(pattern) => pattern.is(arn),
        }
    }

    /// The same for a value of which only the shape is known.
    pub(super) fn matches_shape(&self, shape: Part<'_>, context: &Context) -> Truth {
        match self {
            Self::Segments(parts) => match shape.segments() {
                None => Truth::False,
                Some(segments) => Truth::all(
                    parts
                        .iter()
                        .zip(segments)
                        .map(|(part, segment)| part.matches_shape(segment, context)),
                ),
            },
            Self::Text(pattern) => pattern.matches_shape(shape, context).and(Truth::Unknown),
        }
    }

    /// As a statement's `Resource` compares: `*` is everything, and a `*` that ends a segment may reach over colons. What
    /// takes any other wildcard to reach over one is open.
    ///
    /// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>.
    pub(super) fn matches_resource(&self, resource: &Resource, context: &Context) -> Truth {
        if self.is_any() {
            return Truth::True;
        }
        match resource {
            Resource::Exact(arn) => {
                let within = self.within_segments(arn, context);
                if within != Truth::False || self.is_exact() {
                    return within;
                }
                let (tokens, open) = self.whole(context);
                let matched = glob(&tokens, arn).into();
                self.across_segments(met(matched, open))
            }
            Resource::OneOf(shapes) => {
                let mut each = shapes.iter().map(|shape| match shape.stand_in() {
                    Some(own) if self.refers_to(own, context) => {
                        self.matches_new(Shape::parse(own).part(), context)
                    }
                    Some(_) | None => self.matches_new(shape.part(), context),
                });
                let first = each.next().unwrap_or(Truth::Unknown);
                each.fold(first, Truth::either)
            }
        }
    }

    fn matches_new(&self, shape: Part<'_>, context: &Context) -> Truth {
        let within = match self {
            Self::Segments(_) => self.matches_shape(shape, context),
            Self::Text(_) => Truth::False,
        };
        if within == Truth::True {
            return within;
        }
        let (tokens, open) = self.whole(context);
        // A name that is not there yet is not taken to hold a colon where only that would make it match.
        if within == Truth::False && relation(shape.confined(), &tokens) == Truth::False {
            return Truth::False;
        }
        let across = self.across_segments(met(relation(shape, &tokens), open));
        across.or(Truth::Unknown)
    }

    /// Whether it names what an ARN stands for, or what is of it: something refers to it so, as no name is drawn that looks like it.
    fn refers_to(&self, own: &str, context: &Context) -> bool {
        let Self::Segments(parts) = self else {
            return false;
        };
        let name = own.splitn(6, ':').nth(5).unwrap_or_default();
        let name = name.trim_end_matches("/*");
        let [.., last] = &**parts;
        let (tokens, _) = last.tokens(context);
        let mut tokens = tokens.iter();
        let begins = name
            .chars()
            .all(|letter| tokens.next() == Some(&Token::Literal(letter)));
        // A name in small letters may be drawn that begins so.
        let may_be_drawn = || {
            name.chars()
                .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
        };
        begins
            && match tokens.next() {
                None | Some(Token::Literal('/' | ':')) => true,
                Some(Token::One | Token::Many) => !may_be_drawn(),
                Some(Token::Literal(_)) => false,
            }
    }

    /// Whether the request may lack a value for one of its variables.
    pub(super) fn may_lack_value(&self, context: &Context) -> bool {
        self.parts().any(|part| part.may_lack_value(context))
    }

    fn within_segments(&self, arn: &str, context: &Context) -> Truth {
        match self {
            Self::Segments(parts) => segments(parts, arn, context),
            Self::Text(_) => Truth::False,
        }
    }

    fn is_exact(&self) -> bool {
        self.parts().all(Pattern::is_exact)
    }

    /// A match that needs a wildcard to reach over a colon, which those that end a segment may.
    fn across_segments(&self, matched: Truth) -> Truth {
        let arn = match self {
            Self::Segments(_) => true,
            Self::Text(pattern) => pattern.starts_with("arn:"),
        };
        let last = match self {
            Self::Segments(_) => 5,
            Self::Text(_) => 1,
        };
        if arn && self.parts().take(last).all(Pattern::ends_its_segments) {
            matched
        } else {
            matched.and(Truth::Unknown)
        }
    }

    fn whole(&self, context: &Context) -> (Vec<Token>, bool) {
        let mut whole = Vec::new();
        let mut open = false;
        for (at, part) in self.parts().enumerate() {
            if at > 0 {
                whole.push(Token::Literal(':'));
            }
            let (tokens, unknown) = part.tokens(context);
            whole.extend(tokens);
            open |= unknown;
        }
        (whole, open)
    }

    pub(super) fn open_variables(&self, context: &Context, out: &mut Vec<String>) {
        for part in self.parts() {
            part.open_variables(context, out);
        }
    }
}

fn segments(parts: &[Pattern; 6], arn: &str, context: &Context) -> Truth {
    let mut found = arn.splitn(6, ':');
    let mut result = Truth::True;
    for part in parts {
        let Some(segment) = found.next() else {
            return Truth::False;
        };
        result = result.and(part.matches(segment, context));
        if result == Truth::False {
            break;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::context::{Entry, Rest};

    const SYNTAX: Syntax = Syntax {
        wildcards: true,
        variables: true,
    };
    const VAULT: &str = "arn:aws:backup:us-east-2:111122223333:backup-vault:prod";

    fn matches(pattern: &str, arn: &str) -> Truth {
        let context = Context::new(Rest::Absent).with("aws:x", Entry::One("a:b".into()));
        ArnPattern::parse(pattern, SYNTAX).matches(arn, &context)
    }

    #[test]
    fn a_wildcard_stays_in_its_segment() {
        assert_eq!(
            matches("arn:aws:backup:*:*:backup-vault:*", VAULT),
            Truth::True
        );
        assert_eq!(
            matches("arn:aws:*:*:backup-vault:prod", VAULT),
            Truth::False
        );
        assert_eq!(matches("arn:aws:backup:*:*:*", VAULT), Truth::True);
    }

    #[test]
    fn a_colon_within_the_value_of_a_variable_moves_no_segment() {
        assert_eq!(
            matches("arn:aws:s3:::${aws:x}", "arn:aws:s3:::a:b"),
            Truth::True
        );
        assert_eq!(
            matches("arn:aws:s3:${aws:x}:1:c", "arn:aws:s3:a:b:1:c"),
            Truth::False
        );
    }

    #[test]
    fn a_star_that_ends_a_segment_of_a_resource_reaches_over_colons() {
        let context = Context::new(Rest::Absent);
        let resource = Resource::exact(VAULT);
        let ask = |text| ArnPattern::parse(text, SYNTAX).matches_resource(&resource, &context);
        assert_eq!(ask("*"), Truth::True);
        assert_eq!(ask("arn:aws:backup:*"), Truth::True);
        assert_eq!(ask("arn:aws:backup:*:backup-vault:prod"), Truth::True);
        assert_eq!(ask("arn:aws:kms:*"), Truth::False);
        assert_eq!(ask("arn:aws:backup:*:backup-vault:x:prod"), Truth::False);
        assert_eq!(ask("arn:aws:backup:us*3:backup-vault:prod"), Truth::Unknown);
        assert_eq!(ask("*prod"), Truth::Unknown);
    }

    #[test]
    fn a_resource_that_is_not_there_yet_matches_where_every_one_of_its_kind_does() {
        let context = Context::new(Rest::Absent);
        let resource =
            Resource::one_of(["arn:aws:rds:us-east-2:111122223333:snapshot:awsbackup:*"]);
        let ask = |text| ArnPattern::parse(text, SYNTAX).matches_resource(&resource, &context);
        assert_eq!(ask("*"), Truth::True);
        assert_eq!(ask("arn:aws:rds:*:*:snapshot:awsbackup:*"), Truth::True);
        assert_eq!(
            ask("arn:aws:rds:*:*:snapshot:awsbackup:job-1"),
            Truth::Unknown
        );
        assert_eq!(ask("arn:aws:rds:*:*:cluster-snapshot:*"), Truth::False);
        assert_eq!(ask("arn:aws:rds:*:snapshot:awsbackup:*"), Truth::True);
        assert_eq!(ask("arn:aws:rds:*"), Truth::True);
        assert_eq!(ask("arn:aws:ec2:*"), Truth::False);
    }
}
