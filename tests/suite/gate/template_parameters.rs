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
    let told = read("{Type: String, AllowedPattern: '[a-z]+'}", "A").unwrap();
    assert!(
        told.iter().any(|text| text
            .contains("t.yaml:2: whether the value of the parameter P matches its AllowedPattern")),
        "{told:?}"
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
