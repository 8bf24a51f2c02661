//! Whose account and Region a provider's resources are in: what proves it, and what the command line may say of it.

use serde_json::{Value, json};

use super::judged::{Change, checked};
use super::plan_facts::{change, plan};
use crate::cli::Files;
use crate::support::estate::{CENTRAL, FROM, TO};
use crate::support::{Estate, Ran, run};

const ELSEWHERE: &str = "999988887777";

/// A plan that lets nobody copy into the vault `central` of wherever it is applied.
fn denies() -> Value {
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*",
        "Action": "backup:CopyIntoBackupVault", "Resource": "*"}]});
    let after = json!({"backup_vault_name": "central", "policy": policy.to_string()});
    let address = "aws_backup_vault_policy.p";
    plan(TO, &[change(address, Value::Null, after, json!({}))])
}

/// The block of it, as it is written.
const BLOCKS: &str = "resource \"aws_backup_vault_policy\" \"p\" {\n}\n";

/// One that makes a file system.
fn makes() -> Value {
    let after = json!({"encrypted": false, "tags": {}, "tags_all": {}});
    let unknown = json!({"id": true, "arn": true});
    let address = "aws_efs_file_system.f";
    plan(TO, &[change(address, Value::Null, after, unknown)])
}

/// A plan with these arguments of its provider.
fn under(mut plan: Value, expressions: Value) -> Value {
    plan["configuration"]["provider_config"]["aws"]["expressions"] = expressions;
    plan
}

/// The same, of a provider whose account nothing tells.
fn of_nobody(plan: Value) -> Value {
    under(plan, json!({"region": {"constant_value": "us-east-2"}}))
}

/// The folder of a run: its facts and plans.
struct Folder {
    files: Files,
    facts: String,
    others: String,
}

impl Folder {
    fn new() -> Self {
        let files = Files::new();
        let facts = files.estate(&Estate::rds());
        // What else plans say is of accounts and Regions that were read, too.
        let regions = ["us-east-2", "us-west-2"].map(|name| json!({"region": name, "vaults": []}));
        let others = [ELSEWHERE, TO].map(|id| json!({"account": id, "regions": regions}));
        let others = json!({"schema": "backup-preflight/inventory/v1", "accounts": others});
        let others = files.write("others.json", &others.to_string());
        Self {
            files,
            facts,
            others,
        }
    }

    fn check(&self, args: &[&str]) -> Ran {
        let facts = [
            "check",
            "--no-config",
            "--inventory",
            &self.facts,
            "--inventory",
            &self.others,
        ];
        run(&[&facts[..], args].concat())
    }

    fn code(&self, plan: &Value, more: &[&str]) -> i32 {
        let plan = self.files.write("plan.json", &plan.to_string());
        self.check(&[&["--terraform-plan", &plan][..], more].concat())
            .code
    }
}

fn role(account: &str) -> Value {
    json!({"role_arn": {"constant_value": format!("arn:aws:iam::{account}:role/terraform")}})
}

#[test]
fn of_a_chain_of_roles_the_last_is_whose_account_it_is() {
    let folder = Folder::new();
    let chain = |roles: &[Value]| {
        let region = json!({"constant_value": "us-east-2"});
        under(denies(), json!({"region": region, "assume_role": roles}))
    };
    let (hub, deploy) = (role(ELSEWHERE), role(TO));
    assert_eq!(folder.code(&chain(std::slice::from_ref(&deploy)), &[]), 1);
    let both = chain(&[hub.clone(), deploy.clone()]);
    assert_eq!(folder.code(&both, &[]), 1);
    assert_eq!(folder.code(&both, &["--account", TO]), 1);
    assert_eq!(folder.code(&both, &["--account", ELSEWHERE]), 2);
    // What the last one is of is not told.
    let open = json!({"role_arn": {"references": ["var.role"]}});
    let open = chain(&[hub, open]);
    assert_eq!(folder.code(&open, &[]), 3);
    assert_eq!(folder.code(&open, &["--account", TO]), 1);
}

#[test]
fn a_provider_has_one_account() {
    let folder = Folder::new();
    let plan = of_nobody(denies());
    let (to, from) = (format!("aws={TO}"), format!("aws={FROM}"));
    for two in [[&*to, &*from], [&*from, &*to], [TO, &*from], [&*to, FROM]] {
        let [one, other] = two;
        let code = folder.code(&plan, &["--account", one, "--account", other]);
        assert_eq!(code, 2, "{two:?}");
    }
    assert_eq!(folder.code(&plan, &["--account", &to, "--account", TO]), 1);
    let of_file = format!("plan.json={TO}");
    // What is said of the file is nearer than what is said of every provider of the name.
    let code = folder.code(&plan, &["--account", &of_file, "--account", &from]);
    assert_eq!(code, 1);
    let of_path = format!("{}={FROM}", folder.files.path("plan.json").display());
    let code = folder.code(&plan, &["--account", &of_file, "--account", &of_path]);
    assert_eq!(code, 2);
}

#[test]
fn one_account_for_the_providers_of_two_plans_is_said_to_be_for_both() {
    let folder = Folder::new();
    let file = |name: &str, plan: Value| folder.files.write(name, &of_nobody(plan).to_string());
    let (one, other) = (file("one.json", denies()), file("other.json", makes()));
    let plans = ["--terraform-plan", &one, "--terraform-plan", &other];
    let with = |more: &[&str]| folder.check(&[&plans[..], more].concat());
    for given in [FROM.to_owned(), format!("aws={FROM}")] {
        let ran = with(&["--account", &given]);
        assert_ne!(ran.code, 2, "{}", ran.err);
        for text in [
            format!("--account {one}=ACCOUNT_ID"),
            format!("--account {other}=ACCOUNT_ID"),
        ] {
            assert!(ran.err.contains(&text), "{text}: {}", ran.err);
        }
    }
    let (of_one, of_other) = (format!("{one}={TO}"), format!("other.json={FROM}"));
    let ran = with(&["--account", &of_one, "--account", &of_other]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let of_one = format!("one.json:aws={TO}");
    let ran = with(&["--account", &of_one, "--account", FROM]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    // One that tells its own needs none.
    let told = folder.files.write("other.json", &makes().to_string());
    assert_eq!(told, other);
    assert_eq!(with(&["--account", TO]).code, 1);
}

#[test]
fn a_name_of_two_templates_is_a_path() {
    let folder = Folder::new();
    let template = |of: &str, resource: Value| {
        let at = folder.files.path(of);
        std::fs::create_dir(&at).unwrap();
        let name = format!("{of}/template.json");
        let template = json!({"Resources": {"R": resource}});
        folder.files.write(&name, &template.to_string())
    };
    let nothing = json!({"Type": "AWS::CloudFormation::WaitConditionHandle"});
    let (a, b) = (template("a", nothing.clone()), template("b", nothing));
    let both = ["--cloudformation", &a, "--cloudformation", &b];
    let with = |more: &[&str]| folder.check(&[&both[..], more].concat());
    for (flag, value) in [("--account", TO), ("--template-region", "us-east-2")] {
        let name = format!("template.json={value}");
        let ran = with(&[flag, &name]);
        assert_eq!(ran.code, 2, "{}", ran.out);
        assert!(ran.err.contains(&a) && ran.err.contains(&b), "{}", ran.err);
        let path = format!("{a}={value}");
        let ran = with(&[flag, &path, flag, value]);
        assert!(ran.code != 2, "{}", ran.err);
    }
}

/// The plan prints `var.primary == "us-west-2" ? "us-east-2" : "us-west-2"` as it prints `var.primary`.
#[test]
fn a_region_that_an_expression_makes_is_not_the_variable_in_it() {
    let folder = Folder::new();
    let of = |name: &str, value: &str| {
        let region = json!({"references": [format!("var.{name}")]});
        let ids = json!({"constant_value": [TO]});
        let arguments = json!({"region": region, "allowed_account_ids": ids});
        let mut plan = under(denies(), arguments);
        plan["variables"] = json!({name: {"value": value}});
        plan
    };
    let plans = [
        of("primary", "us-west-2"),
        of("env", "prod"),
        of("region", "us-east-2"),
    ];
    for plan in &plans {
        assert_eq!(folder.code(plan, &[]), 3, "{}", plan["variables"]);
    }
    // What the provider made, or who Terraform asked, proves it.
    let [picked, ..] = plans;
    let with = |object: Value, mode: &str| {
        let mut plan = picked.clone();
        let resources = "/configuration/root_module/resources";
        let all = plan.pointer_mut(resources).unwrap().as_array_mut();
        all.unwrap().push(
            json!({"address": object["address"], "mode": mode, "type": object["type"],
            "name": object["name"], "provider_config_key": "aws", "expressions": {}}),
        );
        match mode {
            "data" => {
                plan["prior_state"] = json!({"values": {"root_module": {"resources": [object]}}})
            }
            _ => {
                let all = plan["resource_changes"].as_array_mut();
                all.unwrap().push(object);
            }
        }
        plan
    };
    let vault = json!({"name": "central", "arn": CENTRAL});
    let mut made = change("aws_backup_vault.v", vault.clone(), vault, json!({}));
    made["change"]["actions"] = json!(["no-op"]);
    assert_eq!(folder.code(&with(made, "managed"), &[]), 1);
    let asked = json!({"address": "data.aws_region.r", "mode": "data", "type": "aws_region", "name": "r",
        "values": {"name": "us-east-2"}, "sensitive_values": {}});
    assert_eq!(folder.code(&with(asked, "data"), &[]), 1);
    // So does what is written.
    let source = |region: &str| {
        let text = format!(
            "variable \"primary\" {{}}\nprovider \"aws\" {{\n  region = {region}\n}}\n{BLOCKS}"
        );
        folder.files.write("main.tf", &text);
        let folder_of = folder.files.path("");
        let given = ["--terraform-source", folder_of.to_str().unwrap()];
        folder.code(&picked, &given)
    };
    assert_eq!(
        source(r#"var.primary == "us-west-2" ? "us-east-2" : "us-west-2""#),
        1
    );
    assert_eq!(source("var.primary"), 0);
    // That is the text of another plan.
    assert_eq!(source("var.other"), 3);
}

/// What the environment gives stands neither in the plan nor in the configuration.
#[test]
fn a_region_of_the_environment_is_to_be_set_in_the_block() {
    let folder = Folder::new();
    let ids = json!({"allowed_account_ids": {"constant_value": [TO]}});
    let file = folder
        .files
        .write("p.json", &under(denies(), ids).to_string());
    folder.files.write("main.tf", BLOCKS);
    let source = folder.files.path("");
    let source = ["--terraform-source", source.to_str().unwrap()];
    let of = |more: &[&str]| {
        let plan = ["--terraform-plan", &file];
        let ran = folder.check(&[&plan[..], more].concat());
        assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
        ran.out + &ran.err
    };
    let mend = "plan again with `region` set in the block of the provider `aws`";
    let flag = "give --terraform-source DIR";
    let (without, with) = (of(&[]), of(&source));
    assert!(
        without.contains(mend) && without.contains(flag),
        "{without}"
    );
    assert!(with.contains(mend) && !with.contains(flag), "{with}");
}

/// A change under a second provider, whose account is not told.
fn under_another(mut plan: Value, addresses: &[&str], expressions: Value) -> Value {
    plan["configuration"]["provider_config"]["aws.dst"] =
        json!({"name": "aws", "alias": "dst", "expressions": expressions});
    let blocks = plan["configuration"]["root_module"]["resources"].as_array_mut();
    for block in blocks.unwrap() {
        if addresses.iter().any(|address| block["address"] == *address) {
            block["provider_config_key"] = json!("aws.dst");
        }
    }
    plan
}

/// A vault that stays, as a change of a plan.
fn vault(address: &str, account: &str) -> Value {
    let arn = format!("arn:aws:backup:us-east-2:{account}:backup-vault:central");
    let is = json!({"name": "central", "arn": arn, "id": "central"});
    let mut same = change(address, is.clone(), is, json!({}));
    same["change"]["actions"] = json!(["no-op"]);
    same
}

#[test]
fn a_policy_whose_account_is_not_known_is_of_no_vault_of_the_name_in_another() {
    let folder = Folder::new();
    let policy = denies()["resource_changes"][0].clone();
    let both = plan(TO, &[vault("aws_backup_vault.v", TO), policy]);
    let profile =
        json!({"region": {"constant_value": "us-east-2"}, "profile": {"constant_value": "backup"}});
    let policy = "aws_backup_vault_policy.p";
    let elsewhere = under_another(both.clone(), &[policy], profile);
    assert_eq!(folder.code(&elsewhere, &[]), 3);
    let given = format!("aws.dst={TO}");
    assert_eq!(folder.code(&elsewhere, &["--account", &given]), 1);
    assert_eq!(folder.code(&both, &[]), 1);
}

/// `OpenTofu` names the provider of every key alike.
#[test]
fn what_is_known_under_one_key_of_a_provider_is_not_so_under_another() {
    let folder = Folder::new();
    let policy = denies()["resource_changes"][0].clone();
    let both = plan(TO, &[vault("aws_backup_vault.v", ELSEWHERE), policy]);
    let of_each = json!({"region": {"constant_value": "us-east-2"},
        "assume_role": [{"role_arn": {"references": ["each.value"]}}]});
    let plan = under_another(
        both,
        &["aws_backup_vault.v", "aws_backup_vault_policy.p"],
        of_each,
    );
    assert_eq!(folder.code(&plan, &[]), 3);
    let given = format!("aws.dst={TO}");
    assert_eq!(folder.code(&plan, &["--account", &given]), 1);
}

/// The ARN of a subscription is that of its topic.
#[test]
fn the_arn_of_what_may_be_of_another_account_tells_no_account() {
    let folder = Folder::new();
    let policy = denies()["resource_changes"][0].clone();
    let beside = |kind: &str, name: &str| {
        let arn = format!("arn:aws:sns:us-east-2:{ELSEWHERE}:{name}");
        let is = json!({"arn": arn});
        let mut same = change(&format!("{kind}.s"), is.clone(), is, json!({}));
        same["change"]["actions"] = json!(["no-op"]);
        of_nobody(plan(TO, &[same, policy.clone()]))
    };
    let subscription = beside("aws_sns_topic_subscription", "alerts:1");
    assert_eq!(folder.code(&subscription, &[]), 3);
    assert_eq!(folder.code(&subscription, &["--account", TO]), 1);
    let topic = beside("aws_sns_topic", "alerts");
    assert_eq!(folder.code(&topic, &["--account", TO]), 2);
    // An organization's trail is the management account's, whoever made it.
    let trail = beside("aws_cloudtrail", "trail");
    assert_eq!(folder.code(&trail, &[]), 3);
    assert_eq!(folder.code(&trail, &["--account", TO]), 1);
}

/// A plan prints the default of a variable whose value it does not keep.
#[test]
fn the_value_of_an_ephemeral_variable_is_not_known() {
    let folder = Folder::new();
    let role = json!([{"role_arn": {"references": ["var.account"]}}]);
    let arguments = json!({"region": {"constant_value": "us-east-2"}, "assume_role": role});
    let mut plan = under(denies(), arguments);
    plan["variables"] = json!({"account": {"value": ELSEWHERE}});
    let source = |more: &str, plan: &Value| {
        let text = format!(
            "variable \"account\" {{\n{more}\n}}\nprovider \"aws\" {{\n  region = \"us-east-2\"\n  assume_role {{\n    role_arn = \"arn:aws:iam::${{var.account}}:role/r\"\n  }}\n}}\n{BLOCKS}"
        );
        folder.files.write("main.tf", &text);
        let folder_of = folder.files.path("");
        folder.code(plan, &["--terraform-source", folder_of.to_str().unwrap()])
    };
    assert_eq!(source("", &plan), 0);
    assert_eq!(source("ephemeral = false", &plan), 0);
    assert_eq!(source("ephemeral = true", &plan), 3);
    // Who Terraform is says otherwise than the text: one of the two is not of this plan.
    let identity = json!({"address": "data.aws_caller_identity.c", "mode": "data", "type": "aws_caller_identity", "name": "c",
        "values": {"account_id": TO}, "sensitive_values": {}});
    let resources = "/configuration/root_module/resources";
    let all = plan.pointer_mut(resources).unwrap().as_array_mut();
    all.unwrap().push(
        json!({"address": identity["address"], "mode": "data", "type": identity["type"],
            "name": "c", "provider_config_key": "aws", "expressions": {}}),
    );
    plan["prior_state"] = json!({"values": {"root_module": {"resources": [identity]}}});
    let written = "data \"aws_caller_identity\" \"c\" {\n}\nvariable \"other\" {";
    assert_eq!(source(&format!("}}\n{written}"), &plan), 3);
    assert_eq!(folder.code(&plan, &[]), 1);
}

/// What is there by a plan is not in the account that the command line gives its provider, though the facts tell all that is.
#[test]
fn an_account_that_has_nothing_of_what_is_there_is_told() {
    let policy = |effect: &str| {
        let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Principal": "*", "Action": "backup:*", "Resource": "*"}]});
        json!({"backup_vault_name": "central", "policy": policy.to_string()})
    };
    let mut planned = plan(
        TO,
        &[change(
            "aws_backup_vault_policy.p",
            policy("Allow"),
            policy("Deny"),
            json!({}),
        )],
    );
    let aws = &mut planned["configuration"]["provider_config"]["aws"]["expressions"];
    drop(aws.as_object_mut().unwrap().remove("allowed_account_ids"));
    let told = |account: &str, estate: &Estate| {
        let given = format!("aws={account}");
        let ran = checked(estate, &Change::WholePlan(&planned), &["--account", &given]);
        (
            ran.err.contains("is that its account (--account)"),
            ran.code,
        )
    };
    assert_eq!(told(TO, &Estate::rds()), (false, 1));
    assert_eq!(told(FROM, &Estate::rds()), (true, 0));
    // Where the list is not whole it may be there.
    let open = Estate::rds().without("/accounts/0/regions/0/vaults_complete");
    assert_eq!(told(FROM, &open), (false, 0));
}
