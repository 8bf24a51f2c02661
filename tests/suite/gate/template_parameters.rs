//! Values that are given for the parameters of a template: CloudFormation refuses some, and so does this.

use std::collections::BTreeMap;

use backup_preflight::sources::cloudformation::{self, Settings};

use crate::support::run;

fn read(parameter: &str, value: &str) -> Result<Vec<String>, String> {
    let text = format!(
        "Parameters:\n  P: {parameter}\nResources: {{A: {{Type: 'AWS::S3::Bucket', Properties: {{BucketName: !Ref P}}}}}}\n"
    );
    let settings = Settings {
        parameters: BTreeMap::from([("P".to_owned(), Some(value.to_owned()))]),
        ..Settings::default()
    };
    let planned = cloudformation::read("t.yaml", text.as_bytes(), &settings);
    planned
        .map(|planned| planned.warnings)
        .map_err(|error| error.to_string())
}

#[test]
fn a_value_that_cloudformation_refuses_is_an_error_that_does_not_tell_it() {
    for (parameter, good, bad, why) in [
        (
            "{Type: String, AllowedValues: [prod, dev]}",
            "dev",
            "secret",
            "its AllowedValues are prod, dev",
        ),
        (
            "{Type: Number, AllowedValues: [7, 35]}",
            "35",
            "30",
            "its AllowedValues are 7, 35",
        ),
        (
            "{Type: CommaDelimitedList, AllowedValues: [a, b]}",
            "a, b",
            "a,secret",
            "its AllowedValues are a, b",
        ),
        ("{Type: Number}", "-1.5", "secret", "of the type Number"),
        (
            "{Type: List<Number>}",
            "1, 2",
            "1,secret",
            "of the type Number",
        ),
        (
            "{Type: Number, MinValue: 7}",
            "7",
            "6",
            "less than its MinValue",
        ),
        (
            "{Type: Number, MaxValue: '90'}",
            "90",
            "90.5",
            "more than its MaxValue",
        ),
        (
            "{Type: String, MinLength: 3}",
            "abc",
            "zz",
            "shorter than its MinLength",
        ),
        (
            "{Type: String, MaxLength: 3}",
            "äöü",
            "secret",
            "longer than its MaxLength",
        ),
        (
            "{Type: String, AllowedPattern: '[a-z]{3}'}",
            "abc",
            "secret",
            "not match its AllowedPattern",
        ),
        (
            "{Type: CommaDelimitedList, AllowedPattern: '[a-z]'}",
            "a, b",
            "a,secret",
            "not match its AllowedPattern",
        ),
    ] {
        assert!(read(parameter, good).is_ok(), "{parameter} {good}");
        let error = read(parameter, bad).unwrap_err();
        assert!(
            error.starts_with("t.yaml:2: the value given for the parameter `P` is refused")
                && error.contains(why),
            "{error}"
        );
        assert!(!error.contains("secret"), "{error}");
    }
}

/// What a template leaves open whose parameter has a value, or none.
fn open(parameter: &str, value: Option<&str>) -> Vec<String> {
    let text =
        format!("Parameters:\n  P: {parameter}\nResources: {{A: {{Type: 'AWS::SNS::Topic'}}}}\n");
    let given = value.map(|value| ("P".to_owned(), Some(value.to_owned())));
    let settings = Settings {
        parameters: given.into_iter().collect(),
        ..Settings::default()
    };
    let now = ("now.yaml", &b"Resources: {}"[..]);
    let alone = cloudformation::read("t.yaml", text.as_bytes(), &settings).unwrap();
    let change = cloudformation::read_change(now, ("t.yaml", text.as_bytes()), &settings).unwrap();
    assert_eq!(alone.open, change.open, "{text}");
    alone.open
}

#[test]
fn a_default_that_cloudformation_refuses_is_not_taken() {
    for (parameter, why) in [
        (
            "{Type: Number, Default: 35, MaxValue: 30}",
            "it is more than its MaxValue",
        ),
        (
            "{Type: String, Default: a, AllowedValues: [b]}",
            "its AllowedValues are b",
        ),
        (
            "{Type: String, Default: '', MinLength: 1}",
            "it is shorter than its MinLength",
        ),
        (
            "{Type: String, Default: '', AllowedPattern: .+}",
            "it does not match its AllowedPattern",
        ),
    ] {
        let says = format!(
            "t.yaml:2: the default of the parameter P is refused: {why}: give --parameter P=VALUE"
        );
        assert_eq!(open(parameter, None), [says], "{parameter}");
    }
    assert_eq!(
        open("{Type: Number, Default: 35, MaxValue: 30}", Some("30")),
        [""; 0]
    );
}

#[test]
fn a_pattern_that_is_not_understood_leaves_the_answer_open() {
    let says = "t.yaml:2: whether the value of the parameter P matches its AllowedPattern is not known: CloudFormation refuses one that does not";
    for (parameter, value) in [
        (r"{Type: String, AllowedPattern: '(a)\1'}", Some("aa")),
        (
            "{Type: String, AllowedPattern: '[a-z&&[^b]]', Default: a}",
            None,
        ),
        ("{Type: Number, AllowedPattern: '[0-4]+'}", Some("35")),
    ] {
        assert_eq!(open(parameter, value), [says], "{parameter}");
    }
    assert_eq!(
        open("{Type: Number, AllowedPattern: '[0-9]+'}", Some("35")),
        [""; 0]
    );
    assert_eq!(
        open("{Type: String, AllowedPattern: '(?!x)[a-z]+'}", Some("abc")),
        [""; 0]
    );
}

#[test]
fn what_is_given_twice_has_one_value() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.yaml");
    let text = "Parameters: {P: {Type: String}}\nResources: {A: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Ref P}}}\n";
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let base = [
        "check",
        "--example",
        "aws-storage-blog",
        "--cloudformation",
        file,
    ];
    for (option, one, other) in [
        ("--parameter", "P=a", "P=b"),
        ("--import", "N=a", "N=b"),
        ("--ssm", "/n=a", "/n=b"),
        ("--template-region", "eu-west-1", "eu-west-2"),
    ] {
        let ran = run(&[&base[..], &[option, one, option, other]].concat());
        assert_eq!(ran.code, 2, "{option}: {}", ran.err);
        assert!(ran.err.contains("two values"), "{option}: {}", ran.err);
        let ran = run(&[&base[..], &[option, one, option, one]].concat());
        assert!(!ran.err.contains("two values"), "{option}: {}", ran.err);
    }
    // Two files, in either order.
    let given = |value: &str| {
        let file = folder.path().join(format!("{value}.json"));
        std::fs::write(&file, format!(r#"{{"P": "{value}"}}"#)).unwrap();
        file.display().to_string()
    };
    let (one, other) = (given("a"), given("b"));
    for (first, second, is_error) in [
        (&one, &other, true),
        (&other, &one, true),
        (&one, &one, false),
    ] {
        let option = "--parameters";
        let ran = run(&[&base[..], &[option, first, option, second]].concat());
        assert_eq!(ran.err.contains("two values"), is_error, "{}", ran.err);
        assert_eq!(ran.code == 2, is_error, "{}", ran.err);
    }
}
