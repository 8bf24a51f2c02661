//! What must hold of every policy and every request.

use backup_preflight::policy::{
    Context, Decision, Document, Entry, Policies, PolicyDecision, Principal, Request, Resource,
    Rest, always_allow, decide_identity, evaluate,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const KEY: &str = "arn:aws:kms:us-east-2:111122223333:key/1";

fn principal() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "arn:aws:iam::111122223333:role/Copy",
        "arn:aws:iam::444455556666:role/Copy",
        "arn:aws:iam::444455556666:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
    ])
}

fn named() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!("*"),
        json!({"AWS": "111122223333"}),
        json!({"AWS": "arn:aws:iam::444455556666:root"}),
        json!({"AWS": ["arn:aws:iam::111122223333:role/Copy", "arn:aws:iam::444455556666:role/Copy"]}),
        json!({"Service": "backup.amazonaws.com"}),
    ])
}

fn condition() -> impl Strategy<Value = Value> {
    let operator = prop::sample::select(vec![
        "StringEquals",
        "StringNotEquals",
        "StringLikeIfExists",
        "StringNotLike",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringLike",
        "ForAnyValue:StringNotEquals",
        "Null",
        "BoolIfExists",
    ]);
    let key = prop::sample::select(vec!["aws:a", "AWS:B"]);
    let value = prop::sample::select(vec![
        json!("true"),
        json!(["true", "false"]),
        json!("x*"),
        json!("*"),
        json!("${aws:a}"),
    ]);
    (operator, key, value).prop_map(|(operator, key, value)| json!({operator: {key: value}}))
}

fn statement(effect: &'static str, with_principal: bool) -> impl Strategy<Value = Value> {
    let action = prop::sample::select(vec!["kms:*", "kms:CreateGrant", "kms:De*", "*"]);
    (action, named(), prop::option::of(condition())).prop_map(move |(action, named, condition)| {
        let mut statement = json!({"Effect": effect, "Action": action, "Resource": "*"});
        if with_principal {
            statement["Principal"] = named;
        }
        if let Some(condition) = condition {
            statement["Condition"] = condition;
        }
        statement
    })
}

fn statements(with_principal: bool) -> impl Strategy<Value = Vec<Value>> {
    let one = prop_oneof![
        3 => statement("Allow", with_principal),
        1 => statement("Deny", with_principal)
    ];
    prop::collection::vec(one, 0..4)
}

fn entry() -> impl Strategy<Value = Entry> {
    let text = || prop::sample::select(vec!["true", "false", "x", "xy"]).prop_map(Into::into);
    prop_oneof![
        Just(Entry::Absent),
        text().prop_map(Entry::One),
        prop::collection::vec(text(), 0..3).prop_map(Entry::Many),
    ]
}

fn single() -> impl Strategy<Value = Entry> {
    let text = prop::sample::select(vec!["true", "false", "x", "xy", ""]);
    prop::option::of(text).prop_map(|text| match text {
        None => Entry::Absent,
        Some(text) => Entry::One(text.into()),
    })
}

fn resource() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!("*"),
        json!([KEY, "arn:aws:kms:us-east-2:111122223333:key/2"]),
        json!("arn:aws:kms:*:111122223333:key/*"),
        json!("arn:aws:kms:*:*:key/${aws:a}"),
        json!("arn:aws:kms:*:*:alias/*"),
    ])
}

fn document(statements: &[Value]) -> Document {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    Document::from_value(&document).unwrap()
}

fn decide(principal: &str, entries: [&Entry; 2], key: &[Value], role: &[Value]) -> Decision {
    let [a, b] = entries.map(Clone::clone);
    let context = Context::new(Rest::Absent).with("aws:a", a).with("aws:b", b);
    let principal = Principal::parse(principal).unwrap();
    let request = Request::new(principal, "kms:CreateGrant", Resource::exact(KEY), context);
    let policies = Policies {
        resource: Some(&document(key)),
        identity: &[&document(role)],
        ..Policies::default()
    };
    evaluate(&request, &policies).decision
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_was_settled_stays_when_an_unknown_becomes_known(
        principal in principal(), key in statements(true), role in statements(false),
        a in single(), b in single(),
    ) {
        let known = decide(principal, [&a, &b], &key, &role);
        for entries in [[&Entry::Unknown, &b], [&a, &Entry::Unknown], [&Entry::Unknown, &Entry::Unknown]] {
            let before = decide(principal, entries, &key, &role);
            prop_assert!(before == Decision::Unknown || before == known, "{:?} became {:?}", before, known);
        }
    }

    #[test]
    fn an_added_allow_never_denies_and_an_added_deny_never_allows(
        principal in principal(), key in statements(true), role in statements(false), a in entry(), b in entry(),
        allow in statement("Allow", true), deny in statement("Deny", true), at in 0_usize..4,
    ) {
        let before = decide(principal, [&a, &b], &key, &role);
        let with = |statement: Value| {
            let mut key = key.clone();
            key.insert(at.min(key.len()), statement);
            decide(principal, [&a, &b], &key, &role)
        };
        let (allowed, denied) = (with(allow), with(deny));
        if before == Decision::Allowed {
            prop_assert_eq!(allowed, Decision::Allowed);
        }
        if before == Decision::Denied {
            prop_assert_eq!(denied, Decision::Denied);
        }
    }

    #[test]
    fn a_key_that_a_policy_does_not_look_at_changes_nothing(
        principal in principal(), key in statements(true), role in statements(false), a in entry(), b in entry(),
        other in entry(),
    ) {
        let looks = |name| [&key, &role].iter().any(|policy| document(policy).may_look_at(name));
        let before = decide(principal, [&a, &b], &key, &role);
        if !looks("aws:a") {
            prop_assert_eq!(decide(principal, [&other, &b], &key, &role), before);
        }
        if !looks("aws:b") {
            prop_assert_eq!(decide(principal, [&a, &other], &key, &role), before);
        }
    }

    #[test]
    fn what_is_always_allowed_is_allowed_in_every_context(
        role in statements(false), on in prop::collection::vec(resource(), 4), version in prop::option::weighted(0.9, Just("2012-10-17")),
        a in prop_oneof![single(), Just(Entry::Unknown)], b in entry(), is_exact in any::<bool>(),
    ) {
        let mut role = role;
        for (statement, resource) in role.iter_mut().zip(on) {
            statement["Resource"] = resource;
        }
        let mut value = json!({"Statement": role});
        if let Some(version) = version {
            value["Version"] = json!(version);
        }
        let document = Document::from_value(&value).unwrap();
        let resource = if is_exact { Resource::exact(KEY) } else { Resource::one_of(["arn:aws:kms:us-east-2:111122223333:key/*"]) };
        let context = Context::new(Rest::Absent).with("aws:a", a).with("aws:b", b);
        let principal = Principal::parse("arn:aws:iam::111122223333:role/Copy").unwrap();
        let request = Request::new(principal, "kms:CreateGrant", resource.clone(), context);
        let is_allowed = matches!(decide_identity(&request, &[&document], None), PolicyDecision::Allowed { .. });
        let always = always_allow(&[&document], "kms:creategrant", || vec![resource]);
        prop_assert!(is_allowed || !always, "{value}");
        let is_plain = |statement: &Value| statement["Effect"] == "Allow" && statement.get("Condition").is_none();
        if is_allowed && !always {
            let varies = |statement: &Value| statement["Resource"].to_string().contains("${");
            prop_assert!(!role.iter().all(|one| is_plain(one) && !varies(one)), "{value}");
        }
    }

    #[test]
    fn what_is_printed_reads_the_same(key in statements(true), version in prop::option::of(Just("2012-10-17"))) {
        let mut value = json!({"Statement": key});
        if let Some(version) = version {
            value["Version"] = json!(version);
        }
        let document = Document::from_value(&value).unwrap();
        prop_assert_eq!(&Document::from_value(&document.to_value()).unwrap(), &document);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "[\\[\\]{}\":,*$a-zA-Z0-9 ]{0,60}") {
        let read = Document::parse(&text);
        let object = text.trim_start().starts_with('{');
        prop_assert!(read.is_err() || object);
    }
}
