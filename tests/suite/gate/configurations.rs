//! The configuration behind a plan: the one that it was made of, and no other.

use serde_json::{Value, json};

use super::plan_facts::{change, plan};
use crate::cli::Files;
use crate::support::estate::TO;
use crate::support::{Estate, run};

/// A plan whose policy of the vault waits for apply, and refers to nothing.
fn planned(name: &str) -> Value {
    let policy = change(
        "aws_backup_vault_policy.p",
        Value::Null,
        json!({"backup_vault_name": "central"}),
        json!({"policy": true}),
    );
    let mut plan = plan(TO, &[policy]);
    let arguments = "/configuration/root_module/resources/0/expressions";
    *plan.pointer_mut(arguments).unwrap() =
        json!({"policy": {}, "backup_vault_name": {"constant_value": name}});
    plan
}

/// The text of such a plan, with what the policy says.
fn written(effect: &str, more: &str) -> String {
    format!(
        r#"
resource "aws_backup_vault_policy" "p" {{
  backup_vault_name = "central"
  policy = jsonencode({{Version = "2012-10-17", Statement = [{{Effect = "{effect}", Principal = "*", Action = "backup:CopyIntoBackupVault", Resource = "*"}}]}})
}}
{more}"#
    )
}

struct Run {
    files: Files,
    facts: String,
}

impl Run {
    fn new() -> Self {
        let files = Files::new();
        let facts = files.estate(&Estate::rds());
        for folder in ["denies", "allows"] {
            std::fs::create_dir(files.path(folder)).unwrap();
        }
        files.write("denies/main.tf", &written("Deny", ""));
        files.write("allows/main.tf", &written("Allow", ""));
        Self { files, facts }
    }

    fn check(&self, plans: &[&str], sources: &[&str]) -> (i32, String) {
        let mut args = vec!["check", "--no-config", "--inventory", &self.facts];
        for plan in plans {
            args.extend(["--terraform-plan", plan]);
        }
        for source in sources {
            args.extend(["--terraform-source", source]);
        }
        let ran = run(&args);
        (ran.code, ran.err)
    }

    fn folder(&self, name: &str) -> String {
        self.files.path(name).display().to_string()
    }
}

#[test]
fn of_several_plans_each_is_evaluated_with_the_configuration_that_is_named_for_it() {
    let of = Run::new();
    let first = of
        .files
        .write("first.json", &planned("central").to_string());
    let other = plan("999988887777", &[]).to_string();
    let other = of.files.write("other.json", &other);
    let (denies, allows) = (of.folder("denies"), of.folder("allows"));
    assert_eq!(of.check(&[&first], &[&denies]).0, 1);
    assert_eq!(of.check(&[&first], &[&allows]).0, 0);
    let both = [first.as_str(), other.as_str()];
    let named = |file: &str, folder: &str| format!("{file}={folder}");
    assert_eq!(of.check(&both, &[&named("first.json", &denies)]).0, 1);
    assert_eq!(of.check(&both, &[&named(&first, &denies), &allows]).0, 1);
    // Nobody says which of them it is of.
    let (code, err) = of.check(&both, &[&allows]);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("is read for lines alone"), "{err}");
    let (code, err) = of.check(&both, &[&named("none.json", &allows)]);
    assert_eq!(code, 2, "{err}");
    let (code, err) = of.check(&[&first], &[&allows, &denies]);
    assert_eq!(code, 2, "{err}");
}

/// A list is never equal to `[]`, which is a tuple, and a number beside a text is a text: of what type a value is decides, and is not
/// always known.
#[test]
fn what_the_types_of_values_decide_is_known_where_they_are() {
    let of = Run::new();
    let first = of
        .files
        .write("first.json", &planned("central").to_string());
    std::fs::create_dir(of.files.path("typed")).unwrap();
    let statement = |effect: &str| {
        format!(
            r#"jsonencode({{Version = "2012-10-17", Statement = [{{Effect = "{effect}", Principal = "*", Action = "backup:CopyIntoBackupVault", Resource = "*"}}]}})"#
        )
    };
    let (allow, deny) = (statement("Allow"), statement("Deny"));
    let folder = of.folder("typed");
    let under = |condition: &str| {
        let text = format!(
            r#"
variable "own" {{
  type    = list(string)
  default = []
}}
variable "days" {{
  type    = number
  default = null
}}
locals {{
  is    = length(var.own) == 0
  mixed = local.is ? 35 : "x"
  days  = local.is ? 35 : 7
  given = coalesce(var.days, 35)
}}
resource "aws_backup_vault_policy" "p" {{
  backup_vault_name = "central"
  policy            = {condition} ? {allow} : {deny}
}}
"#
        );
        of.files.write("typed/main.tf", &text);
        of.check(&[&first], &[&folder])
    };
    for (condition, code) in [
        ("length(var.own) == 0", 0),
        ("var.own == []", 3),
        ("var.own != []", 3),
        (r#"var.own == ["a"]"#, 1),
        ("local.mixed == 35", 1),
        (r#"local.mixed == "35""#, 0),
        (r#"coalesce(local.days, "none") == "35""#, 0),
        (r#"coalesce(var.days, "none") == "none""#, 0),
        ("local.days == 35", 0),
        ("local.given == 35", 0),
        (r#"tolist([1, "a"])[0] == "1""#, 0),
        (r#"lookup({a = "x"}, "b", 1) == 1"#, 3),
        (r#"contains(["a", "b"], "b")"#, 0),
        (r#"path.module == ".""#, 3),
    ] {
        let (found, err) = under(condition);
        assert_eq!(found, code, "{condition}: {err}");
    }
}

#[test]
fn files_that_a_plan_was_not_made_of_are_not_evaluated() {
    let of = Run::new();
    let first = of
        .files
        .write("first.json", &planned("central").to_string());
    let renamed = of
        .files
        .write("renamed.json", &planned("vault").to_string());
    let allows = of.folder("allows");
    let allows = [allows.as_str()];
    let told = "are not those that the plan was made of";
    let (code, err) = of.check(&[&first], &allows);
    assert!(code == 0 && !err.contains(told), "{code} {err}");
    // A constant of the plan is another in the text, or the text has a block that the plan lacks.
    let (code, err) = of.check(&[&renamed], &allows);
    assert!(code == 3 && err.contains(told), "{code} {err}");
    let more = "resource \"aws_backup_vault\" \"v\" {\n}\n";
    of.files.write("allows/main.tf", &written("Allow", more));
    let (code, err) = of.check(&[&first], &allows);
    assert!(code == 3 && err.contains(told), "{code} {err}");
}

/// A plan prints the data sources of checks among the others.
#[test]
fn a_data_source_within_a_check_is_of_the_configuration() {
    let of = Run::new();
    let mut plan = planned("central");
    let scoped = json!({"address": "data.aws_caller_identity.me", "mode": "data", "type": "aws_caller_identity", "name": "me",
        "provider_config_key": "aws"});
    let blocks = plan.pointer_mut("/configuration/root_module/resources");
    blocks.unwrap().as_array_mut().unwrap().push(scoped);
    let plan = of.files.write("plan.json", &plan.to_string());
    let check = r#"
check "account" {
  data "aws_caller_identity" "me" {}
  assert {
    condition     = data.aws_caller_identity.me.account_id != ""
    error_message = "none"
  }
}
"#;
    let allows = of.folder("allows");
    for (more, code) in [(check, 0), ("", 3)] {
        of.files.write("allows/main.tf", &written("Allow", more));
        let (found, err) = of.check(&[&plan], &[&allows]);
        assert_eq!(found, code, "{more}: {err}");
    }
}

/// A plan prints no constants of what calls a function, or is put together.
#[test]
fn files_that_come_to_something_else_than_the_plan_says_are_not_evaluated() {
    let of = Run::new();
    let policy = change(
        "aws_backup_vault_policy.p",
        Value::Null,
        json!({"backup_vault_name": "central"}),
        json!({"policy": true}),
    );
    let vault = change(
        "aws_backup_vault.v",
        Value::Null,
        json!({"name": "app-dr"}),
        json!({"arn": true, "id": true}),
    );
    let mut plan = plan(TO, &[policy, vault]);
    let blocks = &mut plan["configuration"]["root_module"]["resources"];
    blocks[0]["expressions"] =
        json!({"policy": {}, "backup_vault_name": {"constant_value": "central"}});
    blocks[1]["expressions"] = json!({"name": {}});
    let plan = of.files.write("plan.json", &plan.to_string());
    let allows = of.folder("allows");
    for (name, code) in [
        (r#"format("%s-%s", "app", "dr")"#, 0),
        (r#"lower("APP-DR")"#, 0),
        (r#"format("%s-%s", "other", "dr")"#, 3),
        (r#"lower("APP")"#, 3),
        // What cannot be evaluated contradicts nothing.
        (r#"strange("app")"#, 0),
    ] {
        let vault = format!("resource \"aws_backup_vault\" \"v\" {{\n  name = {name}\n}}\n");
        of.files.write("allows/main.tf", &written("Allow", &vault));
        let (found, err) = of.check(&[&plan], &[&allows]);
        assert_eq!(found, code, "{name}: {err}");
    }
}
