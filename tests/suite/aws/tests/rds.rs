//! Amazon RDS.

use serde_json::Value;

use super::client::{Client, DESTINATION, inventory, served};
use crate::aws::Server;

#[test]
fn an_instance_is_written_with_the_names_that_rds_gives_to_the_elements_of_its_lists() {
    let server = served();
    let got =
        Client::source(&server).rds("DescribeDBInstances", &[("DBInstanceIdentifier", "orders")]);
    for part in [
        "<DescribeDBInstancesResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><DescribeDBInstancesResult>",
        "<DBInstances><DBInstance><Engine>oracle-ee</Engine>",
        "<OptionGroupMemberships><OptionGroupMembership><OptionGroupName>tde</OptionGroupName>",
        "<VpcSecurityGroups><VpcSecurityGroupMembership>",
        "<EnabledCloudwatchLogsExports><member>audit</member><member>alert</member>",
        "<AssociatedRoles><DBInstanceRole><RoleArn>arn:r</RoleArn>",
        "<Subnets><Subnet><SubnetIdentifier>subnet-1</SubnetIdentifier>",
        "<StorageEncrypted>true</StorageEncrypted>",
        "<KmsKeyId>arn:aws:kms:us-east-2:111122223333:key/00000001-aaaa-bbbb-cccc-111122223333</KmsKeyId>",
        "<TagList><Tag><Key>team</Key><Value>orders &lt;&amp;&gt;</Value></Tag></TagList>",
        "<InstanceCreateTime>2025-01-01T00:00:00.123Z</InstanceCreateTime>",
    ] {
        assert!(got.body.contains(part), "{part} is not in {}", got.body);
    }
    server.finish();
}

#[test]
fn an_unencrypted_instance_has_no_key() {
    let server = served();
    let got =
        Client::source(&server).rds("DescribeDBInstances", &[("DBInstanceIdentifier", "open")]);
    assert_eq!(got.element("StorageEncrypted").unwrap(), "false");
    assert_eq!(got.element("KmsKeyId"), None);
    server.finish();
}

#[test]
fn a_cluster_has_roles_of_its_own() {
    let server = served();
    let got =
        Client::source(&server).rds("DescribeDBClusters", &[("DBClusterIdentifier", "LEDGER")]);
    assert!(
        got.body
            .contains("<AssociatedRoles><DBClusterRole><RoleArn>arn:c</RoleArn>"),
        "{}",
        got.body
    );
    assert_eq!(
        got.elements("AvailabilityZone"),
        ["us-east-2a", "us-east-2b"]
    );
    server.finish();
}

#[test]
fn snapshots_of_aws_backup_are_listed_to_who_asks_for_them() {
    let server = served();
    let mut client = Client::source(&server);
    assert_eq!(
        client
            .rds("DescribeDBSnapshots", &[])
            .elements("DBSnapshot")
            .len(),
        0
    );
    let ask = [("SnapshotType", "awsbackup")];
    assert_eq!(
        client
            .rds("DescribeDBSnapshots", &ask)
            .elements("DBSnapshot")
            .len(),
        1
    );
    let ask = [("DBSnapshotIdentifier", "awsbackup:job-1")];
    let got = client.rds("DescribeDBSnapshots", &ask);
    assert_eq!(got.element("OptionGroupName").unwrap(), "tde");
    assert_eq!(got.element("Encrypted").unwrap(), "true");
    server.finish();
}

#[test]
fn filters_are_read() {
    let server = served();
    let mut client = Client::source(&server);
    let engine = [
        ("Filters.Filter.1.Name", "engine"),
        ("Filters.Filter.1.Values.Value.1", "postgres"),
    ];
    let got = client.rds("DescribeDBInstances", &engine);
    assert_eq!(got.elements("DBInstanceIdentifier"), ["open"]);
    let wrong = [
        ("Filters.Filter.1.Name", "colour"),
        ("Filters.Filter.1.Values.Value.1", "red"),
    ];
    assert_eq!(
        client.rds("DescribeDBInstances", &wrong).code(),
        "InvalidParameterValue"
    );
    server.finish();
}

#[test]
fn what_is_not_there_has_an_error_of_its_kind() {
    let server = served();
    let mut client = Client::source(&server);
    let gone = client.rds("DescribeDBInstances", &[("DBInstanceIdentifier", "gone")]);
    assert_eq!(
        (gone.status, gone.code().as_str()),
        (404, "DBInstanceNotFound")
    );
    let gone = client.rds("DescribeOptionGroups", &[("OptionGroupName", "gone")]);
    assert_eq!(
        (gone.status, gone.code().as_str()),
        (404, "OptionGroupNotFoundFault")
    );
    server.finish();
}

#[test]
fn an_option_group_has_its_options() {
    let server = served();
    let got = Client::source(&server).rds("DescribeOptionGroups", &[("OptionGroupName", "tde")]);
    let start = "<OptionGroupsList><OptionGroup><OptionGroupName>tde</OptionGroupName>";
    assert!(got.body.contains(start), "{}", got.body);
    assert!(
        got.body
            .contains("<Options><Option><OptionName>TDE</OptionName><Persistent>true</Persistent>")
    );
    server.finish();
}

#[test]
fn tags_are_those_of_the_resource_or_of_the_snapshot() {
    let server = served();
    let mut client = Client::source(&server);
    let of = |client: &mut Client, arn: &str| {
        client
            .rds("ListTagsForResource", &[("ResourceName", arn)])
            .elements("Value")
    };
    assert_eq!(
        of(&mut client, "arn:aws:rds:us-east-2:111122223333:db:orders"),
        ["orders &lt;&amp;&gt;"]
    );
    let snapshot = "arn:aws:rds:us-east-2:111122223333:snapshot:awsbackup:job-1";
    assert_eq!(of(&mut client, snapshot), ["2020-01-01T00:00:00Z", "c+d/é"]);
    server.finish();
}

#[test]
fn a_refusal_is_xml() {
    let server = served();
    let got = Client::of(&server, DESTINATION).rds("DescribeDBInstances", &[]);
    assert_eq!((got.status, got.code().as_str()), (403, "AccessDenied"));
    assert!(got.body.contains("<ErrorResponse xmlns="), "{}", got.body);
    server.finish();
}

#[test]
fn a_resource_without_detail_was_looked_up_and_is_not_there() {
    let mut inventory = inventory();
    inventory["accounts"][0]["regions"][0]["resources"][0]["Detail"] = Value::Null;
    let server = Server::start(inventory);
    let mut client = Client::source(&server);
    let gone = client.rds("DescribeDBInstances", &[("DBInstanceIdentifier", "orders")]);
    assert_eq!(gone.code(), "DBInstanceNotFound");
    let all = client.rds("DescribeDBInstances", &[]);
    assert_eq!(all.elements("DBInstanceIdentifier"), ["open"]);
    server.finish();
}
