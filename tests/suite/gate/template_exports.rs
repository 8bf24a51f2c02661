//! Templates of one run: what one exports another imports, what a stack within gives the one that it is in, and how several are named.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::estate::{DATABASE, FROM, ROLE};
use crate::support::{Estate, Ran, run};

const DR: &str = "arn:aws:backup:us-east-2:111122223333:backup-vault:dr";

/// A plan that copies the database into what a value says.
pub fn plan(destination: &Value) -> Value {
    json!({"Resources": {
        "P": {"Type": "AWS::Backup::BackupPlan", "Properties": {"BackupPlan": {"BackupPlanName": "p", "BackupPlanRule": [
            {"RuleName": "r", "TargetBackupVault": "prod", "ScheduleExpression": "cron(0 5 * * ? *)", "Lifecycle": {"DeleteAfterDays": 14},
                "CopyActions": [{"DestinationBackupVaultArn": destination, "Lifecycle": {"DeleteAfterDays": 14}}]}]}}},
        "S": {"Type": "AWS::Backup::BackupSelection", "Properties": {"BackupPlanId": {"Ref": "P"}, "BackupSelection": {
            "SelectionName": "s", "IamRoleArn": ROLE, "Resources": [DATABASE]}}}}})
}

/// A vault that is exported.
pub fn vault(exported_as: &Value) -> Value {
    json!({"Resources": {"V": {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "dr"}}},
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["V", "BackupVaultArn"]}, "Export": {"Name": exported_as}}}})
}

/// What a check comes to over these files, with these words; `{}` in them is the folder.
pub fn ran(files: &[(&str, &Value)], words: &[&str]) -> Ran {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content.to_string()).unwrap();
    }
    let nothing = json!({"Resources": {}}).to_string();
    fs::write(folder.path().join("nothing.json"), nothing).unwrap();
    let mut estate = Estate::rds().0;
    estate["copies"] = json!([]);
    fs::write(folder.path().join("inventory"), estate.to_string()).unwrap();
    let at = folder.path().display().to_string();
    let first = [
        "check",
        "--no-config",
        "--all",
        "--format",
        "json",
        "--account",
        FROM,
        "--inventory",
        "{}/inventory",
    ];
    let words: Vec<String> = first
        .iter()
        .chain(words)
        .map(|word| word.replace("{}", &at))
        .collect();
    run(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The vaults that are copied into.
pub fn destinations(ran: &Ran) -> Vec<String> {
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    let copies = report["copies"].as_array().unwrap().iter();
    copies
        .map(|copy| {
            copy["destination"]["vault"]
                .as_str()
                .unwrap_or("?")
                .to_owned()
        })
        .collect()
}

pub const HERE: [&str; 2] = ["--template-region", "us-east-2"];

/// Of two templates, in both orders.
fn both_orders(one: &Value, other: &Value, more: &[&str]) -> Vec<Vec<String>> {
    let files = [("one.json", one), ("other.json", other)];
    let orders = [
        ["{}/one.json", "{}/other.json"],
        ["{}/other.json", "{}/one.json"],
    ];
    let each = orders.map(|order| {
        let ran = ran(&files, &[&["--cloudformation"], &order[..], more].concat());
        assert!(ran.code != 2, "{}", ran.err);
        destinations(&ran)
    });
    each.to_vec()
}

#[test]
fn what_one_template_exports_another_imports() {
    let imports = plan(&json!({"Fn::ImportValue": {"Fn::Sub": "${AWS::Region}-dr"}}));
    let exports = vault(&json!({"Fn::Join": ["-", [{"Ref": "AWS::Region"}, "dr"]]}));
    let found = both_orders(&exports, &imports, &HERE);
    assert_eq!(found, [[DR], [DR]]);
    // Another Region has other exports.
    let apart = [
        "--template-region",
        "one.json=us-west-2",
        "--template-region",
        "us-east-2",
    ];
    let found = both_orders(&exports, &imports, &apart);
    assert_eq!(found, [[""; 0], [""; 0]]);
    // What is given outweighs.
    let central = "us-east-2-dr=arn:aws:backup:us-east-2:444455556666:backup-vault:central";
    let found = both_orders(
        &exports,
        &imports,
        &[&HERE[..], &["--import", central]].concat(),
    );
    assert!(
        found.iter().all(|vaults| vaults[0].ends_with(":central")),
        "{found:?}"
    );
}

#[test]
fn what_the_parameter_store_has_is_given_by_its_name_there() {
    let stored = |destination: Value| {
        let mut template = plan(&destination);
        template["Parameters"] = json!({"C": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/central"},
            "L": {"Type": "AWS::SSM::Parameter::Value<List<String>>", "Default": "/vaults"}});
        template
    };
    let of = |destination: Value, given: &[&str]| {
        let given: Vec<&str> = given.iter().flat_map(|one| ["--ssm", one]).collect();
        let words = [&["--cloudformation", "{}/t.json"][..], &HERE, &given].concat();
        let ran = ran(&[("t.json", &stored(destination))], &words);
        assert!(ran.code != 2, "{}", ran.err);
        (destinations(&ran), ran.out)
    };
    let central = format!("/central={DR}");
    let central = central.as_str();
    let list = format!("/vaults=arn:other, {DR}");
    let here = format!("/us-east-2/dr={DR}");
    for (destination, given) in [
        (json!({"Ref": "C"}), central),
        (json!("{{resolve:ssm:/central}}"), central),
        (json!({"Fn::Sub": "${C}"}), central),
        (json!({"Fn::Select": [1, {"Ref": "L"}]}), &list),
        (
            json!({"Fn::Sub": "{{resolve:ssm:/${AWS::Region}/dr}}"}),
            &here,
        ),
        (
            json!(format!(
                "{}{{{{resolve:ssm:/name}}}}",
                DR.trim_end_matches("dr")
            )),
            "/name=dr",
        ),
    ] {
        assert_eq!(of(destination.clone(), &[given]).0, [DR], "{destination}");
        let (found, told) = of(destination.clone(), &[]);
        assert_eq!(found, [""; 0], "{destination}");
        let name = given.split('=').next().unwrap();
        let expected = format!("give --ssm {name}=VALUE");
        assert!(told.contains(&expected), "{destination}: {told}");
    }
    for destination in [
        // Another version of it, another store, and what works on the reference itself.
        json!("{{resolve:ssm:/central:3}}"),
        json!("{{resolve:secretsmanager:/central}}"),
        json!({"Fn::Join": ["", {"Fn::Split": ["|", "{{resolve:ssm:/central}}"]}]}),
    ] {
        assert_eq!(
            of(destination.clone(), &[central]).0,
            [""; 0],
            "{destination}"
        );
    }
}

#[test]
fn what_is_exported_may_have_been_imported() {
    let first = vault(&json!("first"));
    let second = json!({"Resources": {"W": {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "w"}}},
        "Outputs": {"Arn": {"Value": {"Fn::ImportValue": "first"}, "Export": {"Name": "second"}}}});
    let third = plan(&json!({"Fn::ImportValue": "second"}));
    let files = [("3.json", &third), ("2.json", &second), ("1.json", &first)];
    for order in [
        ["{}/1.json", "{}/2.json", "{}/3.json"],
        ["{}/3.json", "{}/2.json", "{}/1.json"],
    ] {
        let ran = ran(&files, &[&["--cloudformation"], &order[..], &HERE].concat());
        assert_eq!(destinations(&ran), [DR], "{}", ran.err);
    }
}

#[test]
fn an_export_that_is_not_known_is_unknown() {
    let imports = plan(&json!({"Fn::ImportValue": "dr"}));
    let with = |condition: Value| {
        let mut exports = vault(&json!("dr"));
        exports["Parameters"] = json!({"P": {"Type": "String"}});
        exports["Conditions"] = json!({"C": {"Fn::Equals": condition}});
        exports["Outputs"]["Arn"]["Condition"] = json!("C");
        both_orders(&exports, &imports, &HERE)
    };
    assert_eq!(with(json!(["a", "a"])), [[DR], [DR]]);
    for condition in [json!(["a", "b"]), json!([{"Ref": "P"}, "b"])] {
        assert_eq!(with(condition.clone()), [[""; 0], [""; 0]], "{condition}");
    }
    // CloudFormation takes no name twice in a Region.
    let (one, other) = (vault(&json!("dr")), vault(&json!("dr")));
    let files = [
        ("one.json", &one),
        ("other.json", &other),
        ("plan.json", &imports),
    ];
    let words = [
        "--cloudformation",
        "{}/one.json",
        "{}/other.json",
        "{}/plan.json",
    ];
    let ran = ran(&files, &[&words[..], &HERE].concat());
    assert_eq!((destinations(&ran).len(), ran.code), (0, 3), "{}", ran.err);
    assert!(ran.err.contains("both export dr"), "{}", ran.err);
}

#[test]
fn a_pattern_names_templates_and_several_may_follow_one_flag() {
    let (exports, imports) = (vault(&json!("dr")), plan(&json!({"Fn::ImportValue": "dr"})));
    let files = [
        ("out/a.template.json", &imports),
        ("out/b.template.json", &exports),
    ];
    for words in [
        &["--cloudformation", "{}/out/*.template.json"][..],
        &["--cloudformation", "{}/**/*.template.json"],
        &[
            "--cloudformation",
            "{}/out/a.template.json",
            "{}/out/b.template.json",
        ],
        &[
            "--cloudformation",
            "{}/out/a.template.json",
            "--cloudformation",
            "{}/out/b.template.json",
        ],
        &[
            "--cloudformation",
            "{}/out/*.template.json",
            "--cloudformation-before",
            "{}/nothing.json",
            "{}/nothing.json",
        ],
    ] {
        let ran = ran(&files, &[words, &HERE].concat());
        assert_eq!(destinations(&ran), [DR], "{words:?}: {}", ran.err);
    }
    let ran = ran(
        &files,
        &[&["--cloudformation", "{}/out/*.yaml"], &HERE[..]].concat(),
    );
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no file matches"), "{}", ran.err);
}

#[test]
fn a_stack_of_the_cdk_within_is_read_from_the_file_beside() {
    // As `cdk synth` writes one without metadata: the file is told by its hash, in the manifest of the assets.
    let within = {
        let mut within = plan(&json!({"Ref": "referencetoVArn"}));
        within["Parameters"] = json!({"referencetoVArn": {"Type": "String"}});
        within["Outputs"] = json!({"Plan": {"Value": {"Ref": "P"}}});
        within
    };
    let hash = "f59a7a20e708404db528bb77760b00b31bddd90037e188f63e41fdce05213ab4";
    let mut of = vault(&json!("dr"));
    of["Resources"]["N"] = json!({"Type": "AWS::CloudFormation::Stack", "Properties": {
        "Parameters": {"referencetoVArn": {"Fn::GetAtt": ["V", "BackupVaultArn"]}},
        "TemplateURL": {"Fn::Sub": format!("https://s3.${{AWS::Region}}.${{AWS::URLSuffix}}/cdk-hnb659fds-assets-${{AWS::AccountId}}-${{AWS::Region}}/{hash}.json")}}});
    let assets = json!({"version": "55.0.0", "files": {hash: {"source": {"path": "SN.nested.template.json", "packaging": "file"}}}});
    let files = [
        ("S.template.json", &of),
        ("SN.nested.template.json", &within),
        ("S.assets.json", &assets),
    ];
    for words in [
        &["--cloudformation", "{}/S.template.json"][..],
        &["--cloudformation", "{}/*.template.json"],
        &[
            "--cloudformation",
            "{}/S.template.json",
            "--cloudformation-before",
            "{}/nothing.json",
        ],
    ] {
        let ran = ran(&files, &[words, &HERE].concat());
        assert_eq!(destinations(&ran), [DR], "{words:?}: {}", ran.err);
        assert!(!ran.err.contains("may make more resources"), "{}", ran.err);
    }
    // One that is there already may change, and how is not read.
    let words = [
        "--cloudformation",
        "{}/S.template.json",
        "--cloudformation-before",
        "{}/S.template.json",
    ];
    let ran = ran(&files, &[&words[..], &HERE].concat());
    assert_eq!(destinations(&ran), [""; 0], "{}", ran.err);
}

#[test]
fn what_a_stack_within_gives_is_known_to_the_one_that_it_is_in() {
    let mut of = plan(&json!({"Fn::GetAtt": ["N", "Outputs.Arn"]}));
    of["Resources"]["N"] =
        json!({"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "vault.json"}});
    let vault = vault(&json!("dr"));
    let files = [("S.json", &of), ("vault.json", &vault)];
    for given in [&["{}/S.json"][..], &["{}/S.json", "{}/vault.json"]] {
        let ran = ran(&files, &[&["--cloudformation"], given, &HERE].concat());
        assert_eq!(destinations(&ran), [DR], "{}", ran.err);
        // That the second is no stack of its own is told.
        assert_eq!(
            ran.err.contains("is the template of a stack in another"),
            given.len() == 2,
            "{}",
            ran.err
        );
    }
}

#[test]
fn a_reference_may_be_put_together() {
    let mut template = plan(&json!({"Fn::GetAtt": [{"Fn::Sub": "V${Of}"}, "BackupVaultArn"]}));
    template["Transform"] = json!("AWS::LanguageExtensions");
    template["Parameters"] =
        json!({"Of": {"Type": "String", "Default": "1"}, "Open": {"Type": "String"}});
    template["Resources"]["V1"] =
        json!({"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "dr"}});
    let with = |reference: Value| {
        let mut template = template.clone();
        template["Resources"]["S"]["Properties"]["BackupPlanId"] = json!({"Ref": reference});
        let ran = ran(
            &[("t.json", &template)],
            &[&["--cloudformation", "{}/t.json"], &HERE[..]].concat(),
        );
        (destinations(&ran), ran.err)
    };
    let (found, err) = with(json!({"Fn::Select": [0, {"Fn::Split": [",", "P,Q"]}]}));
    assert_eq!(found, [DR], "{err}");
    for (reference, told) in [
        (json!({"Ref": "Open"}), "the parameter Open"),
        (json!({"Fn::Sub": "Q${Of}"}), "Ref Q1"),
    ] {
        let (found, err) = with(reference);
        assert_eq!(found, [""; 0], "{err}");
        assert!(err.contains(told), "{told}: {err}");
    }
}

/// CloudFormation refuses to change an export that another stack takes: what it will be is not known.
#[test]
fn an_export_that_a_value_may_change_is_unknown() {
    let exports = json!({"Parameters": {"P": {"Type": "String", "Default": DR}}, "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
        "Outputs": {"Arn": {"Value": {"Ref": "P"}, "Export": {"Name": "dr"}}}});
    let imports = plan(&json!({"Fn::ImportValue": "dr"}));
    let files = [("one.json", &exports), ("other.json", &imports)];
    let words = [
        "--cloudformation",
        "{}/one.json",
        "{}/other.json",
        "--cloudformation-before",
        "{}/one.json",
        "{}/nothing.json",
    ];
    let dr = format!("P={DR}");
    let with = |given: &[&str]| ran(&files, &[&words[..], &HERE, given].concat());
    assert_eq!(destinations(&with(&[])), [DR]);
    let stays = ["--parameter", &dr, "--parameter-before", &dr];
    assert_eq!(destinations(&with(&stays)), [DR]);
    let other = "P=arn:aws:backup:us-east-2:111122223333:backup-vault:other";
    for given in [
        &["--parameter", other][..],
        &["--parameter", other, "--parameter-before", &dr],
    ] {
        let ran = with(given);
        assert_eq!((destinations(&ran), ran.code), (vec![], 3), "{}", ran.err);
        assert!(ran.err.contains("what it exports as dr"), "{}", ran.err);
    }
}
