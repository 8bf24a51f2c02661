//! Long answers in pages, as each service names the parts of paging.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value, json};

use super::call::{Answer, Call, Failure, No};

/// The names that a service gives to the parts of paging.
pub struct Pager {
    /// The parameter that asks for the next page.
    pub ask: &'static str,
    /// The field that names the next page.
    pub give: &'static str,
    /// The field that says whether there is one, where the service has it.
    pub truncated: Option<&'static str>,
    /// The parameter that bounds a page.
    pub limit: &'static str,
    /// The longest page.
    pub most: usize,
    /// The error for a token that this server did not give to this call.
    pub bad_token: &'static str,
}

/// What a test wants of the pages, beside what the call asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish {
    /// No page is longer.
    pub size: Option<usize>,
    /// The pages never end: the first is right, all others are empty.
    pub endless: bool,
    /// The first page is right, all others are empty and name themselves.
    pub repeated: bool,
    /// The first page is empty and there is another, as AWS Organizations says may happen.
    pub empty_first: bool,
}

impl Pager {
    /// The page of an answer that a call asks for.
    pub fn page(&self, call: &Call, answer: Answer, wish: Wish) -> Result<Value, No> {
        let (field, items, is_map) = match answer {
            Answer::Whole(value) => return Ok(value),
            Answer::List { field, items } => (field, items, false),
            Answer::Map { field, entries } => {
                let pairs = entries.into_iter().map(|(k, v)| json!([k, v])).collect();
                (field, pairs, true)
            }
        };
        let start = match call.arg(self.ask) {
            None => Start::At(0),
            Some(token) => self.start(call, token)?,
        };
        let (part, next) = match start {
            Start::Endless(0) => (Vec::new(), Some("endless.0".to_owned())),
            Start::Endless(turn) => (Vec::new(), Some(format!("endless.{}", turn + 1))),
            Start::At(0) if wish.empty_first => (Vec::new(), Some(self.token(call, "first"))),
            Start::At(offset) | Start::AfterEmpty(offset) => {
                let size = self.size(call, wish);
                let end = items.len().min(offset + size);
                let part = items.get(offset..end).unwrap_or_default().to_vec();
                let more = end < items.len();
                let next = match (wish.endless, more) {
                    _ if wish.repeated => Some("endless.0".to_owned()),
                    (true, _) => Some("endless.1".to_owned()),
                    (false, true) => Some(self.token(call, &end.to_string())),
                    (false, false) => None,
                };
                (part, next)
            }
        };
        let mut page = Map::new();
        page.insert(
            field.to_owned(),
            if is_map { map(part) } else { part.into() },
        );
        if let Some(truncated) = self.truncated {
            page.insert(truncated.to_owned(), next.is_some().into());
        }
        if let Some(next) = next {
            page.insert(self.give.to_owned(), next.into());
        }
        Ok(page.into())
    }

    fn size(&self, call: &Call, wish: Wish) -> usize {
        let asked = match call.args.get(self.limit) {
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::String(text)) => text.parse().ok(),
            _ => None,
        };
        let asked = asked.and_then(|n| usize::try_from(n).ok());
        let size = asked.unwrap_or(self.most).min(self.most);
        size.min(wish.size.unwrap_or(usize::MAX)).max(1)
    }

    /// A token is good for the call that it was given to and for no other.
    fn token(&self, call: &Call, at: &str) -> String {
        let mut hasher = DefaultHasher::new();
        (&call.scope.account, &call.scope.region).hash(&mut hasher);
        call.operation.hash(&mut hasher);
        let mut args: Vec<_> = call
            .args
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, _)| *name != self.ask && *name != self.limit)
            .map(|(name, value)| (name.clone(), value.to_string()))
            .collect();
        args.sort();
        args.hash(&mut hasher);
        // Slashes, plus and equals signs, as in AWS's tokens: a client that does not encode them loses them.
        format!("{:x}/+{at}==", hasher.finish())
    }

    fn start(&self, call: &Call, token: &str) -> Result<Start, No> {
        let turn = token.strip_prefix("endless.").map(str::parse);
        if let Some(Ok(turn)) = turn {
            return Ok(Start::Endless(turn));
        }
        let at = token
            .split_once("/+")
            .and_then(|(_, rest)| rest.strip_suffix("=="))
            .filter(|at| token == self.token(call, at));
        match at {
            Some("first") => Ok(Start::AfterEmpty(0)),
            Some(at) => at
                .parse()
                .map(Start::AfterEmpty)
                .map_err(|_| self.bad(token)),
            None => Err(self.bad(token)),
        }
    }

    fn bad(&self, token: &str) -> No {
        No::Failure(Failure {
            status: 400,
            code: self.bad_token.to_owned(),
            message: format!("the token `{token}` was not given to this call"),
        })
    }
}

enum Start {
    At(usize),
    AfterEmpty(usize),
    Endless(u64),
}

fn map(pairs: Vec<Value>) -> Value {
    pairs
        .into_iter()
        .filter_map(|pair| match pair {
            Value::Array(mut pair) if pair.len() == 2 => {
                let value = pair.pop()?;
                Some((pair.pop()?.as_str()?.to_owned(), value))
            }
            _ => None,
        })
        .collect::<Map<_, _>>()
        .into()
}
