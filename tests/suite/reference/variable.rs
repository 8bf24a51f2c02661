//! Policy variables: `${key}` in a Resource or a condition value, under Version 2012-10-17.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>

use super::value::texts;
use super::wildcard::{Token, literal, wild};
use super::worlds::World;

/// A policy's text with its variables filled in: what stood in the policy, and what a variable put there.
pub struct Filled(Vec<Piece>);

enum Piece {
    Written(String),
    Put(String),
    Gap,
}

/// Fills in the variables of a text. One without a value, or with more than one, leaves a gap: nobody says what stands
/// there.
pub fn fill(text: &str, variables: bool, world: &World) -> Filled {
    if !variables {
        return Filled(vec![Piece::Written(text.to_owned())]);
    }
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, tail)) = after.split_once('}') else {
            break;
        };
        pieces.push(Piece::Written(before.to_owned()));
        pieces.push(put(name, world).map_or(Piece::Gap, Piece::Put));
        rest = tail;
    }
    pieces.push(Piece::Written(rest.to_owned()));
    Filled(pieces)
}

fn put(name: &str, world: &World) -> Option<String> {
    // `${*}`, `${?}` and `${$}` are the characters themselves.
    if ["*", "?", "$"].contains(&name) {
        return Some(name.to_owned());
    }
    let (name, default) = match name.split_once(',') {
        Some((name, default)) => (name, Some(default.trim().trim_matches('\'').to_owned())),
        None => (name, None),
    };
    match world.value(name.trim()) {
        None => default,
        Some(value) if value.is_array() => None,
        Some(value) => texts(&value).pop(),
    }
}

impl Filled {
    pub fn has_gap(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Gap))
    }

    /// The text, its wildcards being mere characters; a gap may be anything.
    pub fn text(&self) -> Vec<Token> {
        let tokens = |piece: &Piece| match piece {
            Piece::Written(text) | Piece::Put(text) => literal(text),
            Piece::Gap => vec![Token::Run],
        };
        self.0.iter().flat_map(tokens).collect()
    }

    /// The pattern: wildcards that were written are wild, those that a variable brought are not.
    pub fn pattern(&self) -> Vec<Token> {
        self.0.iter().flat_map(Piece::tokens).collect()
    }

    /// The pattern in the six parts of an ARN; a colon that a variable brought divides nothing.
    pub fn parts(&self) -> Vec<Vec<Token>> {
        let mut parts = vec![Vec::new()];
        for piece in &self.0 {
            for token in piece.tokens() {
                let divides = matches!(piece, Piece::Written(_)) && token == Token::Char(':');
                if divides && parts.len() < 6 {
                    parts.push(Vec::new());
                } else {
                    parts.last_mut().unwrap().push(token);
                }
            }
        }
        parts
    }
}

impl Piece {
    fn tokens(&self) -> Vec<Token> {
        match self {
            Piece::Written(text) => wild(text),
            Piece::Put(text) => literal(text),
            Piece::Gap => vec![Token::Run],
        }
    }
}

/// The names of the variables in a text.
pub fn names(text: &str) -> Vec<String> {
    text.split("${")
        .skip(1)
        .filter_map(|after| after.split_once('}'))
        .map(|(name, _)| name.split(',').next().unwrap().trim().to_lowercase())
        .collect()
}
