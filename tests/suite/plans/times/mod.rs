//! When the backups of a rule start, against what keeps them from starting: other rules of the plan, and the windows of the resource.

mod dates;
mod rules;
mod windows;

use crate::cli::Files;
use crate::plans::organization::{policy, under};
use crate::support::estate::{CENTRAL, RESOURCE};
use crate::support::{Estate, run};
use serde_json::{Value, json};

const RULES: &str = "/accounts/0/regions/0/plans/0/BackupPlan/Rules";

/// What a backup policy of the organization says of a rule counts as what a plan says of it.
fn under_policy(fields: &Value, window: &str) -> Estate {
    let mut policy = policy();
    let plan = &mut policy["plans"]["OrgBackupPlanDaily"];
    plan["regions"] = json!(["us-east-2"]);
    let rule = &mut plan["rules"]["orgdailybackuprule"];
    let actions = rule["copy_actions"].as_object_mut().unwrap();
    actions.retain(|vault, _| vault == CENTRAL);
    let rule = rule.as_object_mut().unwrap();
    rule.remove("target_logically_air_gapped_backup_vault_arn");
    rule.extend(fields.as_object().unwrap().clone());
    let field = format!("{RESOURCE}/Detail/PreferredBackupWindow");
    under(policy).set(&field, json!(window))
}

/// The verdict on the one copy, and what its checks say.
fn verdict(estate: &Estate) -> (String, String) {
    let files = Files::new();
    let file = files.estate(estate);
    let ran = run(&["check", "--inventory", &file, "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    let copies = report["copies"].as_array().unwrap();
    assert_eq!(copies.len(), 1, "{report}");
    let verdict = copies[0]["verdict"].as_str().unwrap().to_owned();
    (verdict, copies[0]["checks"].to_string())
}

/// A plan with one rule that copies, with these fields, of a database with these.
fn planned(rule: &[(&str, Value)], database: &[(&str, Value)]) -> Estate {
    let mut estate = Estate::rds().planned();
    for (field, value) in rule {
        estate = estate.set(&format!("{RULES}/0/{field}"), value.clone());
    }
    for (field, value) in database {
        estate = estate.set(&format!("{RESOURCE}/Detail/{field}"), value.clone());
    }
    estate
}

/// Beside another plan, whose rule makes continuous backups and no copies.
fn beside(estate: &Estate, change: &dyn Fn(&mut Value)) -> Estate {
    let plans = "/accounts/0/regions/0/plans";
    let mut other = estate.at(&format!("{plans}/0")).clone();
    other["BackupPlanId"] = json!("other");
    other.as_object_mut().unwrap().remove("BackupPlanArn");
    let rule = &mut other["BackupPlan"]["Rules"][0];
    rule["RuleName"] = json!("pitr");
    rule["EnableContinuousBackup"] = json!(true);
    rule["Lifecycle"] = json!({"DeleteAfterDays": 35});
    rule.as_object_mut().unwrap().remove("CopyActions");
    change(&mut other);
    estate.clone().push(plans, other)
}
