//! Patterns of the policy language: `*`, `?`, and policy variables such as `${aws:PrincipalAccount}`.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>.

use super::Truth;
use super::context::{Context, Entry, is_multivalued};
use super::shape::{Part, relation};
use super::token::Token;

/// A text to compare with, which may hold wildcards and policy variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Any,
    Exact(Box<str>),
    Prefix(Box<str>),
    Glob(Box<[Token]>),
    Template(Box<[Piece]>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Token(Token),
    Variable(Variable),
}

/// A policy variable: a context key, and what stands for it where the request does not carry the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable {
    /// In lower case; empty where what stands between the braces is not a key.
    key: Box<str>,
    text: Box<str>,
    default: Option<Box<str>>,
}

/// What may stand in a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Syntax {
    /// `*` and `?` are wildcards.
    pub wildcards: bool,
    /// `${…}` is a variable: in documents of version 2012-10-17.
    pub variables: bool,
}

impl Pattern {
    pub(super) fn parse(text: &str, syntax: Syntax) -> Self {
        if syntax.variables && has_variable(text) {
            return Self::from_pieces(pieces(text, syntax));
        }
        if !syntax.wildcards || !text.bytes().any(|byte| matches!(byte, b'*' | b'?')) {
            return Self(Kind::Exact(text.into()));
        }
        match text.strip_suffix('*') {
            Some("") => Self(Kind::Any),
            Some(prefix) if !prefix.contains(['*', '?']) => Self(Kind::Prefix(prefix.into())),
            Some(_) | None => Self::from_tokens(text.chars().map(wildcard).collect()),
        }
    }

    fn from_tokens(mut tokens: Vec<Token>) -> Self {
        tokens.dedup_by(|next, kept| *next == Token::Many && *kept == Token::Many);
        if tokens == [Token::Many] {
            Self(Kind::Any)
        } else {
            Self(Kind::Glob(tokens.into()))
        }
    }

    pub(super) fn from_pieces(pieces: Vec<Piece>) -> Self {
        let tokens: Option<Vec<Token>> = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Token(token) => Some(*token),
                Piece::Variable(_) => None,
            })
            .collect();
        tokens.map_or_else(
            || Self(Kind::Template(pieces.into())),
            |tokens| match literal(&tokens) {
                Some(text) => Self(Kind::Exact(text.into())),
                None => Self::from_tokens(tokens),
            },
        )
    }

    /// Whether it matches every text.
    pub(super) fn is_any(&self) -> bool {
        self.0 == Kind::Any
    }

    /// Whether it stands for exactly one text.
    pub(super) fn is_exact(&self) -> bool {
        matches!(self.0, Kind::Exact(_))
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        match &self.0 {
            Kind::Any | Kind::Template(_) => false,
            Kind::Exact(exact) => exact.starts_with(text),
            Kind::Prefix(prefix) => prefix.starts_with(text),
            Kind::Glob(tokens) => {
                let mut tokens = tokens.iter();
                text.chars()
                    .all(|place| tokens.next() == Some(&Token::Literal(place)))
            }
        }
    }

    /// Whether its only wildcards are `*` that end a segment, or the whole.
    pub(super) fn ends_its_segments(&self) -> bool {
        match &self.0 {
            Kind::Any | Kind::Exact(_) | Kind::Prefix(_) => true,
            Kind::Template(_) => false,
            Kind::Glob(tokens) => tokens.iter().enumerate().all(|(at, token)| match token {
                Token::Literal(_) => true,
                Token::One => false,
                Token::Many => {
                    matches!(
                        tokens.get(at.saturating_add(1)),
                        None | Some(Token::Literal(':'))
                    )
                }
            }),
        }
    }

    /// Whether a text matches: unknown where a variable is not known and could make it match.
    pub(super) fn matches(&self, text: &str, context: &Context) -> Truth {
        match &self.0 {
            Kind::Template(pieces) => {
                let (tokens, open) = resolve(pieces, context, false);
                met(glob(tokens.as_slice(), text).into(), open)
            }
            Kind::Any | Kind::Exact(_) | Kind::Prefix(_) | Kind::Glob(_) => {
                self.matches_plain(text).into()
            }
        }
    }

    /// Whether a text matches a pattern that has no variables.
    pub(super) fn matches_plain(&self, text: &str) -> bool {
        match &self.0 {
            Kind::Any => true,
            Kind::Exact(exact) => **exact == *text,
            Kind::Prefix(prefix) => text.starts_with(&**prefix),
            Kind::Glob(tokens) => glob(tokens, text),
            Kind::Template(_) => false,
        }
    }

    /// Whether a text matches in any mixture of upper and lower case; the pattern's own text is in lower case already.
    pub(super) fn matches_folded(&self, text: &str, context: &Context) -> Truth {
        let lower = text.to_lowercase();
        match &self.0 {
            Kind::Template(pieces) => {
                let (tokens, open) = resolve(pieces, context, true);
                met(glob(tokens.as_slice(), &lower).into(), open)
            }
            Kind::Any | Kind::Exact(_) | Kind::Prefix(_) | Kind::Glob(_) => {
                self.matches(&lower, context)
            }
        }
    }

    /// Whether it is this text, without wildcards or variables.
    pub(super) fn is(&self, text: &str) -> bool {
        matches!(&self.0, Kind::Exact(exact) if **exact == *text)
    }

    /// Whether every text of a shape matches, or none does.
    pub(super) fn matches_shape(&self, shape: Part<'_>, context: &Context) -> Truth {
        let literal = shape.literal();
        match (&self.0, shape.exact()) {
            (Kind::Any, _) => return Truth::True,
            (Kind::Exact(_) | Kind::Prefix(_) | Kind::Glob(_), Some(text)) => {
                return self.matches_plain(text).into();
            }
            (Kind::Prefix(prefix), None) if literal.starts_with(&**prefix) => return Truth::True,
            (Kind::Prefix(text) | Kind::Exact(text), None) if !text.starts_with(literal) => {
                return Truth::False;
            }
            (Kind::Exact(_) | Kind::Prefix(_) | Kind::Glob(_) | Kind::Template(_), _) => {}
        }
        let (tokens, open) = self.tokens(context);
        met(relation(shape, &tokens), open)
    }

    /// The places of the pattern with its variables filled in, and whether one of those is not known: it then stands as
    /// a wildcard.
    pub(super) fn tokens(&self, context: &Context) -> (Vec<Token>, bool) {
        match &self.0 {
            Kind::Any => (vec![Token::Many], false),
            Kind::Exact(text) => (text.chars().map(Token::Literal).collect(), false),
            Kind::Prefix(text) => {
                let literals = text.chars().map(Token::Literal);
                (literals.chain([Token::Many]).collect(), false)
            }
            Kind::Glob(tokens) => (tokens.to_vec(), false),
            Kind::Template(pieces) => resolve(pieces, context, false),
        }
    }

    /// Whether the request may lack a value for one of its variables. AWS says that this may make the whole statement
    /// invalid, so nothing that such a pattern was compared with is known to hold.
    pub(super) fn may_lack_value(&self, context: &Context) -> bool {
        match &self.0 {
            Kind::Template(pieces) => pieces.iter().any(|piece| match piece {
                Piece::Token(_) => false,
                Piece::Variable(variable) => variable.may_lack_value(context),
            }),
            Kind::Any | Kind::Exact(_) | Kind::Prefix(_) | Kind::Glob(_) => false,
        }
    }

    /// The context keys of its variables that this request does not settle.
    pub(super) fn open_variables(&self, context: &Context, out: &mut Vec<String>) {
        if let Kind::Template(pieces) = &self.0 {
            for piece in pieces {
                if let Piece::Variable(variable) = piece
                    && variable.value(context).is_none()
                {
                    let key = variable.key.as_ref();
                    out.push(if key.is_empty() {
                        format!("${{{}}}", variable.text)
                    } else {
                        context.spelling(key, &variable.text).to_owned()
                    });
                }
            }
        }
    }
}

impl Variable {
    fn value<'a>(&'a self, context: &'a Context) -> Option<&'a str> {
        match context.entry(&self.key) {
            _ if self.key.is_empty() => None,
            Entry::One(value) => Some(value),
            Entry::Absent => self.default.as_deref(),
            Entry::Unknown | Entry::Many(_) | Entry::Shaped(_) | Entry::Including(_) => None,
        }
    }

    /// A variable stands for one value: several are as bad as none.
    fn may_lack_value(&self, context: &Context) -> bool {
        match context.entry(&self.key) {
            _ if self.key.is_empty() => true,
            Entry::One(_) | Entry::Shaped(_) => false,
            Entry::Absent => self.default.is_none(),
            Entry::Unknown => self.default.is_none() || is_multivalued(&self.key),
            Entry::Many(_) | Entry::Including(_) => true,
        }
    }
}

/// Whether something stands in it that is a variable where the version has them.
pub(super) fn has_variable(text: &str) -> bool {
    text.as_bytes().contains(&b'$') && text.contains("${")
}

/// A match that rests on an unknown variable may fail as well.
pub(super) fn met(matched: Truth, open: bool) -> Truth {
    if open && matched == Truth::True {
        Truth::Unknown
    } else {
        matched
    }
}

fn wildcard(place: char) -> Token {
    match place {
        '*' => Token::Many,
        '?' => Token::One,
        other => Token::Literal(other),
    }
}

fn literal(tokens: &[Token]) -> Option<String> {
    tokens
        .iter()
        .map(|token| match token {
            Token::Literal(place) => Some(*place),
            Token::One | Token::Many => None,
        })
        .collect()
}

/// Cuts a text into places and variables.
pub(super) fn pieces(text: &str, syntax: Syntax) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(place) = rest.chars().next() {
        if syntax.variables
            && let Some(inside) = rest.strip_prefix("${")
        {
            let (piece, after) = variable(inside);
            found.push(piece);
            rest = after;
            continue;
        }
        found.push(Piece::Token(if syntax.wildcards {
            wildcard(place)
        } else {
            Token::Literal(place)
        }));
        rest = rest.get(place.len_utf8()..).unwrap_or_default();
    }
    found
}

fn variable(inside: &str) -> (Piece, &str) {
    let unclear = |text: &str| {
        Piece::Variable(Variable {
            key: "".into(),
            text: text.into(),
            default: None,
        })
    };
    let Some((body, after)) = split_braces(inside) else {
        return (unclear(inside), "");
    };
    let piece = match body {
        "*" => Piece::Token(Token::Literal('*')),
        "?" => Piece::Token(Token::Literal('?')),
        "$" => Piece::Token(Token::Literal('$')),
        _ => {
            let (key, default) = match body.split_once(',') {
                None => (body, None),
                Some((key, default)) => (key, Some(default)),
            };
            let key = key.trim();
            let quoted = default.map(|text| {
                text.trim()
                    .strip_prefix('\'')
                    .and_then(|text| text.strip_suffix('\''))
            });
            let sound = !key.is_empty() && !key.contains(char::is_whitespace);
            match quoted {
                None if sound => Piece::Variable(Variable {
                    key: key.to_ascii_lowercase().into(),
                    text: key.into(),
                    default: None,
                }),
                Some(Some(default)) if sound => Piece::Variable(Variable {
                    key: key.to_ascii_lowercase().into(),
                    text: key.into(),
                    default: Some(default.into()),
                }),
                None | Some(_) => unclear(body),
            }
        }
    };
    (piece, after)
}

/// The text up to the closing brace that does not stand in quotes, and what follows it.
fn split_braces(inside: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    for (at, place) in inside.char_indices() {
        match place {
            '\'' => quoted = !quoted,
            '}' if !quoted => {
                return Some((inside.get(..at)?, inside.get(at.saturating_add(1)..)?));
            }
            _ => {}
        }
    }
    None
}

fn resolve(pieces: &[Piece], context: &Context, fold: bool) -> (Vec<Token>, bool) {
    let mut tokens = Vec::new();
    let mut open = false;
    for piece in pieces {
        match piece {
            Piece::Token(token) => tokens.push(*token),
            Piece::Variable(variable) => match variable.value(context) {
                Some(value) if fold => {
                    tokens.extend(value.to_lowercase().chars().map(Token::Literal));
                }
                Some(value) => tokens.extend(value.chars().map(Token::Literal)),
                None => {
                    open = true;
                    tokens.push(Token::Many);
                }
            },
        }
    }
    (tokens, open)
}

/// Whether a text matches, in time that grows with the product of both lengths at most.
pub(super) fn glob(tokens: &[Token], text: &str) -> bool {
    let mut pattern = tokens.iter();
    let mut rest = text.chars();
    let mut retry: Option<(std::slice::Iter<'_, Token>, std::str::Chars<'_>)> = None;
    loop {
        let here = (pattern.clone(), rest.clone());
        let advanced = match pattern.next() {
            Some(Token::Many) => {
                retry = Some((pattern.clone(), rest.clone()));
                continue;
            }
            Some(Token::One) => rest.next().is_some(),
            Some(Token::Literal(wanted)) => rest.next() == Some(*wanted),
            None if here.1.as_str().is_empty() => return true,
            None => false,
        };
        if !advanced {
            let Some((after, mut from)) = retry.take() else {
                return false;
            };
            if from.next().is_none() {
                return false;
            }
            retry = Some((after.clone(), from.clone()));
            pattern = after;
            rest = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::context::Rest;

    const LIKE: Syntax = Syntax {
        wildcards: true,
        variables: true,
    };

    fn matches(pattern: &str, text: &str) -> Truth {
        let mut context = Context::new(Rest::Absent);
        context.set("aws:username", Entry::One("a*c".into()));
        context.set("aws:PrincipalAccount", Entry::Unknown);
        Pattern::parse(pattern, LIKE).matches(text, &context)
    }

    #[test]
    fn a_star_stands_for_any_characters_and_a_question_mark_for_one() {
        assert_eq!(matches("kms:*", "kms:Decrypt"), Truth::True);
        assert_eq!(matches("*", ""), Truth::True);
        assert_eq!(matches("a?c", "abc"), Truth::True);
        assert_eq!(matches("a?c", "ac"), Truth::False);
        assert_eq!(matches("?", "é"), Truth::True);
        assert_eq!(matches("*a*b", "aab"), Truth::True);
        assert_eq!(matches("*a*b", "aba"), Truth::False);
    }

    #[test]
    fn a_wildcard_in_the_value_of_a_variable_is_no_wildcard() {
        assert_eq!(matches("${aws:username}", "a*c"), Truth::True);
        assert_eq!(matches("${aws:username}", "abc"), Truth::False);
        assert_eq!(matches("x/${AWS:UserName}/*", "x/a*c/y"), Truth::True);
    }

    #[test]
    fn an_escaped_wildcard_is_a_character() {
        assert_eq!(matches("a${*}", "a*"), Truth::True);
        assert_eq!(matches("a${*}", "ab"), Truth::False);
        assert_eq!(matches("${?}${$}", "?$"), Truth::True);
    }

    #[test]
    fn a_default_stands_in_for_a_key_that_the_request_does_not_carry() {
        assert_eq!(matches("${aws:none, 'a}b'}", "a}b"), Truth::True);
        assert_eq!(matches("${aws:username, 'x'}", "x"), Truth::False);
    }

    #[test]
    fn an_unknown_variable_can_match_but_never_must() {
        assert_eq!(matches("a-${aws:PrincipalAccount}", "a-1"), Truth::Unknown);
        assert_eq!(matches("a-${aws:PrincipalAccount}", "b-1"), Truth::False);
        assert_eq!(matches("${aws:none}", "x"), Truth::Unknown);
        assert_eq!(matches("${aws:none", "x"), Truth::Unknown);
    }

    #[test]
    fn a_value_may_lack_where_the_key_is_not_surely_there_once() {
        let lacks = |variable: &str, entry: Entry| {
            let context = Context::new(Rest::Absent).with("aws:TagKeys", entry.clone());
            let context = context.with("aws:x", entry);
            Pattern::parse(variable, LIKE).may_lack_value(&context)
        };
        for entry in [Entry::Absent, Entry::Unknown, Entry::Many(vec!["a".into()])] {
            assert!(lacks("a-${aws:x}", entry));
        }
        assert!(!lacks("${aws:x}", Entry::One("a".into())));
        assert!(!lacks(
            "${aws:x}",
            Entry::Shaped(crate::policy::Shape::parse("a*"))
        ));
        assert!(!lacks("${aws:x, 'b'}", Entry::Absent));
        assert!(!lacks("${aws:x, 'b'}", Entry::Unknown));
        assert!(lacks("${aws:TagKeys, 'b'}", Entry::Unknown));
        assert!(lacks("${aws: x}", Entry::One("a".into())));
        assert!(!lacks("${*}${$}*", Entry::Absent));
    }

    #[test]
    fn without_variables_the_dollar_is_a_character() {
        let syntax = Syntax {
            variables: false,
            ..LIKE
        };
        let pattern = Pattern::parse("${aws:username}", syntax);
        let context = Context::new(Rest::Absent);
        assert_eq!(pattern.matches("${aws:username}", &context), Truth::True);
    }
}
