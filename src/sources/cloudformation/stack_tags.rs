//! The tags of a stack, which CloudFormation hands down to what the stack makes.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html>.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::values::{is_open, plain, unknown, why};

/// The tags of a stack, as far as they are told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StackTags {
    /// Their values, or why these are unknown.
    told: BTreeMap<String, Value>,
    /// Why it may have others.
    open: Option<String>,
}

impl StackTags {
    /// Those that are given for it.
    #[must_use]
    pub fn given(tags: &BTreeMap<String, String>) -> Self {
        let told = tags.iter();
        Self {
            told: told
                .map(|(key, value)| (key.clone(), json!(value)))
                .collect(),
            open: None,
        }
    }

    /// Whether it is told of none.
    pub fn is_empty(&self) -> bool {
        self.told.is_empty() && self.open.is_none()
    }

    /// The same where nobody knows whether they are handed down.
    pub fn perhaps(&self, what: &str) -> Self {
        let told = self.told.keys().map(|key| {
            let why = format!("the tag `{key}` of the stack, {what}");
            (key.clone(), unknown(why))
        });
        Self {
            told: told.collect(),
            open: self.open.clone(),
        }
    }

    /// Those of a stack within, which has tags of its own: these win, as those of any resource do.
    pub fn within(&self, own: Option<Value>) -> Self {
        let mut all = self.clone();
        for pair in pairs(own) {
            match pair {
                Ok((key, value)) => drop(all.told.insert(key, value)),
                Err(why) => all.open = Some(why),
            }
        }
        all
    }

    /// The tags of a resource beside those that it sets itself.
    pub fn with(&self, own: Option<Value>) -> Option<Value> {
        if self.is_empty() {
            return own;
        }
        if let Some(why) = &self.open {
            return Some(unknown(why.clone()));
        }
        let mut all = self.told.clone();
        for pair in pairs(own) {
            match pair {
                Ok((key, value)) => drop(all.insert(key, value)),
                Err(why) => return Some(unknown(why)),
            }
        }
        let items = all.into_iter();
        Some(
            items
                .map(|(key, value)| json!({"Key": key, "Value": value}))
                .collect(),
        )
    }
}

/// The tags of a property: a list of pairs, or an object.
fn pairs(own: Option<Value>) -> Vec<Result<(String, Value), String>> {
    let text = |value: &Value| plain(value).map_or_else(|| value.clone(), |text| json!(text));
    let not_known = |value: &Value| {
        let why = why(value).unwrap_or("a tag whose key is not known");
        Err(why.to_owned())
    };
    match own {
        None => Vec::new(),
        Some(Value::Array(items)) => {
            let each = items.iter().map(|item| {
                let pair = item
                    .get("Key")
                    .and_then(Value::as_str)
                    .zip(item.get("Value"));
                pair.map_or_else(
                    || not_known(item),
                    |(key, value)| Ok((key.to_owned(), text(value))),
                )
            });
            each.collect()
        }
        Some(Value::Object(all)) if !(all.len() == 1 && is_open(&json!(all))) => {
            let each = all.iter();
            each.map(|(key, value)| Ok((key.clone(), text(value))))
                .collect()
        }
        Some(other) => vec![not_known(&other)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given() -> StackTags {
        let tags = [("backup", "daily"), ("team", "shop")];
        StackTags::given(
            &tags
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
        )
    }

    #[test]
    fn a_resource_keeps_its_own_and_takes_the_others() {
        let pair = |key: &str, value: &str| json!({"Key": key, "Value": value});
        let all = json!([pair("backup", "daily"), pair("team", "shop")]);
        assert_eq!(given().with(None), Some(all));
        let own = json!([pair("backup", "weekly"), {"Key": "n", "Value": 5}]);
        let all = json!([
            pair("backup", "weekly"),
            pair("n", "5"),
            pair("team", "shop")
        ]);
        assert_eq!(given().with(Some(own)), Some(all.clone()));
        let own = json!({"backup": "weekly", "n": 5});
        assert_eq!(given().with(Some(own.clone())), Some(all));
        assert_eq!(
            StackTags::default().with(Some(own.clone())),
            Some(own.clone())
        );
        assert_eq!(StackTags::default().with(None), None);
        assert_eq!(given().within(Some(own)).told["backup"], json!("weekly"));
    }

    #[test]
    fn what_is_not_known_stays_so() {
        let open = json!({"unknown": "x"});
        assert_eq!(given().with(Some(open.clone())), Some(open.clone()));
        assert_eq!(
            given().with(Some(json!([open.clone()]))),
            Some(open.clone())
        );
        assert_eq!(given().within(Some(open.clone())).with(None), Some(open));
        let Some(Value::Array(items)) = given().perhaps("w").with(None) else {
            panic!("no list");
        };
        assert!(
            items.iter().all(|item| is_open(&item["Value"])),
            "{items:?}"
        );
    }
}
