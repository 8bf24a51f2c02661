//! The volumes that a new instance brings, and what makes instances of its own accord: a plan that may take them makes copies of them.

use serde_json::{Value, json};

use super::judged::{Change, Judged, judged};
use super::plan_facts::{change, plan};
use crate::support::Estate;
use crate::support::estate::{CENTRAL_KEY, FROM, KEY, ROLE, SOURCE};

const VOLUMES: &str = "arn:aws:ec2:*:*:volume/*";

/// A plan of the facts takes what a selection says.
fn selecting(selection: Value) -> Estate {
    let mut whole = json!({"SelectionName": "s", "IamRoleArn": ROLE});
    whole
        .as_object_mut()
        .unwrap()
        .extend(selection.as_object().unwrap().clone());
    Estate::rds()
        .planned()
        .set(&format!("{SOURCE}/plans/0/Selections"), json!([whole]))
}

fn by_tag(tier: &str) -> Estate {
    selecting(
        json!({"ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "tier", "ConditionValue": tier}]}),
    )
}

fn all_volumes() -> Estate {
    selecting(json!({"Resources": [VOLUMES]}))
}

/// An instance that a plan makes, and what of it waits for apply.
fn instance(more: Value, unknown: Value) -> Value {
    let mut after = json!({"ami": "ami-1", "instance_type": "t3.micro", "launch_template": [], "volume_tags": null, "tags": {"tier": "own"}, "tags_all": {"tier": "own"}});
    after
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let mut marks = json!({"arn": true, "id": true});
    marks
        .as_object_mut()
        .unwrap()
        .extend(unknown.as_object().unwrap().clone());
    change("aws_instance.web", Value::Null, after, marks)
}

fn bare() -> Value {
    let computed = json!({"root_block_device": true, "ebs_block_device": true});
    instance(json!({}), computed)
}

fn over(estate: &Estate, change: Value) -> Judged {
    judged(estate, &Change::Plan(&[change]), &[])
}

/// What is copied, each by the end of its name.
fn copied(found: &Judged) -> Vec<&str> {
    let names = found
        .copies
        .iter()
        .map(|copy| copy.split(' ').next().unwrap());
    names.collect()
}

fn is_open(found: &Judged, words: &str) -> bool {
    found.gaps.iter().any(|gap| gap.contains(words))
}

#[test]
fn the_root_volume_of_a_new_instance_is_copied_by_a_plan_that_takes_volumes() {
    let found = over(&all_volumes(), bare());
    assert_eq!(
        found.copies,
        ["aws_instance.web.root_block_device into central: - -> undecided (new)"]
    );
    assert_eq!(found.code, 3);
    assert!(
        is_open(&found, "may bring more volumes"),
        "{:?}",
        found.gaps
    );
    // Its tags are not those of the instance.
    let found = over(&by_tag("own"), bare());
    assert_eq!(found.copies.len(), 1, "{:?}", found.copies);
    assert!(
        copied(&found)[0].ends_with("aws_instance.web"),
        "{:?}",
        found.copies
    );
    assert!(
        !is_open(&found, "may bring more volumes"),
        "{:?}",
        found.gaps
    );
}

/// Its id is given at apply, and begins as those of AWS do.
#[test]
fn a_name_that_aws_gives_begins_as_its_patterns_have_it() {
    let taking = |pattern: &str| {
        let selection = selecting(json!({"Resources": [pattern]}));
        copied(&over(&selection, bare())).len()
    };
    assert_eq!(taking("arn:aws:ec2:*:*:volume/vol-*"), 1);
    assert_eq!(taking("arn:aws:ec2:*:*:volume/snap-*"), 0);
    let spared = json!({"Resources": [VOLUMES], "NotResources": ["arn:aws:ec2:*:*:volume/vol-*"]});
    assert!(copied(&over(&selecting(spared), bare())).is_empty());
}

#[test]
fn what_its_blocks_say_is_known_of_its_volumes() {
    let block = |key: &str, tags: Value| json!({"encrypted": true, "kms_key_id": key, "tags": tags, "volume_type": "gp3"});
    let mut data = block(KEY, json!({"tier": "data"}));
    data["device_name"] = json!("/dev/sdf");
    let blocks = json!({"root_block_device": [block(KEY, json!(null))], "ebs_block_device": [data], "volume_tags": {"tier": "root"}});
    let marks = json!({"root_block_device": [{"volume_id": true}], "ebs_block_device": [{"volume_id": true, "snapshot_id": true}]});
    let made = instance(blocks, marks);
    let root = over(&by_tag("root"), made.clone());
    assert_eq!(copied(&root), ["aws_instance.web.root_block_device"]);
    let data = over(&by_tag("data"), made.clone());
    assert_eq!(copied(&data), ["aws_instance.web.ebs_block_device.sdf"]);
    let report = &data.report["copies"][0];
    assert_eq!(report["verdict"], "feasible", "{report}");
    // Whatever else its image brings would have the tags of all of its volumes.
    assert_eq!(
        (data.code, root.code),
        (0, 3),
        "{:?} {:?}",
        data.gaps,
        root.gaps
    );
    let none = over(&by_tag("nobody"), made);
    assert_eq!((none.copies.len(), none.code), (0, 0), "{:?}", none.gaps);
}

#[test]
fn a_launch_template_and_default_tags_may_tag_the_volumes() {
    let computed = json!({"root_block_device": true, "ebs_block_device": true});
    let template = json!({"launch_template": [{"id": "lt-1", "version": "1"}]});
    let found = over(&by_tag("nobody"), instance(template, computed));
    assert_eq!(copied(&found), ["aws_instance.web.root_block_device"]);
    let mut whole = plan(FROM, &[bare()]);
    whole["configuration"]["provider_config"]["aws"]["expressions"]["default_tags"] =
        json!([{"tags": {"constant_value": {"tier": "x"}}}]);
    let found = judged(&by_tag("nobody"), &Change::WholePlan(&whole), &[]);
    assert!(
        copied(&found).contains(&"aws_instance.web.root_block_device"),
        "{:?}",
        found.copies
    );
}

#[test]
fn an_instance_that_stands_brings_no_volumes_and_may_tag_those_that_it_has() {
    let of = |tier: &str| {
        json!({"arn": format!("arn:aws:ec2:us-east-2:{FROM}:instance/i-1"), "id": "i-1", "ami": "ami-1",
        "launch_template": [], "volume_tags": {"tier": tier}, "tags": {}, "tags_all": {},
        "root_block_device": [{"encrypted": true, "kms_key_id": KEY, "volume_id": "vol-1", "tags": {}}], "ebs_block_device": []})
    };
    let same = over(
        &all_volumes(),
        change("aws_instance.web", of("a"), of("a"), json!({})),
    );
    assert_eq!((same.copies.len(), same.code), (0, 0), "{:?}", same.gaps);
    let tagged = over(
        &by_tag("nobody"),
        change("aws_instance.web", of("a"), of("b"), json!({})),
    );
    assert!(
        is_open(&tagged, "changes the tags of its volumes"),
        "{:?}",
        tagged.gaps
    );
    // The provider's default tags are in `tags_all` alone.
    let by_default = |tier: &str| {
        let mut all = of("a");
        all["volume_tags"] = Value::Null;
        all["root_block_device"][0]["tags_all"] = json!({"tier": tier});
        all
    };
    let tagged = over(
        &by_tag("nobody"),
        change(
            "aws_instance.web",
            by_default("a"),
            by_default("b"),
            json!({}),
        ),
    );
    assert!(
        is_open(&tagged, "changes the tags of its volumes"),
        "{:?}",
        tagged.gaps
    );
}

#[test]
fn what_makes_instances_leaves_the_answer_open_where_a_plan_may_take_them() {
    let group = |address: &str| {
        change(
            address,
            Value::Null,
            json!({"name": "g", "tags": null}),
            json!({"arn": true, "id": true}),
        )
    };
    for address in [
        "aws_autoscaling_group.g",
        "aws_autoscaling_group_tag.g",
        "aws_eks_node_group.g",
        "aws_ec2_fleet.g",
    ] {
        for (estate, is) in [
            (all_volumes(), true),
            (
                selecting(json!({"Resources": ["arn:aws:ec2:*:*:instance/*"]})),
                true,
            ),
            (by_tag("x"), true),
            (
                selecting(json!({"Resources": ["arn:aws:rds:*:*:db:*"]})),
                false,
            ),
            (
                selecting(json!({"Resources": ["*"], "NotResources": ["arn:aws:ec2:*"]})),
                false,
            ),
        ] {
            let found = over(&estate, group(address));
            assert_eq!(
                is_open(&found, "may make instances and volumes"),
                is,
                "{address} {:?}",
                found.gaps
            );
        }
        // Of another Region.
        let mut whole = plan(FROM, &[group(address)]);
        whole["configuration"]["provider_config"]["aws"]["expressions"]["region"] =
            json!({"constant_value": "us-west-1"});
        let found = judged(&all_volumes(), &Change::WholePlan(&whole), &[]);
        assert!(!is_open(&found, "may make"), "{:?}", found.gaps);
    }
}

#[test]
fn what_makes_instances_and_is_only_tagged_makes_none() {
    let of = |version: &str, tier: &str| {
        let compute = json!([{"enabled": true}]);
        json!({"name": "c", "version": version, "compute_config": compute, "tags": {"tier": tier}, "tags_all": {"tier": tier}})
    };
    for (then, is) in [(of("1.33", "b"), false), (of("1.34", "a"), true)] {
        let updated = change("aws_eks_cluster.c", of("1.33", "a"), then, json!({}));
        let found = over(&all_volumes(), updated);
        assert_eq!(
            is_open(&found, "may make instances and volumes"),
            is,
            "{:?}",
            found.gaps
        );
    }
}

/// A new stack with these resources.
fn stack(estate: &Estate, resources: Value) -> Judged {
    let template = json!({"Resources": resources});
    judged(
        estate,
        &Change::Templates(&json!({"Resources": {}}), &template, FROM),
        &[],
    )
}

fn of_template(properties: Value) -> Value {
    json!({"Web": {"Type": "AWS::EC2::Instance", "Properties": properties}})
}

#[test]
fn an_instance_of_a_template_brings_its_volumes() {
    let found = stack(&all_volumes(), of_template(json!({"ImageId": "ami-1"})));
    assert_eq!(
        found.copies,
        ["Web.root into central: - -> undecided (new)"]
    );
    let mapped = |tags: bool| {
        of_template(
            json!({"ImageId": "ami-1", "PropagateTagsToVolumeOnCreation": tags, "Tags": [{"Key": "tier", "Value": "web"}],
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": true, "KmsKeyId": KEY}},
            {"DeviceName": "/dev/sdf", "Ebs": {"Encrypted": true, "KmsKeyId": CENTRAL_KEY}}, {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"}]}),
        )
    };
    let found = stack(&by_tag("web"), mapped(true));
    assert_eq!(copied(&found), ["Web", "Web.root", "Web.sdf"]);
    assert_eq!(
        found.report["copies"][1]["verdict"], "feasible",
        "{}",
        found.report["copies"][1]
    );
    let found = stack(&by_tag("web"), mapped(false));
    assert_eq!(copied(&found), ["Web"]);
    // One that stands has its volumes.
    let template = json!({"Resources": mapped(true)});
    let same = judged(
        &all_volumes(),
        &Change::Templates(&template, &template, FROM),
        &[],
    );
    assert_eq!(copied(&same), [""; 0]);
    assert!(!is_open(&same, "volumes"), "{:?}", same.gaps);
    // Of another architecture it may be another.
    for (of, is) in [("m7i.large", false), ("m7g.large", true)] {
        let [now, larger] = ["m5.large", of].map(|of| {
            let mut sized = template.clone();
            sized["Resources"]["Web"]["Properties"]["InstanceType"] = json!(of);
            sized
        });
        let larger = judged(&all_volumes(), &Change::Templates(&now, &larger, FROM), &[]);
        assert_eq!(is_open(&larger, "volumes"), is, "{:?}", larger.gaps);
    }
    let other = json!({"Resources": of_template(json!({"ImageId": "ami-2"}))});
    let replaced = judged(
        &all_volumes(),
        &Change::Templates(&template, &other, FROM),
        &[],
    );
    assert!(is_open(&replaced, "may be replaced"), "{:?}", replaced.gaps);
}

/// A tag of a group that is handed on, and the volumes of a service's tasks.
#[test]
fn what_tags_what_others_make_leaves_the_answer_open() {
    let tag = |is: bool| {
        let tag = json!([{"key": "x", "value": "y", "propagate_at_launch": is}]);
        (
            "aws_autoscaling_group_tag.g",
            json!({"autoscaling_group_name": "g", "tag": tag}),
        )
    };
    let service = |volumes: Value| {
        (
            "aws_ecs_service.s",
            json!({"name": "s", "volume_configuration": volumes}),
        )
    };
    for ((address, after), is) in [
        (tag(true), true),
        (tag(false), false),
        (service(json!([{"name": "data"}])), true),
        (service(json!([])), false),
    ] {
        let found = over(
            &all_volumes(),
            change(address, Value::Null, after, json!({})),
        );
        let open = is_open(&found, "may make instances and volumes");
        assert_eq!(open, is, "{address} {:?}", found.gaps);
    }
    for (volumes, is) in [(json!([{"Name": "data"}]), true), (Value::Null, false)] {
        let mut service = json!({"Type": "AWS::ECS::Service", "Properties": {"ServiceName": "s"}});
        if is {
            service["Properties"]["VolumeConfigurations"] = volumes;
        }
        let found = stack(&all_volumes(), json!({ "S": service }));
        let open = is_open(&found, "may make instances and volumes");
        assert_eq!(open, is, "{:?}", found.gaps);
    }
}

#[test]
fn a_group_of_a_template_leaves_the_answer_open() {
    let group = json!({"G": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": {"MinSize": "1", "MaxSize": "2"}}});
    let found = stack(&all_volumes(), group.clone());
    assert!(
        is_open(&found, "may make instances and volumes"),
        "{:?}",
        found.gaps
    );
    assert_eq!(found.code, 3);
    let found = stack(
        &selecting(json!({"Resources": ["arn:aws:rds:*:*:db:*"]})),
        group,
    );
    assert!(!is_open(&found, "may make"), "{:?}", found.gaps);
}

/// A new launch template with a root volume and another, which it tags.
#[test]
fn the_launch_template_of_the_same_plan_tells_the_volumes() {
    let template = |key: Value, tags: Value| {
        let mapping = |device: &str| json!({"device_name": device, "ebs": [{"encrypted": "true", "kms_key_id": key, "volume_type": "gp3"}]});
        let after = json!({"name": "t", "block_device_mappings": [mapping("/dev/xvda"), mapping("/dev/sdf")],
            "tag_specifications": [{"resource_type": "instance", "tags": {"tier": "instance"}}, {"resource_type": "volume", "tags": tags}]});
        let unknown = json!({"id": true, "arn": true, "latest_version": true});
        change("aws_launch_template.t", Value::Null, after, unknown)
    };
    let computed = json!({"root_block_device": true, "ebs_block_device": true, "launch_template": [{"id": true, "name": true}]});
    let of = |template: Value, estate: &Estate| {
        let web = instance(
            json!({"launch_template": [{"version": "$Latest"}]}),
            computed.clone(),
        );
        let mut whole = plan(FROM, &[web, template]);
        let blocks = &mut whole["configuration"]["root_module"]["resources"];
        let references = ["aws_launch_template.t.id", "aws_launch_template.t"];
        blocks[0]["expressions"] = json!({"launch_template": [{"id": {"references": references}, "version": {"constant_value": "$Latest"}}]});
        blocks[1]["expressions"] = json!({});
        judged(estate, &Change::WholePlan(&whole), &[])
    };
    let volumes = [
        "aws_instance.web.ebs_block_device.sdf",
        "aws_instance.web.root_block_device",
    ];
    let tags = json!({"tier": "data"});
    let found = of(template(json!(KEY), tags.clone()), &by_tag("data"));
    assert_eq!(copied(&found), volumes);
    for copy in found.report["copies"].as_array().unwrap() {
        assert_eq!(copy["verdict"], "feasible", "{copy}");
    }
    // Its AMI may bring others, which it tags as well.
    assert!(is_open(&found, "its AMI"), "{:?}", found.gaps);
    let found = of(
        template(json!(CENTRAL_KEY), tags.clone()),
        &by_tag("nobody"),
    );
    assert_eq!((found.copies.len(), found.code), (0, 0), "{:?}", found.gaps);
    // One that stands may have other versions.
    let mut stands = template(json!(KEY), tags);
    stands["change"]["actions"] = json!(["no-op"]);
    let mut before = stands["change"]["after"].clone();
    before["id"] = json!("lt-1");
    stands["change"]["before"] = before.clone();
    stands["change"]["after"] = before;
    stands["change"]["after_unknown"] = json!({});
    let found = of(stands, &by_tag("nobody"));
    assert_eq!(copied(&found), ["aws_instance.web.root_block_device"]);
}

#[test]
fn the_launch_template_of_the_same_template_tells_the_volumes() {
    let with = |version: Value| {
        let mappings =
            json!([{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": true, "KmsKeyId": KEY}}]);
        let tags = json!([{"ResourceType": "volume", "Tags": [{"Key": "tier", "Value": "data"}]}]);
        json!({
            "T": {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": {"BlockDeviceMappings": mappings, "TagSpecifications": tags}}},
            "Web": {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": "ami-1", "LaunchTemplate": {"LaunchTemplateId": {"Ref": "T"}, "Version": version}}}})
    };
    let latest = json!({"Fn::GetAtt": ["T", "LatestVersionNumber"]});
    for version in [latest.clone(), json!("1")] {
        let found = stack(&by_tag("data"), with(version.clone()));
        assert_eq!(copied(&found), ["Web.root"], "{version}");
        let copy = &found.report["copies"][0];
        assert_eq!(copy["verdict"], "feasible", "{copy}");
        let found = stack(&by_tag("nobody"), with(version));
        assert_eq!((found.copies.len(), found.code), (0, 0), "{:?}", found.gaps);
    }
    // Beside a launch template that stands, the first version is not what this one says.
    for (version, copies) in [(latest, 0), (json!("1"), 1)] {
        let all = with(version);
        let now = json!({"Resources": {"T": all["T"]}});
        let change = json!({ "Resources": all });
        let found = judged(
            &by_tag("nobody"),
            &Change::Templates(&now, &change, FROM),
            &[],
        );
        assert_eq!(found.copies.len(), copies, "{:?}", found.copies);
    }
}
