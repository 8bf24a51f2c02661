//! Accounts, their organization and its policies.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::dice::Dice;
use super::super::policies::{OF_ORGANIZATIONS, document};
use super::super::shape::{HOME, Journey, STRANGER};
use super::region::region;
use super::role::roles;
use crate::support::estate::{FROM, ORGANIZATION, TO};

pub fn account(
    id: &str,
    all: &[&str],
    journeys: &[Journey],
    shape: &Dice<'_>,
    facts: &Dice<'_>,
) -> Value {
    // What an organization has switched on is the same whichever account tells.
    let on = !shape.chance("no cross-account backup", 6);
    let managements = ["999988887777", "999988887777", "999988887777", FROM, TO];
    let management = shape.pick("management", &managements);
    let of = |org: &str| {
        // An account manages one organization.
        let managed_by = if org == ORGANIZATION {
            management
        } else {
            "888877776666"
        };
        json!({"Id": org, "MasterAccountId": managed_by, "Path": format!("{org}/r-ab12/ou-ab12-{}/", &id[..8])})
    };
    let usual = if id == STRANGER {
        of("o-z9y8x7w6v5")
    } else {
        of(ORGANIZATION)
    };
    let organization = facts.seldom(
        &format!("{id}/organization"),
        usual,
        &[Value::Null, of("o-z9y8x7w6v5")],
    );
    let mut regions: BTreeSet<&str> = BTreeSet::from([HOME]);
    regions.extend(journeys.iter().map(|journey| journey.to.region));
    let mut account = json!({
        "account": id,
        "organization": organization,
        "cross_account_backup": on,
        "service_control_policies": control(&format!("{id}/scp"), facts),
        "resource_control_policies": control(&format!("{id}/rcp"), facts),
        "backup_policy": null,
        "tag_policy": facts.odder(&format!("{id}/tag policy"), 2, Value::Null, &[json!({"tags": {"costcenter":
            {"tag_key": "CostCenter", "tag_value": ["100"], "enforced_for": ["backup:recovery-point", "rds:snapshot"]}}})]),
        "roles": roles(id, journeys, facts),
        "roles_complete": true,
        "regions": regions.iter().map(|name| region(id, name, all, journeys, (shape, facts))).collect::<Vec<_>>(),
    });
    // Where the policies of the organization cannot be read, somebody may have simulated them.
    if id == FROM && shape.chance("simulated", 8) {
        account
            .as_object_mut()
            .unwrap()
            .shift_remove("service_control_policies");
        let said = facts.pick("simulated", &["allowed", "allowed", "implicitDeny"]);
        account["roles"][0]["Simulated"] = json!([{"EvalActionName": "backup:CopyIntoBackupVault", "EvalResourceName": "*",
            "EvalDecision": said, "OrganizationsDecisionDetail": {"AllowedByOrganizations": said == "allowed"}}]);
    }
    account
}

fn control(name: &str, facts: &Dice<'_>) -> Value {
    let allow = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let policy = |place: &str| {
        let mut document = document(
            &format!("{name}/{place}"),
            vec![allow.clone()],
            &OF_ORGANIZATIONS,
            facts,
        );
        if name.ends_with("rcp") {
            for statement in document["Statement"].as_array_mut().unwrap() {
                statement["Principal"] = json!("*");
            }
        }
        let id = format!("p-{}-{place}", name.replace('/', "-"));
        json!({"Id": id, "Name": place, "Document": document})
    };
    let all = match name.ends_with("rcp") {
        true => json!({"Id": "p-RCPFullAWSAccess"}),
        false => json!({"Id": "p-FullAWSAccess"}),
    };
    // The root is that of all accounts, and each has a unit of its own.
    match facts.odder(
        name,
        4,
        "none",
        &["own", "own and unit", "null", "empty level"],
    ) {
        "own" => json!([[all], [all], [policy("own")]]),
        "own and unit" => json!([[all], [policy("unit"), policy("second")], [policy("own")]]),
        "null" => Value::Null,
        "empty level" => json!([[all], [], [policy("own")]]),
        _ => json!([]),
    }
}
