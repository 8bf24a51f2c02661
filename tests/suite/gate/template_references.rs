//! References of a template that CloudFormation refuses: to names that nobody has, and in circles.

use std::collections::BTreeMap;

use backup_preflight::known::{AccountId, Region};
use backup_preflight::sources::cloudformation::{self, Settings};

use crate::support::estate::FROM;

/// What a template leaves open, whose parameter `P` has a value.
fn open(text: &str, given: Option<&str>) -> Vec<String> {
    let given = given.map(|value| ("P".to_owned(), Some(value.to_owned())));
    let settings = Settings {
        account: AccountId::parse(FROM).ok(),
        region: Some(Region::new("us-east-2")),
        parameters: given.into_iter().collect::<BTreeMap<_, _>>(),
        ..Settings::default()
    };
    let planned = cloudformation::read("t.yaml", text.as_bytes(), &settings);
    planned.unwrap().open
}

/// A template with these resources, and a parameter and a condition.
fn template(resources: &str) -> String {
    format!(
        "Parameters: {{P: {{Type: String}}}}\nConditions: {{Is: !Equals [!Ref P, 'yes'], Not: !Not [Condition: Is]}}\n\
         Mappings: {{Map: {{a: {{b: c}}}}}}\nResources:\n{resources}\n"
    )
}

/// A resource of a type that is not read, with a property.
fn topic(id: &str, value: &str) -> String {
    format!("  {id}: {{Type: 'AWS::SNS::Topic', Properties: {{DisplayName: {value}}}}}")
}

#[test]
fn a_name_that_nobody_has_is_told_with_its_line() {
    let own = topic("T", "x");
    for (resources, says) in [
        (topic("A", "!Ref Nope"), "A refers to `Nope`, which is not in the template"),
        (
            topic("A", "!Sub '${AWS::Region} ${!Nope} ${Nope}'"),
            "A refers to `Nope`, which is not in the template",
        ),
        (
            topic("A", "!Ref 'AWS::Regin'"),
            "A refers to `AWS::Regin`, which is not in the template",
        ),
        (
            topic("A", "!GetAtt Nope.Arn"),
            "A takes an attribute of `Nope`, which is not a resource of the template",
        ),
        (
            topic("A", "!Sub '${P.Arn}'"),
            "A takes an attribute of `P`, which is not a resource of the template",
        ),
        (
            topic("A", "!If [Nope, x, y]"),
            "A chooses by the condition `Nope`, which is not in the template",
        ),
        (
            topic("A", "!If [Is, x, !Ref Nope]"),
            "A refers to `Nope`, which is not in the template",
        ),
        (
            topic("A", "!FindInMap [Nope, a, b]"),
            "A looks in the mapping `Nope`, which is not in the template",
        ),
        (
            topic("A", "!FindInMap [Map, a, x]"),
            "A looks for `x` in the mapping Map, which does not have it",
        ),
        (
            "  A: {Type: 'AWS::SNS::Topic', Condition: Nope}".to_owned(),
            "A has the condition `Nope`, which is not in the template",
        ),
        (
            "  A: {Type: 'AWS::SNS::Topic', Metadata: {Of: !Ref Nope}}".to_owned(),
            "A refers to `Nope`, which is not in the template",
        ),
        (
            "  A: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: !GetAtt V.Arn}}\n  V: {Type: 'AWS::Backup::BackupVault', Properties: {BackupVaultName: vv}}".to_owned(),
            "A takes the attribute `Arn` of V, which AWS::Backup::BackupVault does not give",
        ),
        (
            "  A: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: !Ref N}}\n  N: {Type: 'AWS::SNS::Topic', Condition: Not}".to_owned(),
            "A refers to N, which its condition leaves out",
        ),
    ] {
        let text = template(&format!("{own}\n{resources}"));
        let says = format!("t.yaml:6: {says}, and CloudFormation refuses the template: fix it");
        assert_eq!(open(&text, Some("yes")), [says], "{text}");
    }
}

#[test]
fn outputs_conditions_and_rules_refer_to_what_is_there() {
    for (section, says) in [
        (
            "Outputs: {O: {Value: !Ref Nope}}",
            "6: the output O refers to `Nope`, which is not in the template",
        ),
        (
            "Outputs: {O: {Value: x, Export: {Name: !GetAtt Nope.Arn}}}",
            "6: the output O takes an attribute of `Nope`, which is not a resource of the template",
        ),
        (
            "Outputs: {O: {Value: x, Condition: Nope}}",
            "6: the output O has the condition `Nope`, which is not in the template",
        ),
        (
            "Rules: {R: {Assertions: [{Assert: !Equals [!Ref T, !Ref T]}]}}",
            "6: the rule R refers to `T`, which is not a parameter",
        ),
    ] {
        let text = format!("{}{section}\n", template(&topic("T", "x")));
        let says = format!("t.yaml:{says}, and CloudFormation refuses the template: fix it");
        let open = open(&text, Some("yes"));
        assert_eq!(open.first(), Some(&says), "{text} {open:?}");
    }
    for (condition, says) in [
        (
            "!Equals [!Ref T, 'x']",
            "the condition Is refers to `T`, which is not a parameter",
        ),
        (
            "!Not [Condition: Nope]",
            "the condition Is is made of the condition `Nope`, which is not in the template",
        ),
        (
            "!Not [Condition: Not]",
            "Is, Not refer to each other in a circle",
        ),
    ] {
        let text = template(&topic("T", "x")).replace("!Equals [!Ref P, 'yes']", condition);
        let says = format!("t.yaml:2: {says}, and CloudFormation refuses the template: fix it");
        assert_eq!(open(&text, Some("yes")), [says], "{text}");
    }
}

#[test]
fn what_refers_to_itself_is_told() {
    let condition =
        "  A: {Type: 'AWS::SNS::Topic', Condition: Not, Properties: {DisplayName: !Ref B}}";
    for (resources, given, says) in [
        (
            [
                topic("A", "!Ref B"),
                topic("B", "!Sub '${A.TopicName}'"),
                topic("C", "!Ref A"),
            ]
            .join("\n"),
            Some("yes"),
            Some("A, B refer to each other in a circle"),
        ),
        (
            topic("A", "!GetAtt A.TopicName"),
            Some("yes"),
            Some("A refers to itself"),
        ),
        (
            format!(
                "{}\n  B: {{Type: 'AWS::SNS::Topic', DependsOn: [A]}}",
                topic("A", "!Ref B")
            ),
            Some("yes"),
            Some("A, B refer to each other in a circle"),
        ),
        (
            [topic("A", "!If [Is, !Ref B, x]"), topic("B", "!Ref A")].join("\n"),
            Some("yes"),
            Some("A, B refer to each other in a circle"),
        ),
        (
            [topic("A", "!If [Is, !Ref B, x]"), topic("B", "!Ref A")].join("\n"),
            Some("no"),
            None,
        ),
        (
            [topic("A", "!If [Is, !Ref B, x]"), topic("B", "!Ref A")].join("\n"),
            None,
            Some(
                "A, B refer to each other in a circle, unless a condition that is not known opens it",
            ),
        ),
        (
            [condition.to_owned(), topic("B", "!If [Not, !Ref A, x]")].join("\n"),
            Some("yes"),
            None,
        ),
        (
            [topic("A", "!Ref B"), topic("B", "x")].join("\n"),
            Some("yes"),
            None,
        ),
    ] {
        let text = template(&resources);
        let says = says.map(|says| {
            format!("t.yaml:5: {says}, and CloudFormation refuses the template: fix it")
        });
        assert_eq!(open(&text, given), Vec::from_iter(says), "{text}");
    }
}

#[test]
fn what_may_be_left_out_is_told() {
    let named = "  N: {Type: 'AWS::SNS::Topic', Condition: Is}";
    let text = template(&format!("{}\n{named}", topic("A", "!Ref N")));
    let says = "t.yaml:5: A refers to N, which nothing makes unless a condition that is not known holds, and CloudFormation refuses the template: fix it";
    assert_eq!(open(&text, None), [says]);
    assert_eq!(open(&text, Some("yes")), [""; 0]);
    // Under the same condition it is there.
    let both = text.replace(
        "DisplayName: !Ref N}",
        "DisplayName: !Ref N}, Condition: Is",
    );
    assert_eq!(open(&both, None), [""; 0]);
}

/// A transform may make what is named.
#[test]
fn what_may_be_there_is_not_refused() {
    for text in [
        format!(
            "Transform: AWS::Serverless-2016-10-31\n{}\n  F: {{Type: 'AWS::Serverless::Function', Properties: {{Environment: {{Variables: {{A: !Ref T}}}}}}}}",
            template(&topic("T", "!GetAtt FRole.Arn"))
        ),
        format!(
            "{}\n{}",
            template(&topic("A", "!Ref M.Topic")),
            "  M: {Type: 'Org::Topic::Of::MODULE'}"
        ),
        format!(
            "Transform: AWS::LanguageExtensions\n{}",
            template(&topic("A", "!FindInMap [Map, x, y, {DefaultValue: z}]"))
        ),
        template(&topic("A", "!Sub ['${X}', {X: !Ref P}]")),
        template(&topic("A", "!If [Is, x, !FindInMap [Map, a, x]]")),
    ] {
        let mut open = open(&text, Some("yes"));
        open.retain(|text| text.contains("refuses"));
        assert_eq!(open, [""; 0], "{text}");
    }
}
