//! Terraform and CloudFormation: what refers to something refers to what is there, and policies come through whole.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::support::{EXAMPLES, Made, example};

/// What Terraform makes of a string: templates are undone, and a template that is not one of ours is an error.
fn unescaped(text: &str) -> String {
    let (open, percent) = ("\u{0}", "\u{1}");
    let text = text.replace("$${", open).replace("%%{", percent);
    assert!(!text.contains("${") && !text.contains("%{"), "{text}");
    text.replace(open, "${").replace(percent, "%{")
}

fn terraform_files(made: &Made) -> Vec<Value> {
    made.files
        .iter()
        .filter(|file| file.path.ends_with("main.tf.json"))
        .map(|file| serde_json::from_str(&file.text).unwrap())
        .collect()
}

/// Every string of a value.
fn strings<'a>(value: &'a Value, all: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => all.push(text),
        Value::Array(list) => list.iter().for_each(|item| strings(item, all)),
        Value::Object(fields) => fields.values().for_each(|item| strings(item, all)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn each_resource_of_terraform_is_made_in_an_account_that_its_provider_insists_on() {
    let mut seen = 0;
    for name in EXAMPLES {
        for file in terraform_files(&Made::of_example(name)) {
            let providers = file["provider"]["aws"].as_array().unwrap();
            for (kind, resources) in file["resource"].as_object().unwrap() {
                for (id, resource) in resources.as_object().unwrap() {
                    let alias = resource["provider"]
                        .as_str()
                        .unwrap()
                        .strip_prefix("aws.")
                        .unwrap();
                    let provider = providers.iter().find(|provider| provider["alias"] == alias);
                    let provider = provider.unwrap_or_else(|| panic!("{kind}.{id}: {alias}"));
                    let account = provider["allowed_account_ids"][0].as_str().unwrap();
                    assert!(alias.contains(account));
                    if let Some(key) = resource["key_id"].as_str() {
                        assert!(key.contains(&format!(":{account}:")), "{key} {account}");
                        assert!(key.contains(provider["region"].as_str().unwrap()));
                    }
                    let variable = provider["profile"].as_str().unwrap();
                    let variable = variable
                        .strip_prefix("${var.")
                        .unwrap()
                        .strip_suffix('}')
                        .unwrap();
                    assert!(file["variable"][variable].is_object(), "{variable}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn what_terraform_refers_to_is_in_the_file() {
    for name in EXAMPLES {
        for file in terraform_files(&Made::of_example(name)) {
            let mut all = Vec::new();
            strings(&file["resource"], &mut all);
            for text in all {
                let Some(reference) = text
                    .strip_prefix("${")
                    .and_then(|text| text.strip_suffix('}'))
                else {
                    continue;
                };
                let parts: Vec<&str> = reference.split('.').collect();
                let found = match parts.as_slice() {
                    ["data", kind, name, _] => &file["data"][*kind][*name],
                    [kind, name, _] => &file["resource"][*kind][*name],
                    _ => panic!("{reference}"),
                };
                assert!(found.is_object(), "{reference}");
            }
        }
    }
}

#[test]
fn a_policy_with_variables_comes_through_terraform_as_it_is() {
    let mut inventory = example("field-notes-rds-before");
    let statement = json!({"Sid": "Odd", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111222333444:root"},
        "Action": "kms:Describe*", "Resource": "*",
        "Condition": {"StringLike": {"aws:PrincipalTag/team": "${aws:ResourceTag/team}%{x}"}}});
    for key in inventory["accounts"][0]["regions"][0]["keys"]
        .as_array_mut()
        .unwrap()
    {
        key["Policy"]["Statement"]
            .as_array_mut()
            .unwrap()
            .push(statement.clone());
    }
    let made = Made::of(&inventory);
    let id = made.id("key-policy");
    let file = made.json("main.tf.json");
    let policy = file["resource"]["aws_kms_key_policy"][id]["policy"]
        .as_str()
        .unwrap();
    let policy: Value = serde_json::from_str(&unescaped(policy)).unwrap();
    let remedy = made.remedies.iter().find(|remedy| remedy.id == id).unwrap();
    assert_eq!(Some(&policy), remedy.policy_after().as_ref());
    assert!(policy.to_string().contains("${aws:ResourceTag/team}%{x}"));
    let _ = serde_json::from_str::<Value>(made.text(made.named(&format!("{id}-"), ".after.json")))
        .unwrap();
}

#[test]
fn what_a_template_refers_to_is_in_it() {
    let mut seen = 0;
    for name in EXAMPLES {
        let made = Made::of_example(name);
        for file in made
            .files
            .iter()
            .filter(|file| file.path.contains("template-"))
        {
            let template: Value = serde_json::from_str(&file.text).unwrap();
            let resources = template["Resources"].as_object().unwrap();
            let mut wanted = BTreeSet::new();
            references(&template, &mut wanted);
            for name in &wanted {
                assert!(resources.contains_key(name), "{}: {name}", file.path);
            }
            for (name, resource) in resources {
                assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{name}");
                assert!(resource["Type"].as_str().unwrap().starts_with("AWS::"));
                seen += 1;
            }
            assert!(file.text.len() < 51_200, "{} needs a bucket", file.path);
        }
    }
    assert!(seen > 10, "{seen}");
}

fn references(value: &Value, all: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                match (name.as_str(), inner) {
                    ("Ref", Value::String(name)) => {
                        all.insert(name.clone());
                    }
                    ("Fn::GetAtt", Value::Array(path)) => {
                        all.insert(path[0].as_str().unwrap().to_owned());
                    }
                    (_, inner) => references(inner, all),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|item| references(item, all)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn a_vault_that_is_created_has_a_name_that_aws_takes() {
    for name in EXAMPLES {
        let made = Made::of_example(name);
        for file in made
            .files
            .iter()
            .filter(|file| file.path.contains("template-"))
        {
            let template: Value = serde_json::from_str(&file.text).unwrap();
            for resource in template["Resources"].as_object().unwrap().values() {
                if let Some(name) = resource["Properties"]["BackupVaultName"].as_str() {
                    assert!((2..=50).contains(&name.len()), "{name}");
                }
            }
        }
    }
}

#[test]
fn the_function_in_the_template_is_the_one_in_the_folder_and_hears_of_its_own_vault() {
    let made = Made::of_example("opstree-two-step");
    let template = made.json(made.named("two-step/template-", ".json"));
    let resources = &template["Resources"];
    assert_eq!(
        resources["Function"]["Properties"]["Code"]["ZipFile"],
        made.text("two-step/function.py")
    );
    let pattern = &resources["Rule"]["Properties"]["EventPattern"];
    assert_eq!(pattern["detail-type"], json!(["Copy Job State Change"]));
    let vault = pattern["detail"]["destinationBackupVaultArn"][0]
        .as_str()
        .unwrap();
    assert!(
        vault.ends_with(
            resources["BetweenVault"]["Properties"]["BackupVaultName"]
                .as_str()
                .unwrap()
        )
    );
    let key = resources["BetweenKey"]["Properties"]["KeyPolicy"].to_string();
    assert!(
        key.contains("arn:aws:iam::444455556666:role/aws-service-role/"),
        "{key}"
    );
    let terraform = made.json("two-step/main.tf.json");
    let rules = terraform["resource"]["aws_cloudwatch_event_rule"]
        .as_object()
        .unwrap();
    let theirs = rules.values().next().unwrap()["event_pattern"]
        .as_str()
        .unwrap();
    assert_eq!(&serde_json::from_str::<Value>(theirs).unwrap(), pattern);
}

/// What two runs make for different copies is not called the same, so that neither is put in the place of the other; the same run
/// means the same.
#[test]
fn two_steps_for_other_copies_have_other_names() {
    let named = |copies: &[&str]| {
        let mut estate = example("lagv-primer");
        let all = estate["copies"].as_array_mut().unwrap();
        all.retain(|copy| copies.contains(&copy["id"].as_str().unwrap()));
        assert_eq!(all.len(), copies.len());
        let made = Made::of(&estate);
        let template = made.json(made.named("two-step/template-", ".json"));
        let mut names = BTreeSet::new();
        for resource in template["Resources"].as_object().unwrap().values() {
            for name in [
                "BackupVaultName",
                "AliasName",
                "LogGroupName",
                "FunctionName",
                "Name",
            ] {
                let name = resource["Properties"][name].as_str();
                names.extend(name.map(str::to_owned));
            }
        }
        let terraform = made.json("two-step/main.tf.json");
        for kind in [
            "aws_lambda_function",
            "aws_iam_role",
            "aws_cloudwatch_event_rule",
        ] {
            for resource in terraform["resource"][kind].as_object().unwrap().values() {
                for name in ["function_name", "name"] {
                    names.extend(resource[name].as_str().map(str::to_owned));
                }
            }
        }
        let script = made.text("apply.sh");
        let stacks = script.match_indices("--stack-name ");
        let stacks = stacks.map(|(at, _)| script[at..].split(' ').nth(1).unwrap().to_owned());
        names.extend(stacks);
        assert!(names.len() >= 4, "{names:?}");
        assert!(names.iter().all(|name| name.len() <= 64), "{names:?}");
        names
    };
    let (one, other) = (
        "aws-managed-key-to-air-gapped",
        "aws-managed-key-to-databunker",
    );
    assert!(named(&[one]).is_disjoint(&named(&[other])));
    assert!(named(&[one]).is_disjoint(&named(&[one, other])));
    assert_eq!(named(&[one, other]), named(&[one, other]));
}

#[test]
fn a_template_has_the_routes_of_its_own_vault_alone() {
    let mut estate = example("opstree-two-step");
    let other = estate.to_string().replace("111122223333", "111222333444");
    let other: Value = serde_json::from_str(&other).unwrap();
    let own = other["accounts"][0].clone();
    estate["accounts"].as_array_mut().unwrap().push(own);
    let copies = other["copies"].as_array().unwrap().clone();
    for mut copy in copies {
        copy["id"] = format!("{}-too", copy["id"].as_str().unwrap()).into();
        estate["copies"].as_array_mut().unwrap().push(copy);
    }
    let policy = "/accounts/1/regions/1/vaults/0/AccessPolicy/Statement/0/Principal/AWS";
    let let_in = estate.pointer_mut(policy).unwrap();
    *let_in = json!([
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::111222333444:root"
    ]);
    let made = Made::of(&estate);
    let both = made.text("two-step/function.py");
    let accounts = ["111122223333", "111222333444"];
    assert!(accounts.iter().all(|account| both.contains(account)));
    for (account, other) in [(accounts[0], accounts[1]), (accounts[1], accounts[0])] {
        let file = made.named(&format!("two-step/template-{account}"), ".json");
        let code = &made.json(file)["Resources"]["Function"]["Properties"]["Code"]["ZipFile"];
        let code = code.as_str().unwrap();
        assert!(code.contains(account) && !code.contains(other), "{code}");
    }
}
