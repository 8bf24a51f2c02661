//! The rules of a template: where one does not hold, nothing is made.

use std::collections::BTreeMap;

use backup_preflight::sources::cloudformation::{self, Settings};

/// What a template with a rule leaves open, whose parameters `A` and `B` are `one` and `two`.
fn open(rule: &str) -> Vec<String> {
    let text = format!(
        "Parameters:\n  A: {{Type: String}}\n  B: {{Type: String}}\n  C: {{Type: String}}\n  L: {{Type: CommaDelimitedList}}\n\
         Rules:\n  R: {rule}\nResources: {{T: {{Type: 'AWS::SNS::Topic'}}}}\n"
    );
    let given = [("A", "one"), ("B", "two"), ("L", "one,two")];
    let given = given.map(|(name, value)| (name.to_owned(), Some(value.to_owned())));
    let settings = Settings {
        parameters: BTreeMap::from(given),
        ..Settings::default()
    };
    let planned = cloudformation::read("t.yaml", text.as_bytes(), &settings);
    planned.unwrap().open
}

#[test]
fn a_rule_that_does_not_hold_refuses_the_change() {
    const REFUSED: &str =
        "t.yaml:7: the rule R does not hold: CloudFormation refuses the values of the parameters";
    for (assertion, holds) in [
        ("!Equals [!Ref A, one]", true),
        ("!Equals [!Ref A, two]", false),
        ("!Not [!Equals [!Ref A, one]]", false),
        (
            "!And [!Equals [!Ref A, one], !Equals [!Ref C, x], !Equals [!Ref B, one]]",
            false,
        ),
        ("!Or [!Equals [!Ref C, x], !Equals [!Ref B, two]]", true),
        ("{'Fn::Contains': [[one, two], !Ref A]}", true),
        ("{'Fn::Contains': [[two], !Ref A]}", false),
        ("{'Fn::EachMemberEquals': [!Ref L, one]}", false),
        ("{'Fn::EachMemberEquals': [[one, !Ref A], one]}", true),
        ("{'Fn::EachMemberIn': [!Ref L, [one, two, three]]}", true),
        ("{'Fn::EachMemberIn': [!Ref L, [one]]}", false),
        (
            "{'Fn::Contains': [{'Fn::RefAll': CommaDelimitedList}, !Ref B]}",
            true,
        ),
        (
            "{'Fn::Contains': [{'Fn::RefAll': CommaDelimitedList}, three]}",
            false,
        ),
    ] {
        for (rule, holds) in [
            (format!("{{Assertions: [{{Assert: {assertion}}}]}}"), holds),
            (
                format!(
                    "{{RuleCondition: !Equals [!Ref A, one], Assertions: [{{Assert: !Equals [a, a]}}, {{Assert: {assertion}}}]}}"
                ),
                holds,
            ),
            (
                format!(
                    "{{RuleCondition: !Equals [!Ref A, two], Assertions: [{{Assert: {assertion}}}]}}"
                ),
                true,
            ),
        ] {
            let says: &[&str] = if holds { &[] } else { &[REFUSED] };
            assert_eq!(open(&rule), says, "{rule}");
        }
    }
}

#[test]
fn a_rule_that_is_not_known_leaves_the_answer_open() {
    for (rule, why) in [
        (
            "{Assertions: [{Assert: {'Fn::EachMemberEquals': [{'Fn::ValueOf': [A, Tags.x]}, y]}}]}",
            " (t.yaml:7: Fn::ValueOf)",
        ),
        (
            "{Assertions: [{Assert: !Equals [!Ref C, x]}]}",
            " (t.yaml:4: the parameter C: give --parameter C=VALUE)",
        ),
        (
            "{Assertions: [{Assert: {'Fn::Contains': [{'Fn::RefAll': String}, x]}}]}",
            " (t.yaml:7: Fn::RefAll)",
        ),
        ("{Assertions: []}", ""),
    ] {
        let says = format!(
            "t.yaml:7: whether the rule R holds is not known{why}: where it does not, CloudFormation refuses the values of the parameters"
        );
        assert_eq!(open(rule), [says], "{rule}");
    }
}

/// The CDK writes it into every template.
#[test]
fn the_version_that_the_cdk_asks_for_is_asked_where_it_is_given() {
    let text = "Parameters: {V: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /cdk-bootstrap/x/version}}\n\
                Rules: {R: {Assertions: [{Assert: !Not [{'Fn::Contains': [['1'], !Ref V]}]}]}}\n\
                Resources: {T: {Type: 'AWS::SNS::Topic'}}\n";
    for (version, count) in [(None, 0), (Some("6"), 0), (Some("1"), 1)] {
        let ssm = version
            .map(|version: &str| ("/cdk-bootstrap/x/version".to_owned(), version.to_owned()));
        let settings = Settings {
            ssm: ssm.into_iter().collect(),
            ..Settings::default()
        };
        let planned = cloudformation::read("t.yaml", text.as_bytes(), &settings).unwrap();
        assert_eq!(planned.open.len(), count, "{version:?} {:?}", planned.open);
    }
}
