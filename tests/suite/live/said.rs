//! What a later API says, and the types of the SDK do not know, is kept where it may leave open what an answer means.

use super::listed::scope;
use super::*;

/// The Region of the source, as it comes back of a survey.
fn surveyed(world: &Value) -> Value {
    let server = served(world);
    let sides = Sides {
        source: profile(SOURCE),
        ..Sides::default()
    };
    let found = as_value(&Home::new(&server).survey(scope(), &sides).unwrap());
    server.finish();
    found["accounts"][0]["regions"][0].clone()
}

#[test]
fn a_plan_and_its_selections_are_read_as_aws_says_them() {
    let mut world = super::listed::world();
    let plan = &mut world["accounts"][0]["regions"][0]["plans"][0];
    let action = &mut plan["BackupPlan"]["Rules"][0]["CopyActions"][0];
    action["Disabled"] = json!(true);
    action["Lifecycle"]["MoveToGlacierAfterDays"] = json!(3);
    plan["BackupPlan"]["Rules"][0]["Later"] = json!([{"a": "b"}]);
    plan["BackupPlan"]["Later"] = json!("a");
    let selection = &mut plan["Selections"][0];
    selection["ExcludeIf"] = json!({"a": "b"});
    selection["Conditions"] = json!({"StringEquals": [], "StringNotContains": [{"ConditionKey": "a", "ConditionValue": "b"}]});
    selection["ListOfTags"] =
        json!([{"ConditionType": "STRINGLATER", "ConditionKey": "a", "ConditionValue": "b"}]);
    let asked = plan.clone();
    let found = surveyed(&world)["plans"][0].clone();
    assert_eq!(found["BackupPlan"], asked["BackupPlan"]);
    assert_eq!(found["Selections"], asked["Selections"]);
    // What is null is not there.
    let selection = &mut world["accounts"][0]["regions"][0]["plans"][0]["Selections"][0];
    for name in ["ExcludeIf", "Conditions", "ListOfTags"] {
        selection[name] = Value::Null;
    }
    let found = surveyed(&world)["plans"][0]["Selections"][0].clone();
    let names: Vec<&String> = found.as_object().unwrap().keys().collect();
    assert_eq!(names, ["SelectionName", "IamRoleArn", "Resources"]);
}

#[test]
fn the_constraints_of_a_grant_are_read_as_aws_says_them_page_by_page() {
    let mut world = rds();
    let keys = world["accounts"][0]["regions"][0]["keys"].as_array_mut();
    let keys = keys.unwrap();
    let key = keys.iter_mut().find(|key| key["Arn"] == DATA_KEY).unwrap();
    let grant = |id: &str, constraints: Value| json!({"GrantId": id, "GranteePrincipal": ROLE, "Operations": ["Decrypt"], "Constraints": constraints});
    key["Grants"] = json!([
        grant("g-1", json!({"SourceIp": ["10.0.0.0/8"]})),
        grant("g-2", json!({})),
        grant(
            "g-3",
            json!({"EncryptionContextSubset": {"a": "b"}, "Later": 1})
        ),
    ]);
    let wanted = key["Grants"].clone();
    let server = served(&world);
    server.page_size(1);
    let found = Home::new(&server).both(&copy_of(DATABASE));
    server.finish();
    let key = object(&found, DATA_KEY).unwrap();
    assert_eq!(key["Grants"], wanted);
}
