//! From the text of a configuration to what it says, each mistake with its line and column.

use std::ops::Range;

use time::macros::format_description;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use crate::known::{AccountId, near};

use super::{Account, Config, ConfigError, Level, SELECTORS, Setting, Vocabulary, WaiverEntry};

/// Reads the text of a configuration.
///
/// # Errors
/// Where it is not TOML, or says something that no configuration says.
pub fn parse(file: &str, text: &str, known: Vocabulary<'_>) -> Result<Config, ConfigError> {
    let reader = ConfigReader { file, text };
    let whole = DeTable::parse(text).map_err(|error| {
        let what = error
            .message()
            .lines()
            .next()
            .unwrap_or("not TOML")
            .to_owned();
        reader.wrong(&error.span().unwrap_or(0..0), what)
    })?;
    let mut config = Config {
        file: file.to_owned(),
        ..Config::default()
    };
    for (key, value) in whole.get_ref() {
        match &**key.get_ref() {
            "defaults" => config.defaults = reader.defaults(value, known)?,
            "accounts" => reader.accounts(value, &mut config)?,
            "checks" => reader.checks(value, known, &mut config)?,
            "waivers" => config.waivers = reader.waivers(value, known)?,
            other => {
                let all = ["defaults", "accounts", "checks", "waivers"];
                return Err(reader.unknown(&key.span(), "key", other, all));
            }
        }
    }
    Ok(config)
}

/// A text, whose places are told by line and column.
struct ConfigReader<'t> {
    file: &'t str,
    text: &'t str,
}

type ConfigResult<T> = Result<T, ConfigError>;

impl ConfigReader<'_> {
    /// `file:line:column`, counted from 1, columns in characters.
    fn at(&self, span: &Range<usize>) -> String {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count().saturating_add(1);
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count();
        format!("{}:{line}:{}", self.file, column.saturating_add(1))
    }

    fn wrong(&self, span: &Range<usize>, what: String) -> ConfigError {
        ConfigError::Wrong {
            at: self.at(span),
            what,
        }
    }

    fn unknown<'k>(
        &self,
        span: &Range<usize>,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) -> ConfigError {
        let near = near::nearest(name, known)
            .filter(|(far, near)| far.saturating_mul(2) <= near.len().max(name.len()));
        let near = match near {
            Some((_, near)) => format!("; did you mean `{near}`?"),
            None if what == "check" => "; `backup-preflight explain` lists them".to_owned(),
            None => String::new(),
        };
        self.wrong(span, format!("unknown {what} `{name}`{near}"))
    }

    fn table<'v, 'i>(
        &self,
        value: &'v Spanned<DeValue<'i>>,
        what: &str,
    ) -> ConfigResult<&'v DeTable<'i>> {
        value
            .get_ref()
            .as_table()
            .ok_or_else(|| self.expected(value, what, "a table"))
    }

    fn array<'v, 'i>(
        &self,
        value: &'v Spanned<DeValue<'i>>,
        what: &str,
    ) -> ConfigResult<&'v DeArray<'i>> {
        value
            .get_ref()
            .as_array()
            .ok_or_else(|| self.expected(value, what, "a list"))
    }

    fn string(&self, value: &Spanned<DeValue<'_>>, what: &str) -> ConfigResult<String> {
        let text = value.get_ref().as_str();
        let text = text.ok_or_else(|| self.expected(value, what, "a text in quotation marks"))?;
        if text.trim().is_empty() {
            return Err(self.wrong(&value.span(), format!("`{what}` is empty")));
        }
        Ok(text.to_owned())
    }

    fn expected(&self, value: &Spanned<DeValue<'_>>, what: &str, expected: &str) -> ConfigError {
        let found = value.get_ref().type_str();
        self.wrong(
            &value.span(),
            format!("`{what}` is a {found}; expected {expected}"),
        )
    }

    fn defaults(
        &self,
        value: &Spanned<DeValue<'_>>,
        known: Vocabulary<'_>,
    ) -> ConfigResult<Vec<Setting>> {
        let mut all = Vec::new();
        for (key, value) in self.table(value, "defaults")? {
            let option: &str = key.get_ref();
            if !known.options.iter().any(|known| known == option) {
                let options = known.options.iter().map(String::as_str);
                return Err(self.unknown(&key.span(), "key", option, options));
            }
            let values = match value.get_ref().as_array() {
                Some(items) => {
                    let items = items.iter().map(|item| self.scalar(item, option));
                    items.collect::<ConfigResult<_>>()?
                }
                None => vec![self.scalar(value, option)?],
            };
            all.push(Setting {
                option: option.to_owned(),
                values,
                at: self.at(&key.span()),
            });
        }
        Ok(all)
    }

    fn scalar(&self, value: &Spanned<DeValue<'_>>, what: &str) -> ConfigResult<String> {
        match value.get_ref() {
            DeValue::String(text) => Ok((**text).to_owned()),
            DeValue::Boolean(is) => Ok(is.to_string()),
            DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().to_owned()),
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => Err(self.expected(
                value,
                what,
                "a text, a number, true or false, or a list of them",
            )),
        }
    }

    fn accounts(&self, value: &Spanned<DeValue<'_>>, config: &mut Config) -> ConfigResult<()> {
        const KEYS: [&str; 5] = ["name", "profile", "role_arn", "external_id", "terraform"];
        for (number, value) in self.table(value, "accounts")? {
            let id = AccountId::parse(number.get_ref())
                .map_err(|error| self.wrong(&number.span(), error.to_string()))?;
            let mut account = Account::default();
            for (key, value) in self.table(value, number.get_ref())? {
                let name: &str = key.get_ref();
                match name {
                    "name" => account.name = Some(self.name(value, id, config)?),
                    "profile" => account.profile = Some(self.string(value, name)?),
                    "role_arn" => account.role_arn = Some(self.string(value, name)?),
                    "external_id" => account.external_id = Some(self.string(value, name)?),
                    "terraform" => {
                        let items = self.array(value, name)?.iter();
                        account.terraform = items
                            .map(|item| self.string(item, name))
                            .collect::<ConfigResult<_>>()?;
                    }
                    other => return Err(self.unknown(&key.span(), "key", other, KEYS)),
                }
            }
            if account.external_id.is_some() && account.role_arn.is_none() {
                let what = "`external_id` goes with a `role_arn`".to_owned();
                return Err(self.wrong(&number.span(), what));
            }
            config.accounts.insert(id, account);
        }
        Ok(())
    }

    /// A name by which an account is told from the others.
    fn name(
        &self,
        value: &Spanned<DeValue<'_>>,
        id: AccountId,
        config: &Config,
    ) -> ConfigResult<String> {
        let name = self.string(value, "name")?;
        let what = if name.contains(char::is_control) {
            "`name` has a line end or another character that is not shown".to_owned()
        } else if AccountId::parse(&name).is_ok_and(|other| other != id) {
            format!("`{name}` is the number of another account")
        } else if let Some((other, _)) = config
            .accounts
            .iter()
            .find(|(_, account)| account.name.as_ref() == Some(&name))
        {
            format!("`{name}` is the name of account {other}, too")
        } else {
            return Ok(name);
        };
        Err(self.wrong(&value.span(), what))
    }

    fn checks(
        &self,
        value: &Spanned<DeValue<'_>>,
        known: Vocabulary<'_>,
        config: &mut Config,
    ) -> ConfigResult<()> {
        for (id, value) in self.table(value, "checks")? {
            let check: &str = id.get_ref();
            if !known.checks.contains(&check) {
                return Err(self.unknown(&id.span(), "check", check, known.checks.iter().copied()));
            }
            for (key, value) in self.table(value, check)? {
                if key.get_ref() != "level" {
                    return Err(self.unknown(&key.span(), "key", key.get_ref(), ["level"]));
                }
                let level = match &*self.string(value, "level")? {
                    "error" => Level::Error,
                    "warning" => Level::Warning,
                    "off" => Level::Off,
                    other => {
                        let what =
                            format!("unknown level `{other}`; expected error, warning or off");
                        return Err(self.wrong(&value.span(), what));
                    }
                };
                config.levels.insert(check.to_owned(), level);
            }
        }
        Ok(())
    }

    fn waivers(
        &self,
        value: &Spanned<DeValue<'_>>,
        known: Vocabulary<'_>,
    ) -> ConfigResult<Vec<WaiverEntry>> {
        let items = self.array(value, "waivers")?.iter();
        items.map(|item| self.waiver(item, known)).collect()
    }

    fn waiver(
        &self,
        value: &Spanned<DeValue<'_>>,
        known: Vocabulary<'_>,
    ) -> ConfigResult<WaiverEntry> {
        let (mut check, mut reason, mut expires) = (None, None, None);
        let mut selector: Option<(&'static str, String)> = None;
        for (key, value) in self.table(value, "waivers")? {
            let name: &str = key.get_ref();
            let by = SELECTORS.into_iter().find(|selector| *selector == name);
            match (name, by) {
                ("check", _) => {
                    let id = self.string(value, name)?;
                    if !known.checks.contains(&&*id) {
                        let ids = known.checks.iter().copied();
                        return Err(self.unknown(&value.span(), "check", &id, ids));
                    }
                    check = Some(id);
                }
                ("reason", _) => reason = Some(self.string(value, name)?),
                ("expires", _) => expires = Some(self.date(value)?),
                (_, Some(by)) => {
                    if let Some((other, _)) = selector {
                        let what = format!("`{by}` beside `{other}`: a waiver has one selector");
                        return Err(self.wrong(&key.span(), what));
                    }
                    selector = Some((by, self.string(value, name)?));
                }
                (other, None) => {
                    let keys = ["check", "reason", "expires"].into_iter().chain(SELECTORS);
                    return Err(self.unknown(&key.span(), "key", other, keys));
                }
            }
        }
        let lacks = |what: &str| self.wrong(&value.span(), format!("the waiver lacks {what}"));
        let one_of = format!("a selector: one of {}", SELECTORS.join(", "));
        let (by, pattern) = selector.ok_or_else(|| lacks(&one_of))?;
        Ok(WaiverEntry {
            check: check.ok_or_else(|| lacks("`check`"))?,
            by,
            pattern,
            reason: reason.ok_or_else(|| lacks("`reason`"))?,
            expires: expires.ok_or_else(|| lacks("`expires`"))?,
            at: self.at(&value.span()),
        })
    }

    /// A day: `2027-01-31`, with quotation marks or without.
    fn date(&self, value: &Spanned<DeValue<'_>>) -> ConfigResult<time::Date> {
        let text = match value.get_ref() {
            DeValue::Datetime(when) => when.to_string(),
            DeValue::String(text) => (**text).to_owned(),
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => {
                return Err(self.expected(value, "expires", "a day, such as 2027-01-31"));
            }
        };
        let format = format_description!("[year]-[month]-[day]");
        time::Date::parse(&text, format).map_err(|_| {
            let what = format!("`{text}` is not a day; expected one such as 2027-01-31");
            self.wrong(&value.span(), what)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, String> {
        let options = ["region", "strict", "concurrency"].map(str::to_owned);
        let known = Vocabulary {
            options: &options,
            checks: &["vault-uses-aws-managed-key", "copy-inherits-expiry"],
        };
        parse("b.toml", text, known).map_err(|error| error.to_string())
    }

    #[test]
    fn what_stands_in_it_is_read() {
        let config = read(
            "[defaults]\nregion = ['eu-west-1', 'us-east-1']\nstrict = true\nconcurrency = 4\n\
             [accounts.111122223333]\nname = 'prod'\nterraform = ['aws']\n\
             [checks.copy-inherits-expiry]\nlevel = 'off'\n\
             [[waivers]]\ncheck = 'vault-uses-aws-managed-key'\nsubject = 'arn:*'\nreason = 'r'\nexpires = 2027-01-31\n",
        )
        .unwrap();
        let settings: Vec<_> = config
            .defaults
            .iter()
            .map(|one| (&*one.option, one.values.join(","), &*one.at))
            .collect();
        let said = [
            ("region", "eu-west-1,us-east-1".to_owned(), "b.toml:2:1"),
            ("strict", "true".to_owned(), "b.toml:3:1"),
            ("concurrency", "4".to_owned(), "b.toml:4:1"),
        ];
        assert!(
            said.iter().all(|one| settings.contains(one)),
            "{settings:?}"
        );
        let prod = config.accounts.values().next().unwrap();
        assert_eq!(
            (prod.name.as_deref(), &*prod.terraform[0]),
            (Some("prod"), "aws")
        );
        assert_eq!(config.levels["copy-inherits-expiry"], Level::Off);
        let waiver = &config.waivers[0];
        assert_eq!(
            (waiver.by, &*waiver.pattern, &*waiver.expires.to_string()),
            ("subject", "arn:*", "2027-01-31")
        );
    }

    #[test]
    fn each_mistake_has_its_place_and_the_nearest_name() {
        let waiver = "[[waivers]]\ncheck = 'copy-inherits-expiry'\nsubject = 'a'\nreason = 'r'\nexpires = 2027-01-31\n";
        for (text, error) in [
            (
                "[defaults]\nregoin = 'x'",
                "b.toml:2:1: unknown key `regoin`; did you mean `region`?",
            ),
            (
                "[default]",
                "b.toml:1:2: unknown key `default`; did you mean `defaults`?",
            ),
            (
                "[defaults]\nregion = 1.5",
                "b.toml:2:10: `region` is a float; expected a text",
            ),
            ("a = ", "b.toml:1:"),
            ("[accounts.12]\nname = 'x'", "b.toml:1:11: "),
            (
                "[accounts.111122223333]\nnmae = 'x'",
                "b.toml:2:1: unknown key `nmae`; did you mean `name`?",
            ),
            (
                "[accounts.111122223333]\nexternal_id = 'x'",
                "b.toml:1:11: `external_id` goes with a `role_arn`",
            ),
            (
                "[checks.copy-inherit-expiry]\nlevel = 'off'",
                "unknown check `copy-inherit-expiry`; did you mean `copy-inherits-expiry`?",
            ),
            (
                "[checks.copy-inherits-expiry]\nlevel = 'of'",
                "b.toml:2:9: unknown level `of`; expected error, warning or off",
            ),
            (
                "[checks.x]\nlevel = 'off'",
                "b.toml:1:9: unknown check `x`; `backup-preflight explain` lists them",
            ),
            (
                "[accounts.111122223333]\nname = '444455556666'",
                "b.toml:2:8: `444455556666` is the number of another account",
            ),
            (
                "[accounts.111122223333]\nname = 'a'\n[accounts.444455556666]\nname = 'a'",
                "b.toml:4:8: `a` is the name of account 111122223333, too",
            ),
            (
                "[accounts.111122223333]\nname = \"a\\nb\"",
                "b.toml:2:8: `name` has a line end",
            ),
            (
                &waiver.replace("subject", "subjekt"),
                "b.toml:3:1: unknown key `subjekt`; did you mean `subject`?",
            ),
            (
                &waiver.replace("subject = 'a'\n", ""),
                "b.toml:1:1: the waiver lacks a selector: one of subject, copy",
            ),
            (
                &waiver.replace("reason = 'r'\n", ""),
                "b.toml:1:1: the waiver lacks `reason`",
            ),
            (
                &waiver.replace("reason = 'r'", "reason = ' '"),
                "b.toml:4:10: `reason` is empty",
            ),
            (
                &waiver.replace("expires = 2027-01-31", ""),
                "the waiver lacks `expires`",
            ),
            (&waiver.replace("2027-01-31", "2027-02-30"), "b.toml:5:"),
            (
                &waiver.replace("2027-01-31", "'never'"),
                "b.toml:5:11: `never` is not a day",
            ),
            (
                &format!("{waiver}copy = 'b'"),
                "b.toml:3:1: `subject` beside `copy`: a waiver has one selector",
            ),
            (
                "[defaults]\nregion = 'a'\nregion = 'b'",
                "b.toml:3:1: duplicate key",
            ),
        ] {
            let found = read(text).unwrap_err();
            assert!(found.contains(error), "{text}\n{found}");
        }
    }
}
