//! What a composite recovery point holds.

use super::super::aws::{Fault, calls};
use super::*;

const CALL: &str = "backup:ListRecoveryPointsByBackupVault";
const COMPOSITE: &str = "arn:aws:backup:us-east-2:111122223333:recovery-point:composite-1";
const STACK: &str = "arn:aws:cloudformation:us-east-2:111122223333:stack/web/1";

/// A stack's recovery point with the database's in it, and one of the database that is not.
pub fn composite() -> (Value, NamedCopy) {
    let mut world = rds();
    let region = &mut world["accounts"][0]["regions"][0];
    let point = region["recovery_points"][0].clone();
    let mut whole = point.clone();
    whole["RecoveryPointArn"] = json!(COMPOSITE);
    whole["ResourceArn"] = json!(STACK);
    whole["ResourceType"] = json!("CloudFormation");
    whole["IsParent"] = json!(true);
    whole["Tags"] = json!({});
    whole.as_object_mut().unwrap().remove("Detail");
    let mut nested = point.clone();
    nested["ParentRecoveryPointArn"] = json!(COMPOSITE);
    let mut other = point;
    other["RecoveryPointArn"] = json!(POINT.replace("job-1", "job-2"));
    region["recovery_points"] = json!([whole, nested, other]);
    let gone = |arn: &str| json!({"ResourceArn": arn, "ResourceType": null});
    region["resources"] = json!([gone(STACK), gone(DATABASE)]);
    let copy = NamedCopy {
        resource: None,
        recovery_point: Some(arn(COMPOSITE)),
        ..copy_of(STACK)
    };
    (world, copy)
}

fn names(found: &Value) -> Vec<&str> {
    let points = &found["accounts"][0]["regions"][0]["recovery_points"];
    let points = points.as_array().unwrap().iter();
    points
        .map(|point| point["RecoveryPointArn"].as_str().unwrap())
        .collect()
}

#[test]
fn the_recovery_points_that_a_composite_holds_are_listed_and_no_others() {
    let (world, copy) = composite();
    let server = served(&world);
    let found = Home::new(&server).both(&copy);
    assert_eq!(calls(&server.finish(), CALL), 1);
    let mut listed = names(&found);
    listed.sort_unstable();
    assert_eq!(listed, [COMPOSITE, POINT]);
    let nested = object(&found, POINT).unwrap();
    assert_eq!(nested["ParentRecoveryPointArn"], COMPOSITE);
    // The key that it is under is read with the rest.
    assert!(object(&found, DATA_KEY).is_some());
}

#[test]
fn a_recovery_point_that_holds_none_lists_none() {
    let server = served(&rds());
    let point = NamedCopy {
        resource: None,
        recovery_point: Some(arn(POINT)),
        ..copy_of(DATABASE)
    };
    Home::new(&server).both(&point);
    assert_eq!(calls(&server.finish(), CALL), 0);
}

#[test]
fn a_list_that_is_refused_is_a_gap_of_the_composite() {
    let (world, copy) = composite();
    let server = served(&world);
    server.fault(Fault::denied().operation(CALL));
    let found = Home::new(&server).both(&copy);
    server.finish();
    assert_eq!(
        gaps(&found),
        [gap(SOURCE, CALL, COMPOSITE, Some("AccessDeniedException"))]
    );
    assert_eq!(names(&found), [COMPOSITE]);
}

/// One that cannot be made out may be what stays behind: the rest would pass for all.
#[test]
fn a_list_with_an_item_that_is_none_is_a_gap_of_the_composite() {
    let (mut world, copy) = composite();
    let region = &mut world["accounts"][0]["regions"][0];
    let points = region["recovery_points"].as_array_mut().unwrap();
    let mut strange = points[1].clone();
    strange["RecoveryPointArn"] = json!("no ARN");
    points.push(strange);
    let server = served(&world);
    let found = Home::new(&server).both(&copy);
    server.finish();
    let unreadable = gap(SOURCE, CALL, COMPOSITE, Some("UnreadableAnswer"));
    assert!(gaps(&found).contains(&unreadable), "{:?}", gaps(&found));
    assert_eq!(names(&found), [COMPOSITE]);
}
