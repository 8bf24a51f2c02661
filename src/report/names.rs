//! What things are called by people: a key by its alias, an account by its name in AWS Organizations, by the profile that got
//! into it, or by the name that a configuration gives it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::inventory::Facts;
use crate::known::{AccountId, Arn};
use crate::quote::terminal::is_obeyed;

use super::causes::Cause;

/// The names of things, by their ARNs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    keys: BTreeMap<String, String>,
    accounts: BTreeMap<String, String>,
}

impl Names {
    /// Those of what is at fault.
    #[must_use]
    pub fn of(causes: &[Cause], facts: &Facts<'_>) -> Self {
        let subjects = causes.iter().filter_map(|cause| cause.subject.as_deref());
        let names = subjects.filter_map(|subject| {
            let key = Arn::parse(subject)
                .ok()
                .filter(|arn| arn.service() == "kms")?;
            let aliases = facts.key_aliases(&key).known().flatten()?;
            let alias = aliases.first()?.trim_start_matches("alias/");
            Some((subject.to_owned(), alias.to_owned()))
        });
        let mut of = Self {
            keys: names.collect(),
            accounts: BTreeMap::new(),
        };
        let named = facts.account_names();
        let named = named.filter(|(_, name)| is_name(name));
        of.name_accounts(named.map(|(id, name)| (id, name.to_owned())));
        of
    }

    /// What a thing is called; the name in its ARN where it has no other.
    #[must_use]
    pub fn name<'n>(&'n self, arn: &'n Arn) -> &'n str {
        self.keys
            .get(arn.as_str())
            .map_or_else(|| arn.name(), String::as_str)
    }

    /// Gives accounts their names.
    pub fn name_accounts(&mut self, accounts: impl IntoIterator<Item = (AccountId, String)>) {
        let named = accounts
            .into_iter()
            .map(|(id, name)| (id.to_string(), name));
        self.accounts.extend(named);
    }

    /// The names of accounts, by their ids.
    #[must_use]
    pub const fn accounts(&self) -> &BTreeMap<String, String> {
        &self.accounts
    }

    /// The account with its name beside it.
    #[must_use]
    pub fn account(&self, id: AccountId) -> String {
        let id = id.to_string();
        match self.accounts.get(&id) {
            Some(name) => format!("{id} ({name})"),
            None => id,
        }
    }

    /// A text with its name beside each account, but for those within an ARN or another word.
    #[must_use]
    pub fn beside<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.accounts.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut before = ' ';
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let digits = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            let (word, after) = rest.split_at_checked(digits).unwrap_or((rest, ""));
            let next = after.chars().next();
            let is_option = out
                .trim_end()
                .rsplit(' ')
                .next()
                .is_some_and(|word| word.starts_with("--"));
            let is_apart = !is_option && !before.is_alphanumeric() && !":/-_.=".contains(before);
            let goes_on = |c: char| c.is_alphanumeric() || "-_=".contains(c);
            let of_a_word = |text: &str| text.starts_with(|c: char| !c.is_whitespace());
            let ends =
                !after.starts_with(goes_on) && !after.strip_prefix(':').is_some_and(of_a_word);
            if digits == 0 {
                out.push(c);
                before = c;
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
                continue;
            }
            let name = self.accounts.get(word).filter(|_| is_apart && ends);
            // What has its name beside it has it already.
            let name = name.filter(|name| {
                let behind = after
                    .strip_prefix(" (")
                    .and_then(|rest| rest.strip_prefix(&***name));
                let before = out
                    .strip_suffix(' ')
                    .is_some_and(|out| out.ends_with(&***name));
                !before && !behind.is_some_and(|rest| rest.starts_with(')'))
            });
            match (name, next) {
                // A place is one word: `111122223333/eu-west-1/vault`.
                (Some(name), Some('/')) => out.push_str(&format!("{name} {word}")),
                (Some(name), _) => out.push_str(&format!("{word} ({name})")),
                (None, _) => out.push_str(word),
            }
            before = '0';
            rest = after;
        }
        Cow::Owned(out)
    }
}

/// Whether a name from AWS tells an account from the others: what is printed, and no number of one.
fn is_name(name: &str) -> bool {
    !name.trim().is_empty() && !name.contains(is_obeyed) && AccountId::parse(name).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_stands_beside_the_number_and_nothing_within_a_word_changes() {
        let mut names = Names::default();
        names.name_accounts([(AccountId::parse("111122223333").unwrap(), "prod".to_owned())]);
        for (text, said) in [
            ("in 111122223333: x", "in 111122223333 (prod): x"),
            (
                "account 111122223333 may",
                "account 111122223333 (prod) may",
            ),
            (
                "(111122223333 us-east-1)",
                "(111122223333 (prod) us-east-1)",
            ),
            (
                "111122223333/us-east-1/v → 444455556666/x",
                "prod 111122223333/us-east-1/v → 444455556666/x",
            ),
            (
                "arn:aws:iam::111122223333:role/x",
                "arn:aws:iam::111122223333:role/x",
            ),
            (
                "r-111122223333 1111222233334",
                "r-111122223333 1111222233334",
            ),
            ("111122223333", "111122223333 (prod)"),
            (
                "aws x --account-id 111122223333",
                "aws x --account-id 111122223333",
            ),
            (
                "of 111122223333, é 111122223333.",
                "of 111122223333 (prod), é 111122223333 (prod).",
            ),
        ] {
            assert_eq!(names.beside(text), said, "{text}");
            assert_eq!(names.beside(said), said, "{said}");
        }
        assert!(matches!(
            Names::default().beside("111122223333"),
            Cow::Borrowed(_)
        ));
    }
}
