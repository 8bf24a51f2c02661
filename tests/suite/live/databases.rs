//! Whether the Region that a database goes to has its engine.

use super::super::aws::{Fault, calls};
use super::organization::{MANAGEMENT, central, id, organization};
use super::survey::{REGIONS, everything, read};
use super::*;

const CALL: &str = "rds:DescribeDBEngineVersions";

/// The versions that were noted of the central vault's Region.
fn versions(found: &Value) -> &Value {
    &found["accounts"][1]["regions"][0]["db_engine_versions"]
}

#[test]
fn the_versions_of_the_engine_are_read_where_the_copy_goes() {
    let server = served(&rds());
    let found = Home::new(&server).both(&copy_of(DATABASE));
    let journal = server.finish();
    let asked: Vec<_> = journal.iter().filter(|call| call.name() == CALL).collect();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        (&*asked[0].account, &*asked[0].region),
        (DESTINATION, "eu-west-1")
    );
    assert!(asked[0].args.contains("mysql"), "{}", asked[0].args);
    assert_eq!(
        versions(&found),
        &rds()["accounts"][1]["regions"][0]["db_engine_versions"]
    );
}

#[test]
fn an_engine_that_the_region_lacks_is_noted_as_lacking() {
    let mut world = rds();
    world["accounts"][1]["regions"][0]["db_engine_versions"] =
        json!([{"Engine": "postgres", "EngineVersion": "16.4"}]);
    let server = served(&world);
    let found = Home::new(&server).both(&copy_of(DATABASE));
    server.finish();
    assert_eq!(
        versions(&found),
        &json!([{"Engine": "mysql", "EngineVersion": null}])
    );
}

#[test]
fn where_nobody_signed_in_to_the_destination_the_source_asks() {
    let server = served(&rds());
    let found = Home::new(&server).source_only(&copy_of(DATABASE));
    let journal = server.finish();
    let asked = journal.iter().find(|call| call.name() == CALL).unwrap();
    assert_eq!((&*asked.account, &*asked.region), (SOURCE, "eu-west-1"));
    assert_eq!(versions(&found)[0]["Engine"], "mysql");
}

#[test]
fn within_a_region_nobody_asks() {
    let mut world = rds();
    world["accounts"][1]["regions"][0]["region"] = json!("us-east-2");
    let vaults = world["accounts"][1]["regions"][0].as_object_mut().unwrap();
    vaults.insert("vaults".to_owned(), json!([]));
    vaults.insert("vaults_complete".to_owned(), json!(true));
    let server = served(&world);
    let copy = NamedCopy {
        destination_vault: arn(&CENTRAL.replace("eu-west-1", "us-east-2")),
        ..copy_of(DATABASE)
    };
    Home::new(&server).both(&copy);
    assert_eq!(calls(&server.finish(), CALL), 0);
}

#[test]
fn a_refusal_is_a_gap_of_the_place_that_the_copy_goes_to() {
    let server = served(&rds());
    server.fault(Fault::denied().operation(CALL));
    let found = Home::new(&server).both(&copy_of(DATABASE));
    server.finish();
    let place = format!("{DESTINATION}/eu-west-1");
    assert_eq!(
        gaps(&found),
        [gap(DESTINATION, CALL, &place, Some("AccessDenied"))]
    );
    assert_eq!(versions(&found), &Value::Null);
}

#[test]
fn an_engine_that_was_not_read_leaves_its_versions_open() {
    let server = served(&rds());
    server.fault(Fault::denied().operation("rds:DescribeDBInstances"));
    let found = Home::new(&server).both(&copy_of(DATABASE));
    assert_eq!(calls(&server.finish(), CALL), 0);
    let place = format!("{DESTINATION}/eu-west-1");
    assert!(gaps(&found).contains(&gap(DESTINATION, CALL, &place, None)));
}

#[test]
fn a_survey_that_is_refused_the_versions_has_a_gap_for_them_and_no_other() {
    let made = organization(3, &REGIONS[..2]);
    let server = Server::start(made.world.clone());
    server.fault(Fault::denied().operation(CALL));
    let found = read(&Home::of(&server, &[MANAGEMENT]), everything(&made.regions));
    server.finish();
    let region = arn(&central(made.regions[0])).region().unwrap();
    let place = format!("{}/{region}", id(1));
    assert_eq!(
        gaps(&found),
        [gap(&id(1), CALL, &place, Some("AccessDenied"))]
    );
}
