//! The values of a command line that a template hides, by `NoEcho`: what repeats the line leaves them out.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::Words;
use crate::sources::{cloudformation, recorded};

/// What stands in their place.
const MASK: &str = "****";

/// Which they are.
pub(super) struct Hidden {
    /// The parameters.
    parameters: BTreeSet<String>,
    /// Whether one of them is of the Parameter Store, whose names stand beside values too.
    of_store: bool,
    /// Whether a template could not be read again: then all of them may be.
    all: bool,
}

impl Hidden {
    /// Those of the templates that these words name.
    pub(super) fn of(words: &[String], most: u64) -> Self {
        let options = Words::of(words).map(|words| words.options);
        let mut hidden = Self {
            parameters: BTreeSet::new(),
            of_store: false,
            all: options.is_none(),
        };
        let templates = options.iter().flatten();
        let templates = templates.filter(|(option, _)| option.starts_with("cloudformation"));
        for file in templates.flat_map(|(_, words)| values(words)) {
            let read = recorded::bytes(Path::new(file), most).ok();
            let found =
                read.and_then(|(name, bytes)| cloudformation::hidden_of(&name, &bytes).ok());
            match found {
                Some(found) => {
                    hidden.of_store |= found.iter().any(|(_, of_store)| *of_store);
                    hidden
                        .parameters
                        .extend(found.into_iter().map(|(name, _)| name));
                }
                None => hidden.all = true,
            }
        }
        hidden
    }

    /// A word of an option, without what is hidden of it.
    pub(super) fn told(&self, option: &str, word: &str) -> String {
        let flag = format!("--{option}=");
        let (flag, pair) = match word.strip_prefix(&flag) {
            Some(pair) => (flag.as_str(), pair),
            None => ("", word),
        };
        let is_hidden = |name: &str| match option {
            "parameter" | "parameter-before" => self.all || self.parameters.contains(name),
            "ssm" => self.all || self.of_store,
            _ => false,
        };
        match pair.split_once('=') {
            Some((name, _)) if is_hidden(name) => format!("{flag}{name}={MASK}"),
            Some(_) | None => word.to_owned(),
        }
    }
}

/// The values of an option, without its name.
fn values(words: &[String]) -> impl Iterator<Item = &str> {
    let mut words = words.iter().map(String::as_str);
    let first = words.next();
    let joined = first.and_then(|first| first.split_once('='));
    joined.map(|(_, value)| value).into_iter().chain(words)
}
