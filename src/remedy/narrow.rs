//! A Deny that no longer strikes one principal for what it needs, and strikes everything else as before.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::catalog::actions::of_service;
use crate::known::Arn;

/// What a Deny must let through: one principal, for these actions, each as far as its limit goes.
pub struct Exception<'a> {
    /// What sort of policy the Deny stands in.
    pub grammar: Grammar,
    /// Who.
    pub principal: &'a Arn,
    /// What, as `service:Action`.
    pub actions: BTreeMap<&'a str, Limit<'a>>,
}

/// How the statements of a policy say whom they are about, and what they may say besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grammar {
    /// A policy on one thing: statements name principals, and only what is done to that thing is ever asked.
    OfResource,
    /// A service control policy: it names principals by a condition.
    ///
    /// See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html>.
    ServiceControl,
    /// A resource control policy: the same, without `NotAction`.
    ///
    /// See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html>.
    ResourceControl,
}

/// How far an exception goes for one action.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit<'a> {
    /// Whatever it is done to: the policy is that thing's own.
    None,
    /// Only for copies to these vaults.
    Targets(BTreeSet<&'a Arn>),
    /// Only where it is done to these.
    Resources(BTreeSet<&'a str>),
}

/// The statements that take the place of a Deny, in order: for everybody else as it was; for the principal, all that it
/// denied but these actions; and these actions beyond their limits. `None` where no statement can say that.
pub fn narrowed(statement: &Value, exception: &Exception<'_>) -> Option<Vec<Value>> {
    let mut statements = Vec::new();
    if !names_only(statement, exception) {
        statements.push(exempt(statement, exception.principal)?);
    }
    statements.extend(rest(statement, exception)?);
    let mut limits: BTreeMap<&Limit<'_>, Vec<String>> = BTreeMap::new();
    for (action, limit) in &exception.actions {
        limits.entry(limit).or_default().push((*action).to_owned());
    }
    for (limit, actions) in limits {
        let mut beyond = of_principal(statement, exception)?;
        beyond = in_place(beyond, "NotAction", "Action", Value::Null);
        beyond.insert("Action".to_owned(), one_or_list(actions));
        let beyond = match limit {
            Limit::None => None,
            Limit::Targets(targets) => {
                // The form of AWS's own examples: a call that names no target is denied too.
                let targets = targets.iter().map(ToString::to_string);
                unless_equal(
                    &mut beyond,
                    "ForAllValues:ArnNotEquals",
                    "backup:CopyTargets",
                    targets,
                )?;
                Some(beyond)
            }
            Limit::Resources(resources) => but_for(beyond, resources)?,
        };
        statements.extend(beyond.map(Value::Object));
    }
    if exception.actions.contains_key(CREATE_GRANT) {
        statements.extend(other_grants(statement, exception)?);
    }
    Some(statements)
}

const CREATE_GRANT: &str = "kms:CreateGrant";
const FOR_SERVICES: &str = "kms:GrantIsForAWSResource";

/// What is left of a Deny of grants: those that are not for a service of AWS, which no copy makes. The inner `None` where the
/// Deny tells them apart itself.
///
/// See <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-grant-is-for-aws-resource>.
fn other_grants(statement: &Value, exception: &Exception<'_>) -> Option<Option<Value>> {
    let conditions = statement.get("Condition").and_then(Value::as_object);
    let mut blocks = conditions.into_iter().flatten();
    let tells_apart = blocks.any(|(_, block)| {
        let keys = block.as_object().into_iter().flatten();
        keys.into_iter()
            .any(|(key, _)| key.eq_ignore_ascii_case(FOR_SERVICES))
    });
    let strikes = |element: &str| {
        let patterns = statement.get(element).map(words)?;
        Some(patterns.iter().any(|pattern| covers(pattern, CREATE_GRANT)))
    };
    let strikes = strikes("Action").or_else(|| strikes("NotAction").map(|strikes| !strikes));
    if tells_apart || strikes != Some(true) {
        return Some(None);
    }
    let mut others = of_principal(statement, exception)?;
    others = in_place(others, "NotAction", "Action", Value::Null);
    others.insert("Action".to_owned(), CREATE_GRANT.into());
    // A call that does not say so is not one of a service.
    block_of(&mut others, "BoolIfExists")?.insert(FOR_SERVICES.to_owned(), "false".into());
    Some(Some(Value::Object(others)))
}

/// A statement on all that it was on but these things. The inner `None` where nothing is left; the outer where no
/// statement can say that.
fn but_for(
    mut statement: Map<String, Value>,
    but: &BTreeSet<&str>,
) -> Option<Option<Map<String, Value>>> {
    if but.contains("*") {
        return Some(None);
    }
    let but = || but.iter().map(ToString::to_string);
    if let Some(others) = statement.get("NotResource") {
        let others = words(others).into_iter().chain(but()).collect();
        statement.insert("NotResource".to_owned(), one_or_list(others));
        return Some(Some(statement));
    }
    let on = words(statement.get("Resource")?);
    let is_all = |pattern: &str| but().all(|arn| covers(pattern, &any_like(&arn)));
    if on.iter().any(|pattern| is_all(pattern)) {
        let others = one_or_list(but().collect());
        return Some(Some(in_place(statement, "Resource", "NotResource", others)));
    }
    let left: Vec<String> = on
        .into_iter()
        .filter(|it| !but().any(|arn| arn == *it))
        .collect();
    if left
        .iter()
        .any(|pattern| but().any(|arn| covers(pattern, &arn)))
    {
        return None;
    }
    if left.is_empty() {
        return Some(None);
    }
    statement.insert("Resource".to_owned(), one_or_list(left));
    Some(Some(statement))
}

/// An ARN of the same kind that nobody has: a pattern that covers it covers all of that kind.
fn any_like(arn: &str) -> String {
    let parts = arn.splitn(6, ':').enumerate();
    let parts = parts.map(|(place, part)| match (place, part) {
        (3, part) if !part.is_empty() => "zz-zz-0".to_owned(),
        (4, part) if !part.is_empty() => "000000000000".to_owned(),
        (5, part) => match part.find([':', '/']) {
            Some(end) => format!("{}~", part.get(..=end).unwrap_or_default()),
            None => "~".to_owned(),
        },
        (_, part) => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join(":")
}

/// The Deny for everybody but this principal.
fn exempt(statement: &Value, principal: &Arn) -> Option<Value> {
    let mut others = statement.as_object()?.clone();
    let arns = [principal.to_string()].into_iter();
    unless_equal(&mut others, "ArnNotEquals", PRINCIPAL_ARN, arns)?;
    Some(Value::Object(others))
}

const PRINCIPAL_ARN: &str = "aws:PrincipalArn";

/// The Deny for this principal alone.
fn of_principal(statement: &Value, exception: &Exception<'_>) -> Option<Map<String, Value>> {
    let mut ours = statement.as_object()?.clone();
    let principal = exception.principal;
    match exception.grammar {
        Grammar::OfResource => {
            let who = json!({"AWS": principal});
            if ours.contains_key("NotPrincipal") {
                ours = in_place(ours, "NotPrincipal", "Principal", who);
            } else {
                ours.insert("Principal".to_owned(), who);
            }
        }
        Grammar::ServiceControl | Grammar::ResourceControl => {
            let block = block_of(&mut ours, "ArnEquals")?;
            // Where the statement lists principals, this is one of them.
            let name = key_of(block, PRINCIPAL_ARN);
            block.insert(name, json!(principal));
        }
    }
    Some(ours)
}

/// Whether a statement names this principal, and nobody else.
fn names_only(statement: &Value, exception: &Exception<'_>) -> bool {
    let is = |value: &Value| value.as_str() == Some(exception.principal.as_str());
    let is_alone = |named: &Value| {
        is(named) || matches!(named.as_array().map(Vec::as_slice), Some([one]) if is(one))
    };
    match exception.grammar {
        Grammar::OfResource => {
            let Some(Value::Object(principals)) = statement.get("Principal") else {
                return false;
            };
            principals.len() == 1 && principals.get("AWS").is_some_and(is_alone)
        }
        Grammar::ServiceControl | Grammar::ResourceControl => {
            let conditions = statement.get("Condition").and_then(Value::as_object);
            let mut blocks = conditions.into_iter().flatten();
            blocks.any(|(operator, block)| {
                ["ArnEquals", "ArnLike", "StringEquals"].contains(&operator.as_str())
                    && block.as_object().is_some_and(|block| {
                        block
                            .get(&key_of(block, PRINCIPAL_ARN))
                            .is_some_and(is_alone)
                    })
            })
        }
    }
}

/// The conditions of a statement by one operator.
fn block_of<'a>(
    statement: &'a mut Map<String, Value>,
    operator: &str,
) -> Option<&'a mut Map<String, Value>> {
    let conditions = statement
        .entry("Condition")
        .or_insert_with(|| Value::Object(Map::new()));
    let block = conditions
        .as_object_mut()?
        .entry(operator)
        .or_insert_with(|| Value::Object(Map::new()));
    block.as_object_mut()
}

/// A condition key as the conditions spell it.
fn key_of(block: &Map<String, Value>, key: &str) -> String {
    let name = block.keys().find(|name| name.eq_ignore_ascii_case(key));
    name.map_or(key, String::as_str).to_owned()
}

/// Adds values to a negated condition of a statement, which then strikes only what has none of them.
fn unless_equal(
    statement: &mut Map<String, Value>,
    operator: &str,
    key: &str,
    values: impl Iterator<Item = String>,
) -> Option<()> {
    let block = block_of(statement, operator)?;
    let name = key_of(block, key);
    let mut all = block.get(&name).map(words).unwrap_or_default();
    all.extend(values);
    block.insert(name, one_or_list(all));
    Some(())
}

/// The Deny for this principal, less the actions. The inner `None` where nothing is left of it; the outer where no
/// statement can say that.
fn rest(statement: &Value, exception: &Exception<'_>) -> Option<Option<Value>> {
    let mut rest = of_principal(statement, exception)?;
    let allowed: Vec<&str> = exception.actions.keys().copied().collect();
    if let Some(but) = rest.get("NotAction") {
        let mut but = words(but);
        but.extend(allowed.iter().map(ToString::to_string));
        rest.insert("NotAction".to_owned(), one_or_list(but));
        return Some(Some(Value::Object(rest)));
    }
    let denied = words(rest.get("Action")?);
    let strikes = |pattern: &str| allowed.iter().any(|action| covers(pattern, action));
    let is_all_else = |pattern: &String| match exception.grammar {
        // A key or a vault is only ever asked for what is its own.
        Grammar::OfResource => is_whole(pattern) && strikes(pattern),
        Grammar::ServiceControl => pattern == "*",
        Grammar::ResourceControl => false,
    };
    if denied.iter().any(is_all_else) {
        let but = allowed.iter().map(ToString::to_string).collect();
        rest = in_place(rest, "Action", "NotAction", one_or_list(but));
        return Some(Some(Value::Object(rest)));
    }
    let mut left = Vec::new();
    for pattern in denied {
        if strikes(&pattern) {
            left.extend(less(&pattern, &allowed, exception.grammar)?);
        } else {
            left.push(pattern);
        }
    }
    left.dedup();
    if left.is_empty() {
        return Some(None);
    }
    rest.insert("Action".to_owned(), one_or_list(left));
    Some(Some(Value::Object(rest)))
}

/// The actions that a pattern stands for, less some. `None` where nobody knows all that it stands for.
fn less(pattern: &str, allowed: &[&str], grammar: Grammar) -> Option<Vec<String>> {
    if !pattern.contains(['*', '?']) {
        return Some(Vec::new());
    }
    let struck = allowed.iter().find(|action| covers(pattern, action))?;
    let (service, _) = struck.split_once(':')?;
    let all: Vec<&str> = of_service(service)?
        .iter()
        .copied()
        .filter(|action| covers(pattern, action))
        .collect();
    match (grammar, pattern.split_once(':')) {
        (Grammar::OfResource, _) => {
            let left = all.iter().filter(|action| !allowed.contains(action));
            Some(left.map(ToString::to_string).collect())
        }
        (Grammar::ServiceControl | Grammar::ResourceControl, Some((of, _)))
            if of.eq_ignore_ascii_case(service) =>
        {
            let mut patterns = Vec::new();
            prefixes(&format!("{service}:"), &all, allowed, &mut patterns);
            Some(patterns)
        }
        // A pattern for several services.
        (Grammar::ServiceControl | Grammar::ResourceControl, _) => None,
    }
}

/// The fewest patterns, each a beginning, that stand for all of these actions but those that are left out: control
/// policies are short of room.
fn prefixes(beginning: &str, all: &[&str], but: &[&str], patterns: &mut Vec<String>) {
    let here: Vec<&str> = all
        .iter()
        .copied()
        .filter(|action| action.starts_with(beginning))
        .collect();
    match here.as_slice() {
        [] => return,
        [one] => {
            if !but.contains(one) {
                patterns.push((*one).to_owned());
            }
            return;
        }
        _ => {}
    }
    if !here.iter().any(|action| but.contains(action)) {
        patterns.push(format!("{beginning}*"));
        return;
    }
    if here.contains(&beginning) && !but.contains(&beginning) {
        patterns.push(beginning.to_owned());
    }
    let next = here.iter().filter_map(|action| {
        let rest = action.strip_prefix(beginning)?;
        rest.chars().next()
    });
    for letter in next.collect::<BTreeSet<char>>() {
        prefixes(&format!("{beginning}{letter}"), &here, but, patterns);
    }
}

/// Everything, or everything of a service: a key or a vault is only ever asked for what is its own.
fn is_whole(pattern: &str) -> bool {
    let name = pattern.split_once(':').map_or(pattern, |(_, name)| name);
    !name.is_empty() && name.bytes().all(|byte| byte == b'*')
}

/// Whether a pattern with `*` and `?` stands for an action, in whatever case it is written.
fn covers(pattern: &str, action: &str) -> bool {
    let (mut pattern, mut text) = (pattern.as_bytes(), action.as_bytes());
    // Where to go on after the last star, which then stands for one character more.
    let mut back: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => return true,
            (Some((b'*', more)), _) => {
                back = Some((more, text));
                pattern = more;
                continue;
            }
            (Some((one, more)), Some((other, rest)))
                if *one == b'?' || one.eq_ignore_ascii_case(other) =>
            {
                (pattern, text) = (more, rest);
                continue;
            }
            (None | Some(_), _) => {}
        }
        let Some((more, [_, rest @ ..])) = back else {
            return false;
        };
        back = Some((more, rest));
        (pattern, text) = (more, rest);
    }
}

/// An object with one field under another name, where that was.
fn in_place(object: Map<String, Value>, old: &str, new: &str, value: Value) -> Map<String, Value> {
    let renamed = object.into_iter().map(|(name, was)| {
        if name == old {
            (new.to_owned(), value.clone())
        } else {
            (name, was)
        }
    });
    renamed.collect()
}

fn words(value: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match value.as_array() {
        Some(list) => list.iter().filter_map(text).collect(),
        None => text(value).into_iter().collect(),
    }
}

fn one_or_list(mut words: Vec<String>) -> Value {
    match (words.len(), words.pop()) {
        (1, Some(one)) => Value::String(one),
        (_, last) => words.into_iter().chain(last).map(Value::String).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: &str = "arn:aws:iam::111122223333:role/copier";

    /// What takes the place of a Deny, where the role needs these actions.
    fn without(deny: Value, actions: &[&'static str]) -> Vec<Value> {
        let role = Arn::parse(WHO).unwrap();
        let actions = actions.iter().map(|action| (*action, Limit::None));
        let exception = Exception {
            grammar: Grammar::OfResource,
            principal: &role,
            actions: actions.collect(),
        };
        narrowed(&deny, &exception).unwrap()
    }

    #[test]
    fn a_pattern_covers_what_its_stars_and_marks_stand_for() {
        for pattern in [
            "*",
            "kms:*",
            "KMS:create*",
            "k*:C*t?Gra*t",
            "*Grant*",
            "kms:CreateGrant",
        ] {
            assert!(covers(pattern, "kms:CreateGrant"), "{pattern}");
        }
        for pattern in [
            "",
            "kms:",
            "kms:Create",
            "*Grants",
            "?kms:*",
            "kms:CreateGrant?",
        ] {
            assert!(!covers(pattern, "kms:CreateGrant"), "{pattern}");
        }
    }

    #[test]
    fn what_is_left_is_what_was_denied_but_the_actions() {
        let who = json!({"AWS": WHO});
        let of = |what: Value| {
            let mut deny = what;
            deny["Effect"] = json!("Deny");
            deny["Principal"] = json!("*");
            let mut left = without(deny, &["kms:CreateGrant", "kms:DescribeKey"]);
            // A grant that is for no service of AWS is denied as before.
            let grants = left.pop().unwrap();
            assert_eq!(
                (&grants["Action"], &grants["Condition"]["BoolIfExists"]),
                (&json!(CREATE_GRANT), &json!({FOR_SERVICES: "false"}))
            );
            assert_eq!(
                left.remove(0)["Condition"],
                json!({"ArnNotEquals": {"aws:PrincipalArn": WHO}})
            );
            left.pop().map(|mut rest| {
                assert_eq!(rest["Principal"], who);
                let fields = rest.as_object_mut().unwrap();
                fields.remove("Principal");
                fields.remove("Effect");
                rest
            })
        };
        let but = json!({"NotAction": ["kms:CreateGrant", "kms:DescribeKey"]});
        assert_eq!(of(json!({"Action": "kms:*"})), Some(but.clone()));
        assert_eq!(of(json!({"Action": ["kms:Sign", "*"]})), Some(but));
        assert_eq!(
            of(json!({"NotAction": "kms:Sign"})),
            Some(json!({"NotAction": ["kms:Sign", "kms:CreateGrant", "kms:DescribeKey"]}))
        );
        assert_eq!(
            of(json!({"Action": ["KMS:createGrant", "kms:Sign", "kms:Desc??be*"]})),
            Some(json!({"Action": ["kms:Sign", "kms:DescribeCustomKeyStores"]}))
        );
        assert_eq!(
            of(json!({"Action": ["kms:CreateGrant", "kms:DescribeKey"]})),
            None
        );
    }

    #[test]
    fn a_deny_that_strikes_no_grant_or_tells_them_apart_gets_nothing_about_grants() {
        for deny in [
            json!({"Action": "kms:DescribeKey"}),
            json!({"NotAction": ["kms:create*", "kms:Sign"]}),
            json!({"Action": "kms:*", "Condition": {"Bool": {"kms:grantIsForAwsResource": "true"}}}),
        ] {
            let mut deny = deny;
            deny["Effect"] = json!("Deny");
            deny["Principal"] = json!("*");
            let left = without(deny, &["kms:CreateGrant", "kms:DescribeKey"]);
            let says = |one: &Value| one["Condition"].get("BoolIfExists").is_some();
            assert!(!left.iter().any(says), "{left:#?}");
        }
    }

    #[test]
    fn a_deny_that_names_nobody_else_keeps_its_rest_alone() {
        let deny = |action: &str| {
            json!({"Effect": "Deny", "Principal": {"AWS": [WHO]},
                "Action": ["kms:Sign", action]})
        };
        let left = |action| without(deny(action), &["kms:Decrypt", "kms:Sign"]);
        assert_eq!(left("kms:Decrypt"), [] as [Value; 0]);
        assert_eq!(
            left("kms:Verify"),
            [json!({"Effect": "Deny", "Principal": {"AWS": WHO}, "Action": "kms:Verify"})]
        );
    }

    #[test]
    fn a_deny_of_copies_lets_one_principal_copy_to_one_vault() {
        let role = Arn::parse(WHO).unwrap();
        let vault = Arn::parse("arn:aws:backup:us-east-2:444455556666:backup-vault:v").unwrap();
        let deny = |more: Value| {
            let mut deny = json!({"Effect": "Deny", "Principal": "*",
                "Action": "backup:CopyFromBackupVault", "Resource": "*"});
            deny["Condition"] = more;
            let limit = Limit::Targets([&vault].into());
            let exception = Exception {
                grammar: Grammar::OfResource,
                principal: &role,
                actions: [("backup:CopyFromBackupVault", limit)].into(),
            };
            narrowed(&deny, &exception).unwrap()
        };
        let listed = json!({"ForAllValues:ArnNotEquals": {"backup:copytargets": "a"}});
        let [others, beyond] = deny(listed).try_into().unwrap();
        assert_eq!(
            others["Condition"]["ArnNotEquals"],
            json!({"aws:PrincipalArn": WHO})
        );
        assert_eq!(beyond["Principal"], json!({"AWS": WHO}));
        assert_eq!(beyond["Action"], "backup:CopyFromBackupVault");
        assert_eq!(
            beyond["Condition"],
            json!({"ForAllValues:ArnNotEquals": {"backup:copytargets": ["a", vault.as_str()]}})
        );
        let other = json!({"StringEquals": {"a": "b"}});
        assert_eq!(
            deny(other)[1]["Condition"],
            json!({"StringEquals": {"a": "b"}, "ForAllValues:ArnNotEquals": {"backup:CopyTargets": vault.as_str()}})
        );
    }

    /// What takes the place of a Deny of a service control policy, where the role needs this action on this.
    fn without_control(deny: Value, action: &str, resource: &str) -> Option<Vec<Value>> {
        let role = Arn::parse(WHO).unwrap();
        let limit = Limit::Resources([resource].into());
        let exception = Exception {
            grammar: Grammar::ServiceControl,
            principal: &role,
            actions: [(action, limit)].into(),
        };
        narrowed(&deny, &exception)
    }

    #[test]
    fn a_control_policy_names_the_role_by_a_condition_and_the_vault_by_its_arn() {
        let vault = "arn:aws:backup:us-east-2:444455556666:backup-vault:v";
        let deny = |resource: Value| json!({"Effect": "Deny", "Action": "backup:Copy*", "Resource": resource});
        let into = "backup:CopyIntoBackupVault";
        let [others, rest, beyond] = without_control(deny(json!("*")), into, vault)
            .unwrap()
            .try_into()
            .unwrap();
        assert_eq!(
            others["Condition"],
            json!({"ArnNotEquals": {"aws:PrincipalArn": WHO}})
        );
        let ours = json!({"ArnEquals": {"aws:PrincipalArn": WHO}});
        assert_eq!((&rest["Condition"], &beyond["Condition"]), (&ours, &ours));
        assert_eq!(rest["Action"], "backup:CopyFromBackupVault");
        assert_eq!(
            (&beyond["Action"], &beyond["NotResource"]),
            (&json!(into), &json!(vault))
        );
        assert_eq!(beyond.get("Resource"), None);
        // All vaults are all that it can be done to.
        let vaults = deny(json!("arn:aws:backup:*:*:backup-vault:*"));
        assert_eq!(
            without_control(vaults, into, vault).unwrap()[2]["NotResource"],
            json!(vault)
        );
        // Of some, one cannot be left out but by name.
        let some = deny(json!("arn:aws:backup:*:444455556666:*"));
        assert_eq!(without_control(some, into, vault), None);
        let named = deny(json!([
            vault,
            "arn:aws:backup:us-east-2:444455556666:backup-vault:w"
        ]));
        assert_eq!(
            without_control(named, into, vault).unwrap()[2]["Resource"],
            "arn:aws:backup:us-east-2:444455556666:backup-vault:w"
        );
    }

    #[test]
    fn a_whole_service_less_an_action_is_written_in_beginnings() {
        let deny = json!({"Effect": "Deny", "Action": "backup:*", "Resource": "*"});
        let key = "arn:aws:backup:us-east-2:444455556666:backup-vault:v";
        let left = without_control(deny, "backup:CopyIntoBackupVault", key).unwrap();
        let patterns = words(&left[1]["Action"]);
        let all = of_service("backup").unwrap();
        for action in all {
            let is_left = patterns.iter().any(|pattern| covers(pattern, action));
            assert_eq!(is_left, *action != "backup:CopyIntoBackupVault", "{action}");
        }
        assert!(patterns.len() < 20, "{patterns:?}");
        // Nobody here knows all that EC2 does.
        let ec2 = json!({"Effect": "Deny", "Action": "ec2:Copy*", "Resource": "*"});
        assert_eq!(without_control(ec2, "ec2:CopySnapshot", "*"), None);
        let every = json!({"Effect": "Deny", "Action": "*", "Resource": "*"});
        assert_eq!(
            without_control(every, "ec2:CopySnapshot", "*").unwrap()[1]["NotAction"],
            "ec2:CopySnapshot"
        );
    }
}
