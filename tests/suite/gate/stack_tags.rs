//! Tags of a stack: CodePipeline's template configuration has them beside the parameters, and CloudFormation hands them down to what
//! the stack makes.

use serde_json::{Value, json};

use super::judged::{Change, Judged, judged};
use crate::cli::Files;
use crate::support::estate::{FROM, KEY, RESOURCE, RESOURCE_KEY, key_policy};
use crate::support::{Estate, run};

/// The estate with a plan that takes what has the tag `backup: daily`.
fn by_tag(tags: &Value) -> Estate {
    let selection = "/accounts/0/regions/0/plans/0/Selections/0/Conditions";
    let asked = json!({"StringEquals": [{"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "daily"}]});
    Estate::rds()
        .planned()
        .set(selection, asked)
        .set(&format!("{RESOURCE}/Tags"), tags.clone())
        .set(
            &format!("{RESOURCE_KEY}/Policy"),
            key_policy(FROM, json!([])),
        )
}

fn template(name: &str, more: &Value) -> Value {
    let mut all = json!({"DBInstanceIdentifier": name, "Engine": "postgres", "StorageEncrypted": true,
        "KmsKeyId": KEY});
    all.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    json!({"Resources": {"It": {"Type": "AWS::RDS::DBInstance", "Properties": all}}})
}

/// What a change comes to with a file of parameters.
fn with(estate: &Estate, change: &Change<'_>, parameters: &Value) -> Judged {
    let files = Files::new();
    let file = files.write("configuration.json", &parameters.to_string());
    judged(estate, change, &["--all", "--parameters", &file])
}

fn nothing() -> Value {
    json!({"Resources": {}})
}

#[test]
fn what_a_stack_makes_has_its_tags_unless_it_sets_its_own() {
    let estate = by_tag(&json!({}));
    let daily = json!({"Parameters": {}, "Tags": {"backup": "daily"}});
    let own = |value: &str| json!({"Tags": [{"Key": "backup", "Value": value}]});
    for (given, properties, expected) in [
        (&daily, json!({}), true),
        (&daily, own("weekly"), false),
        (
            &json!({"Parameters": {}, "Tags": {"backup": "weekly"}}),
            own("daily"),
            true,
        ),
        (&json!({"Parameters": {}, "Tags": {}}), json!({}), false),
        (&json!({}), json!({}), false),
    ] {
        let (now, then) = (nothing(), template("ledger", &properties));
        let found = with(&estate, &Change::Templates(&now, &then, FROM), given);
        let copies: &[&str] = match expected {
            true => &["ledger into central: - -> blocked (new)"],
            false => &[],
        };
        assert_eq!(found.copies, copies, "{given} {properties}");
    }
}

/// What has the tag already is copied already; what has it not gets it, and keeps what somebody else gave it.
#[test]
fn what_the_facts_have_of_a_resource_is_there_before() {
    let daily = json!({"Parameters": {}, "Tags": {"backup": "daily"}});
    let same = template("orders", &json!({}));
    for (tags, expected) in [
        (
            json!({"backup": "daily", "team": "shop"}),
            "orders into central: blocked -> blocked (same)",
        ),
        (
            json!({"team": "shop"}),
            "orders into central: - -> blocked (new)",
        ),
        (
            json!({"backup": "weekly"}),
            "orders into central: - -> blocked (new)",
        ),
    ] {
        let found = with(
            &by_tag(&tags),
            &Change::Templates(&same, &same, FROM),
            &daily,
        );
        assert_eq!(found.copies, [expected], "{tags}");
    }
    let by_hand = by_tag(&json!({"backup": "daily"}));
    let other = json!({"Parameters": {}, "Tags": {"team": "shop"}});
    let found = with(&by_hand, &Change::Templates(&same, &same, FROM), &other);
    assert_eq!(
        found.copies,
        ["orders into central: blocked -> blocked (same)"]
    );
}

#[test]
fn a_stack_within_hands_its_own_down_too() {
    let files = Files::new();
    let facts = files.estate(&by_tag(&json!({})));
    let inner = template("ledger", &json!({}));
    files.write("inner.json", &inner.to_string());
    let given = files.write(
        "given.json",
        &json!({"Tags": {"backup": "daily"}}).to_string(),
    );
    let none = files.write("none.json", &json!({"Parameters": {}}).to_string());
    let now = files.write("now.json", &nothing().to_string());
    let copies = |tags: Value, parameters: &str| {
        let outer = json!({"Resources": {"Within": {"Type": "AWS::CloudFormation::Stack",
            "Properties": {"TemplateURL": "inner.json", "Tags": tags}}}});
        let outer = files.write("outer.json", &outer.to_string());
        let args = [
            "check",
            "--no-config",
            "--format",
            "json",
            "--inventory",
            &facts,
            "--cloudformation",
            &outer,
            "--cloudformation-before",
            &now,
            "--account",
            FROM,
            "--template-region",
            "us-east-2",
            "--parameters",
            parameters,
        ];
        let ran = run(&args);
        let report: Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
        report["copies"].as_array().unwrap().len()
    };
    let pair = |value: &str| json!([{"Key": "backup", "Value": value}]);
    assert_eq!(copies(json!([]), &none), 0);
    assert_eq!(copies(json!([]), &given), 1);
    assert_eq!(copies(pair("daily"), &none), 1);
    assert_eq!(copies(pair("weekly"), &given), 0);
}

#[test]
fn who_tells_the_tags_is_not_bid_to() {
    let files = Files::new();
    let facts = files.estate(&by_tag(&json!({})));
    let then = files.write("then.json", &template("ledger", &json!({})).to_string());
    let told = |parameters: &str| {
        let ran = run(&[
            "check",
            "--no-config",
            "--inventory",
            &facts,
            "--cloudformation",
            &then,
            "--account",
            FROM,
            "--template-region",
            "us-east-2",
            "--parameters",
            parameters,
        ]);
        ran.err.contains("`Tags` beside `Parameters`")
    };
    assert!(told(&files.write("a.json", r#"{"Parameters": {}}"#)));
    assert!(!told(
        &files.write("b.json", r#"{"Parameters": {}, "Tags": {"a": "b"}}"#)
    ));
    let two = files.write("c.json", r#"{"Tags": {"a": "c"}}"#);
    let ran = run(&[
        "check",
        "--no-config",
        "--inventory",
        &facts,
        "--cloudformation",
        &then,
        "--parameters",
        &files.path("b.json").display().to_string(),
        "--parameters",
        &two,
    ]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("the tag `a` two values"), "{}", ran.err);
}

/// CloudFormation tags what it makes, of most types: whether a selection by such a tag takes it no template says.
#[test]
fn a_selection_by_a_tag_of_cloudformation_leaves_open_what_a_template_makes() {
    let by = |key: &str| {
        let estate = by_tag(&json!({}));
        let asked =
            "/accounts/0/regions/0/plans/0/Selections/0/Conditions/StringEquals/0/ConditionKey";
        estate.set(asked, json!(format!("aws:ResourceTag/{key}")))
    };
    let code = |estate: &Estate, then: &Value| {
        let now = nothing();
        let change = Change::Templates(&now, then, FROM);
        with(estate, &change, &json!({"Tags": {}})).code
    };
    let of_stack = by("aws:cloudformation:stack-name");
    let makes = template("ledger", &json!({}));
    assert_eq!(code(&of_stack, &makes), 3);
    assert_eq!(code(&by("backup"), &makes), 0);
    let topic = json!({"Resources": {"T": {"Type": "AWS::SNS::Topic"}}});
    assert_eq!(code(&of_stack, &topic), 0);
}
