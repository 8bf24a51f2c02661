//! What a plan or a template does to the policies of the organization: laid over the accounts that the policy is in force on, or
//! open, and never passed over.

use std::collections::BTreeMap;

use backup_preflight::inventory::Overlay;
use backup_preflight::known::{AccountId, Region};
use backup_preflight::sources::cloudformation::{self, Settings};
use backup_preflight::sources::terraform;
use backup_preflight::verdict::Verdict::{self, Blocked, Feasible, Undecided};
use serde_json::{Value, json};

use super::judged::{Change as Planned, judged};
use crate::support::estate::FROM;
use crate::support::verdicts::read;
use crate::support::{Estate, decide};

const ROOT: &str = "r-ab12";
const UNIT: &str = "ou-ab12-11111111";
const OTHER_UNIT: &str = "ou-ab12-99999999";
const LIMIT: &str = "p-limit";

fn deny() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "backup:*", "Resource": "*"}]})
}

fn allow() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
}

/// The two accounts, each with the control policies of its three levels; the source has one more at its own.
fn estate() -> Estate {
    let full = || json!({"Id": "p-FullAWSAccess", "Name": "FullAWSAccess", "Document": allow()});
    let harmless = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "*"}]});
    let limit = json!({"Id": LIMIT, "Name": "limit", "Document": harmless});
    let mut estate = Estate::rds()
        .set("/accounts/0/backup_policy", Value::Null)
        .set("/accounts/1/backup_policy", Value::Null);
    for account in ["/accounts/0", "/accounts/1"] {
        let levels = json!([[full()], [full()], [full()]]);
        estate = estate
            .set(
                &format!("{account}/organization/Path"),
                json!(format!("o-a1b2c3d4e5/{ROOT}/{UNIT}/")),
            )
            .set(&format!("{account}/service_control_policies"), levels);
    }
    estate.set(
        "/accounts/0/service_control_policies/2",
        json!([full(), limit]),
    )
}

fn over(estate: &Estate, overlay: &Overlay) -> Verdict {
    let base = read(&estate.0);
    let laid = overlay
        .over(&base)
        .unwrap_or_else(|error| panic!("{error}"));
    let unread = overlay.organization_unread(&laid);
    let mut all = decide(&serde_json::to_value(&laid).unwrap());
    assert_eq!(all.len(), 1);
    match all.remove(0).verdict {
        Feasible if !unread.is_empty() => Undecided,
        verdict => verdict,
    }
}

fn change(kind: &str, name: &str, before: Value, after: Value, unknown: Value) -> Value {
    let actions = match (before.is_null(), after.is_null()) {
        (true, _) => json!(["create"]),
        (_, true) => json!(["delete"]),
        _ => json!(["update"]),
    };
    json!({"address": format!("{kind}.{name}"), "mode": "managed", "type": kind, "name": name, "change": {
        "actions": actions, "before": before, "after": after, "after_unknown": unknown, "before_sensitive": {}, "after_sensitive": {}}})
}

fn plan(changes: &[Value]) -> terraform_plan::Read {
    let block = json!({"address": "aws_organizations_policy_attachment.a", "mode": "managed", "type": "aws_organizations_policy_attachment",
        "name": "a", "expressions": {"policy_id": {"references": ["aws_organizations_policy.p.id", "aws_organizations_policy.p"]}}});
    let plan = json!({"format_version": "1.2", "complete": true, "resource_changes": changes,
        "configuration": {"root_module": {"resources": [block]}}});
    terraform_plan::read(&plan)
}

mod terraform_plan {
    use super::{BTreeMap, Overlay, Value, terraform};

    pub struct Read {
        pub after: Overlay,
        pub open: Vec<String>,
    }

    pub fn read(plan: &Value) -> Read {
        let bytes = plan.to_string();
        let planned =
            terraform::read("plan.json", bytes.as_bytes(), &BTreeMap::new(), None).unwrap();
        Read {
            after: planned.after,
            open: planned.open,
        }
    }
}

fn made(of: &str, content: &Value) -> Value {
    let after = json!({"name": "new", "type": of, "content": content.to_string()});
    change(
        "aws_organizations_policy",
        "p",
        Value::Null,
        after,
        json!({"id": true, "arn": true}),
    )
}

fn attached(target: Value) -> Value {
    let mut unknown = json!({"policy_id": true, "id": true});
    if target.is_null() {
        unknown["target_id"] = json!(true);
    }
    change(
        "aws_organizations_policy_attachment",
        "a",
        Value::Null,
        json!({"target_id": target}),
        unknown,
    )
}

#[test]
fn a_control_policy_of_a_plan_is_in_force_where_it_is_attached() {
    let scp = "SERVICE_CONTROL_POLICY";
    for (target, expected) in [
        (json!(FROM), Blocked),
        (json!(UNIT), Blocked),
        (json!(ROOT), Blocked),
        (json!(OTHER_UNIT), Feasible),
        (json!("999999999999"), Feasible),
        (Value::Null, Undecided),
        (json!("strange"), Undecided),
    ] {
        let read = plan(&[made(scp, &deny()), attached(target.clone())]);
        assert_eq!(read.open, Vec::<String>::new());
        assert_eq!(over(&estate(), &read.after), expected, "{target}");
    }
    // What is not told of the policy, or of the account's place.
    let read = plan(&[made(scp, &deny()), attached(json!(UNIT))]);
    for (pointer, value, expected) in [
        ("/organization/Path", None, Undecided),
        ("/organization", None, Undecided),
        // What is denied is denied, whatever else was not read.
        ("/service_control_policies", None, Blocked),
        ("/service_control_policies", Some(json!([])), Undecided),
        // What is denied at one level is denied, whichever it is.
        ("/service_control_policies/1", None, Blocked),
    ] {
        let pointer = format!("/accounts/0{pointer}");
        let estate = match value {
            Some(value) => estate().set(&pointer, value),
            None => estate().without(&pointer),
        };
        assert_eq!(over(&estate, &read.after), expected, "{pointer}");
    }
    let read = plan(&[attached(json!(UNIT))]);
    assert_eq!(over(&estate(), &read.after), Undecided);
    let read = plan(&[made(scp, &allow()), attached(json!(UNIT))]);
    let fewer = estate().without("/accounts/0/service_control_policies/1");
    assert_eq!(over(&fewer, &read.after), Undecided);
    let read = plan(&[made("SOMETHING_POLICY", &deny()), attached(json!(UNIT))]);
    assert_eq!(read.open.len(), 1);
    let read = plan(&[made("CHATBOT_POLICY", &json!({})), attached(json!(UNIT))]);
    assert_eq!(
        (read.open.len(), over(&estate(), &read.after)),
        (0, Feasible)
    );
}

#[test]
fn a_policy_that_changes_is_detached_or_deleted_is_so_wherever_it_is_in_force() {
    let text = |content: &Value| json!({"id": LIMIT, "name": "limit", "type": "SERVICE_CONTROL_POLICY", "content": content.to_string()});
    let kind = "aws_organizations_policy";
    let harmless = json!({"Version": "2012-10-17", "Statement": []});
    let tightened = change(kind, "p", text(&harmless), text(&deny()), json!({}));
    let mut open = text(&deny());
    open.as_object_mut().unwrap().remove("content");
    let unknown = change(kind, "p", text(&harmless), open, json!({"content": true}));
    let deleted = change(kind, "p", text(&harmless), Value::Null, json!({}));
    let attachment = json!({"policy_id": LIMIT, "target_id": FROM});
    let kind = "aws_organizations_policy_attachment";
    let detached = change(kind, "a", attachment.clone(), Value::Null, json!({}));
    let mut kept = attachment;
    kept["skip_destroy"] = json!(true);
    let kept = change(kind, "a", kept, Value::Null, json!({}));
    let denies = estate().set("/accounts/0/service_control_policies/2/1/Document", deny());
    let full = json!({"policy_id": "p-FullAWSAccess", "target_id": UNIT});
    let full = change(kind, "a", full, Value::Null, json!({}));
    for (base, change, expected) in [
        (estate(), &tightened, Blocked),
        (estate(), &unknown, Undecided),
        (estate(), &deleted, Feasible),
        (denies.clone(), &deleted, Feasible),
        (denies.clone(), &detached, Feasible),
        (denies, &kept, Blocked),
        (estate(), &full, Blocked),
    ] {
        let read = plan(std::slice::from_ref(change));
        assert_eq!(read.open, Vec::<String>::new());
        assert_eq!(over(&base, &read.after), expected, "{change}");
    }
}

fn template(text: &str) -> cloudformation_template::Read {
    cloudformation_template::read(None, text)
}

mod cloudformation_template {
    use super::{AccountId, Overlay, Region, Settings, cloudformation};

    pub struct Read {
        pub after: Overlay,
        pub open: Vec<String>,
    }

    pub fn read(before: Option<&str>, text: &str) -> Read {
        let settings = Settings {
            account: AccountId::parse("999988887777").ok(),
            region: Some(Region::new("us-east-1")),
            ..Settings::default()
        };
        let (file, bytes) = ("t.yaml", text.as_bytes());
        let planned = match before {
            None => cloudformation::read(file, bytes, &settings),
            Some(before) => cloudformation::read_change(
                ("now.yaml", before.as_bytes()),
                (file, bytes),
                &settings,
            ),
        };
        let planned = planned.unwrap_or_else(|error| panic!("{error}"));
        Read {
            after: planned.after,
            open: planned.open,
        }
    }
}

fn policy(name: &str, of: &str, content: &Value, targets: &str) -> String {
    format!(
        "Resources:
  Topic: {{Type: AWS::SNS::Topic}}
  P:
    Type: AWS::Organizations::Policy
    Properties: {{Name: {name}, Type: {of}, Content: {content}, TargetIds: {targets}}}
"
    )
}

#[test]
fn a_policy_of_a_template_is_in_force_on_its_targets() {
    let scp = "SERVICE_CONTROL_POLICY";
    let new = |text: &str| cloudformation_template::read(Some("Resources: {}\n"), text);
    // The stack is new.
    for target in [format!("\"{FROM}\""), UNIT.to_owned(), ROOT.to_owned()] {
        let read = new(&policy("new", scp, &deny(), &format!("[{target}]")));
        assert_eq!(read.open, Vec::<String>::new());
        assert_eq!(over(&estate(), &read.after), Blocked, "{target}");
    }
    for (text, expected) in [
        // It is attached, or somebody detached it.
        (policy("new", scp, &deny(), &format!("[{UNIT}]")), Undecided),
        (
            policy("new", scp, &deny(), &format!("[{OTHER_UNIT}]")),
            Feasible,
        ),
        (policy("new", scp, &deny(), "[!ImportValue x]"), Undecided),
        (policy("new", scp, &deny(), "!ImportValue x"), Undecided),
        (
            policy("new", scp, &json!({"Statement": "x"}), &format!("[{UNIT}]")),
            Undecided,
        ),
        (
            policy("new", "!ImportValue x", &deny(), &format!("[{UNIT}]")),
            Undecided,
        ),
        // It stands, and changes where it is, or somebody changed it.
        (
            policy("limit", scp, &deny(), &format!("[\"{FROM}\"]")),
            Undecided,
        ),
        // It stands, and nobody knows whether this stack attached it there.
        (
            policy("limit", scp, &deny(), &format!("[{OTHER_UNIT}]")),
            Undecided,
        ),
    ] {
        let read = template(&text);
        assert_eq!(read.open, Vec::<String>::new(), "{text}");
        assert_eq!(over(&estate(), &read.after), expected, "{text}");
    }
    let read = template(&policy("new", "S3_POLICY", &deny(), &format!("[{UNIT}]")));
    assert_eq!(read.open.len(), 1);
}

#[test]
fn with_the_template_of_now_what_is_taken_away_is_known() {
    let scp = "SERVICE_CONTROL_POLICY";
    let denies = estate().set("/accounts/0/service_control_policies/2/1/Document", deny());
    let here = policy("limit", scp, &deny(), &format!("[\"{FROM}\"]"));
    let elsewhere = policy("limit", scp, &deny(), &format!("[{OTHER_UNIT}]"));
    let none = "Resources: {Topic: {Type: AWS::SNS::Topic}}\n";
    let kept = here.replace(
        "    Properties",
        "    DeletionPolicy: Retain\n    Properties",
    );
    for (before, after, expected) in [
        (here.as_str(), here.as_str(), Blocked),
        (&here, &elsewhere, Feasible),
        (&here, none, Feasible),
        (&kept, none, Blocked),
        (&elsewhere, &here, Blocked),
    ] {
        let read = cloudformation_template::read(Some(before), after);
        assert_eq!(read.open, Vec::<String>::new());
        assert_eq!(over(&denies, &read.after), expected, "{before}\n{after}");
    }
}

/// A backup policy is the account's only one, and makes copies; or what comes of it with others is not known.
#[test]
fn a_backup_policy_makes_the_plans_of_the_accounts_that_it_is_attached_to() {
    let assign = |value: Value| json!({"@@assign": value});
    let content = json!({"plans": {"daily": {
        "regions": assign(json!(["us-east-2"])),
        "rules": {"nightly": {
            "target_backup_vault_name": assign(json!("prod")),
            "copy_actions": {"arn:aws:backup:us-east-2:444455556666:backup-vault:central": {
                "target_backup_vault_arn": assign(json!("arn:aws:backup:us-east-2:444455556666:backup-vault:central"))}}}},
        "selections": {"tags": {"all": {
            "iam_role_arn": assign(json!("arn:aws:iam::$account:role/service-role/AWSBackupDefaultServiceRole")),
            "tag_key": assign(json!("backup")), "tag_value": assign(json!(["daily"]))}}}}}});
    let base = estate();
    let of = |estate: &Estate, overlay: &Overlay| {
        let laid = overlay.over(&read(&estate.0)).unwrap();
        let laid = serde_json::to_value(&laid).unwrap();
        laid.pointer("/accounts/0/backup_policy").cloned()
    };
    let by_plan = plan(&[made("BACKUP_POLICY", &content), attached(json!(UNIT))]);
    let text = policy("new", "BACKUP_POLICY", &content, &format!("[{UNIT}]"));
    let by_template = cloudformation_template::read(Some("Resources: {}\n"), &text);
    assert_eq!(of(&base, &template(&text).after), None);
    for overlay in [&by_plan.after, &by_template.after] {
        assert_eq!(of(&base, overlay), Some(content.clone()));
        let has_one = base
            .clone()
            .set("/accounts/0/backup_policy", json!({"plans": {}}));
        assert_eq!(of(&has_one, overlay), None);
    }
    let elsewhere = plan(&[made("BACKUP_POLICY", &content), attached(json!(OTHER_UNIT))]);
    assert_eq!(of(&base, &elsewhere.after), Some(Value::Null));
    // What it appends to nothing is all that there is; what it removes of nothing is not understood.
    let regions = |operators: Value| {
        let mut content = content.clone();
        content["plans"]["daily"]["regions"] = operators;
        let by_plan = plan(&[made("BACKUP_POLICY", &content), attached(json!(UNIT))]);
        of(&base, &by_plan.after).map(|policy| policy["plans"]["daily"]["regions"].clone())
    };
    let appended = json!({"@@append": ["us-east-2"]});
    assert_eq!(regions(appended), Some(assign(json!(["us-east-2"]))));
    let both = json!({"@@assign": ["us-east-2"], "@@append": ["eu-west-1"]});
    assert_eq!(regions(both.clone()), Some(both));
}

#[test]
fn without_the_accounts_of_the_organization_the_answer_is_open() {
    let content = json!({"plans": {}});
    let none = read(&json!({"schema": "backup-preflight/inventory/v1"}));
    for (of, content) in [
        ("SERVICE_CONTROL_POLICY", deny()),
        ("RESOURCE_CONTROL_POLICY", deny()),
        ("BACKUP_POLICY", content),
    ] {
        let by_plan = plan(&[made(of, &content), attached(json!(UNIT))]).after;
        let by_template = template(&policy("new", of, &content, &format!("[{UNIT}]"))).after;
        for overlay in [by_plan, by_template] {
            assert_eq!(overlay.organization_unread(&none).len(), 1, "{of}");
            assert_eq!(
                overlay.organization_unread(&read(&estate().0)),
                Vec::<String>::new(),
                "{of}"
            );
            let field = if of == "BACKUP_POLICY" {
                "backup_policy"
            } else {
                "service_control_policies"
            };
            let unread = estate().without(&format!("/accounts/0/{field}"));
            assert_eq!(
                overlay.organization_unread(&read(&unread.0)).len(),
                1,
                "{of}"
            );
        }
    }
}

/// Facts that do not have what stands by the state of a plan were read before it came, or of something else.
#[test]
fn a_policy_that_stands_by_the_plan_and_not_by_the_facts_leaves_its_field_open() {
    let gaps = |of: &str, id: &str, target: &str, estate: &Estate| {
        let policy = json!({"id": id, "name": id, "type": of, "content": "{}"});
        let attachment = json!({"id": "a", "policy_id": id, "target_id": target});
        let stays = |kind: &str, name: &str, values: &Value| {
            let mut stays = change(kind, name, values.clone(), values.clone(), json!({}));
            stays["change"]["actions"] = json!(["no-op"]);
            stays
        };
        let planned = plan(&[
            stays("aws_organizations_policy", "p", &policy),
            stays("aws_organizations_policy_attachment", "a", &attachment),
        ]);
        let laid = planned.after.over(&read(&estate.0)).unwrap();
        assert_eq!(
            (planned.open, planned.after.organization_unread(&laid)),
            (Vec::new(), Vec::<String>::new())
        );
        let laid = serde_json::to_value(&laid).unwrap();
        let gaps = laid["gaps"].as_array().into_iter().flatten();
        gaps.map(|gap| gap["operation"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (backup, service) = ("BACKUP_POLICY", "SERVICE_CONTROL_POLICY");
    let estate = estate();
    let effective = "organizations:DescribeEffectivePolicy";
    let listed = "organizations:ListPoliciesForTarget";
    assert_eq!(
        gaps(backup, "p-daily", UNIT, &estate),
        [effective, effective]
    );
    assert_eq!(gaps(backup, "p-daily", FROM, &estate), [effective]);
    assert_eq!(gaps(backup, "p-daily", OTHER_UNIT, &estate), [""; 0]);
    let has_one = estate
        .clone()
        .set("/accounts/0/backup_policy", json!({"plans": {}}));
    assert_eq!(gaps(backup, "p-daily", FROM, &has_one), [""; 0]);
    assert_eq!(gaps(service, "p-other", FROM, &estate), [listed]);
    assert_eq!(gaps(service, LIMIT, FROM, &estate), [""; 0]);
}

/// What is assumed of policies that nobody read is not assumed of one that a change attaches.
#[test]
fn an_attached_policy_whose_unit_may_be_the_accounts_is_not_assumed_to_allow() {
    let assumed = ["--assume", "organization-policies-allow", "--all"];
    let verdict = |estate: &Estate, changes: &[Value]| {
        let found = judged(estate, &Planned::Plan(changes), &assumed);
        found.report["copies"][0]["verdict"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let named = |policy: &str| {
        let mut attached = attached(json!(UNIT));
        attached["change"]["after"]["policy_id"] = json!(policy);
        attached["change"]["after_unknown"] = json!({"id": true});
        attached
    };
    let stays = |content: &Value, of: &str| {
        let stays = |kind: &str, name: &str, values: Value| {
            let mut stays = change(kind, name, values.clone(), values, json!({}));
            stays["change"]["actions"] = json!(["no-op"]);
            stays
        };
        let policy = json!({"id": "p-1", "name": "p", "type": of, "content": content.to_string()});
        let attachment = json!({"id": "a", "policy_id": "p-1", "target_id": UNIT});
        let kind = "aws_organizations_policy";
        [
            stays(kind, "p", policy),
            stays(&format!("{kind}_attachment"), "a", attachment),
        ]
    };
    let new = |content: &Value| {
        let mut policy = stays(content, "SERVICE_CONTROL_POLICY")[0].clone();
        policy["change"]["actions"] = json!(["update"]);
        [policy, named("p-1")]
    };
    let unread = || {
        let fields = ["service_control_policies", "resource_control_policies"];
        let all = fields.iter().fold(estate(), |all, field| {
            let all = all.without(&format!("/accounts/0/{field}"));
            all.without(&format!("/accounts/1/{field}"))
        });
        let all = all.without("/accounts/0/organization/Path");
        all.without("/accounts/1/organization/Path")
    };
    assert_eq!(verdict(&unread(), &[]), "feasible");
    assert_eq!(verdict(&unread(), &new(&deny())), "undecided");
    let of_new = judged(&unread(), &Planned::Plan(&new(&deny())), &assumed).report;
    let told = of_new["copies"][0]["assumptions"].to_string();
    assert!(!told.contains("assumed to allow the copy"), "{told}");
    assert_eq!(
        verdict(&unread(), &stays(&deny(), "SERVICE_CONTROL_POLICY")),
        "undecided"
    );
    assert_eq!(
        verdict(&unread(), &stays(&allow(), "SERVICE_CONTROL_POLICY")),
        "feasible"
    );
    let read = estate().without("/accounts/0/organization/Path");
    assert_eq!(verdict(&read, &new(&deny())), "undecided");
    // A backup policy that stands may make plans of the account.
    let backup = estate()
        .without("/accounts/0/organization/Path")
        .without("/accounts/0/backup_policy");
    let changes = stays(&json!({"plans": {}}), "BACKUP_POLICY");
    let found = judged(&backup, &Planned::Plan(&changes), &assumed);
    let told = found.report["gaps"].to_string();
    assert!(
        told.contains("a backup policy that is attached to ou-ab12-11111111"),
        "{told}"
    );
}
