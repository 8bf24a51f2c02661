//! One condition of a statement, and whether a request meets it.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html>.

use smol_str::SmolStr;

use super::context::{Context, Entry, is_multivalued};
use super::operator::{Operator, Set, Test};
use super::pattern::has_variable;
use super::scalar::Flag;
use super::wanted::Wanted;
use super::{Shape, Truth};

/// One operator, one key, and the values that the key is compared with.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    operator_text: Box<str>,
    key: Box<str>,
    values: Vec<Box<str>>,
    /// The key in lower case.
    name: Box<str>,
    operator: Operator,
    wanted: Wanted,
    /// A variable stands in one of the values.
    varies: bool,
}

/// The keys of when a request is made.
const WHEN: &[&str] = &["aws:currenttime", "aws:epochtime"];

/// What one value of a key can be.
#[derive(Clone, Copy)]
enum Value<'a> {
    Text(&'a str),
    Shaped(&'a Shape),
    Anything,
}

impl Condition {
    pub(super) fn new(
        operator_text: &str,
        key: &str,
        values: Vec<Box<str>>,
        variables: bool,
    ) -> Self {
        let operator = Operator::parse(operator_text);
        Self {
            operator_text: operator_text.into(),
            key: key.into(),
            name: key.to_ascii_lowercase().into(),
            wanted: Wanted::read(operator.test, &values, variables),
            varies: variables && values.iter().any(|value| has_variable(value)),
            values,
            operator,
        }
    }

    /// The same in a document whose version has no variables.
    pub(super) fn forget_variables(&mut self) {
        if self.values.iter().any(|value| has_variable(value)) {
            self.wanted = Wanted::read(self.operator.test, &self.values, false);
            self.varies = false;
        }
    }

    /// The operator as it is written, such as `ForAnyValue:StringLike`.
    #[must_use]
    pub fn operator(&self) -> &str {
        &self.operator_text
    }

    /// The key as it is written.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The values as they are written; numbers and truth values as their text.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &str> {
        self.values.iter().map(|value| &**value)
    }

    /// Whether it compares this key, given in lower case, or has a variable, which may stand for any key.
    pub(super) fn may_look_at(&self, key: &str) -> bool {
        self.varies || *self.name == *key
    }

    /// The moments that it compares with when a request is made, in milliseconds since 1970; `None`: it compares it with something else.
    /// Nothing where it does not look at that.
    pub(super) fn moments(&self) -> Vec<Option<i128>> {
        if !WHEN.contains(&&*self.name) {
            return Vec::new();
        }
        match (&self.wanted, self.operator.test) {
            (_, Test::Null) => Vec::new(),
            (Wanted::Moments(_, values), _) => {
                let each = values.iter().flatten();
                each.map(|moment| Some(moment.milliseconds())).collect()
            }
            (_, _) => vec![None],
        }
    }

    pub(super) fn truth(&self, context: &Context) -> Truth {
        if self.wanted == Wanted::Odd {
            return Truth::Unknown;
        }
        let entry = context.entry(&self.name);
        if self.operator.test == Test::Null {
            return self.null(entry);
        }
        let test = |value: Value<'_>| self.test(value, context);
        let text = |value: &SmolStr| self.test(Value::Text(value), context);
        match (entry, self.operator.set) {
            (Entry::Absent, _) => self.absent(),
            (Entry::One(value), _) => text(value),
            (Entry::Shaped(shape), _) => test(Value::Shaped(shape)),
            (Entry::Many(values), _) if values.is_empty() => self.absent(),
            (Entry::Many(values), set) => {
                let all = || Truth::all(values.iter().map(text));
                let any = || Truth::any(values.iter().map(text));
                set.holds(all, any)
            }
            (Entry::Including(values), set) => {
                let others = test(Value::Anything);
                let all = || Truth::all(values.iter().map(text)).and(others.or(Truth::Unknown));
                let any = || Truth::any(values.iter().map(text)).or(others.and(Truth::Unknown));
                set.holds(all, any)
            }
            (Entry::Unknown, set) => {
                let several = set == Set::None && is_multivalued(&self.name);
                let present = if several {
                    Truth::Unknown
                } else {
                    test(Value::Anything)
                };
                self.absent().either(present)
            }
        }
    }

    /// Where the request does not carry the key. AWS says of `IfExists` that it then holds, and of `ForAnyValue` that it
    /// then does not: of the two together it says both.
    ///
    /// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>.
    fn absent(&self) -> Truth {
        match (self.operator.set, self.operator.if_exists) {
            (Set::None, true) | (Set::ForAllValues, _) => Truth::True,
            (Set::None, false) => self.operator.negated.into(),
            (Set::ForAnyValue, true) => Truth::Unknown,
            (Set::ForAnyValue, false) => Truth::False,
        }
    }

    fn null(&self, entry: &Entry) -> Truth {
        let Wanted::Bools(wanted) = &self.wanted else {
            return Truth::Unknown;
        };
        let absent = match entry {
            Entry::Absent => Truth::True,
            Entry::Many(values) if values.is_empty() => Truth::True,
            Entry::Unknown => Truth::Unknown,
            Entry::One(_) | Entry::Many(_) | Entry::Shaped(_) | Entry::Including(_) => Truth::False,
        };
        let holds = |absent: bool| {
            Truth::any(wanted.iter().map(|wanted| match wanted {
                Some(wanted) => wanted.is(absent.into()),
                None => Truth::Unknown,
            }))
        };
        match absent {
            Truth::True => holds(true),
            Truth::False => holds(false),
            Truth::Unknown => holds(true).either(holds(false)),
        }
    }

    fn test(&self, value: Value<'_>, context: &Context) -> Truth {
        let met = match value {
            Value::Text(text) => self.wanted.met_by(text, context),
            Value::Shaped(shape) => self.wanted.met_by_shape(shape, context),
            Value::Anything => self.wanted.met_by_anything(),
        };
        let met = if self.operator.negated { !met } else { met };
        // Whatever the other values come to, and the other way round as well, the statement may be invalid.
        if met == Truth::True && self.varies && self.wanted.may_lack_value(context) {
            Truth::Unknown
        } else {
            met
        }
    }

    /// The keys, or words, that leave the condition open.
    pub(super) fn open(&self, context: &Context, out: &mut Vec<String>) {
        let odd = match &self.wanted {
            Wanted::Odd => true,
            Wanted::Numbers(_, values) => values.contains(&None),
            Wanted::Moments(_, values) => values.contains(&None),
            Wanted::Blocks(values) => values.contains(&None),
            Wanted::Bools(values) => values
                .iter()
                .any(|value| !value.is_some_and(Flag::is_documented)),
            Wanted::Texts(_) | Wanted::Folded(_) | Wanted::Arns(_) => false,
        };
        let absent = match context.entry(&self.name) {
            Entry::Absent => true,
            Entry::Many(values) => values.is_empty(),
            Entry::Unknown | Entry::One(_) | Entry::Shaped(_) | Entry::Including(_) => false,
        };
        if odd || absent {
            out.push(format!("{} of {}", self.operator_text, self.key));
            return;
        }
        let before = out.len();
        if !matches!(context.entry(&self.name), Entry::Unknown) {
            match &self.wanted {
                Wanted::Texts(patterns) | Wanted::Folded(patterns) => patterns
                    .iter()
                    .for_each(|pattern| pattern.open_variables(context, out)),
                Wanted::Arns(patterns) => patterns
                    .iter()
                    .for_each(|pattern| pattern.open_variables(context, out)),
                Wanted::Numbers(..)
                | Wanted::Moments(..)
                | Wanted::Blocks(_)
                | Wanted::Bools(_)
                | Wanted::Odd => {}
            }
        }
        if out.len() == before {
            out.push(context.spelling(&self.name, &self.key).to_owned());
        }
    }

    /// What the request has under the key.
    #[must_use]
    pub fn found<'a>(&self, context: &'a Context) -> &'a Entry {
        context.entry(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{False, True, Unknown};
    use super::*;
    use crate::policy::context::Rest;
    use crate::policy::fixture::{many, one};

    fn truth(operator: &str, values: &[&str], entry: Entry) -> Truth {
        truth_of("aws:x", operator, values, entry)
    }

    fn truth_of(key: &'static str, operator: &str, values: &[&str], entry: Entry) -> Truth {
        let values = values.iter().map(|value| (*value).into()).collect();
        let context = Context::new(Rest::Absent)
            .with(key, entry)
            .with("aws:PrincipalAccount", one("1"))
            .with("aws:SourceAccount", Entry::Unknown);
        Condition::new(operator, &key.to_uppercase(), values, true).truth(&context)
    }

    #[test]
    fn an_absent_key_fails_what_is_positive_and_meets_what_is_negated() {
        let absent = |operator| truth(operator, &["1"], Entry::Absent);
        for positive in [
            "StringEquals",
            "StringLike",
            "ArnLike",
            "NumericLessThan",
            "Bool",
            "IpAddress",
        ] {
            assert_eq!(absent(positive), False, "{positive}");
        }
        for negated in [
            "StringNotEquals",
            "StringNotLike",
            "ArnNotEquals",
            "NumericNotEquals",
            "NotIpAddress",
        ] {
            assert_eq!(absent(negated), True, "{negated}");
        }
        assert_eq!(absent("StringEqualsIfExists"), True);
        assert_eq!(absent("ForAllValues:StringEquals"), True);
        assert_eq!(absent("ForAnyValue:StringEquals"), False);
        assert_eq!(absent("ForAnyValue:StringNotEquals"), False);
        assert_eq!(absent("ForAllValues:StringEqualsIfExists"), True);
        assert_eq!(absent("ForAnyValue:StringEqualsIfExists"), Unknown);
        assert_eq!(absent("ForAnyValue:StringNotEqualsIfExists"), Unknown);
        assert_eq!(truth("Null", &["true"], Entry::Absent), True);
        assert_eq!(truth("Null", &["true"], one("1")), False);
        assert_eq!(truth("Null", &["false"], one("1")), True);
    }

    #[test]
    fn an_unknown_key_is_settled_where_everything_it_may_be_comes_to_the_same() {
        let unknown = |operator, values: &[&str]| truth(operator, values, Entry::Unknown);
        assert_eq!(unknown("StringEquals", &["1"]), Unknown);
        assert_eq!(unknown("StringNotLike", &["1*"]), Unknown);
        assert_eq!(unknown("StringLike", &["*"]), Unknown);
        assert_eq!(unknown("StringLikeIfExists", &["x", "*"]), True);
        assert_eq!(unknown("ForAllValues:StringLike", &["*"]), True);
        assert_eq!(unknown("ForAnyValue:StringNotLike", &["*"]), False);
        assert_eq!(unknown("ForAnyValue:StringLikeIfExists", &["*"]), Unknown);
        assert_eq!(unknown("BoolIfExists", &["true", "false"]), Unknown);
        assert_eq!(unknown("Null", &["true"]), Unknown);
        assert_eq!(unknown("Null", &["true", "false"]), True);
        assert_eq!(unknown("NotIpAddressIfExists", &["0.0.0.0/0"]), Unknown);
    }

    #[test]
    fn several_values_take_a_set_operator() {
        let values = || many(&["a", "b"]);
        assert_eq!(
            truth("ForAllValues:StringEquals", &["a", "b", "c"], values()),
            True
        );
        assert_eq!(truth("ForAllValues:StringEquals", &["a"], values()), False);
        assert_eq!(truth("ForAnyValue:StringEquals", &["b"], values()), True);
        assert_eq!(truth("ForAnyValue:StringNotEquals", &["a"], values()), True);
        assert_eq!(
            truth("ForAnyValue:StringNotEquals", &["a", "b"], values()),
            False
        );
        assert_eq!(truth("StringEquals", &["a"], values()), Unknown);
        assert_eq!(truth("StringNotEquals", &["b"], values()), Unknown);
        assert_eq!(truth("ForAllValues:StringEquals", &["a"], many(&[])), True);
        assert_eq!(truth("Null", &["true"], many(&[])), True);
        let targets = |operator| truth_of("backup:CopyTargets", operator, &["*"], Entry::Unknown);
        assert_eq!(targets("StringLikeIfExists"), Unknown);
        assert_eq!(targets("ForAllValues:StringLike"), True);
    }

    #[test]
    fn an_operator_for_one_value_settles_a_list_where_each_reading_of_it_agrees() {
        let (one, two) = (|| many(&["a"]), || many(&["a", "b"]));
        assert_eq!(truth("StringNotEquals", &["a"], one()), False);
        assert_eq!(truth("StringNotEquals", &["b"], one()), True);
        assert_eq!(truth("StringEquals", &["a"], one()), True);
        assert_eq!(truth("StringEquals", &["x"], two()), False);
        assert_eq!(truth("StringNotEquals", &["x"], two()), True);
        assert_eq!(truth("StringNotLike", &["*"], two()), False);
        assert_eq!(truth("StringEquals", &["a", "b"], two()), True);
        let some = || Entry::Including(vec!["a".into()]);
        assert_eq!(truth("StringLike", &["*"], some()), True);
        assert_eq!(truth("StringEquals", &["a"], some()), Unknown);
        assert_eq!(truth("StringEquals", &["b"], some()), Unknown);
    }

    #[test]
    fn values_that_are_there_among_others_settle_what_they_can() {
        let some = || Entry::Including(vec!["a".into()]);
        assert_eq!(truth("ForAnyValue:StringEquals", &["a"], some()), True);
        assert_eq!(truth("ForAnyValue:StringEquals", &["b"], some()), Unknown);
        assert_eq!(truth("ForAllValues:StringEquals", &["b"], some()), False);
        assert_eq!(truth("ForAllValues:StringEquals", &["a"], some()), Unknown);
        assert_eq!(truth("ForAllValues:StringLike", &["*"], some()), True);
        assert_eq!(truth("Null", &["false"], some()), True);
    }

    #[test]
    fn a_value_of_which_the_shape_is_known_is_settled_by_it() {
        let shaped = || Entry::Shaped(Shape::parse("arn:aws:backup:*:111122223333:*"));
        let arn = |operator, value| truth(operator, &[value], shaped());
        assert_eq!(arn("ArnLike", "arn:aws:backup:*:111122223333:*"), True);
        assert_eq!(arn("ArnNotLike", "arn:aws:rds:*:*:*"), True);
        assert_eq!(arn("ArnLike", "arn:aws:backup:us-east-2:*:*"), Unknown);
        assert_eq!(arn("StringLike", "arn:aws:backup:*"), True);
        assert_eq!(arn("StringEquals", "arn:aws:backup:*"), False);
    }

    #[test]
    fn arn_equals_is_arn_like_segment_by_segment() {
        let arn = || one("arn:aws:backup:us-east-2:1:backup-vault:a");
        for operator in ["ArnEquals", "ArnLike"] {
            assert_eq!(
                truth(operator, &["arn:aws:backup:*:1:backup-vault:*"], arn()),
                True
            );
            assert_eq!(
                truth(operator, &["arn:aws:*:1:backup-vault:a"], arn()),
                False
            );
        }
        let own = "arn:aws:backup:us-east-2:${aws:PrincipalAccount}:backup-vault:a";
        assert_eq!(truth("ArnEquals", &[own], arn()), True);
    }

    #[test]
    fn keys_ignore_case_and_values_follow_their_operator() {
        assert_eq!(truth("StringEquals", &["a"], one("A")), False);
        assert_eq!(truth("StringEqualsIgnoreCase", &["aB"], one("Ab")), True);
        assert_eq!(truth("StringEquals", &["a*"], one("ab")), False);
        assert_eq!(truth("StringLike", &["a*"], one("ab")), True);
        assert_eq!(
            truth("NumericLessThanEquals", &["10.5"], one("10.50")),
            True
        );
        assert_eq!(
            truth(
                "DateGreaterThan",
                &["2026-01-01"],
                one("2026-01-01T00:00:01Z")
            ),
            True
        );
        assert_eq!(truth("IpAddress", &["10.0.0.0/8"], one("10.1.2.3")), True);
        assert_eq!(
            truth("NotIpAddress", &["10.0.0.0/8"], one("10.1.2.3")),
            False
        );
        assert_eq!(truth("BinaryEquals", &["QmluYXJ5"], one("QmluYXJ5")), True);
    }

    #[test]
    fn a_variable_is_settled_by_the_request_and_else_open() {
        assert_eq!(
            truth("StringEquals", &["${aws:PrincipalAccount}"], one("1")),
            True
        );
        assert_eq!(
            truth("StringEquals", &["${aws:PrincipalAccount}"], one("2")),
            False
        );
        assert_eq!(
            truth("StringEquals", &["${aws:SourceAccount}"], one("1")),
            Unknown
        );
        assert_eq!(
            truth("StringEquals", &["${aws:username, '1'}"], one("1")),
            True
        );
        assert_eq!(
            truth(
                "StringEqualsIgnoreCase",
                &["X${aws:PrincipalAccount}"],
                one("x1")
            ),
            True
        );
    }

    #[test]
    fn a_variable_that_may_have_no_value_lets_nothing_hold_that_it_is_compared_in() {
        let of_one = |operator, values: &[&str]| truth(operator, values, one("1"));
        for variable in ["${aws:username}", "${aws:SourceAccount}", "${aws: x}"] {
            let longer = format!("y-{variable}");
            assert_eq!(of_one("StringEquals", &["1", variable]), Unknown);
            assert_eq!(of_one("StringEquals", &[variable, "1"]), Unknown);
            assert_eq!(of_one("StringEqualsIgnoreCase", &[variable, "1"]), Unknown);
            assert_eq!(of_one("StringNotEquals", &[variable]), Unknown);
            assert_eq!(of_one("StringNotEquals", &[&longer]), Unknown);
            assert_eq!(of_one("StringNotEquals", &[&longer, "1"]), False);
            assert_eq!(of_one("StringEquals", &[&longer]), False);
            assert_eq!(of_one("ArnNotLike", &["arn:aws:s3:::a", &longer]), Unknown);
        }
        let flag = |values: &[&str]| truth("Bool", values, one("true"));
        assert_eq!(flag(&["true", "${aws:username}"]), Unknown);
    }

    #[test]
    fn a_variable_with_a_value_or_a_default_leaves_the_rest_alone() {
        let of_one = |operator, values: &[&str]| truth(operator, values, one("1"));
        assert_eq!(
            of_one("StringEquals", &["1", "y${aws:PrincipalAccount}"]),
            True
        );
        assert_eq!(
            of_one("StringNotEquals", &["y-${aws:SourceAccount, 'z'}"]),
            True
        );
        assert_eq!(of_one("StringEquals", &["1", "${*}"]), True);
        let missing = "y-${aws:username}";
        let absent = |operator| truth(operator, &[missing], Entry::Absent);
        assert_eq!(absent("StringNotEquals"), True);
        assert_eq!(absent("StringEqualsIfExists"), True);
    }

    #[test]
    fn a_truth_value_in_other_letters_settles_only_what_it_is_not() {
        assert_eq!(truth("Bool", &["true"], one("true")), True);
        for (wanted, found) in [("true", "True"), ("FALSE", "false"), ("True", "True")] {
            assert_eq!(truth("Bool", &[wanted], one(found)), Unknown);
        }
        assert_eq!(truth("Bool", &["False"], one("true")), False);
        assert_eq!(truth("Bool", &["False", "true"], one("true")), True);
        assert_eq!(truth("Null", &["True"], Entry::Absent), Unknown);
    }

    #[test]
    fn a_value_that_its_operator_cannot_take_settles_nothing() {
        assert_eq!(truth("NumericEquals", &["ten"], one("10")), Unknown);
        assert_eq!(truth("NumericEquals", &["ten", "10"], one("10")), True);
        assert_eq!(truth("Bool", &["yes"], one("true")), Unknown);
        assert_eq!(truth("DateLessThan", &["soon"], one("2026-01-01")), Unknown);
        assert_eq!(truth("IpAddress", &["here"], one("10.0.0.1")), Unknown);
    }
}
