//! What CloudFormation reads where nothing stands in quotes.

use super::template_property_types::{by_tag, copies, planned, read};

#[test]
fn words_and_numbers_without_quotes_are_the_texts_that_cloudformation_makes_of_them() {
    let always = "!Equals [a, a]";
    for (tag, wanted, taken) in [
        ("yes", "'true'", true),
        ("yes", "'yes'", false),
        ("yes", "On", true),
        ("'yes'", "yes", false),
        ("Off", "'false'", true),
        ("y", "'y'", true),
        ("N", "'N'", true),
        ("true", "True", true),
        ("01", "'1'", true),
        ("01", "'01'", false),
        ("0300", "192", true),
        ("0x1F", "'31'", true),
        ("190:20:30", "'685230'", true),
        ("012345670123", "'1402433619'", true),
        ("111122223333", "'111122223333'", true),
        ("5.7", "'5.7'", true),
        ("2024-01-31", "'2024-01-31'", true),
        ("!!str yes", "'yes'", true),
        ("!!str 012", "'012'", true),
        ("!!int 012", "'10'", true),
        ("!!bool on", "'true'", true),
        ("! on", "'on'", true),
        ("\"on\"", "'on'", true),
        ("!Sub '${AWS::Region}'", "eu-west-1", true),
        ("!Sub true", "'true'", true),
        ("!Join [0, [a, b]]", "a0b", true),
        ("!Join [on, [1, yes]]", "1truetrue", true),
        ("!Select [1, !Split [1, a1b]]", "b", true),
    ] {
        let text = by_tag("", always, tag, wanted);
        assert_eq!(copies(&text), usize::from(taken), "{tag} {wanted}");
    }
    for (parameter, condition, made) in [
        (
            "{Type: String, Default: yes}",
            "!Equals [!Ref P, 'true']",
            true,
        ),
        ("{Type: String, Default: yes}", "!Equals [!Ref P, on]", true),
        (
            "{Type: String, Default: 'yes'}",
            "!Equals [!Ref P, yes]",
            false,
        ),
        (
            "{Type: String, Default: 'true'}",
            "!Equals [!Ref P, yes]",
            true,
        ),
        ("{Type: String, Default: 01}", "!Equals [!Ref P, '1']", true),
        ("{Type: Number, Default: 010}", "!Equals [!Ref P, 8]", true),
        (
            "{Type: Number, Default: '010'}",
            "!Equals [!Ref P, '010']",
            true,
        ),
        (
            "{Type: Number, Default: '010'}",
            "!Equals [!Ref P, 8]",
            false,
        ),
        (
            "{Type: List<Number>, Default: '1,2'}",
            "!Equals [!Ref P, [1, 2]]",
            true,
        ),
    ] {
        let text = by_tag(&format!("P: {parameter}"), condition, "a", "a");
        assert_eq!(copies(&text), usize::from(made), "{parameter} {condition}");
    }
}

#[test]
fn what_is_read_in_more_than_one_way_is_not_known_and_its_line_is_told() {
    for odd in [
        "012345678901",
        "089",
        "1_000",
        "+35",
        "1.0",
        "13.10",
        "1e3",
        "0b11",
        "0o17",
        "01:30",
        ".inf",
        "2024-01-31 10:00:00",
        "99999999999999999999",
        "!!float 1.0",
        "!!int '5'",
        "!!timestamp 2024-01-31",
    ] {
        let text = by_tag("", "!Equals [a, a]", "a", odd);
        let document = planned(&text).after.document.to_string();
        let scalar = odd.rsplit_once("!!").map_or(odd, |(_, rest)| {
            rest.split_once(' ')
                .map_or(rest, |(_, value)| value.trim_matches('\''))
        });
        let told = format!(
            "t.yaml:25: `{scalar}` without quotes may be another value to CloudFormation: put it in quotes"
        );
        assert!(document.contains(&told), "{odd}: {document}");
        let text = by_tag(
            &format!("P: {{Type: String, Default: {odd}}}"),
            "!Equals [!Ref P, a]",
            "a",
            "a",
        );
        let open = planned(&text).open.join("\n");
        let told = format!(
            "whether Plan is made depends on the condition Made (t.yaml:1: `{scalar}` without quotes"
        );
        assert!(open.contains(&told), "{odd}: {open}");
    }
    let text = by_tag("", "!Equals [a, a]", "a", "!Sub 012");
    let document = planned(&text).after.document.to_string();
    assert!(document.contains("t.yaml:25: Fn::Sub"), "{document}");
}

#[test]
fn json_is_read_the_same_and_its_texts_stay() {
    for (tag, told) in [
        ("true", r#""Tags":{"Tier":"true"}"#),
        ("12", r#""Tags":{"Tier":"12"}"#),
        (r#""yes""#, r#""Tags":{"Tier":"yes"}"#),
        (r#""012""#, r#""Tags":{"Tier":"012"}"#),
        ("1.0", "t.yaml:1: `1.0` without quotes"),
    ] {
        let text = format!(
            r#"{{"Resources": {{"Table": {{"Type": "AWS::DynamoDB::Table", "Properties": {{"TableName": "t", "Tags": [{{"Key": "Tier", "Value": {tag}}}]}}}}}}}}"#
        );
        let document = planned(&text).after.document.to_string();
        assert!(document.contains(told), "{tag}: {document}");
    }
}

#[test]
fn a_key_that_is_no_text_is_refused_as_cloudformation_refuses_it() {
    for key in [
        "123456789012",
        "012345678901",
        "1",
        "1.0",
        "on",
        "yes",
        "No",
        "true",
    ] {
        let text = format!(
            "Mappings:\n  M:\n    {key}: {{a: b}}\nResources: {{T: {{Type: 'AWS::SNS::Topic'}}}}\n"
        );
        let error = read(&text).unwrap_err();
        let told =
            format!("t.yaml:3:5: not a CloudFormation template: the key `{key}` without quotes");
        assert!(error.starts_with(&told), "{key}: {error}");
        let quoted = text.replace(key, &format!("'{key}'"));
        assert!(read(&quoted).is_ok(), "{key}");
    }
    for key in ["y", "n", "N", "2012-10-17", "us-east-1"] {
        let text = format!(
            "Mappings:\n  M:\n    {key}: {{a: b}}\nResources: {{T: {{Type: 'AWS::SNS::Topic'}}}}\n"
        );
        assert!(read(&text).is_ok(), "{key}");
    }
}
